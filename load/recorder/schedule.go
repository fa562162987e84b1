package recorder

import (
	"fmt"
	"math/big"

	"go.k6.io/k6/lib"
	"go.k6.io/k6/lib/executor"
)

// schedule is the grid of due times of one k6 scenario: tick k is due at the
// scenario's start plus k periods, whether it was issued or dropped.
//
// k is counted in the order of k6's sample channel. k6's ticker pushes a
// sample for each dropped tick; the client that takes an issued tick pushes
// its operation before it stamps the start. So k is exact as long as a client
// wakes up within one period of its tick. A client that wakes up later may
// swap places with ticks that overtook it: the due times of a scenario are
// still the complete grid, and their sum is right, only their distribution
// among these neighbours is not. At the time of a push at least k + 1 ticks
// have fired, so no operation is ever due after its start.
type schedule struct {
	kind     string
	periodNs int64
	lengthNs int64
	startNs  int64
	known    bool
	ticks    int64

	early      []int64 // ticks dropped before any client ran
	earlySince int64
}

// schedulesOf reads the plan of every scenario from the script's options.
func schedulesOf(scenarios lib.ScenarioConfigs) (map[string]*schedule, error) {
	plans := map[string]*schedule{}
	for name, config := range scenarios {
		rate, isConstant := config.(*executor.ConstantArrivalRateConfig)
		if !isConstant {
			return nil, fmt.Errorf("scenario %q: expected the executor constant-arrival-rate, came %q: "+
				"due times are computed for constant rates only", name, config.GetType())
		}
		kind := config.GetTags()["kind"]
		if kind == "" {
			return nil, fmt.Errorf("scenario %q: expected a tag \"kind\" that names its operation, came none: "+
				"add tags: { kind: 'add' } or another to it", name)
		}
		plans[name] = &schedule{
			kind:     kind,
			periodNs: periodNs(rate.Rate.Int64, int64(rate.TimeUnit.Duration)),
			lengthNs: int64(rate.Duration.Duration),
		}
	}
	return plans, nil
}

// periodNs repeats k6's own arithmetic, rounding down included.
func periodNs(rate, timeUnitNs int64) int64 {
	period, _ := big.NewRat(timeUnitNs, rate).Float64()
	return int64(period)
}

func (s *schedule) tick() int64 {
	k := s.ticks
	s.ticks++
	return k
}

func (s *schedule) due(k int64) int64 {
	return floorDiv(s.startNs+k*s.periodNs, 1000)
}

// isOver tells whether the scenario has ended by then.
func (s *schedule) isOver(ns int64) bool {
	return ns >= s.startNs+s.lengthNs
}

// startedAt sets the start once, and returns the due times of ticks that were
// dropped before it was known.
func (s *schedule) startedAt(startNs int64) (early []int64) {
	if s.known {
		return nil
	}
	s.startNs, s.known = startNs, true
	for _, k := range s.early {
		early = append(early, s.due(k))
	}
	s.early = nil
	return early
}

func (s *schedule) dropEarly(k, atNs int64) {
	if len(s.early) == 0 {
		s.earlySince = atNs
	}
	s.early = append(s.early, k)
}

// neverStarted returns the due times of the ticks of a scenario of which no
// client ever ran; its start is then taken from its first drop.
func (s *schedule) neverStarted() []int64 {
	return s.startedAt(s.earlySince)
}
