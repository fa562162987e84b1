// k6 with the recorder extension compiled in, as xk6 would build it.
package main

import (
	"go.k6.io/k6/cmd"

	_ "holdfast/recorder"
)

func main() { cmd.Execute() }
