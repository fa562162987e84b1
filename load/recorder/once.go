package recorder

import (
	"io"
	"net/http"
)

// sendOnce keeps Go's transport from repeating a request on its own. It does
// so with a GET whose kept-alive connection broke before the answer, which
// would turn a request that failed into one that was only slow. A request
// whose body cannot be rewound is never repeated; an empty body changes
// nothing on the wire.
type sendOnce struct {
	next http.RoundTripper
}

// RoundTrip sends the request at most once.
func (s sendOnce) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body == nil || request.Body == http.NoBody {
		once := *request
		once.Body, once.GetBody, once.ContentLength = emptyBody{}, nil, 0
		request = &once
	}
	return s.next.RoundTrip(request)
}

// emptyBody is a type of its own because http.NoBody counts as rewindable.
type emptyBody struct{}

func (emptyBody) Read([]byte) (int, error) { return 0, io.EOF }
func (emptyBody) Close() error             { return nil }
