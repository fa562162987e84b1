package recorder

import "sort"

const (
	recentUs = 200_000
	latelyUs = 5_000_000
	// beforeUs is how long before a fault an acknowledgement is at stake in it.
	beforeUs = 1_000_000
	// backlog is how many unread elements may wait before the half of the reads that
	// looks for such serves nothing else.
	backlog = 64
)

// pick hands out an element for a read, as docs/load.md tables it: half of the
// reads look for elements that nobody has read, half do not care. Before the
// first acknowledgement it names an element that nobody writes: client 0 does
// not exist.
func (r *recorder) pick(role string, own int, nowUs int64) (index int, client, number int64) {
	a := r.acks
	draw := a.random()
	if draw < 0.04 {
		client, number = r.stranger()
		return none, client, number
	}
	if len(a.elements) == 0 {
		return none, 0, 0
	}
	if draw < 0.5 {
		index = r.anyhow(draw, own, nowUs)
	} else {
		index = a.unreadFirst(roleOf(role), nowUs)
	}
	e := &a.elements[index]
	if e.given == 0 {
		a.unread--
	}
	e.given |= bits(roleOf(role))
	return index, e.client, e.number
}

// anyhow chooses whatever was read before: what a member has lost, or a cache
// has kept, shows in elements of long ago.
func (r *recorder) anyhow(draw float64, own int, nowUs int64) int {
	a := r.acks
	switch {
	case draw < 0.12:
		return len(a.elements) - 1
	case draw < 0.22:
		return a.within(nowUs-latelyUs, nowUs)
	case draw < 0.27 && own != none:
		return own
	case draw < 0.37 && len(r.moments) > 0:
		fault := r.moments[int(a.random()*float64(len(r.moments)))]
		return a.within(fault-beforeUs, fault)
	default:
		return a.within(0, nowUs)
	}
}

// unreadFirst aims at reads soon after an acknowledgement, and at one of every
// element.
func (a *acks) unreadFirst(role int, nowUs int64) int {
	draw, index := a.random(), none
	switch {
	case a.unread > backlog && draw < 0.5:
		index = a.newestUnread(anyRole)
	case a.unread > backlog:
		index = a.oldestUnread()
	case draw < 0.4:
		index = a.newestUnread(role)
	case draw < 0.7:
		index = a.oldestUnread()
	}
	if index == none {
		index = a.within(nowUs-recentUs, nowUs)
	}
	return index
}

func (a *acks) newestUnread(role int) int {
	stack := &a.newest[role]
	for len(*stack) > 0 {
		index := (*stack)[len(*stack)-1]
		*stack = (*stack)[:len(*stack)-1]
		if a.elements[index].given&bits(role) == 0 {
			return index
		}
	}
	return none
}

func (a *acks) oldestUnread() int {
	for len(a.returned) > 0 {
		index := a.returned[0]
		a.returned = a.returned[1:]
		if a.elements[index].given == 0 {
			return index
		}
	}
	for ; a.oldest < len(a.elements); a.oldest++ {
		if a.elements[a.oldest].given == 0 {
			return a.oldest
		}
	}
	return none
}

// within draws evenly from the elements acknowledged in a time, or else gives
// the last one before its end.
func (a *acks) within(fromUs, untilUs int64) int {
	first := a.firstSince(fromUs)
	count := a.firstSince(untilUs+1) - first
	if count < 1 {
		return max(0, min(first, len(a.elements))-1)
	}
	return first + int(a.random()*float64(count))
}

func (a *acks) firstSince(us int64) int {
	return sort.Search(len(a.elements), func(i int) bool { return a.elements[i].at >= us })
}
