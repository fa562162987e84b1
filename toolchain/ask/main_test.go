package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is for what comes in any case, silence for what never does.
const (
	patience = 10 * time.Second
	silence  = 50 * time.Millisecond
)

func one(t *testing.T, url string, within time.Duration) outcome {
	t.Helper()
	outcomes, err := askAll("", []question{{url: url}}, within)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes[0]
}

// listen accepts connections and does with each what it is told.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			serve(connection)
		}
	}()
	return fmt.Sprintf("http://%s/", listener.Addr())
}

func TestAnyStatusIsAnAnswer(t *testing.T) {
	teapot := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) })
	plain, secured := httptest.NewServer(teapot), httptest.NewTLSServer(teapot)
	defer plain.Close()
	defer secured.Close()
	for _, url := range []string{plain.URL, secured.URL} {
		came := one(t, url, patience)
		if came.Came != answered || came.Status != http.StatusTeapot || came.ConnectMs == nil {
			t.Errorf("%s: came %+v, want an answer 418", url, came)
		}
	}
}

func TestAClosedPortRefuses(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := server.Addr().String()
	server.Close()
	if came := one(t, "http://"+closed+"/", patience); came.Came != refused || came.ConnectMs != nil {
		t.Errorf("%s: came %+v, want a refusal", closed, came)
	}
}

func TestWhoTakesConnectionsAndSaysNothingIsSilent(t *testing.T) {
	kept := make(chan net.Conn, 1)
	url := listen(t, func(connection net.Conn) { kept <- connection })
	came := one(t, url, silence)
	(<-kept).Close()
	if came.Came != silent || came.ConnectMs == nil {
		t.Errorf("came %+v, want silence on a connection", came)
	}
}

func TestAConnectionThatEndsWithoutAnAnswerIsABreak(t *testing.T) {
	url := listen(t, func(connection net.Conn) { connection.Close() })
	if came := one(t, url, patience); came.Came != broken {
		t.Errorf("came %+v, want a break", came)
	}
}

func TestAnAnswerThatBreaksOffIsNone(t *testing.T) {
	url := listen(t, func(connection net.Conn) {
		// what was asked is read, for a close over unread data would reset what is under way
		_, _ = connection.Read(make([]byte, 4096))
		fmt.Fprint(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		connection.Close()
	})
	if came := one(t, url, patience); came.Came != broken {
		t.Errorf("came %+v, want a break", came)
	}
}

func TestAllAreAskedAtOnceAndToldInTheirOrder(t *testing.T) {
	const many = 20
	var asked sync.WaitGroup
	asked.Add(many)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Done()
		asked.Wait()
		status, _ := strconv.Atoi(r.URL.Path[1:])
		w.WriteHeader(status)
	}))
	defer server.Close()
	questions := []question{}
	for i := range many {
		questions = append(questions, question{url: fmt.Sprintf("%s/%d", server.URL, 400+i)})
	}
	outcomes, err := askAll("", questions, patience)
	if err != nil {
		t.Fatal(err)
	}
	for i, came := range outcomes {
		if came.Status != 400+i {
			t.Errorf("%d: came %+v, want status %d", i, came, 400+i)
		}
	}
}

func TestWhatCannotBeAskedIsAnError(t *testing.T) {
	for _, url := range []string{"http://example.org:80/", "http://127.0.0.1/", "127.0.0.1", "%"} {
		if outcomes, err := askAll("", []question{{url: url}}, patience); err == nil {
			t.Errorf("%s: came %+v, want an error", url, outcomes)
		}
	}
	for _, entry := range [][2]string{{"/nowhere/cgroup.procs", ""}, {"", "/nowhere/net"}, {"", "/dev/null"}} {
		if outcomes, err := askAll(entry[0], []question{{network: entry[1], url: "http://127.0.0.1:1/"}}, patience); err == nil {
			t.Errorf("%v: came %+v, want an error", entry, outcomes)
		}
	}
}

func TestACertificateIsShownWhereTheURLNamesAUser(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.StartTLS()
	defer server.Close()
	known := strings.Replace(server.URL, "https://", "https://lab@", 1)
	for url, want := range map[string]string{server.URL: broken, known: answered} {
		outcomes, err := askAll("", []question{{url: url, certificates: server.TLS.Certificates}}, patience)
		if err != nil || outcomes[0].Came != want {
			t.Errorf("%s: came %+v (%v), want %s", url, outcomes, err, want)
		}
	}
	if _, err := shownCertificates("nowhere.pem,nowhere.key"); err == nil {
		t.Error("a certificate that is not there: came no error")
	}
}
