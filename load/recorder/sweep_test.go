package recorder

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// swept lets a load of 500 acknowledged adds end in a sweep over two sites and
// two copies, which answer in turn; `answer` may spoil an answer.
func swept(t *testing.T, order string, spoil func(nth int, w http.ResponseWriter) bool) []recorded {
	t.Helper()
	r, lines := fixture(t)
	for n := range int64(500) {
		r.acks.add(1, n+1, n, position{})
	}
	var mu sync.Mutex
	nth := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		nth++
		if spoil != nil && spoil(nth, w) {
			return
		}
		changes := []map[string]string{}
		for _, id := range strings.Split(request.URL.Query().Get("ids"), ",") {
			if id != "r1.1.7" {
				changes = append(changes, map[string]string{"id": id, "xid": "9"})
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{
			"changes": changes, "site": []string{"a", "b"}[nth%2], "copy": []string{"db1", "db2"}[nth/2%2], "pod": "p"})
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "sweep.json")
	if err := os.WriteFile(file, []byte(order), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.sweep(file, server.URL); err != nil {
		t.Fatal(err)
	}
	return lines()
}

const everybody = `{"asks": [{"role": "replica", "pairs": [["a", "db1"], ["a", "db2"], ["b", "db1"], ["b", "db2"]]}]}`

func TestTheSweepAsksForEverythingUntilEachMemberHasAnsweredOnce(t *testing.T) {
	asked, missed := map[string]int{}, 0
	for _, line := range swept(t, everybody, nil) {
		if line.Op != "read" {
			continue
		}
		asked[line.ID+" "+line.Site+" "+line.Copy]++
		if line.Outcome != ok || line.Role != "replica" || line.Client < sweepClient || (line.Xid == "9") != line.Found {
			t.Fatalf("%+v", line)
		}
		if !line.Found {
			missed++
		}
	}
	if len(asked) != 2000 || missed != 4 {
		t.Errorf("%d elements and members were asked, %d missing; want 2,000, and one at each of four", len(asked), missed)
	}
	for who, times := range asked {
		if times != 1 {
			t.Errorf("%s: %d lines, want 1", who, times)
		}
	}
}

func TestASweepThatIsNotAnsweredSaysSoAndEnds(t *testing.T) {
	failing := func(nth int, w http.ResponseWriter) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, `{"error": "connection"}`)
		return true
	}
	all := swept(t, `{"asks": [{"role": "primary", "pairs": [["a", "db1"]]}]}`, failing)
	if len(all) != 2*sweepTries+1 {
		t.Fatalf("%d lines, want one for each of %d requests", len(all), 2*sweepTries)
	}
	for _, line := range all[:len(all)-1] {
		if line.Outcome != unknown || !strings.HasPrefix(line.Error, "sweep: status 503: connection") {
			t.Errorf("%+v", line)
		}
	}
}

func TestWithoutAnOrderNothingIsSwept(t *testing.T) {
	r, lines := fixture(t)
	r.acks.add(1, 1, 1, position{})
	if err := r.sweep(filepath.Join(t.TempDir(), "none.json"), "http://127.0.0.1:9"); err != nil || len(lines()) != 1 {
		t.Errorf("%v, %v", err, lines())
	}
}
