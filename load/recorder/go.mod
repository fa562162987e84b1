// Built and tested from toolchain/, whose go.mod pins everything.
module holdfast/recorder

go 1.26.0

require (
	github.com/grafana/sobek v0.0.0-20260429085637-a66d4790012b
	github.com/sirupsen/logrus v1.9.4
	go.k6.io/k6 v1.8.1
	golang.org/x/sys v0.49.0
)
