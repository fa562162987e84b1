package recorder

import (
	"math/rand/v2"
	"strconv"
)

const (
	// keyVersions is how many versions a writer gives to a key before it takes
	// a new one. Keys are left behind so that the loss of a last version is not
	// covered up by the next one.
	keyVersions = 10
	// leastWriters is how many keys are written in turn.
	leastWriters = 64
	// recentPuts is how many acknowledged puts count as recent.
	recentPuts = 64
)

// writer gives versions to one key at a time, and is lent to one put at a time:
// whichever client makes it, a key has one writer.
type writer struct{ number, puts int64 }

// next gives an operation the next version of the writer's key. Every put has a
// version of its own, also after one whose outcome is unknown.
func (w *writer) next(run string, op *operation) {
	op.number = w.puts/keyVersions + 1
	op.id = keyID(run, w.number, op.number)
	op.version = w.puts%keyVersions + 1
	w.puts++
	op.value = op.id + "." + strconv.FormatInt(op.version, 10)
}

// lend gives the writer that has been free for the longest time, or a new one
// while there are few: so keys are written in turn, each about every two seconds
// at 32 puts a second.
func (p *projects) lend() *writer {
	if len(p.free) == 0 || p.made < leastWriters {
		p.made++
		return &writer{number: p.made}
	}
	lent := p.free[0]
	p.free = p.free[1:]
	return lent
}

func (p *projects) giveBack(w *writer) { p.free = append(p.free, w) }

type keyName struct{ writer, number int64 }

// key is one of which some version was acknowledged; position is that of the
// last one.
type key struct {
	keyName
	position position
}

// projects keeps the keys with acknowledged versions.
type projects struct {
	keys   []key
	places map[keyName]int
	recent [recentPuts]int
	acked  int
	free   []*writer
	made   int64
	random func() float64
}

func newProjects() *projects {
	return &projects{places: map[keyName]int{}, random: rand.Float64}
}

func (p *projects) put(writer, number int64, at position) {
	name := keyName{writer, number}
	place, isKnown := p.places[name]
	if !isKnown {
		place = len(p.keys)
		p.places[name] = place
		p.keys = append(p.keys, key{keyName: name})
	}
	p.keys[place].position = at
	p.recent[p.acked%recentPuts] = place
	p.acked++
}

// pick chooses a key for a get, as docs/load.md tables it. Before the first
// acknowledgement it names one that nobody writes: writer 0 does not exist.
func (p *projects) pick() (place int, name keyName) {
	if p.acked == 0 {
		return none, keyName{}
	}
	switch draw := p.random(); {
	case draw < 0.4:
		place = p.recent[(p.acked-1)%recentPuts]
	case draw < 0.8:
		place = p.recent[int(p.random()*float64(min(p.acked, recentPuts)))]
	default:
		place = int(p.random() * float64(len(p.keys)))
	}
	return place, p.keys[place].keyName
}
