package recorder

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

type memory struct{ bytes.Buffer }

func (*memory) Close() error { return nil }

type recorded struct {
	Op, ID, Outcome, Error, Kind, Token string
	Role, Site, Copy, Xid               string
	Found                               bool
	Client, Due, Start, End, Attempt    int64
	Lines                               int
}

var (
	adding       = &offer{Kind: "add"}
	readsPrimary = &offer{Kind: "read", Role: "primary"}
)

// fixture is a recorder with the zero of its clock 10 s in the past; load lasts
// a minute more.
func fixture(t *testing.T) (r *recorder, lines func() []recorded) {
	t.Helper()
	file := &memory{}
	r = newRecorder(clock{zeroNs: clock{}.ns() - 10e9}, "r1")
	r.history = newHistory(file, func(err error) { t.Error(err) })
	r.endNs.Store(70e9)
	return r, func() (all []recorded) {
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

// begin lets a client begin what is due now.
func begin(r *recorder, c *client, what *offer) *operation {
	r.hand(c.number, turn{offer: what, due: r.clock.micros()})
	op := r.begin(c)
	if op != nil {
		op.start = r.clock.micros()
	}
	return op
}

func finish(r *recorder, op *operation, got answer) {
	r.finish(&client{number: op.client, own: none}, op, got)
}

// draw lets a recorder draw the same number each time.
func (r *recorder) draw(number float64) { r.acks.random = func() float64 { return number } }

func TestIdsAreDenseByClient(t *testing.T) {
	r, lines := fixture(t)
	for range 3 {
		for number := range int64(2) {
			c := &client{number: number + 1, adds: 0}
			if number == 1 {
				c.adds = 7
			}
			finish(r, begin(r, c, adding), answer{outcome: ok})
		}
	}
	all := lines()
	if all[0].ID != "r1.1.1" || all[1].ID != "r1.2.8" || all[6].Lines != 6 {
		t.Errorf("got %+v", all)
	}
}

func TestACallHasTheDueTimeThatItsClientWasHanded(t *testing.T) {
	r, lines := fixture(t)
	r.hand(2, turn{offer: adding, due: 1000})
	r.hand(1, turn{offer: adding, due: 2000})
	r.drop(turn{offer: adding, due: 3000})
	first, second := r.begin(&client{number: 1}), r.begin(&client{number: 2})
	finish(r, first, answer{outcome: ok})
	finish(r, second, answer{outcome: ok})
	if got := lines(); len(got) != 4 || got[0].Op != "dropped" || got[0].Kind != "add" || got[0].Due != 3000 ||
		got[1].Client != 1 || got[1].Due != 2000 || got[2].Client != 2 || got[2].Due != 1000 {
		t.Errorf("got %+v", got)
	}
}

func TestATurnThatAClientDidNotTakeIsDropped(t *testing.T) {
	r, lines := fixture(t)
	r.hand(1, turn{offer: adding, due: 1000}) // its script threw before it began
	r.hand(1, turn{offer: adding, due: 2000})
	if op := r.begin(&client{number: 1}); op == nil || op.due != 2000 {
		t.Errorf("began %+v, want what is due at 2000", op)
	}
	if r.begin(&client{number: 1}) != nil {
		t.Error("one turn was taken twice")
	}
	r.hand(3, turn{offer: adding, due: 4000})
	dropped := map[int64]bool{}
	for _, line := range lines() {
		if line.Op == "dropped" {
			dropped[line.Due] = true
		}
	}
	if len(dropped) != 2 || !dropped[1000] || !dropped[4000] {
		t.Errorf("dropped %v, want 1000 and 4000", dropped)
	}
}

func TestAnOperationCutOffAtTheEndIsUnknown(t *testing.T) {
	r, lines := fixture(t)
	begin(r, &client{number: 1}, adding)
	all := lines()
	if len(all) != 2 || all[0].Outcome != unknown || !strings.HasPrefix(all[0].Error, "interrupted") || all[1].Lines != 1 {
		t.Errorf("got %+v", all)
	}
}

func TestStoppingAwaitsTheLastAnswerAndBeginsNothing(t *testing.T) {
	r, lines := fixture(t)
	op := begin(r, &client{number: 1}, adding)
	r.stopLoad()
	if begin(r, &client{number: 2}, adding) != nil {
		t.Error("an operation began after the stop")
	}
	r.drop(turn{offer: adding, due: r.clock.micros()})
	select {
	case <-r.drained:
		t.Error("drained with an operation under way")
	default:
	}
	finish(r, op, answer{outcome: ok})
	<-r.drained
	if all := lines(); len(all) != 2 || all[0].Outcome != ok {
		t.Errorf("got %+v", all)
	}
}

func TestReadsAskForAcknowledgedElements(t *testing.T) {
	r, _ := fixture(t)
	r.draw(0.9)
	finish(r, begin(r, &client{number: 4}, adding), answer{outcome: unknown})
	reader := &client{number: 5, own: none}
	if early := begin(r, reader, readsPrimary); early.id != "r1.0.0" {
		t.Errorf("an element that nobody acknowledged is read: %s", early.id)
	}
	finish(r, begin(r, &client{number: 4, adds: 1}, adding), answer{outcome: ok})
	if late := begin(r, reader, readsPrimary); late.id != "r1.4.2" || late.client != 5 {
		t.Errorf("read %s as client %d, want r1.4.2 as 5", late.id, late.client)
	}
}
