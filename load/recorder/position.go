package recorder

import (
	"fmt"
	"strconv"
	"strings"
)

// position is where an acknowledged write stands in the log of a lineage; the
// zero value stands nowhere.
type position struct {
	lineage int32 // place in lineages, from 1
	lsn     uint64
}

type lineage struct {
	system          string
	timeline, epoch int64
}

// lineages are the few that wrote during a run, so that an element need not
// keep the text of its token.
type lineages []lineage

// positionOf finds where a write stands; nowhere if the answer does not say,
// or says that it was not replicated: then it is no acknowledgement.
func (l *lineages) positionOf(said *body) position {
	lsn, isLSN := parseLSN(said.LSN)
	isAcknowledged := said.Replicated == nil || *said.Replicated
	if !isLSN || !isAcknowledged || said.System == "" || said.Timeline == nil || said.Epoch == nil {
		return position{}
	}
	own := lineage{system: said.System, timeline: *said.Timeline, epoch: *said.Epoch}
	for i := len(*l) - 1; i >= 0; i-- {
		if (*l)[i] == own {
			return position{lineage: int32(i + 1), lsn: lsn}
		}
	}
	*l = append(*l, own)
	return position{lineage: int32(len(*l)), lsn: lsn}
}

// token writes a position as the platform does; empty for nowhere.
func (l lineages) token(at position) string {
	if at.lineage == 0 {
		return ""
	}
	own := l[at.lineage-1]
	return fmt.Sprintf("%s:%d:%d:%X/%X", own.system, own.timeline, own.epoch, at.lsn>>32, at.lsn&0xFFFFFFFF)
}

func parseLSN(text string) (lsn uint64, isLSN bool) {
	high, low, _ := strings.Cut(text, "/")
	upper, errUpper := strconv.ParseUint(high, 16, 32)
	lower, errLower := strconv.ParseUint(low, 16, 32)
	return upper<<32 | lower, errUpper == nil && errLower == nil
}
