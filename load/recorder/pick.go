package recorder

import "sort"

const (
	recentUs = 200_000
	latelyUs = 5_000_000
	// backlog is how many unread elements may wait before reads serve only these.
	backlog = 64
)

// pick hands out an element for a read. Before the first acknowledgement it
// names an element that nobody writes: client 0 does not exist.
func (a *acks) pick(role string, nowUs int64) (index int, client, number int64) {
	if len(a.elements) == 0 {
		return none, 0, 0
	}
	index = a.choose(roleOf(role), nowUs)
	e := &a.elements[index]
	if e.given == 0 {
		a.unread--
	}
	e.given |= bits(roleOf(role))
	return index, e.client, e.number
}

// choose is the policy of docs/load.md. Its two aims are that reads come soon
// after an acknowledgement, and that every acknowledged element is read.
func (a *acks) choose(role int, nowUs int64) int {
	draw, index := a.random(), none
	switch {
	case a.unread > backlog && draw < 0.5:
		index = a.newestUnread(anyRole)
	case a.unread > backlog:
		index = a.oldestUnread()
	case draw < 0.10:
		index = len(a.elements) - 1
	case draw < 0.35:
		index = a.newestUnread(role)
	case draw < 0.65:
		index = a.oldestUnread()
	case draw < 0.75:
		index = a.since(nowUs - latelyUs)
	case draw < 0.85:
		index = a.since(0)
	}
	if index == none {
		index = a.since(nowUs - recentUs)
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

// since draws evenly from the elements acknowledged after a time, or the last.
func (a *acks) since(us int64) int {
	first := sort.Search(len(a.elements), func(i int) bool { return a.elements[i].at >= us })
	first = min(first, len(a.elements)-1)
	return first + int(a.random()*float64(len(a.elements)-first))
}
