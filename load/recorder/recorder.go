// Package recorder is the k6 extension that offers load and writes the history
// of a run: an executor (`random-arrivals`) that says when calls are due, a
// module (`k6/x/holdfast`) that stamps them, and an output (`--out holdfast`)
// that opens and closes the file.
package recorder

import (
	"sync"
	"sync/atomic"

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
	// afterwards is done once the last answer is in, before k6 is ended
	afterwards func() error

	signalsOnce, errorsOnlyOnce sync.Once
	errorsOnly                  *logrus.Logger

	mu        sync.Mutex
	turns     map[int64]turn // by client
	acks      *acks
	projects  *projects
	walks     *walks
	lineages  lineages
	strangers strangers
	inFlight  map[*operation]struct{}
	line      []byte  // room to compose a line
	moments   []int64 // µs: when faults took effect, as the runner says
	endNs     atomic.Int64
	stopping  bool
	stopped   chan struct{}
	done      chan struct{} // closed when all that follows the load is done
	isDrained bool
	drained   chan struct{}
}

func newRecorder(c clock, run string) *recorder {
	return &recorder{
		clock: c, run: run,
		turns:    map[int64]turn{},
		acks:     newAcks(),
		projects: newProjects(),
		walks:    &walks{run: run},
		inFlight: map[*operation]struct{}{},
		stopped:  make(chan struct{}),
		drained:  make(chan struct{}),
		done:     make(chan struct{}),

		afterwards: func() error { return nil },
	}
}

// begin registers the operation that is a client's turn, and chooses what it
// writes or reads. It returns nil when load is being stopped or cannot be
// recorded, or the client has no turn.
func (r *recorder) begin(c *client) *operation {
	r.mu.Lock()
	defer r.mu.Unlock()
	next, hasTurn := r.turns[c.number]
	if r.stopping || r.history.failed() || !hasTurn {
		return nil
	}
	delete(r.turns, c.number)
	op := &operation{kind: next.offer.Kind, role: next.offer.Role, client: c.number, element: none, due: next.due, attempt: 1}
	r.choose(c, op, next.offer.TokenShare)
	r.inFlight[op] = struct{}{}
	return op
}

// finish records the answer to an operation.
func (r *recorder) finish(c *client, op *operation, got answer) {
	op.end = r.clock.micros()
	op.answer = got
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.inFlight, op)
	r.learn(c, op)
	r.write(op)
	r.closeIfDrained()
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
	if !r.stopping {
		for _, missed := range r.turns {
			r.writeDropped(missed)
		}
	}
	return r.history.close()
}

func (r *recorder) write(op *operation) {
	r.line = op.appendLine(r.line[:0])
	r.history.write(r.line)
}
