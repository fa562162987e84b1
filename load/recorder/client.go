package recorder

import (
	"errors"

	"github.com/grafana/sobek"
	"go.k6.io/k6/js/common"
	"go.k6.io/k6/js/modules"
	"go.k6.io/k6/lib"
)

var errWithoutOutput = errors.New("k6/x/holdfast: expected its output to be on, got a run without it: " +
	"start k6 with --out holdfast")

type module struct{}

// NewModuleInstance makes the client of one VU.
func (module) NewModuleInstance(vu modules.VU) modules.Instance {
	return &client{vu: vu, own: none}
}

// client is one VU: it has one operation under way at most.
type client struct {
	vu       modules.VU
	recorder *recorder
	number   int64
	adds     int64
	own      int // the element that it added last and that was acknowledged
	current  *operation
	last     *operation
}

// Exports offers begin, end and again to the script.
func (c *client) Exports() modules.Exports {
	return modules.Exports{Named: map[string]any{"begin": c.begin, "end": c.finish, "again": c.again}}
}

// begin() returns what to write or to ask for, or undefined when no operation
// is to be made any more.
func (c *client) begin(sobek.FunctionCall) sobek.Value {
	runtime, state := c.vu.Runtime(), c.vu.State()
	if err := c.join(state); err != nil {
		common.Throw(runtime, err)
	}
	if c.current != nil { // the script threw between begin and end
		c.answer(interrupted)
	}
	op := c.recorder.begin(c)
	if op == nil {
		return sobek.Undefined()
	}
	c.current = op
	op.start = c.recorder.clock.micros()
	return c.asked(op)
}

// asked says what the request has to carry.
func (c *client) asked(op *operation) sobek.Value {
	runtime := c.vu.Runtime()
	asked := runtime.NewObject()
	set := func(name string, value any) {
		if err := asked.Set(name, value); err != nil {
			common.Throw(runtime, err)
		}
	}
	set("kind", op.kind)
	set("id", op.id)
	switch op.kind {
	case "add":
	case "put":
		set("version", op.version)
		set("value", op.value)
	case "list":
		set("role", op.role)
		set("after", op.after)
		set("limit", pageLimit)
	default:
		set("role", op.role)
		set("token", op.token)
	}
	return asked
}

// end(response) takes k6's response to the operation begun last.
func (c *client) finish(call sobek.FunctionCall) sobek.Value {
	if c.current == nil {
		common.Throw(c.vu.Runtime(), errors.New("end: expected an operation that was begun, came none: call begin first"))
	}
	got := call.Argument(0).ToObject(c.vu.Runtime())
	body := ""
	if given := got.Get("body"); given != nil && !sobek.IsNull(given) && !sobek.IsUndefined(given) {
		body = given.String()
	}
	c.answer(judge(c.current, response{
		status:    int(got.Get("status").ToInteger()),
		errorCode: int(got.Get("error_code").ToInteger()),
		problem:   got.Get("error").String(),
		body:      body,
		connected: got.Get("remote_ip").String() != "",
		connectUs: connectUs(got),
	}))
	return sobek.Undefined()
}

func (c *client) answer(got answer) {
	c.recorder.finish(c, c.current, got)
	c.last, c.current = c.current, nil
}

// join ties the VU to the recorder at its first operation.
func (c *client) join(state *lib.State) error {
	if c.recorder != nil {
		return nil
	}
	r := installed.Load()
	if r == nil {
		return errWithoutOutput
	}
	c.recorder, c.number = r, int64(state.VUIDGlobal)
	state.Transport = sendOnce{c.connecting(state.Transport)}
	state.Logger = r.quieter(state.Logger)
	r.takeSignals()
	return nil
}
