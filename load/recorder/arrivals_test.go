package recorder

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"go.k6.io/k6/lib"
)

const options = `{"executor": "random-arrivals", "durationMs": 3000, "clients": 4, "seed": 7, "offers": [
	{"kind": "add", "perSecond": 150}, {"kind": "read", "role": "replica", "perSecond": 50}]}`

// planned reads a plan as k6 does; pairs of texts are replaced in it.
func planned(t *testing.T, replaced ...string) *arrivalsConfig {
	t.Helper()
	var scenarios lib.ScenarioConfigs
	if err := json.Unmarshal([]byte(`{"load": `+strings.NewReplacer(replaced...).Replace(options)+`}`), &scenarios); err != nil {
		t.Fatal(err)
	}
	return scenarios["load"].(*arrivalsConfig)
}

func TestArrivalsHaveTheMeanAndTheSpreadOfARandomProcess(t *testing.T) {
	d, count, sum, squares, adds := newDraws(planned(t)), 100_000, 0.0, 0.0, 0
	for range count {
		gap := d.gapNs() / 1e9
		sum, squares = sum+gap, squares+gap*gap
		if d.offer().Kind == "add" {
			adds++
		}
	}
	mean, root := sum/float64(count), math.Sqrt(float64(count))
	spread := math.Sqrt(squares/float64(count) - mean*mean)
	// five standard errors of each figure
	if math.Abs(mean*200-1) > 5/root || math.Abs(spread*200-1) > 5*math.Sqrt2/root {
		t.Errorf("gaps of %g s on average, spread %g s; want 0.005 s each", mean, spread)
	}
	if share := float64(adds) / float64(count); math.Abs(share-0.75) > 5*math.Sqrt(0.75*0.25)/root {
		t.Errorf("a share of %g was adds, want 0.75", share)
	}
}

func TestASeedGivesTheSameCallsAndAnotherOneOthers(t *testing.T) {
	draw := func(config *arrivalsConfig) (gaps [8]float64, kinds [8]string) {
		d := newDraws(config)
		for i := range gaps {
			gaps[i], kinds[i] = d.gapNs(), d.offer().Kind
		}
		return gaps, kinds
	}
	gaps, kinds := draw(planned(t))
	if again, same := draw(planned(t)); again != gaps || same != kinds {
		t.Error("one seed drew twice, differently")
	}
	if others, _ := draw(planned(t, `"seed": 7`, `"seed": 8`)); others == gaps {
		t.Error("two seeds drew the same")
	}
}

func TestAPlanThatCannotBeCarriedOutIsRefused(t *testing.T) {
	if problems := planned(t).Validate(); len(problems) != 0 {
		t.Errorf("a good plan: %v", problems)
	}
	for _, bad := range [][]string{{"3000", "0"}, {`"clients": 4`, `"clients": 0`}, {`"add"`, `""`}, {"150", "0"}} {
		if len(planned(t, bad...).Validate()) != 1 {
			t.Errorf("%s: expected one problem", bad[1])
		}
	}
}

func TestCallsGoToTheClientThatWasFreeForTheLongestTimeAndOthersAreDropped(t *testing.T) {
	r, lines := fixture(t)
	free := make(chan *caller, 2)
	first, second := &caller{id: 11, turns: make(chan struct{}, 1)}, &caller{id: 12, turns: make(chan struct{}, 1)}
	free <- first
	free <- second
	r.offerAll(context.Background(), newDraws(planned(t)), 100*time.Millisecond, free) // twenty calls or so
	if len(first.turns) != 1 || len(second.turns) != 1 || r.turns[11].due >= r.turns[12].due {
		t.Fatalf("handed %+v", r.turns)
	}
	earliest, latest := r.turns[12].due, r.endNs.Load()/1000
	clear(r.turns)
	all := lines()
	for _, line := range all[:len(all)-1] {
		if line.Op != "dropped" || line.Due < earliest || line.Due > latest {
			t.Errorf("%+v, want drops after %d, before %d", line, earliest, latest)
		}
		earliest = line.Due
	}
	if len(all) < 3 {
		t.Errorf("%d lines, want some drops", len(all))
	}
}

func TestNothingIsOfferedOnceTheLoadIsStopped(t *testing.T) {
	r, _ := fixture(t)
	over := make(chan struct{})
	go func() {
		r.offerAll(context.Background(), newDraws(planned(t)), time.Minute, make(chan *caller))
		close(over)
	}()
	r.stopLoad()
	select {
	case <-over:
	case <-time.After(5 * time.Second):
		t.Error("calls were offered 5 s after the stop")
	}
}
