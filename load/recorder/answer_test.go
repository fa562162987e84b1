package recorder

import (
	"strings"
	"testing"
)

const pod = `"site":"a","pod":"api-1","copy":"db1","system":"73","timeline":1,"epoch":1`

func TestOutcomes(t *testing.T) {
	sent := func(status int, body string) response { return response{status: status, body: body, connected: true} }
	cut := func(code int, connected bool) response {
		return response{errorCode: code, problem: "trouble", connected: connected}
	}
	for name, c := range map[string]struct {
		kind string
		got  response
		want string
	}{
		"inserted":                    {"add", sent(201, `{`+pod+`}`), ok},
		"repeat":                      {"add", sent(200, `{`+pod+`}`), ok},
		"not replicated":              {"add", sent(202, `{"replicated":false,`+pod+`}`), ok},
		"found":                       {"read", sent(200, `{"found":true,`+pod+`}`), ok},
		"not found":                   {"read", sent(404, `{"found":false,`+pod+`}`), ok},
		"not found, by nobody":        {"read", sent(404, `{"found":false}`), unknown},
		"a balancer's own 404":        {"read", sent(404, `<html>`), unknown},
		"a balancer's own 400":        {"add", sent(400, `{"error":"bad"}`), unknown},
		"conflict named by the pod":   {"add", sent(409, `{"error":"40001",`+pod+`}`), failed},
		"refused by the pod":          {"read", sent(400, `{"error":"token",`+pod+`}`), failed},
		"5xx of the pod":              {"add", sent(503, `{"error":"57P01",`+pod+`}`), unknown},
		"5xx of the balancer":         {"add", sent(503, `<html>No server is available</html>`), unknown},
		"found without saying so":     {"read", sent(200, `{`+pod+`}`), unknown},
		"redirect":                    {"add", sent(302, ``), unknown},
		"read answered like a write":  {"read", sent(201, `{`+pod+`}`), unknown},
		"unparsable success":          {"add", sent(201, `{"pod":`), unknown},
		"stored":                      {"put", sent(200, `{"version":3,`+pod+`}`), ok},
		"stored, not replicated":      {"put", sent(202, `{"replicated":false,`+pod+`}`), ok},
		"conflict, own version there": {"put", sent(409, `{"error":"version-conflict","storedVersion":3,`+pod+`}`), unknown},
		"conflict, but which":         {"put", sent(409, `{"error":"version-conflict",`+pod+`}`), unknown},
		"conflict, older version":     {"put", sent(409, `{"error":"version-conflict","storedVersion":2,`+pod+`}`), unknown},
		"conflict, higher version":    {"put", sent(409, `{"error":"version-conflict","storedVersion":4,`+pod+`}`), failed},
		"put refused by the server":   {"put", sent(409, `{"error":"database","sqlstate":"25006",`+pod+`}`), failed},
		"put cut off at COMMIT":       {"put", sent(503, `{"error":"timeout","stage":"commit",`+pod+`}`), unknown},
		"add without a connection":    {"add", sent(503, `{"error":"timeout","stage":"connect",`+pod+`}`), failed},
		"add without its COMMIT":      {"add", sent(503, `{"error":"database","sqlstate":"53100","stage":"begin",`+pod+`}`), failed},
		"put without its COMMIT":      {"put", sent(503, `{"error":"timeout","stage":"begin",`+pod+`}`), failed},
		"add whose row is there":      {"add", sent(503, `{"error":"database","sqlstate":"23505","stage":"begin",`+pod+`}`), unknown},
		"COMMIT not sent, says who":   {"add", sent(503, `{"error":"timeout","stage":"begin"}`), unknown},
		"nobody's word of it":         {"add", sent(503, `{"error":"timeout","stage":"connect"}`), unknown},
		"read without a connection":   {"read", sent(503, `{"error":"timeout","stage":"connect",`+pod+`}`), unknown},
		"put answered like an add":    {"put", sent(201, `{`+pod+`}`), unknown},
		"version found":               {"get", sent(200, `{"found":true,"version":2,`+pod+`}`), ok},
		"no version found":            {"get", sent(404, `{"found":false,`+pod+`}`), ok},
		"found without a version":     {"get", sent(200, `{"found":true,`+pod+`}`), unknown},
		"page":                        {"list", sent(200, `{"items":[{"id":"r1.1.1"}],"next":"x",`+pod+`}`), ok},
		"empty page":                  {"list", sent(200, `{"items":[],"next":"x",`+pod+`}`), ok},
		"page without items":          {"list", sent(200, `{"next":"x",`+pod+`}`), unknown},
		"page that leads nowhere":     {"list", sent(200, `{"items":[],`+pod+`}`), unknown},
		"position refused":            {"list", sent(400, `{"error":"validation",`+pod+`}`), failed},
		"page not to be had":          {"list", sent(503, `{"error":"connection",`+pod+`}`), unknown},
		"token of another lineage":    {"read", sent(409, `{"error":"token-refused",`+pod+`}`), failed},
		"token refused, by nobody":    {"read", sent(409, `{"error":"token-refused"}`), unknown},
		"token not reached":           {"read", sent(503, `{"error":"token-not-reached",`+pod+`}`), unknown},
		"token of unknown lineage":    {"get", sent(503, `{"error":"token-unproven",`+pod+`}`), unknown},
		"connection refused":          {"add", cut(1212, false), failed},
		"dial timeout":                {"add", cut(1211, false), failed},
		"no route":                    {"add", cut(1213, false), failed},
		"no such name":                {"add", cut(1101, false), failed},
		"timeout before a connection": {"add", cut(1050, false), failed},
		"timeout after sending":       {"add", cut(1050, true), unknown},
		"reset":                       {"add", cut(1220, true), unknown},
		"broken pipe":                 {"add", cut(1201, true), unknown},
		"end of file":                 {"add", cut(1000, true), unknown},
	} {
		if got := judge(&operation{kind: c.kind, version: 3}, c.got); got.outcome != c.want {
			t.Errorf("%s: %s (%s), want %s", name, got.outcome, got.problem, c.want)
		}
	}
}

func TestA202IsNeverReplicated(t *testing.T) {
	for _, kind := range []string{"add", "put"} {
		got := judge(&operation{kind: kind}, response{status: 202, body: `{` + pod + `}`})
		if got.body.Replicated == nil || *got.body.Replicated {
			t.Errorf("%s: a 202 without the field counts as replicated", kind)
		}
	}
}

func TestOutcomesThatAreNotOkSayWhy(t *testing.T) {
	got := judge(&operation{kind: "add"}, response{status: 503, body: "<html>\n  " + strings.Repeat("ü", 500)})
	if !strings.HasPrefix(got.problem, "status 503 without a JSON answer of the platform: <html> ü") || len(got.problem) > 170 {
		t.Errorf("problem %q", got.problem)
	}
	if got := judge(&operation{kind: "add"}, response{status: 500, body: `{"error":"database","sqlstate":"57P01","message":"gone",` + pod + `}`}); got.problem != "status 500: database 57P01 gone" || got.body.Pod != "api-1" {
		t.Errorf("problem %q of pod %q", got.problem, got.body.Pod)
	}
	if got := judge(&operation{kind: "add"}, response{errorCode: 1212, problem: "dial: connection refused"}); got.problem != "never sent: dial: connection refused (k6 error 1212)" {
		t.Errorf("problem %q", got.problem)
	}
}
