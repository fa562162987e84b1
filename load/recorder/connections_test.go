package recorder

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

func TestSomeClientsOpenConnectionsAgainAndAgain(t *testing.T) {
	var opened atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	call := func(transport http.RoundTripper) int64 {
		before := opened.Load()
		response, err := (&http.Client{Transport: transport}).Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return opened.Load() - before
	}
	for number, want := range map[int64][3]int64{20: {1, 1, 1}, 30: {1, 0, 1}, 7: {1, 0, 0}} {
		transport := (&client{number: number}).connecting(&http.Transport{})
		got := [3]int64{call(transport), call(transport)}
		if short, isShort := transport.(*shortLived); isShort {
			short.until = time.Now().Add(-time.Second)
		}
		if got[2] = call(transport); got != want {
			t.Errorf("client %d opened %v connections for its calls, want %v", number, got, want)
		}
	}
}
