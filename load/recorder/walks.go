package recorder

const (
	// pageLimit is how many elements a page of a list may show.
	pageLimit = 100
	// walkPages is how many pages a walk asks for, answered or not.
	walkPages = 500
)

// walk lists the elements of the run from the first on, page by page, and
// then keeps following new ones.
type walk struct {
	id     string
	number int64
	after  string // position of the last page that was answered
	pages  int
}

// walks lends each walk to one operation at a time.
type walks struct {
	run  string
	made int64
	free [2][]*walk // by role
}

// lend gives the oldest free walk, or a new one. So a single walk gets all
// pages and stays with the newest elements, while it takes less than a period
// to answer; others join in where answers are slow.
func (w *walks) lend(role string) *walk {
	free := &w.free[roleOf(role)]
	if len(*free) == 0 {
		w.made++
		return &walk{id: walkID(w.run, w.made), number: w.made}
	}
	oldest := 0
	for i, each := range *free {
		if each.number < (*free)[oldest].number {
			oldest = i
		}
	}
	lent, last := (*free)[oldest], len(*free)-1
	(*free)[oldest] = (*free)[last]
	*free = (*free)[:last]
	return lent
}

// giveBack moves a walk behind an answered page. Any other page is asked for
// again, from the same position.
func (w *walks) giveBack(op *operation) {
	returned := op.walk
	if op.answer.outcome == ok {
		returned.after = op.answer.body.Next
	}
	if returned.pages++; returned.pages < walkPages {
		w.free[roleOf(op.role)] = append(w.free[roleOf(op.role)], returned)
	}
}
