package recorder

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

type memory struct{ bytes.Buffer }

func (*memory) Close() error { return nil }

type recorded struct {
	Op, ID, Outcome, Error, Kind, Token string
	Client, Due, Start, End, Attempt    int64
	Lines                               int
}

// fixture is a recorder with one scenario of 1,000 adds a second that started
// at the zero of a clock whose zero lies 10 s in the past.
func fixture(t *testing.T) (r *recorder, began time.Time, lines func() []recorded) {
	t.Helper()
	file := &memory{}
	r = newRecorder(clock{zeroNs: clock{}.ns() - 10e9}, "r1", map[string]*schedule{
		"add": {kind: "add", periodNs: 1e6, lengthNs: 60e9}, "readPrimary": {kind: "read", periodNs: 1e6},
		"readReplica": {kind: "read", periodNs: 1e6}, "put": {kind: "put", periodNs: 1e6},
		"getReplica": {kind: "get", periodNs: 1e6}, "listPrimary": {kind: "list", periodNs: 1e6},
	})
	r.history = newHistory(file, func(err error) { t.Error(err) })
	return r, time.Now().Add(-5 * time.Second), func() (all []recorded) {
		if err := r.end(); err != nil {
			t.Fatal(err)
		}
		for text := range strings.Lines(file.String()) {
			var line recorded
			if err := json.Unmarshal([]byte(text), &line); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			all = append(all, line)
		}
		return all
	}
}

func begin(r *recorder, c *client, began time.Time) *operation {
	op := r.begin(c, wish{kind: "add"}, "add", began)
	if op != nil {
		op.start = r.clock.micros()
	}
	return op
}

func TestIdsAreDenseByClient(t *testing.T) {
	r, began, lines := fixture(t)
	for range 3 {
		for number := range int64(2) {
			c := &client{number: number + 1, adds: 0}
			if number == 1 {
				c.adds = 7
			}
			op := begin(r, c, began)
			r.ticked(op)
			r.finish(op, answer{outcome: ok})
		}
	}
	all := lines()
	if all[0].ID != "r1.1.1" || all[1].ID != "r1.2.8" || all[6].Lines != 6 {
		t.Errorf("got %+v", all)
	}
}

func TestDueTimesFollowTheOrderOfTheChannelNotOfTheAnswers(t *testing.T) {
	r, began, lines := fixture(t)
	first, second := begin(r, &client{number: 1}, began), begin(r, &client{number: 2}, began)
	r.finish(second, answer{outcome: ok}) // answered before k6 delivered its place
	r.ticked(first)
	r.dropped("add", time.Now())
	r.ticked(second)
	r.finish(first, answer{outcome: ok})
	all := lines()
	if len(all) != 4 || all[0].Op != "dropped" || all[0].Kind != "add" || all[1].Client != 2 || all[2].Client != 1 {
		t.Fatalf("got %+v", all)
	}
	if grid := all[2].Due; all[0].Due != grid+1000 || all[1].Due != grid+2000 {
		t.Errorf("due times %d, %d, %d, want steps of 1000", all[2].Due, all[0].Due, all[1].Due)
	}
	if all[1].Due > all[1].Start || all[2].Due > all[2].Start {
		t.Errorf("due after start: %+v", all)
	}
}

func TestAnOperationCutOffAtTheEndIsUnknown(t *testing.T) {
	r, began, lines := fixture(t)
	r.ticked(begin(r, &client{number: 1}, began))
	all := lines()
	if len(all) != 2 || all[0].Outcome != unknown || !strings.HasPrefix(all[0].Error, "interrupted") || all[1].Lines != 1 {
		t.Errorf("got %+v", all)
	}
}

func TestStoppingAwaitsTheLastAnswerAndBeginsNothing(t *testing.T) {
	r, began, lines := fixture(t)
	op := begin(r, &client{number: 1}, began)
	r.ticked(op)
	r.stopLoad()
	if begin(r, &client{number: 2}, began) != nil {
		t.Error("an operation began after the stop")
	}
	r.dropped("add", time.Now())
	select {
	case <-r.drained:
		t.Error("drained with an operation under way")
	default:
	}
	r.finish(op, answer{outcome: ok})
	<-r.drained
	if all := lines(); len(all) != 2 || all[0].Outcome != ok {
		t.Errorf("got %+v", all)
	}
}

func TestReadsAskForAcknowledgedElements(t *testing.T) {
	r, began, _ := fixture(t)
	op := begin(r, &client{number: 4}, began)
	r.finish(op, answer{outcome: unknown})
	reader := &client{number: 5}
	if early := r.begin(reader, wish{kind: "read", role: "primary"}, "readPrimary", began); early.id != "r1.0.0" {
		t.Errorf("an element that nobody acknowledged is read: %s", early.id)
	}
	op = begin(r, &client{number: 4, adds: 1}, began)
	r.finish(op, answer{outcome: ok})
	if late := r.begin(reader, wish{kind: "read", role: "primary"}, "readPrimary", began); late.id != "r1.4.2" || late.client != 5 {
		t.Errorf("read %s as client %d, want r1.4.2 as 5", late.id, late.client)
	}
}
