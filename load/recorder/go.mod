module holdfast/recorder

go 1.26

require (
	go.k6.io/k6 v1.8.1
	golang.org/x/sys v0.36.0
)
