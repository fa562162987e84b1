package recorder

import "math/rand/v2"

const (
	none = -1

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
	position       position
	given, seen    uint8
}

// acks keeps the acknowledged elements of a run and who was asked for them.
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

func (a *acks) add(client, number, at int64, where position) (index int) {
	index = len(a.elements)
	a.elements = append(a.elements, element{client: client, number: number, at: at, position: where})
	a.unread++
	for role := range a.newest {
		a.newest[role] = append(a.newest[role], index)
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
