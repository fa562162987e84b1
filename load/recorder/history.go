package recorder

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// The runner follows the file to inject a fault while writes are acknowledged:
// what it sees must be younger than the 100 ms that are judged before a fault.
const flushEvery = 25 * time.Millisecond

// history appends lines to the history file. Writers only touch memory: the
// file is written by one goroutine, so a slow disk does not delay the load.
type history struct {
	file   io.WriteCloser
	onFail func(error)
	stop   chan struct{}
	idle   chan struct{}

	mu      sync.Mutex
	pending []byte
	spare   []byte
	lines   int64
	err     error
}

// createHistory refuses to touch a file that exists: it belongs to another run.
func createHistory(path string) (io.WriteCloser, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("HOLDFAST_HISTORY: expected to create %q, came: %w: "+
			"give each run a folder of its own", path, err)
	}
	return file, nil
}

// newHistory starts the flushing; onFail is called once, on the first error.
func newHistory(file io.WriteCloser, onFail func(error)) *history {
	h := &history{file: file, onFail: onFail, stop: make(chan struct{}), idle: make(chan struct{})}
	go h.flushUntilStopped()
	return h
}

// write takes one line, its newline included.
func (h *history) write(line []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pending = append(h.pending, line...)
	h.lines++
}

func (h *history) failed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err != nil
}

// close flushes the rest and appends the end line, unless anything was lost.
func (h *history) close() error {
	close(h.stop)
	<-h.idle
	h.flush()
	if h.err == nil {
		h.pending = appendEnd(h.pending, h.lines)
		h.flush()
	}
	if err := h.file.Close(); err != nil && h.err == nil {
		h.err = err
	}
	return h.err
}

func (h *history) flushUntilStopped() {
	defer close(h.idle)
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if err := h.flush(); err != nil {
				h.onFail(err)
				return
			}
		case <-h.stop:
			return
		}
	}
}

func (h *history) flush() error {
	h.mu.Lock()
	lines := h.pending
	h.pending, h.spare = h.spare[:0], nil
	err := h.err
	h.mu.Unlock()
	if err == nil && len(lines) > 0 {
		_, err = h.file.Write(lines)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.spare = lines
	if err != nil && h.err == nil {
		h.err = fmt.Errorf("the history could not be written after %d lines: expected every operation to be recorded, "+
			"came: %w: free space in the folder of the run, then run again", h.lines, err)
	}
	return h.err
}
