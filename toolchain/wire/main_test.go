package main

import (
	"testing"
	"time"
)

// leave gives when each of n packets of so many bytes leaves that all come in
// at once; -1: never.
func leave(l *line, n, bytes int) []time.Duration {
	now := time.Now()
	times := make([]time.Duration, 0, n)
	for range n {
		at, passes := l.release(now, bytes)
		if !passes {
			times = append(times, -1)
			continue
		}
		times = append(times, at.Sub(now))
	}
	return times
}

func TestDelayIsAddedToEveryPacket(t *testing.T) {
	for _, at := range leave(&line{delay: 20 * time.Millisecond}, 5, 1000) {
		if at != 20*time.Millisecond {
			t.Errorf("left after %v, want 20ms", at)
		}
	}
}

func TestJitterKeepsOrderAndItsBounds(t *testing.T) {
	last := time.Duration(0)
	for _, at := range leave(&line{delay: 10 * time.Millisecond, jitter: 5 * time.Millisecond}, 1000, 100) {
		if at < last || at < 10*time.Millisecond || at >= 15*time.Millisecond {
			t.Fatalf("left after %v, the one before after %v", at, last)
		}
		last = at
	}
	if last < 14*time.Millisecond {
		t.Errorf("of 1000 packets none left later than %v", last)
	}
}

func TestLossTakesItsShare(t *testing.T) {
	lost := 0
	for _, at := range leave(&line{loss: 0.3}, 10_000, 100) {
		if at < 0 {
			lost++
		}
	}
	// five standard deviations of a binomial distribution on each side
	if lost < 2771 || lost > 3229 {
		t.Errorf("lost %d of 10000, want about 3000", lost)
	}
}

func TestThinLineSendsInTurnAndDropsWhatItCannotHold(t *testing.T) {
	// 10 ms a packet: 20 wait for less than 200 ms, one for just that
	for n, at := range leave(&line{bytesPerSecond: 100_000}, 30, 1000) {
		want := time.Duration(n+1) * 10 * time.Millisecond
		if n > 20 {
			want = -1
		}
		if at != want {
			t.Errorf("packet %d left after %v, want %v", n, at, want)
		}
	}
}
