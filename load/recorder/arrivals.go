package recorder

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/errext"
	"go.k6.io/k6/lib"
	"go.k6.io/k6/lib/executor"
	"go.k6.io/k6/metrics"
)

// randomArrivals is the name of our executor in k6's options.
const randomArrivals = "random-arrivals"

func init() {
	lib.RegisterExecutorConfigType(randomArrivals, func(name string, raw []byte) (lib.ExecutorConfig, error) {
		config := &arrivalsConfig{BaseConfig: executor.NewBaseConfig(name, randomArrivals)}
		err := lib.StrictJSONUnmarshal(raw, config)
		return config, err
	})
}

// arrivalsConfig plans the calls of a run. They arrive at random, independently
// of each other, and each draws what it is: calls at constant rates march in
// step with whatever takes turns behind them, a load balancer or a pool.
type arrivalsConfig struct {
	executor.BaseConfig
	Offers     []*offer `json:"offers"`
	DurationMs int64    `json:"durationMs"`
	Clients    int64    `json:"clients"`
	Seed       uint64   `json:"seed"`
}

// offer is one kind of call and how often it comes on average.
type offer struct {
	Kind       string  `json:"kind"`
	Role       string  `json:"role"`
	PerSecond  float64 `json:"perSecond"`
	TokenShare float64 `json:"tokenShare"` // share of the reads that demand the position of what they read
}

// Validate says what is missing or out of range.
func (c *arrivalsConfig) Validate() []error {
	problems := c.BaseConfig.Validate()
	if c.DurationMs < 1 || c.Clients < 1 || len(c.Offers) == 0 {
		problems = append(problems, fmt.Errorf("scenario %q: expected durationMs, clients and offers, each from 1 on, got %d, %d, %d",
			c.Name, c.DurationMs, c.Clients, len(c.Offers)))
	}
	for _, each := range c.Offers {
		if each.Kind == "" || !(each.PerSecond > 0) {
			problems = append(problems, fmt.Errorf("scenario %q: expected offers with a kind and perSecond above 0, got %q, %g",
				c.Name, each.Kind, each.PerSecond))
		}
	}
	return problems
}

func (c *arrivalsConfig) perSecond() (sum float64) {
	for _, each := range c.Offers {
		sum += each.PerSecond
	}
	return sum
}

func (c *arrivalsConfig) length() time.Duration {
	return time.Duration(c.DurationMs) * time.Millisecond
}

// GetExecutionRequirements asks for all clients, made before the start.
func (c *arrivalsConfig) GetExecutionRequirements(*lib.ExecutionTuple) []lib.ExecutionStep {
	return []lib.ExecutionStep{
		{PlannedVUs: uint64(c.Clients)},
		{TimeOffset: c.length() + c.GracefulStop.TimeDuration()},
	}
}

// GetDescription is for k6's banner.
func (c *arrivalsConfig) GetDescription(*lib.ExecutionTuple) string {
	return fmt.Sprintf("%g calls/s at random for %s (%d clients)", c.perSecond(), c.length(), c.Clients)
}

// HasWork is true: there are no empty plans.
func (c *arrivalsConfig) HasWork(*lib.ExecutionTuple) bool { return true }

// NewExecutor makes what carries the plan out.
func (c *arrivalsConfig) NewExecutor(state *lib.ExecutionState, logger *logrus.Entry) (lib.Executor, error) {
	return &arrivals{BaseExecutor: executor.NewBaseExecutor(c, state, logger), config: c, state: state}, nil
}

type arrivals struct {
	*executor.BaseExecutor
	config *arrivalsConfig
	state  *lib.ExecutionState
}

// caller is a client that waits for its turn.
type caller struct {
	vu    lib.ActiveVU
	id    int64
	turns chan struct{}
}

