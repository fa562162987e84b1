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

// response is what k6 says of a request.
type response struct {
	status, errorCode int
	problem, body     string
	connected         bool // a connection was obtained, so something may have been sent
}

// answer is what is recorded of it.
type answer struct {
	outcome, problem string
	status           int
	body             body
}

// interrupted is the answer to an operation whose iteration ended without one.
var interrupted = answer{outcome: unknown, problem: "interrupted: the load ended before the answer"}

// body holds the fields of the platform's JSON answers.
type body struct {
	Site       string `json:"site"`
	Pod        string `json:"pod"`
	Copy       string `json:"copy"`
	System     string `json:"system"`
	Xid        string `json:"xid"`
	LSN        string `json:"lsn"`
	Timeline   *int64 `json:"timeline"`
	Epoch      *int64 `json:"epoch"`
	Found      *bool  `json:"found"`
	Replicated *bool  `json:"replicated"`
	Error      string `json:"error"`
	SQLState   string `json:"sqlstate"`
	Message    string `json:"message"`
}

// judge decides the outcome of an operation, as docs/load.md tables it.
func judge(kind string, got response) answer {
	result := answer{outcome: unknown, status: got.status}
	if got.status == 0 {
		result.problem = short(fmt.Sprintf("%s (k6 error %d)", got.problem, got.errorCode))
		if neverSent(got) {
			result.outcome = failed
			result.problem = "never sent: " + result.problem
		}
		return result
	}
	if err := json.Unmarshal([]byte(got.body), &result.body); err != nil {
		result.body = body{}
		result.problem = short(fmt.Sprintf("status %d without a JSON answer of the platform: %s", got.status, got.body))
		return result
	}
	switch said := result.body; {
	case kind == "add" && (got.status == 200 || got.status == 201):
		result.outcome = ok
	case kind == "add" && got.status == 202:
		result.outcome = ok
		result.body.Replicated = new(bool)
	case kind == "read" && got.status == 200 && said.Found != nil && *said.Found:
		result.outcome = ok
	case kind == "read" && got.status == 404 && said.Pod != "" && said.Found != nil && !*said.Found:
		result.outcome = ok
	case got.status >= 400 && got.status < 500 && said.Pod != "":
		result.outcome = failed
	}
	if result.outcome != ok {
		said := result.body
		result.problem = short(fmt.Sprintf("status %d: %s %s %s", got.status, said.Error, said.SQLState, said.Message))
	}
	return result
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

func (b body) append(line []byte) []byte {
	line = appendText(line, "site", b.Site)
	line = appendText(line, "pod", b.Pod)
	line = appendText(line, "copy", b.Copy)
	line = appendFlag(line, "found", b.Found)
	line = appendText(line, "system", b.System)
	line = appendText(line, "xid", b.Xid)
	line = appendText(line, "lsn", b.LSN)
	if b.Timeline != nil {
		line = appendNumber(line, "timeline", *b.Timeline)
	}
	if b.Epoch != nil {
		line = appendNumber(line, "epoch", *b.Epoch)
	}
	return appendFlag(line, "replicated", b.Replicated)
}

func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 160 {
		text = strings.ToValidUTF8(text[:160], "") + "…"
	}
	return text
}
