package recorder

import (
	"math/rand/v2"
	"sort"
	"testing"
)

// replay offers writes and reads at constant rates, and returns how many
// elements were read, and the ages of what was read in µs.
func replay(t *testing.T, readsPerWrite int, answered func(us int64) bool) (share float64, ages []int64) {
	t.Helper()
	r := newRecorder(clock{}, "r1")
	a, seen := r.acks, map[int]bool{}
	a.random = rand.New(rand.NewPCG(1, 2)).Float64
	for n := range int64(10_000) {
		us := n * 5000
		a.add(1, n+1, us, position{})
		for i := range readsPerWrite {
			us += 1000
			role := []string{"primary", "replica"}[(int(n)+i)%2]
			index, _, _ := r.pick(role, none, us)
			if index == none {
				continue
			}
			ages = append(ages, us-a.elements[index].at)
			a.answered(index, role, answered(us))
			seen[index] = seen[index] || answered(us)
		}
	}
	read := 0
	for _, was := range seen {
		if was {
			read++
		}
	}
	sort.Slice(ages, func(i, j int) bool { return ages[i] < ages[j] })
	return float64(read) / 10_000, ages
}

func always(int64) bool { return true }

func TestNearlyEveryAcknowledgedElementIsReadWhereTwoReadsComeToAWrite(t *testing.T) {
	// half of one read a write finds half of the elements; what the other half finds besides is drawn
	for readsPerWrite, want := range map[int]float64{1: 0.6, 2: 0.98, 4: 0.99} {
		if share, _ := replay(t, readsPerWrite, always); share < want {
			t.Errorf("%d reads a write: %.4f of the elements were read, want %g", readsPerWrite, share, want)
		}
	}
}

func TestReadsComeSoonAndLateWhateverIsUnread(t *testing.T) {
	for readsPerWrite := 1; readsPerWrite <= 4; readsPerWrite *= 2 {
		_, ages := replay(t, readsPerWrite, always)
		if third := ages[len(ages)/3]; third > 200_000 {
			t.Errorf("%d reads a write: a third of the reads is older than %d µs, want at most 200 ms", readsPerWrite, third)
		}
		// drawn from the whole run: a sixth of all reads or more, and most of it is older than 5 s
		if old := ages[len(ages)*9/10]; old < 5_000_000 {
			t.Errorf("%d reads a write: nine in ten reads are younger than %d µs, want a tenth above 5 s", readsPerWrite, old)
		}
	}
}

func TestElementsWhoseReadsFailedAreReadAgain(t *testing.T) {
	outage := func(us int64) bool { return us < 10_000_000 || us > 20_000_000 }
	if share, _ := replay(t, 4, outage); share < 0.98 {
		t.Errorf("%.4f of the elements were read although half of the run had no outage, want 0.98", share)
	}
}

func TestAnElementSeenOnceIsNotUnreadAfterAFailedRepeat(t *testing.T) {
	r := newRecorder(clock{}, "r1")
	r.draw(0.9)
	a := r.acks
	a.add(1, 1, 0, position{})
	for range 20 {
		index, _, _ := r.pick("primary", none, 1000)
		a.answered(index, "primary", true)
	}
	index, _, _ := r.pick("primary", none, 2000)
	a.answered(index, "primary", false)
	if a.unread != 0 {
		t.Errorf("%d elements unread, want 0", a.unread)
	}
}

func TestBeforeTheFirstAcknowledgementNobodysElementIsRead(t *testing.T) {
	r := newRecorder(clock{}, "r1")
	r.draw(0.9)
	index, client, number := r.pick("primary", none, 0)
	if index != none || elementID("r1", client, number) != "r1.0.0" {
		t.Errorf("got element %d, %s", index, elementID("r1", client, number))
	}
}

func TestReadsAskForWhatWasAcknowledgedJustBeforeAFaultAndForTheirOwn(t *testing.T) {
	r := newRecorder(clock{}, "r1")
	r.acks.random = rand.New(rand.NewPCG(1, 2)).Float64
	r.setMoments("50000000\n60000000\n7")
	for n := range int64(100_000) {
		r.acks.add(n%50, n, n*1000, position{})
	}
	own, before := 0, 0
	for range 10_000 {
		switch index, _, _ := r.pick("replica", 7, 100_000_000); {
		case index == 7:
			own++
		case index >= 49_000 && index <= 50_000, index >= 59_000 && index <= 60_000:
			before++
		}
	}
	if own < 400 || own > 600 || before < 900 || before > 1200 {
		t.Errorf("of 10,000 reads %d asked for the client's own element, %d for the last second before a fault; want 500 and 1,000", own, before)
	}
}

func TestSomeReadsAskForWhatNobodyAcknowledged(t *testing.T) {
	r, _ := fixture(t)
	for n, outcome := range []string{failed, unknown, ok} {
		finish(r, begin(r, &client{number: int64(n + 1)}, adding), answer{outcome: outcome})
	}
	open := begin(r, &client{number: 4}, adding)
	asked := map[string]int{}
	for range 20_000 {
		index, client, number := r.pick("primary", none, r.clock.micros())
		if id := elementID("r1", client, number); index != none {
			asked["acknowledged"]++
		} else if client == 0 {
			asked["nobody's"]++
		} else {
			asked[id]++
		}
	}
	for who, want := range map[string]int{"acknowledged": 19_200, "nobody's": 80, "r1.1.1": 200, "r1.2.1": 200, open.id: 320} {
		if got := asked[who]; got < want-want/3 || got > want+want/3 {
			t.Errorf("%s: asked for %d times of 20,000, want about %d", who, got, want)
		}
	}
}
