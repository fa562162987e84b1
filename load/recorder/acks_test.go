package recorder

import (
	"math/rand/v2"
	"sort"
	"testing"
)

// replay offers writes and reads at constant rates to acks, and returns how
// many elements were read, and the ages of what was read in µs.
func replay(t *testing.T, readsPerWrite int, answered func(us int64) bool) (share float64, ages []int64) {
	t.Helper()
	a := newAcks()
	a.random = rand.New(rand.NewPCG(1, 2)).Float64
	seen := map[int]bool{}
	for n := range int64(10_000) {
		us := n * 5000
		a.add(1, n+1, us, position{})
		for i := range readsPerWrite {
			us += 1000
			role := []string{"primary", "replica"}[(int(n)+i)%2]
			index, _, _ := a.pick(role, us)
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

func TestNearlyEveryAcknowledgedElementIsRead(t *testing.T) {
	for _, readsPerWrite := range []int{1, 2, 4} {
		if share, _ := replay(t, readsPerWrite, always); share < 0.99 {
			t.Errorf("%d reads a write: %.4f of the elements were read, want 0.99", readsPerWrite, share)
		}
	}
}

func TestHalfOfTheReadsComeSoonAfterTheAcknowledgement(t *testing.T) {
	_, ages := replay(t, 2, always)
	if median := ages[len(ages)/2]; median > 200_000 {
		t.Errorf("median age %d µs, want at most 200 ms", median)
	}
	if quarter := ages[len(ages)/4]; quarter > 10_000 {
		t.Errorf("a quarter of the reads is older than %d µs, want at most 10 ms", quarter)
	}
	if oldest := ages[len(ages)-1]; oldest < 10_000_000 {
		t.Errorf("the oldest element read was %d µs old, want some from all over the run", oldest)
	}
}

func TestElementsWhoseReadsFailedAreReadAgain(t *testing.T) {
	outage := func(us int64) bool { return us < 10_000_000 || us > 20_000_000 }
	if share, _ := replay(t, 2, outage); share < 0.99 {
		t.Errorf("%.4f of the elements were read although half of the run had no outage, want 0.99", share)
	}
}

func TestAnElementSeenOnceIsNotUnreadAfterAFailedRepeat(t *testing.T) {
	a := newAcks()
	a.add(1, 1, 0, position{})
	for range 20 {
		index, _, _ := a.pick("primary", 1000)
		a.answered(index, "primary", true)
	}
	index, _, _ := a.pick("primary", 2000)
	a.answered(index, "primary", false)
	if a.unread != 0 {
		t.Errorf("%d elements unread, want 0", a.unread)
	}
}

func TestBeforeTheFirstAcknowledgementNobodysElementIsRead(t *testing.T) {
	index, client, number := newAcks().pick("primary", 0)
	if index != none || elementID("r1", client, number) != "r1.0.0" {
		t.Errorf("got element %d, %s", index, elementID("r1", client, number))
	}
}
