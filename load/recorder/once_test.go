package recorder

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

// breaking answers the first request of each connection and breaks the
// connection at the second.
func breaking(t *testing.T) (url string, requests *atomic.Int64) {
	t.Helper()
	requests = &atomic.Int64{}
	var seen sync.Map
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		connection := r.Context().Value(connectionKey{}).(net.Conn)
		if _, before := seen.LoadOrStore(connection, true); before {
			_ = connection.Close()
		}
		if r.ContentLength != 0 || len(r.TransferEncoding) != 0 {
			t.Errorf("the request has a body: %d bytes, %v", r.ContentLength, r.TransferEncoding)
		}
	}))
	server.Config.ConnContext = withConnection
	server.Start()
	t.Cleanup(server.Close)
	return server.URL, requests
}

func TestAGetOnABrokenConnectionIsSentOnce(t *testing.T) {
	for name, c := range map[string]struct {
		wrap  func(http.RoundTripper) http.RoundTripper
		sent  int64
		fails bool
	}{
		"with sendOnce": {func(next http.RoundTripper) http.RoundTripper { return sendOnce{next} }, 2, true},
		"without it":    {func(next http.RoundTripper) http.RoundTripper { return next }, 3, false},
	} {
		url, requests := breaking(t)
		client := http.Client{Transport: c.wrap(&http.Transport{})}
		var err error
		for range 2 {
			var response *http.Response
			if response, err = client.Get(url); err == nil {
				_ = response.Body.Close()
			}
		}
		if requests.Load() != c.sent || (err != nil) != c.fails {
			t.Errorf("%s: %d requests were sent, error %v", name, requests.Load(), err)
		}
	}
}

type connectionKey struct{}

func withConnection(ctx context.Context, connection net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, connection)
}
