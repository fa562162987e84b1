package recorder

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// drainLimit bounds the wait for the last answers; every request has a
// timeout of its own far below it.
const drainLimit = 10 * time.Second

// takeSignals takes SIGINT and SIGTERM over from k6, which would cut off the
// requests under way. The first of them stops the load and ends k6 with code 0
// once the last answer is in; a second one kills.
//
// It is called at the first operation: before that k6 has not installed its
// own handlers yet, and there is nothing to lose.
func (r *recorder) takeSignals() {
	r.signalsOnce.Do(func() {
		signal.Reset(os.Interrupt, syscall.SIGTERM)
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
		go func() {
			<-signals
			signal.Reset(os.Interrupt, syscall.SIGTERM)
			r.stopLoad()
			select {
			case <-r.drained:
			case <-time.After(drainLimit):
			}
			err := r.afterwards()
			close(r.done)
			r.stopTest(err) // without an error k6 exits with 0
		}()
	})
}

// awaitStop keeps a load that was told to stop from ending before all that
// follows it is done: k6 ends with its last scenario.
func (r *recorder) awaitStop(ctx context.Context) {
	select {
	case <-r.stopped:
	default:
		return
	}
	select {
	case <-r.done:
	case <-ctx.Done():
	}
}

// stopLoad lets no further operation begin.
func (r *recorder) stopLoad() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopping = true
	close(r.stopped)
	r.closeIfDrained()
}

func (r *recorder) closeIfDrained() {
	if !r.stopping || len(r.inFlight) > 0 || r.isDrained {
		return
	}
	r.isDrained = true
	close(r.drained)
}
