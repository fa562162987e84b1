package recorder

import (
	"fmt"
	"os"
	"strconv"

	"github.com/sirupsen/logrus"
	"go.k6.io/k6/errext"
	"go.k6.io/k6/errext/exitcodes"
	"go.k6.io/k6/metrics"
	"go.k6.io/k6/output"
)

// exitUnrecorded is k6's exit code when the history could not be written.
// k6 itself uses 97 to 110.
const exitUnrecorded exitcodes.ExitCode = 120

// recorderOutput is the side of the recorder that k6 calls.
type recorderOutput struct {
	recorder *recorder
	path     string
	moments  string
	logger   logrus.FieldLogger
	exit     func(int)
}

var (
	_ output.WithTestRunStop = &recorderOutput{}
)

// newOutput reads the environment, and refuses scenarios whose calls it could not date.
func newOutput(params output.Params) (output.Output, error) {
	values := map[string]string{}
	for _, name := range []string{"HOLDFAST_HISTORY", "HOLDFAST_ZERO_NS", "HOLDFAST_RUN"} {
		if values[name] = params.Environment[name]; values[name] == "" {
			return nil, fmt.Errorf("%s: expected a value, came none: start k6 with the environment that k6Command gives", name)
		}
	}
	zero, err := strconv.ParseInt(values["HOLDFAST_ZERO_NS"], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("HOLDFAST_ZERO_NS: expected nanoseconds of CLOCK_MONOTONIC, came %q: "+
			"give process.hrtime.bigint()", values["HOLDFAST_ZERO_NS"])
	}
	for name, config := range params.ScriptOptions.Scenarios {
		if _, isOurs := config.(*arrivalsConfig); !isOurs {
			return nil, fmt.Errorf("scenario %q: expected the executor %s, got %q: it alone says when a call is due",
				name, randomArrivals, config.GetType())
		}
	}
	r := newRecorder(clock{zeroNs: zero}, values["HOLDFAST_RUN"])
	if order := params.Environment["HOLDFAST_SWEEP"]; order != "" {
		r.afterwards = func() error { return r.sweep(order, params.Environment["HOLDFAST_URL"]) }
	}
	return &recorderOutput{
		recorder: r,
		path:     values["HOLDFAST_HISTORY"],
		moments:  params.Environment["HOLDFAST_MOMENTS"],
		logger:   params.Logger,
		exit:     os.Exit,
	}, nil
}

// Description names the output in k6's banner.
func (o *recorderOutput) Description() string { return "holdfast (" + o.path + ")" }

// SetTestRunStopCallback is called before Start.
func (o *recorderOutput) SetTestRunStopCallback(stop func(error)) { o.recorder.stopTest = stop }

// Start creates the history file and lets the clients find the recorder.
func (o *recorderOutput) Start() error {
	file, err := createHistory(o.path)
	if err != nil {
		return err
	}
	o.recorder.history = newHistory(file, func(err error) {
		o.recorder.stopTest(errext.WithExitCodeIfNone(err, exitUnrecorded))
	})
	if o.moments != "" {
		go o.recorder.readMoments(o.moments)
	}
	installed.Store(o.recorder)
	return nil
}

// AddMetricSamples leaves k6's metrics aside: the history has all.
func (*recorderOutput) AddMetricSamples([]metrics.SampleContainer) {}

// Stop is called after the last iteration has ended and the last sample was
// delivered. k6 only logs an error returned here, so it ends the process itself.
func (o *recorderOutput) Stop() error {
	err := o.recorder.end()
	if err != nil {
		o.logger.Error(err)
		o.exit(int(exitUnrecorded))
	}
	return err
}
