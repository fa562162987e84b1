package recorder

import "testing"

func TestMicrosecondsRoundDownOnBothSidesOfTheZero(t *testing.T) {
	for value, want := range map[int64]int64{1999: 1, 0: 0, -1: -1, -1000: -1, -1001: -2} {
		if got := floorDiv(value, 1000); got != want {
			t.Errorf("floorDiv(%d) = %d, want %d", value, got, want)
		}
	}
}
