package recorder

// body holds the fields of the platform's JSON answers.
type body struct {
	Site          string `json:"site"`
	Pod           string `json:"pod"`
	Node          string `json:"node"`
	Copy          string `json:"copy"`
	System        string `json:"system"`
	Xid           string `json:"xid"`
	LSN           string `json:"lsn"`
	Timeline      *int64 `json:"timeline"`
	Epoch         *int64 `json:"epoch"`
	Found         *bool  `json:"found"`
	Version       *int64 `json:"version"`
	Value         string `json:"value"`
	StoredVersion *int64 `json:"storedVersion"`
	Items         []item `json:"items"`
	Next          string `json:"next"`
	Replicated    *bool  `json:"replicated"`
	Stage         string `json:"stage"`
	Error         string `json:"error"`
	SQLState      string `json:"sqlstate"`
	Message       string `json:"message"`
}

// item is an element on a page of a list.
type item struct {
	ID string `json:"id"`
}

func (b *body) append(line []byte) []byte {
	line = appendText(line, "site", b.Site)
	line = appendText(line, "pod", b.Pod)
	line = appendText(line, "node", b.Node)
	line = appendText(line, "copy", b.Copy)
	line = appendText(line, "stage", b.Stage)
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
