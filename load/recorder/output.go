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
	logger   logrus.FieldLogger
	exit     func(int)
}

var (
	_ output.WithTestRunStop = &recorderOutput{}
)

// newOutput reads the environment and the script's plan.
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
	schedules, err := schedulesOf(params.ScriptOptions.Scenarios)
	if err != nil {
		return nil, err
	}
	return &recorderOutput{
		recorder: newRecorder(clock{zeroNs: zero}, values["HOLDFAST_RUN"], schedules),
		path:     values["HOLDFAST_HISTORY"],
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
	installed.Store(o.recorder)
	return nil
}

// AddMetricSamples picks operations and dropped iterations out of k6's samples.
func (o *recorderOutput) AddMetricSamples(containers []metrics.SampleContainer) {
	for _, container := range containers {
		switch sample := container.(type) {
		case *operation:
			o.recorder.ticked(sample)
		case metrics.Sample:
			if sample.Metric.Name == metrics.DroppedIterationsName {
				scenario, _ := sample.Tags.Get("scenario")
				o.recorder.dropped(scenario, sample.Time)
			}
		}
	}
}

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
