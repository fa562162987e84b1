package recorder

import (
	"testing"
	"time"
)

func TestClockPlacesGoTimesNeverTooLate(t *testing.T) {
	c := clock{}
	for range 100 {
		before := c.ns()
		moment := time.Now()
		after := c.ns()
		if got := c.nsOf(moment); got > after || got < before-int64(5*time.Millisecond) {
			t.Fatalf("a moment between %d and %d was placed at %d", before, after, got)
		}
	}
}

func TestMicrosecondsRoundDownOnBothSidesOfTheZero(t *testing.T) {
	for value, want := range map[int64]int64{1999: 1, 0: 0, -1: -1, -1000: -1, -1001: -2} {
		if got := floorDiv(value, 1000); got != want {
			t.Errorf("floorDiv(%d) = %d, want %d", value, got, want)
		}
	}
}
