package recorder

import "strconv"

// operation is one client call, or a later attempt of it, due when the first was.
type operation struct {
	kind, role, id string
	client, number int64
	element        int // the element or key that is read

	token   string // position that a read demands
	version int64  // of a put, as is value
	value   string
	writer  *writer
	walk    *walk // of a list, as is after
	after   string

	attempt int64 // 1 at first

	start, end, due int64
	answer          answer
}

func elementID(run string, client, number int64) string {
	return run + "." + strconv.FormatInt(client, 10) + "." + strconv.FormatInt(number, 10)
}

// keyID differs from every elementID: no client number begins with a letter.
func keyID(run string, writer, number int64) string {
	return run + ".p" + strconv.FormatInt(writer, 10) + "." + strconv.FormatInt(number, 10)
}

func walkID(run string, number int64) string {
	return run + ".w" + strconv.FormatInt(number, 10)
}
