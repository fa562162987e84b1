package recorder

import (
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/grafana/sobek"
)

// connecting gives every twentieth client a new connection for each call, and
// every other twentieth one that it leaves after 1 to 5 s. All others keep
// theirs: with nothing but old connections, a load balancer or a pool that
// takes no new ones would never show.
func (c *client) connecting(keeps http.RoundTripper) http.RoundTripper {
	switch c.number % 20 {
	case 0:
		return oneCall{keeps}
	case 10:
		if leaves, isLeaver := keeps.(leaver); isLeaver {
			return &shortLived{next: leaves}
		}
		return oneCall{keeps}
	}
	return keeps
}

// leaver is a transport whose open connections can be given up.
type leaver interface {
	http.RoundTripper
	CloseIdleConnections()
}

type oneCall struct{ next http.RoundTripper }

// RoundTrip sends the request, and closes its connection after the answer.
func (o oneCall) RoundTrip(request *http.Request) (*http.Response, error) {
	once := *request
	once.Close = true
	return o.next.RoundTrip(&once)
}

// shortLived leaves its connection when its time is over.
type shortLived struct {
	next  leaver
	until time.Time
}

// RoundTrip sends the request, over a new connection if the last one is old.
func (s *shortLived) RoundTrip(request *http.Request) (*http.Response, error) {
	if now := time.Now(); now.After(s.until) {
		s.next.CloseIdleConnections()
		s.until = now.Add(time.Second + time.Duration(rand.Int64N(int64(4*time.Second))))
	}
	return s.next.RoundTrip(request)
}

// connectUs says how long k6 took to open the connection of a request; 0: it
// had one.
func connectUs(response *sobek.Object) int64 {
	timings, isObject := response.Get("timings").(*sobek.Object)
	if !isObject {
		return 0
	}
	ms := 0.0
	for _, part := range []string{"connecting", "tls_handshaking"} {
		if value := timings.Get(part); value != nil {
			ms += value.ToFloat()
		}
	}
	return int64(ms * 1000)
}
