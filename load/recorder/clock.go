package recorder

import "golang.org/x/sys/unix"

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

func floorDiv(value, by int64) int64 {
	quotient := value / by
	if value%by < 0 {
		quotient--
	}
	return quotient
}
