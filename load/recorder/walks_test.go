package recorder

import "testing"

func listed(w *walks, role, outcome, next string) *operation {
	lent := w.lend(role)
	op := &operation{kind: "list", role: role, id: lent.id, walk: lent, after: lent.after}
	op.answer = answer{outcome: outcome, body: body{Next: next}}
	return op
}

func TestAWalkGoesOnBehindItsLastPageAndAsksAgainForOneThatDidNotCome(t *testing.T) {
	w := &walks{run: "r1"}
	for i, c := range []struct{ outcome, next, after string }{
		{ok, "a", ""}, {unknown, "", "a"}, {failed, "", "a"}, {ok, "b", "a"}, {ok, "b", "b"},
	} {
		op := listed(w, "primary", c.outcome, c.next)
		if op.id != "r1.w1" || op.after != c.after {
			t.Errorf("page %d: %s after %q, want r1.w1 after %q", i, op.id, op.after, c.after)
		}
		w.giveBack(op)
	}
}

func TestAWalkIsLentOnceAtATimeAndTheOldestFirst(t *testing.T) {
	w := &walks{run: "r1"}
	first, second := listed(w, "primary", ok, "a"), listed(w, "primary", ok, "b")
	replicas := listed(w, "replica", ok, "c")
	if first.id == second.id || replicas.id == first.id || replicas.id == second.id {
		t.Fatalf("walks %s, %s and %s are under way at once", first.id, second.id, replicas.id)
	}
	w.giveBack(first)
	w.giveBack(second)
	if next := listed(w, "primary", ok, "d"); next.id != first.id || next.after != "a" {
		t.Errorf("lent %s after %q, want %s after a", next.id, next.after, first.id)
	}
}

func TestAWalkEndsAfterABoundedNumberOfPagesAnsweredOrNot(t *testing.T) {
	w := &walks{run: "r1"}
	pages := map[string]int{}
	for i := range 2*walkPages + 1 {
		outcome := []string{ok, unknown}[i%2]
		op := listed(w, "replica", outcome, "a")
		if pages[op.id] == 0 && op.after != "" {
			t.Errorf("%s begins after %q, want at the start", op.id, op.after)
		}
		pages[op.id]++
		w.giveBack(op)
	}
	if pages["r1.w1"] != walkPages || pages["r1.w2"] != walkPages || pages["r1.w3"] != 1 {
		t.Errorf("pages by walk: %v", pages)
	}
}
