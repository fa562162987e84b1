package recorder

import (
	"strconv"
	"unicode/utf8"
)

// appendLine appends the line that record/format.ts calls an Operation.
func (o *operation) appendLine(line []byte) []byte {
	line = append(line, `{"op":"`...)
	line = append(line, o.kind...)
	line = append(line, '"')
	line = appendText(line, "id", o.id)
	line = appendNumber(line, "client", o.client)
	line = appendNumber(line, "due", o.due)
	line = appendNumber(line, "start", o.start)
	line = appendNumber(line, "end", o.end)
	line = appendText(line, "outcome", o.answer.outcome)
	if o.attempt > 1 {
		line = appendNumber(line, "attempt", o.attempt)
	}
	if o.answer.status != 0 {
		line = appendNumber(line, "status", int64(o.answer.status))
	}
	line = appendText(line, "error", o.answer.problem)
	if o.answer.connectUs > 0 {
		line = appendNumber(line, "connect", o.answer.connectUs)
	}
	line = appendText(line, "role", o.role)
	line = appendText(line, "token", o.token)
	line = o.appendVersion(line)
	line = o.answer.body.append(line)
	line = o.appendPage(line)
	return append(line, '}', '\n')
}

// appendVersion says what a put was to store, whatever came of it, and what a
// get saw.
func (o *operation) appendVersion(line []byte) []byte {
	said := &o.answer.body
	switch {
	case o.kind == "put":
		line = appendNumber(line, "version", o.version)
		line = appendText(line, "value", o.value)
	case o.kind == "get" && said.Version != nil:
		line = appendNumber(line, "version", *said.Version)
		line = appendText(line, "value", said.Value)
	}
	return line
}

// appendPage says from where a list was asked to go on, and what it showed.
func (o *operation) appendPage(line []byte) []byte {
	if o.kind != "list" {
		return line
	}
	line = appendText(line, "after", o.after)
	line = appendText(line, "next", o.answer.body.Next)
	line = appendNumber(line, "limit", pageLimit)
	if o.answer.outcome != ok {
		return line
	}
	line = append(line, `,"items":[`...)
	for i, item := range o.answer.body.Items {
		if i > 0 {
			line = append(line, ',')
		}
		line = appendQuoted(line, item.ID)
	}
	return append(line, ']')
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
	line = append(line, '"', ':')
	return appendQuoted(line, value)
}

func appendQuoted(line []byte, text string) []byte {
	line = append(line, '"')
	for _, char := range text { // a broken byte comes as U+FFFD
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
