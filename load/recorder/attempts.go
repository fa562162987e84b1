package recorder

import (
	"context"
	"time"

	"github.com/grafana/sobek"
)

// again(most, pauseMs) begins a further attempt of the add that ended last, if
// its outcome is unknown, or its transaction was lost before COMMIT, and it was
// repeated fewer than `most` times. It pauses, and returns the id to add once more; or undefined.
func (c *client) again(call sobek.FunctionCall) sobek.Value {
	most, pause := call.Argument(0).ToInteger(), time.Duration(call.Argument(1).ToInteger())*time.Millisecond
	last := c.last
	if last == nil || last.kind != "add" || !worthRepeating(last.answer) || last.attempt > most {
		return sobek.Undefined()
	}
	if !c.recorder.pause(c.vu.Context(), pause) {
		return sobek.Undefined()
	}
	op := c.recorder.repeat(last)
	if op == nil {
		return sobek.Undefined()
	}
	c.current = op
	op.start = c.recorder.clock.micros()
	return c.vu.Runtime().ToValue(op.id)
}

// worthRepeating tells whether an answer leaves an add to be sent again.
func worthRepeating(last answer) bool {
	return last.outcome == unknown || last.outcome == failed && last.status >= 500 && last.body.Stage == stageBegin
}

// pause waits between two attempts, and tells whether the second one may still
// begin: not after the end of the load.
func (r *recorder) pause(ctx context.Context, length time.Duration) bool {
	if r.isOver(r.clock.ns() + int64(length)) {
		return false
	}
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.stopped:
	case <-ctx.Done():
	}
	return false
}

// repeat registers a further attempt. It is no call of its own: its due time
// is that of the first.
func (r *recorder) repeat(last *operation) *operation {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopping || r.history.failed() || r.isOver(r.clock.ns()) {
		return nil
	}
	op := &operation{
		kind: last.kind, id: last.id, client: last.client, number: last.number, element: none,
		due: last.due, attempt: last.attempt + 1,
	}
	r.inFlight[op] = struct{}{}
	return op
}
