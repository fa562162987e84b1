package recorder

import (
	"time"

	"golang.org/x/sys/unix"
)

// clock reads CLOCK_MONOTONIC relative to the run's zero.
type clock struct {
	zeroNs int64
}

func (c clock) ns() int64 {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		panic(err) // Linux has had this clock since 2.6
	}
	return now.Nano() - c.zeroNs
}

func (c clock) micros() int64 {
	return floorDiv(c.ns(), 1000)
}

// nsOf places a time that carries Go's monotonic reading on this clock. Go's
// monotonic time is CLOCK_MONOTONIC with a private offset, so it can only be
// compared through its age. The clock is read before the age is taken: an
// interruption between the two makes the result too early, never too late,
// and of several tries the latest is the best.
func (c clock) nsOf(t time.Time) int64 {
	best := c.ns() - int64(time.Since(t))
	for range 3 {
		best = max(best, c.ns()-int64(time.Since(t)))
	}
	return best
}

func floorDiv(value, by int64) int64 {
	quotient := value / by
	if value%by < 0 {
		quotient--
	}
	return quotient
}
