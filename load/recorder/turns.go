package recorder

// turn is a call that is due.
type turn struct {
	offer *offer
	due   int64 // µs
}

// isOver tells whether the load has ended by itself by then.
func (r *recorder) isOver(ns int64) bool { return ns >= r.endNs.Load() }

// hand notes what a client is to begin next. A turn that it did not take (its
// script threw) was offered all the same.
func (r *recorder) hand(client int64, next turn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if missed, wasMissed := r.turns[client]; wasMissed {
		r.writeDropped(missed)
	}
	r.turns[client] = next
}

// drop records a call that found no free client. Once load is being stopped
// nothing is offered any more.
func (r *recorder) drop(lost turn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopping {
		r.writeDropped(lost)
	}
}

func (r *recorder) writeDropped(lost turn) {
	r.history.write(appendDropped(nil, lost.offer.Kind, lost.due))
}
