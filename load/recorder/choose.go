package recorder

// choose decides what an operation writes or reads.
func (r *recorder) choose(c *client, op *operation, tokenShare float64) {
	var known position
	switch op.kind {
	case "add":
		c.adds++
		op.number = c.adds
		op.id = elementID(r.run, op.client, op.number)
	case "read":
		var client, number int64
		op.element, client, number = r.pick(op.role, c.own, r.clock.micros())
		op.id = elementID(r.run, client, number)
		if op.element != none {
			known = r.acks.elements[op.element].position
		}
	case "put":
		op.writer = r.projects.lend()
		op.writer.next(r.run, op)
	case "get":
		var name keyName
		op.element, name = r.projects.pick()
		op.id = keyID(r.run, name.writer, name.number)
		if op.element != none {
			known = r.projects.keys[op.element].position
		}
	case "list":
		op.walk = r.walks.lend(op.role)
		op.id, op.after = op.walk.id, op.walk.after
	}
	if known.lineage != 0 && tokenShare > 0 && r.acks.random() < tokenShare {
		op.token = r.lineages.token(known)
	}
}

// learn keeps what later operations need of an answer.
func (r *recorder) learn(c *client, op *operation) {
	wasOk := op.answer.outcome == ok
	switch {
	case op.kind == "add" && wasOk:
		c.own = r.acks.add(op.client, op.number, op.end, r.lineages.positionOf(&op.answer.body))
	case op.kind == "add":
		r.strangers.add(op)
	case op.kind == "put":
		if wasOk {
			r.projects.put(op.writer.number, op.number, r.lineages.positionOf(&op.answer.body))
		}
		r.projects.giveBack(op.writer)
	case op.kind == "read" && op.element != none:
		r.acks.answered(op.element, op.role, wasOk)
	case op.kind == "list":
		r.walks.giveBack(op)
	}
}