// Run offers the load until its time is over or it is stopped, then waits for
// the clients that are under way.
func (a *arrivals) Run(ctx context.Context, _ chan<- metrics.SampleContainer) error {
	r := installed.Load()
	if r == nil {
		return errWithoutOutput
	}
	runCtx, cancel := context.WithCancel(ctx)
	var running, returned sync.WaitGroup
	free := make(chan *caller, a.config.Clients)
	var callers []*caller
	defer func() {
		for _, each := range callers {
			close(each.turns)
		}
		grace := time.AfterFunc(a.config.GetGracefulStop(), cancel)
		running.Wait()
		grace.Stop()
		cancel()
		returned.Wait()
	}()
	for range a.config.Clients {
		idle, err := a.state.GetPlannedVU(a.GetLogger(), false)
		if err != nil {
			return err
		}
		returned.Add(1)
		each := &caller{id: int64(idle.GetID()), turns: make(chan struct{}, 1), vu: a.activate(runCtx, idle, &returned)}
		callers = append(callers, each)
		running.Add(1)
		go func() {
			defer running.Done()
			for range each.turns {
				a.iterate(runCtx, each.vu)
				free <- each
			}
		}()
		free <- each
	}
	r.offerAll(ctx, newDraws(a.config), a.config.length(), free)
	r.awaitStop(ctx)
	return nil
}

func (a *arrivals) activate(ctx context.Context, idle lib.InitializedVU, returned *sync.WaitGroup) lib.ActiveVU {
	calls := uint64(0)
	return idle.Activate(&lib.VUActivationParams{
		RunContext: ctx, Scenario: a.config.Name, Exec: a.config.GetExec(), Env: a.config.GetEnv(), Tags: a.config.GetTags(),
		DeactivateCallback: func(vu lib.InitializedVU) {
			a.state.ReturnVU(vu, false)
			returned.Done()
		},
		GetNextIterationCounters: func() (uint64, uint64) {
			calls++
			return calls - 1, calls - 1
		},
	})
}

// iterate lets a client make its call, and tells k6 how that ended.
func (a *arrivals) iterate(ctx context.Context, vu lib.ActiveVU) {
	a.state.ModCurrentlyActiveVUsCount(+1)
	defer a.state.ModCurrentlyActiveVUsCount(-1)
	err := vu.RunOnce()
	if ctx.Err() != nil {
		a.state.AddInterruptedIterations(1)
		return
	}
	a.state.AddFullIterations(1)
	if err == nil {
		return
	}
	var thrown errext.Exception
	if errors.As(err, &thrown) {
		a.GetLogger().Error(thrown.StackTrace())
		return
	}
	a.GetLogger().Error(err)
}

// draws says when calls come, and what they are.
type draws struct {
	random *rand.Rand
	offers []*offer
	total  float64 // a second
}

func newDraws(config *arrivalsConfig) *draws {
	return &draws{random: rand.New(rand.NewPCG(config.Seed, 0)), offers: config.Offers, total: config.perSecond()}
}

// gapNs is the time from one call to the next.
func (d *draws) gapNs() float64 { return d.random.ExpFloat64() * 1e9 / d.total }

func (d *draws) offer() *offer {
	left := d.random.Float64() * d.total
	for _, each := range d.offers {
		if left -= each.PerSecond; left < 0 {
			return each
		}
	}
	return d.offers[len(d.offers)-1]
}

// offerAll hands every call to the client that has been free for the longest
// time, when it is due; a call that finds none is dropped.
func (r *recorder) offerAll(ctx context.Context, d *draws, length time.Duration, free chan *caller) {
	startNs := r.clock.ns()
	endNs := startNs + int64(length)
	r.endNs.Store(endNs)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for at := float64(startNs) + d.gapNs(); ; at += d.gapNs() {
		dueNs := int64(at)
		timer.Reset(max(0, time.Duration(min(dueNs, endNs)-r.clock.ns())))
		select {
		case <-timer.C:
		case <-r.stopped:
			return
		case <-ctx.Done():
			return
		}
		if dueNs >= endNs {
			return
		}
		next := turn{offer: d.offer(), due: floorDiv(dueNs, 1000)}
		select {
		case each := <-free:
			r.hand(each.id, next)
			each.turns <- struct{}{}
		default:
			r.drop(next)
		}
	}
}
