package recorder

import (
	"math/rand/v2"
	"sort"
)

const (
	none = -1

	recentUs  = 200_000
	latelyUs  = 5_000_000
	backlog   = 64 // unread acknowledgements above which reads serve only these
	primary   = 0
	replica   = 1
	anyRole   = 2
	roleCount = 3
)

// element is one acknowledged write. given and seen are bit sets of roles:
// reads that were handed out, and reads that were answered.
type element struct {
	client, number int64
	at             int64
	given, seen    uint8
}

// acks chooses what reads ask for. docs/load.md explains the policy; its two
// aims are that reads come soon after an acknowledgement, and that every
// acknowledged element is read at least once.
type acks struct {
	elements []element
	unread   int   // elements handed out to no role
	oldest   int   // no element before it is unread, save those in returned
	returned []int // elements whose reads got no answer
	newest   [roleCount][]int
	random   func() float64
}

func newAcks() *acks {
	return &acks{random: rand.Float64}
}

func (a *acks) add(client, number, at int64) {
	index := len(a.elements)
	a.elements = append(a.elements, element{client: client, number: number, at: at})
	a.unread++
	for role := range a.newest {
		a.newest[role] = append(a.newest[role], index)
	}
}

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

// answered notes how a read ended; an element that no read of the role has
// seen yet is to be handed out again.
func (a *acks) answered(index int, role string, wasOk bool) {
	e, bit := &a.elements[index], bits(roleOf(role))
	if wasOk {
		e.seen |= bit
		return
	}
	if e.seen&bit != 0 || e.given&bit == 0 {
		return
	}
	e.given &^= bit
	a.newest[roleOf(role)] = append(a.newest[roleOf(role)], index)
	if e.given == 0 {
		a.unread++
		a.newest[anyRole] = append(a.newest[anyRole], index)
		a.returned = append(a.returned, index)
	}
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

func roleOf(name string) int {
	if name == "replica" {
		return replica
	}
	return primary
}

func bits(role int) uint8 {
	if role == anyRole {
		return 1<<primary | 1<<replica
	}
	return 1 << role
}
