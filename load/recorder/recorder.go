// Package recorder is the k6 extension that writes the history of a run: a
// module (`k6/x/holdfast`) that stamps operations, and an output
// (`--out holdfast`) that learns of dropped iterations and of the end.
package recorder

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/js/modules"
	"go.k6.io/k6/output"
)

func init() {
	modules.Register("k6/x/holdfast", module{})
	output.RegisterExtension("holdfast", newOutput)
}

// installed is the recorder of this process: the output installs it, the
// module's instances find it.
var installed atomic.Pointer[recorder]

// recorder holds what all clients of one k6 process share. One mutex is
// enough: an operation takes it three times, for about a microsecond each.
type recorder struct {
	clock    clock
	run      string
	history  *history
	stopTest func(error)

	signalsOnce, errorsOnlyOnce sync.Once
	errorsOnly                  *logrus.Logger

	mu        sync.Mutex
	schedules map[string]*schedule
	acks      *acks
	projects  *projects
	walks     *walks
	lineages  lineages
	inFlight  map[*operation]struct{}
	line      []byte // room to compose a line
	stopping  bool
	stopped   chan struct{}
	stoppedAt int64 // µs; once stopping
	isDrained bool
	drained   chan struct{}
}

func newRecorder(c clock, run string, schedules map[string]*schedule) *recorder {
	return &recorder{
		clock: c, run: run, schedules: schedules,
		acks:     newAcks(),
		projects: newProjects(),
		walks:    &walks{run: run},
		inFlight: map[*operation]struct{}{},
		stopped:  make(chan struct{}),
		drained:  make(chan struct{}),
	}
}

// begin registers an operation of a client, and chooses what it writes or
// reads. It returns nil when load is being stopped or cannot be recorded.
func (r *recorder) begin(c *client, want wish, scenario string, startTime time.Time) *operation {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopping || r.history.failed() {
		return nil
	}
	plan := r.schedules[scenario]
	for _, due := range plan.startedAt(r.clock.nsOf(startTime)) {
		r.history.write(appendDropped(nil, plan.kind, due))
	}
	op := &operation{kind: want.kind, role: want.role, client: c.number, element: none, plan: plan, attempt: 1}
	r.choose(c, op, want.tokenShare)
	r.inFlight[op] = struct{}{}
	return op
}

// finish records the answer to an operation; the line is written as soon as
// the due time is known too.
func (r *recorder) finish(op *operation, got answer) {
	op.end = r.clock.micros()
	op.answer = got
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.inFlight, op)
	r.learn(op)
	op.answered = true
	r.writeIfComplete(op)
	r.closeIfDrained()
}

// ticked receives the operations, and dropped the dropped iterations, in the
// order of k6's sample channel: the order of the schedule's ticks.
func (r *recorder) ticked(op *operation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	op.due = op.plan.due(op.plan.tick())
	op.ticked = true
	r.writeIfComplete(op)
	for _, attempt := range op.later {
		r.writeIfComplete(attempt)
	}
	op.later = nil
}

func (r *recorder) dropped(scenario string, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	plan := r.schedules[scenario]
	k, atNs := plan.tick(), r.clock.nsOf(at)
	switch {
	case r.stopping && floorDiv(atNs, 1000) >= r.stoppedAt:
		// k6 goes on ticking while the last answers are awaited: that is no load.
	case plan.known:
		r.history.write(appendDropped(nil, plan.kind, plan.due(k)))
	default:
		plan.dropEarly(k, atNs)
	}
}

// end writes what is left once all iterations have ended, and closes the file.
func (r *recorder) end() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for op := range r.inFlight {
		op.end = r.clock.micros()
		op.answer = interrupted
		r.write(op)
	}
	for _, plan := range r.schedules {
		for _, due := range plan.neverStarted() {
			r.history.write(appendDropped(nil, plan.kind, due))
		}
	}
	return r.history.close()
}

func (r *recorder) writeIfComplete(op *operation) {
	switch call := op.call(); {
	case op.answered && call.ticked:
		r.write(op)
	case op.answered && op != call:
		call.later = append(call.later, op)
	}
}

func (r *recorder) write(op *operation) {
	r.line = op.appendLine(r.line[:0])
	r.history.write(r.line)
}
