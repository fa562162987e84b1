package recorder

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestTheLineOfAnOperationIsAsTheFormatSays(t *testing.T) {
	yes, number := true, int64(3)
	op := operation{kind: "read", role: "replica", id: "r1.7.12", client: 9, start: 100, end: 250, due: 90,
		answer: answer{outcome: ok, status: 200, body: body{Site: "a", Pod: "api-1", Copy: "db2", Found: &yes, System: "73", Timeline: &number, Epoch: &number}}}
	want := `{"op":"read","id":"r1.7.12","client":9,"due":90,"start":100,"end":250,"outcome":"ok","status":200,"role":"replica",` +
		`"site":"a","pod":"api-1","copy":"db2","found":true,"system":"73","timeline":3,"epoch":3}` + "\n"
	if got := string(op.appendLine(nil)); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestThePartsOfEachKindStandInItsLine(t *testing.T) {
	yes, version := true, int64(4)
	for name, c := range map[string]struct {
		op   operation
		want string
	}{
		"a put says what it sent, whatever came": {
			operation{kind: "put", id: "r1.p7.2", version: 5, value: "r1.p7.2.5", answer: answer{outcome: unknown, body: body{Version: &version}}},
			`"outcome":"unknown","version":5,"value":"r1.p7.2.5"}`,
		},
		"a get says what it saw, and what it demanded": {
			operation{kind: "get", id: "r1.p7.2", role: "replica", token: "73:1:1:0/9", answer: answer{outcome: ok, body: body{Found: &yes, Version: &version, Value: "r1.p7.2.4"}}},
			`"outcome":"ok","role":"replica","token":"73:1:1:0/9","version":4,"value":"r1.p7.2.4","found":true}`,
		},
		"the first page of a walk has no position": {
			operation{kind: "list", id: "r1.w1", role: "primary", answer: answer{outcome: ok, body: body{Next: "MCA", Items: []item{}}}},
			`"outcome":"ok","role":"primary","next":"MCA","limit":100,"items":[]}`,
		},
		"a page has its elements in order": {
			operation{kind: "list", id: "r1.w1", role: "primary", after: "a", answer: answer{outcome: ok, body: body{Next: "b", Items: []item{{"r1.1.2"}, {"r1.1.1"}}}}},
			`"outcome":"ok","role":"primary","after":"a","next":"b","limit":100,"items":["r1.1.2","r1.1.1"]}`,
		},
		"a page that did not come has none": {
			operation{kind: "list", id: "r1.w1", role: "primary", after: "a", answer: answer{outcome: unknown}},
			`"outcome":"unknown","role":"primary","after":"a","limit":100}`,
		},
		"a read has no version": {
			operation{kind: "read", id: "r1.1.1", role: "primary", answer: answer{outcome: ok, body: body{Found: &yes, Value: "v"}}},
			`"outcome":"ok","role":"primary","found":true}`,
		},
	} {
		if got := string(c.op.appendLine(nil)); !strings.HasSuffix(got, c.want+"\n") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestTextsSurviveJSON(t *testing.T) {
	for _, text := range []string{`say "no"`, `a\b`, "tab\tnew\nline\x00\x1f", "Grüße, 世界 🙂", "\u2028"} {
		var back map[string]string
		if err := json.Unmarshal(append(appendText([]byte(`{"a":"b"`), "error", text), '}'), &back); err != nil || back["error"] != text {
			t.Errorf("%q came back as %q, %v", text, back["error"], err)
		}
	}
	var back map[string]string
	if err := json.Unmarshal(append(appendText([]byte(`{"a":"b"`), "error", "bad \xff byte"), '}'), &back); err != nil || back["error"] != "bad \ufffd byte" {
		t.Errorf("a broken byte came back as %q, %v", back["error"], err)
	}
}
