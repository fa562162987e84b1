package recorder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestTheEndLineCountsTheLinesBeforeIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	file, err := createHistory(path)
	if err != nil {
		t.Fatal(err)
	}
	h := newHistory(file, func(err error) { t.Error(err) })
	h.write([]byte("{}\n"))
	h.write([]byte("{}\n"))
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "{}\n{}\n{\"op\":\"end\",\"lines\":2}\n" {
		t.Errorf("the file holds %q", got)
	}
}

func TestLinesReachTheFileWithoutAClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	file, _ := createHistory(path)
	h := newHistory(file, func(error) {})
	defer h.close()
	h.write([]byte("{}\n"))
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if got, _ := os.ReadFile(path); string(got) == "{}\n" {
			return
		}
	}
	t.Error("a line was not flushed within 5 s")
}

func TestAHistoryOfAnotherRunIsNotTouched(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := createHistory(path); !errors.Is(err, os.ErrExist) || !strings.Contains(err.Error(), "folder of its own") {
		t.Errorf("got %v", err)
	}
}

func TestAFullDiskIsReportedOnceAndLeavesNoEndLine(t *testing.T) {
	disk := &fullDisk{}
	told := make(chan error, 2)
	h := newHistory(disk, func(err error) { told <- err })
	h.write([]byte("{}\n"))
	select {
	case err := <-told:
		if !strings.Contains(err.Error(), "no space left") {
			t.Errorf("told %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("a write error was not reported within 5 s")
	}
	if !h.failed() || h.close() == nil {
		t.Error("the error was forgotten")
	}
	if disk.writes.Load() != 1 {
		t.Errorf("%d writes, want none after the error", disk.writes.Load())
	}
}

type fullDisk struct{ writes atomic.Int64 }

func (d *fullDisk) Write([]byte) (int, error) {
	d.writes.Add(1)
	return 0, errors.New("no space left on device")
}

func (d *fullDisk) Close() error { return nil }
