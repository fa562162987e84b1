package recorder

import (
	"strconv"

	"go.k6.io/k6/metrics"
)

// operation is one client call, or a later attempt of it. A first attempt
// travels through k6's sample channel as an empty container, which gives it
// its place among the dropped iterations; later ones are no ticks of a schedule.
type operation struct {
	kind, role, id string
	client, number int64
	element        int // the element or key that is read
	plan           *schedule

	token   string // position that a read demands
	version int64  // of a put, as is value
	value   string
	walk    *walk // of a list, as is after
	after   string

	attempt int64        // 1 at first
	first   *operation   // the first attempt, of a later one
	later   []*operation // answered attempts that wait for the due time of this one

	start, end, due  int64
	answer           answer
	answered, ticked bool
}

// GetSamples makes an operation acceptable to k6's channel; there are none.
func (*operation) GetSamples() []metrics.Sample { return nil }

// call is the first attempt, which has the due time of them all.
func (o *operation) call() *operation {
	if o.first != nil {
		return o.first
	}
	return o
}

func elementID(run string, client, number int64) string {
	return run + "." + strconv.FormatInt(client, 10) + "." + strconv.FormatInt(number, 10)
}

// keyID differs from every elementID: no client number begins with a letter.
func keyID(run string, client, number int64) string {
	return run + ".p" + strconv.FormatInt(client, 10) + "." + strconv.FormatInt(number, 10)
}

func walkID(run string, number int64) string {
	return run + ".w" + strconv.FormatInt(number, 10)
}
