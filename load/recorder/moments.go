package recorder

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// readMoments takes over the moments of faults that the runner writes down, one
// to a line, in µs since the run's zero, until the load ends. Reads ask for what
// was acknowledged just before them.
func (r *recorder) readMoments(path string) {
	known := int64(-1)
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		if state, err := os.Stat(path); err == nil && state.Size() != known {
			if text, err := os.ReadFile(path); err == nil {
				known = state.Size()
				r.setMoments(string(text))
			}
		}
		select {
		case <-ticker.C:
		case <-r.stopped:
			return
		}
	}
}

// setMoments leaves a last line without its end for later.
func (r *recorder) setMoments(text string) {
	var moments []int64
	lines := strings.Split(text, "\n")
	for _, line := range lines[:len(lines)-1] {
		if at, err := strconv.ParseInt(line, 10, 64); err == nil {
			moments = append(moments, at)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.moments = moments
}
