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
	r, lines := fixture(t)
	c := &client{number: 3}
	first := begin(r, c, adding)
	finish(r, first, answer{outcome: unknown})
	second := again(r, first)
	finish(r, second, answer{outcome: unknown})
	finish(r, again(r, second), answer{outcome: ok})
	all := lines()
	for i, want := range []int64{0, 2, 3} {
		line := all[i]
		if line.Attempt != want || line.ID != "r1.3.1" || line.Client != 3 || line.Due != all[0].Due || line.Due > line.Start {
			t.Errorf("attempt %d: %+v, the first %+v", i+1, line, all[0])
		}
	}
	if len(all) != 4 || all[1].Start < all[0].End || all[2].Start < all[1].End {
		t.Errorf("attempts overlap: %+v", all)
	}
}

func TestAnElementAcknowledgedByALaterAttemptIsRead(t *testing.T) {
	r, _ := fixture(t)
	first := begin(r, &client{number: 4}, adding)
	finish(r, first, answer{outcome: unknown})
	finish(r, again(r, first), answer{outcome: ok})
	if len(r.acks.elements) != 1 || r.acks.elements[0].client != 4 {
		t.Errorf("acknowledged: %+v", r.acks.elements)
	}
}

func TestNoAttemptBeginsAfterTheEndOfTheLoad(t *testing.T) {
	r, _ := fixture(t)
	first := begin(r, &client{number: 1}, adding)
	finish(r, first, answer{outcome: unknown})
	if r.endNs.Store(r.clock.ns() + 1e9); r.pause(context.Background(), 2*time.Second) {
		t.Error("paused beyond the end of the load")
	}
	if r.endNs.Store(1); again(r, first) != nil {
		t.Error("an attempt began after the end of the load")
	}
	r.endNs.Store(70e9)
	if !r.pause(context.Background(), time.Millisecond) || again(r, first) == nil {
		t.Error("no attempt began although there was time")
	}
	r.stopLoad()
	if r.pause(context.Background(), 10*time.Second) || again(r, first) != nil {
		t.Error("an attempt began after the stop")
	}
}
