package recorder

import (
	"math/rand/v2"
	"strconv"
)

const (
	// keyVersions is how many versions a client gives to a key before it takes
	// a new one. Keys are left behind so that the loss of a last version is not
	// covered up by the next one.
	keyVersions = 10
	// recentPuts is how many acknowledged puts count as recent.
	recentPuts = 64
)

// nextPut gives an operation the next version of the client's own key.
// Every put has a version of its own, also after one whose outcome is unknown.
func (c *client) nextPut(run string, op *operation) {
	op.number = c.puts/keyVersions + 1
	op.id = keyID(run, op.client, op.number)
	op.version = c.puts%keyVersions + 1
	c.puts++
	op.value = op.id + "." + strconv.FormatInt(op.version, 10)
}

type keyName struct{ client, number int64 }

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
	random func() float64
}

func newProjects() *projects {
	return &projects{places: map[keyName]int{}, random: rand.Float64}
}

func (p *projects) put(client, number int64, at position) {
	name := keyName{client, number}
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
// acknowledgement it names one that nobody writes: client 0 does not exist.
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
