package recorder

import (
	"math/rand/v2"
	"testing"
)

func TestVersionsOfAKeyAscendByOneAndNoneIsGivenTwice(t *testing.T) {
	w := &writer{number: 7}
	highest, values := map[string]int64{}, map[string]bool{}
	for range 5 * keyVersions {
		op := &operation{}
		w.next("r1", op)
		if op.version != highest[op.id]+1 {
			t.Errorf("%s: version %d after %d", op.id, op.version, highest[op.id])
		}
		highest[op.id] = op.version
		values[op.value] = true
	}
	if len(values) != 5*keyVersions {
		t.Errorf("%d values, want every one to be unique", len(values))
	}
	if len(highest) != 5 || highest["r1.p7.1"] != keyVersions || highest["r1.p7.5"] != keyVersions {
		t.Errorf("highest versions %v", highest)
	}
}

func TestAWriterIsLentOnceAtATimeAndAllInTurn(t *testing.T) {
	p, lent := newProjects(), map[int64]int{}
	for range leastWriters {
		p.giveBack(p.lend())
	}
	open := p.lend()
	for range 3 * (leastWriters - 1) {
		w := p.lend()
		lent[w.number]++
		p.giveBack(w)
	}
	if lent[open.number] != 0 || len(lent) != leastWriters-1 {
		t.Fatalf("lent %v while %d was under way", lent, open.number)
	}
	for number, times := range lent {
		if times != 3 {
			t.Errorf("writer %d was lent %d times, want 3", number, times)
		}
	}
}

func TestBeforeTheFirstAcknowledgementNobodysKeyIsRead(t *testing.T) {
	place, name := newProjects().pick()
	if place != none || keyID("r1", name.writer, name.number) != "r1.p0.0" {
		t.Errorf("got key %d, %v", place, name)
	}
}

func TestGetsAskForRecentPutsMostlyAndForEveryKeyInTheEnd(t *testing.T) {
	p := newProjects()
	p.random = rand.New(rand.NewPCG(1, 2)).Float64
	const keys = 500
	newest, read := 0, map[int]bool{}
	for n := range int64(keys) {
		p.put(1, n+1, position{})
		for range 20 {
			place, name := p.pick()
			read[place] = true
			if name.number == n+1 {
				newest++
			}
		}
	}
	if share := float64(newest) / (20 * keys); share < 0.4 || share > 0.5 {
		t.Errorf("%.2f of the gets asked for the key put last, want 0.4 to 0.5", share)
	}
	if len(read) < keys*99/100 {
		t.Errorf("%d of %d keys were read", len(read), keys)
	}
}

func TestAKeyKeepsThePositionOfItsLastAcknowledgedPut(t *testing.T) {
	p := newProjects()
	p.put(1, 1, position{1, 10})
	p.put(1, 1, position{1, 20})
	if len(p.keys) != 1 || p.keys[0].position.lsn != 20 {
		t.Errorf("keys %+v", p.keys)
	}
}
