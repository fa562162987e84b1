package recorder

import (
	"strconv"
	"unicode/utf8"

	"go.k6.io/k6/metrics"
)

// operation is one client call. It travels through k6's sample channel as an
// empty container, which gives it its place among the dropped iterations.
type operation struct {
	kind, role, id string
	client, number int64
	element        int
	plan           *schedule

	start, end, due  int64
	answer           answer
	answered, ticked bool
}

// GetSamples makes an operation acceptable to k6's channel; there are none.
func (*operation) GetSamples() []metrics.Sample { return nil }

// appendLine appends the line that record/format.ts calls an Operation.
func (o *operation) appendLine(line []byte) []byte {
	line = append(line, `{"op":"`...)
	line = append(line, o.kind...)
	line = append(line, '"')
	line = appendText(line, "id", o.id)
	line = appendNumber(line, "client", o.client)
	if o.ticked {
		line = appendNumber(line, "due", min(o.due, o.start))
	}
	line = appendNumber(line, "start", o.start)
	line = appendNumber(line, "end", o.end)
	line = appendText(line, "outcome", o.answer.outcome)
	if o.answer.status != 0 {
		line = appendNumber(line, "status", int64(o.answer.status))
	}
	line = appendText(line, "error", o.answer.problem)
	line = appendText(line, "role", o.role)
	line = o.answer.body.append(line)
	return append(line, '}', '\n')
}

func appendDropped(line []byte, kind string, due int64) []byte {
	line = append(line, `{"op":"dropped"`...)
	line = appendText(line, "kind", kind)
	line = appendNumber(line, "due", due)
	return append(line, '}', '\n')
}

func appendEnd(line []byte, lines int64) []byte {
	line = append(line, `{"op":"end"`...)
	line = appendNumber(line, "lines", lines)
	return append(line, '}', '\n')
}

func elementID(run string, client, number int64) string {
	return run + "." + strconv.FormatInt(client, 10) + "." + strconv.FormatInt(number, 10)
}

func appendNumber(line []byte, key string, value int64) []byte {
	line = append(line, ',', '"')
	line = append(line, key...)
	line = append(line, '"', ':')
	return strconv.AppendInt(line, value, 10)
}

func appendFlag(line []byte, key string, value *bool) []byte {
	if value == nil {
		return line
	}
	line = append(line, ',', '"')
	line = append(line, key...)
	line = append(line, '"', ':')
	return strconv.AppendBool(line, *value)
}

// appendText leaves an empty text out.
func appendText(line []byte, key, value string) []byte {
	if value == "" {
		return line
	}
	line = append(line, ',', '"')
	line = append(line, key...)
	line = append(line, '"', ':', '"')
	for _, char := range value { // a broken byte comes as U+FFFD
		switch {
		case char == '"' || char == '\\':
			line = append(line, '\\', byte(char))
		case char < ' ':
			line = append(line, '\\', 'u', '0', '0', "0123456789abcdef"[char>>4], "0123456789abcdef"[char&15])
		default:
			line = utf8.AppendRune(line, char)
		}
	}
	return append(line, '"')
}
