package recorder

import "github.com/sirupsen/logrus"

// quieter drops k6's warning for each failed request: in an outage these are
// hundreds a second, and the history has them all.
func (r *recorder) quieter(logger logrus.FieldLogger) logrus.FieldLogger {
	r.errorsOnlyOnce.Do(func() {
		base, isLogger := logger.(*logrus.Logger)
		if !isLogger {
			base = logger.WithFields(nil).Logger
		}
		r.errorsOnly = &logrus.Logger{
			Out: base.Out, Hooks: base.Hooks, Formatter: base.Formatter,
			Level: logrus.ErrorLevel, ExitFunc: base.ExitFunc,
		}
	})
	return r.errorsOnly
}
