package recorder

import (
	"context"
	"testing"
	"time"
)

func again(r *recorder, last *operation) *operation {
	op := r.repeat(last)
	if op != nil {
		op.start = r.clock.micros()
	}
	return op
}

func TestAttemptsOfACallShareItsIdClientAndDueTime(t *testing.T) {
	r, began, lines := fixture(t)
	c := &client{number: 3}
	first := begin(r, c, began)
	r.finish(first, answer{outcome: unknown})
	second := again(r, first)
	r.finish(second, answer{outcome: unknown}) // answered before k6 delivered the tick of the first
	r.ticked(first)
	third := again(r, second)
	r.ticked(begin(r, c, began)) // cut off at the end
	r.finish(third, answer{outcome: ok})
	all := lines()
	for i, want := range []int64{0, 2, 3} {
		line := all[i]
		if line.Attempt != want || line.ID != "r1.3.1" || line.Client != 3 || line.Due != all[0].Due || line.Due > line.Start {
			t.Errorf("attempt %d: %+v, the first %+v", i+1, line, all[0])
		}
	}
	if all[1].Start < all[0].End || all[2].Start < all[1].End {
		t.Errorf("attempts overlap: %+v", all)
	}
	if len(all) != 5 || all[3].Due != all[0].Due+1000 {
		t.Errorf("the attempts took ticks of the schedule: %+v", all)
	}
}

func TestAnElementAcknowledgedByALaterAttemptIsRead(t *testing.T) {
	r, began, _ := fixture(t)
	first := begin(r, &client{number: 4}, began)
	r.finish(first, answer{outcome: unknown})
	r.finish(again(r, first), answer{outcome: ok})
	if len(r.acks.elements) != 1 || r.acks.elements[0].client != 4 {
		t.Errorf("acknowledged: %+v", r.acks.elements)
	}
}

func TestNoAttemptBeginsAfterTheEndOfTheLoad(t *testing.T) {
	r, began, _ := fixture(t)
	first := begin(r, &client{number: 1}, began)
	r.finish(first, answer{outcome: unknown})
	if first.plan.lengthNs = r.clock.ns() - first.plan.startNs + 1e9; r.pause(context.Background(), first.plan, 2*time.Second) {
		t.Error("paused beyond the length of the scenario")
	}
	if first.plan.lengthNs = 1; again(r, first) != nil {
		t.Error("an attempt began after the length of the scenario")
	}
	first.plan.lengthNs = 60e9
	if !r.pause(context.Background(), first.plan, time.Millisecond) || again(r, first) == nil {
		t.Error("no attempt began although there was time")
	}
	r.stopLoad()
	if r.pause(context.Background(), first.plan, 10*time.Second) || again(r, first) != nil {
		t.Error("an attempt began after the stop")
	}
}
