// Ask asks URLs, each from the network of a host, and prints what came of it,
// a line of JSON each. A fault is proven by many looks at once: a shell,
// nsenter and a client with its libraries for each would take longer than the
// answers do.
package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// What came of a question.
const (
	answered    = "answer"      // any HTTP status is one
	refused     = "refusal"     // of the connection
	unreachable = "unreachable" // said by a router, or by the asker's kernel
	silent      = "silence"     // nothing within the time
	broken      = "break"       // a connection that ended without an answer
)

type outcome struct {
	Came string `json:"came"`
	// until the connection stood
	ConnectMs *float64 `json:"connectMs,omitempty"`
	Status    int      `json:"status,omitempty"`
	What      string   `json:"what,omitempty"`
}

func main() {
	groups := flag.String("groups", "", "files to write the own process to, separated by commas")
	certificate := flag.String("certificate", "", "file of the certificate and its key to show where a URL names a user")
	within := flag.Duration("within", 250*time.Millisecond, "how long to wait for each")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: ask [options] {namespace URL}...; a namespace is the file of one, or \"\" for the own")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() == 0 || flag.NArg()%2 != 0 {
		flag.Usage()
		os.Exit(2)
	}
	shown, err := shownCertificates(*certificate)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ask:", err)
		os.Exit(1)
	}
	questions := []question{}
	for pair := range slices.Chunk(flag.Args(), 2) {
		questions = append(questions, question{network: pair[0], url: pair[1], certificates: shown})
	}
	outcomes, err := askAll(*groups, questions, *within)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ask:", err)
		os.Exit(1)
	}
	out := json.NewEncoder(os.Stdout)
	for _, one := range outcomes {
		if out.Encode(one) != nil {
			os.Exit(1)
		}
	}
}

type question struct {
	network, url string
	// shown where the URL names a user: a service that knows its clients by certificates
	certificates []tls.Certificate
}

// askAll asks all at once, each over a connection of its own.
func askAll(groups string, questions []question, within time.Duration) ([]outcome, error) {
	for _, group := range strings.FieldsFunc(groups, func(r rune) bool { return r == ',' }) {
		if err := os.WriteFile(group, []byte("0"), 0); err != nil {
			return nil, fmt.Errorf("entering a group: %w", err)
		}
	}
	outcomes := make([]outcome, len(questions))
	errs := make([]error, len(questions))
	var asked sync.WaitGroup
	for i, one := range questions {
		asked.Go(func() { outcomes[i], errs[i] = ask(one, within) })
	}
	asked.Wait()
	return outcomes, errors.Join(errs...)
}

// ask gives what came; an error says that it could not be asked at all.
func ask(asked question, within time.Duration) (outcome, error) {
	target, err := url.Parse(asked.url)
	if err != nil {
		return outcome{}, err
	}
	if net.ParseIP(target.Hostname()) == nil || target.Port() == "" {
		return outcome{}, fmt.Errorf("%s: expected an address and a port", asked.url)
	}
	began := time.Now()
	connection, err := dial(asked.network, target.Host, within)
	var entering enterError
	if errors.As(err, &entering) {
		return outcome{}, err
	}
	if err != nil {
		return outcome{Came: cameOf(err), What: err.Error()}, nil
	}
	defer connection.Close()
	connectMs := float64(time.Since(began).Microseconds()) / 1000
	if err := connection.SetDeadline(began.Add(within)); err != nil {
		return outcome{}, err
	}
	status, err := request(connection, target, asked.certificates)
	if err != nil {
		return outcome{Came: cameOf(err), ConnectMs: &connectMs, What: err.Error()}, nil
	}
	return outcome{Came: answered, ConnectMs: &connectMs, Status: status}, nil
}

// sysSetns is the number of setns on x86-64, which package syscall lacks.
const sysSetns = 308

type enterError struct{ error }

// dial opens a connection from a network. A socket belongs for good to the
// network that its thread was in when it was made; the thread is not used again.
func dial(network, address string, within time.Duration) (net.Conn, error) {
	if network != "" {
		file, err := os.Open(network)
		if err != nil {
			return nil, enterError{err}
		}
		defer file.Close()
		runtime.LockOSThread()
		if _, _, errno := syscall.RawSyscall(sysSetns, file.Fd(), syscall.CLONE_NEWNET, 0); errno != 0 {
			return nil, enterError{fmt.Errorf("entering the network %s: %w", network, errno)}
		}
	}
	return net.DialTimeout("tcp", address, within)
}

// shownCertificates reads the files of a certificate and its key, separated by a comma.
func shownCertificates(files string) ([]tls.Certificate, error) {
	if files == "" {
		return nil, nil
	}
	certificate, key, _ := strings.Cut(files, ",")
	pair, err := tls.LoadX509KeyPair(certificate, key)
	return []tls.Certificate{pair}, err
}

func request(connection net.Conn, target *url.URL, certificates []tls.Certificate) (int, error) {
	if target.Scheme == "https" {
		// whether it answers is asked, not who it is
		settings := &tls.Config{InsecureSkipVerify: true}
		if target.User != nil {
			settings.Certificates = certificates
		}
		secured := tls.Client(connection, settings)
		if err := secured.Handshake(); err != nil {
			return 0, err
		}
		connection = secured
	}
	// the user says what to show, and is nobody for a password
	target.User = nil
	asking := &http.Request{Method: http.MethodGet, URL: target, Host: target.Host, Close: true}
	if err := asking.Write(connection); err != nil {
		return 0, err
	}
	answer, err := http.ReadResponse(bufio.NewReader(connection), asking)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

func cameOf(err error) string {
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return silent
	case errors.Is(err, syscall.ECONNREFUSED):
		return refused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return unreachable
	default:
		return broken
	}
}
