package recorder

// stranger is an element that no acknowledgement speaks of.
type stranger struct{ client, number int64 }

// strangers are the adds that failed, or of which nobody knows.
type strangers struct {
	failed, unknown []stranger
}

// add notes how an add ended; one that is sent again may be acknowledged later,
// and is read as what it was until then.
func (s *strangers) add(op *operation) {
	list := &s.unknown
	if op.answer.outcome == failed {
		list = &s.failed
	}
	*list = append(*list, stranger{op.client, op.number})
}

// stranger names an add that is under way, one that was never answered, one that
// certainly failed, or, where there is none of that kind, an element that nobody
// ever writes. An API that says "found" without asking is found out by it.
func (r *recorder) stranger() (client, number int64) {
	random := r.acks.random
	one := func(of []stranger) (int64, int64) {
		if len(of) == 0 {
			return 0, 1 + int64(random()*1e6)
		}
		chosen := of[int(random()*float64(len(of)))]
		return chosen.client, chosen.number
	}
	switch draw := random(); {
	case draw < 0.4:
		return one(r.underWay())
	case draw < 0.65:
		return one(r.strangers.unknown)
	case draw < 0.9:
		return one(r.strangers.failed)
	default:
		return one(nil)
	}
}

// underWay gives one of the adds that are open, if one is found among the first
// few operations: maps are walked from a random place.
func (r *recorder) underWay() []stranger {
	looked := 0
	for op := range r.inFlight {
		if op.kind == "add" {
			return []stranger{{op.client, op.number}}
		}
		if looked++; looked == 16 {
			break
		}
	}
	return nil
}
