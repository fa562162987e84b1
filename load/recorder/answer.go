package recorder

import (
	"encoding/json"
	"fmt"
	"strings"
)

const (
	ok      = "ok"
	failed  = "failed"
	unknown = "unknown"
)

// Stages that a call had reached when it failed: stageDial is our own word for
// a call without a connection to the service, the others are the platform's.
// Before COMMIT was sent nothing can have been committed.
const (
	stageDial    = "dial"
	stageConnect = "connect"
	stageBegin   = "begin"
)

// uniqueViolation is the SQLSTATE of a row whose key is there already: the
// opposite of "did not happen" where an earlier copy of the request stored it.
const uniqueViolation = "23505"

// response is what k6 says of a request.
type response struct {
	status, errorCode int
	problem, body     string
	connected         bool  // a connection was obtained, so something may have been sent
	connectUs         int64 // how long it took to open it; 0: it was open
}

// answer is what is recorded of it.
type answer struct {
	outcome, problem string
	status           int
	connectUs        int64
	body             body
}

// interrupted is the answer to an operation whose iteration ended without one.
var interrupted = answer{outcome: unknown, problem: "interrupted: the load ended before the answer"}

// judge decides the outcome of an operation, as docs/load.md tables it.
func judge(op *operation, got response) answer {
	result := answer{outcome: unknown, status: got.status, connectUs: got.connectUs}
	if got.status == 0 {
		result.problem = short(fmt.Sprintf("%s (k6 error %d)", got.problem, got.errorCode))
		if neverSent(got) {
			result.outcome = failed
			result.problem = "never sent: " + result.problem
			result.body.Stage = stageDial
		}
		return result
	}
	if err := json.Unmarshal([]byte(got.body), &result.body); err != nil {
		result.body = body{}
		result.problem = short(fmt.Sprintf("status %d without a JSON answer of the platform: %s", got.status, got.body))
		return result
	}
	said := &result.body
	switch {
	case succeeded(op.kind, got.status, said):
		result.outcome = ok
	case got.status >= 400 && got.status < 500 && said.Pod != "" && !mayBeStored(op, said):
		result.outcome = failed
	case isWrite(op.kind) && said.Pod != "" && neverCommitted(said):
		result.outcome = failed
	}
	if isWrite(op.kind) && got.status == 202 {
		said.Replicated = new(bool)
	}
	if result.outcome != ok {
		result.problem = short(fmt.Sprintf("status %d: %s %s %s", got.status, said.Error, said.SQLState, said.Message))
	}
	return result
}

func isWrite(kind string) bool { return kind == "add" || kind == "put" }

// succeeded tells whether an answer says that it did what the kind asks for.
func succeeded(kind string, status int, said *body) bool {
	found := said.Found != nil && *said.Found
	switch kind {
	case "add":
		return status >= 200 && status <= 202
	case "put":
		return status == 200 || status == 202
	case "read", "get":
		absent := said.Found != nil && !*said.Found
		return status == 200 && found && (kind == "read" || said.Version != nil) || status == 404 && absent && said.Pod != ""
	default:
		return status == 200 && said.Items != nil && said.Next != ""
	}
}

// neverCommitted tells whether a write that failed certainly did not happen: no
// server of the database was asked, or its COMMIT was not sent.
func neverCommitted(said *body) bool {
	return said.Stage == stageConnect || said.Stage == stageBegin && said.SQLState != uniqueViolation
}

// mayBeStored tells whether a refusal leaves it open that the put's own
// version was stored: a key has one writer, so a conflict with any version
// that is not above its own is none with somebody else's.
func mayBeStored(op *operation, said *body) bool {
	return op.kind == "put" && said.Error == "version-conflict" && (said.StoredVersion == nil || *said.StoredVersion <= op.version)
}

// neverSent tells whether a request certainly did not leave this process: the
// name was not resolved or not allowed (11xx), the dial failed (121x), or any
// other error, k6's request timeout (1050) included, came before a connection
// was obtained.
func neverSent(got response) bool {
	resolving := got.errorCode >= 1100 && got.errorCode <= 1111
	dialing := got.errorCode >= 1210 && got.errorCode <= 1213
	return resolving || dialing || !got.connected
}

func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 160 {
		text = strings.ToValidUTF8(text[:160], "") + "…"
	}
	return text
}
