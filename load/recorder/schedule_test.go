package recorder

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"go.k6.io/k6/lib"
	"go.k6.io/k6/lib/executor"
)

func TestPeriodIsRoundedDownAsK6Does(t *testing.T) {
	for _, c := range []struct{ rate, unitNs, want int64 }{
		{200, 1e9, 5e6},
		{300_000, 1000e9, 3_333_333},
		{500, 1000e9, 2e9},
		{2_000_000, 1000e9, 500_000},
	} {
		if got := periodNs(c.rate, c.unitNs); got != c.want {
			t.Errorf("periodNs(%d, %d) = %d, want %d", c.rate, c.unitNs, got, c.want)
		}
	}
}

func TestTicksLieOnTheGridWhetherIssuedOrDropped(t *testing.T) {
	plan := &schedule{periodNs: 5e6}
	plan.startedAt(-7_000_500)
	var due []int64
	for range 4 {
		due = append(due, plan.due(plan.tick()))
	}
	if want := []int64{-7001, -2001, 2999, 7999}; !reflect.DeepEqual(due, want) {
		t.Errorf("due times %v, want %v", due, want)
	}
}

func TestDropsBeforeTheFirstOperationGetTheirDueTimesLater(t *testing.T) {
	plan := &schedule{periodNs: 1e6}
	plan.dropEarly(plan.tick(), 10_500_000)
	plan.dropEarly(plan.tick(), 11_500_000)
	if got := plan.startedAt(10_000_000); !reflect.DeepEqual(got, []int64{10_000, 11_000}) {
		t.Errorf("early drops are due at %v, want [10000 11000]", got)
	}
	if got := plan.startedAt(99); got != nil || plan.startNs != 10_000_000 {
		t.Errorf("a second start changed the first: %v, %d", got, plan.startNs)
	}
}

func TestAScenarioOfWhichNoClientRanCountsFromItsFirstDrop(t *testing.T) {
	plan := &schedule{periodNs: 1e6}
	plan.dropEarly(plan.tick(), 4_000_000)
	plan.dropEarly(plan.tick(), 5_100_000)
	if got := plan.neverStarted(); !reflect.DeepEqual(got, []int64{4_000, 5_000}) {
		t.Errorf("due times %v, want [4000 5000]", got)
	}
}

func TestSchedulesComeFromTheScriptsOptions(t *testing.T) {
	config := executor.NewConstantArrivalRateConfig("add")
	if err := json.Unmarshal([]byte(`{"rate": 200000, "timeUnit": "1000s", "duration": "3s", "tags": {"kind": "add"}}`), config); err != nil {
		t.Fatal(err)
	}
	plans, err := schedulesOf(lib.ScenarioConfigs{"add": config})
	if err != nil || plans["add"].kind != "add" || plans["add"].periodNs != 5e6 || plans["add"].lengthNs != 3e9 {
		t.Fatalf("got %+v, %v", plans["add"], err)
	}
	config.Tags = nil
	if _, err := schedulesOf(lib.ScenarioConfigs{"add": config}); err == nil || !strings.Contains(err.Error(), `tag "kind"`) {
		t.Errorf("a scenario without a kind passed: %v", err)
	}
	loop := executor.NewConstantVUsConfig("loop")
	if _, err := schedulesOf(lib.ScenarioConfigs{"loop": loop}); err == nil || !strings.Contains(err.Error(), "constant-vus") {
		t.Errorf("a closed loop passed: %v", err)
	}
}
