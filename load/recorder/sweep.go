package recorder

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	// sweepBatch is how many elements one request of the sweep asks for: an address of some 10 kB, which every server takes.
	sweepBatch   = 400
	sweepWorkers = 4
	// sweepLimit bounds the sweep; what it did not reach shows as coverage that is missing.
	sweepLimit = 8 * time.Second
	// sweepTries is how often a batch is asked for, by the answers that are wanted of it: whoever is asked takes turns.
	sweepTries = 6
	// sweepClient numbers the clients of the sweep; those of the load have small numbers.
	sweepClient = 1_000_000
)

// sweepOrder is what the runner wants of the sweep: for each role, who is to
// answer for every element, as pairs of a site and a copy.
type sweepOrder struct {
	Asks []sweepAsk `json:"asks"`
}

type sweepAsk struct {
	Role  string      `json:"role"`
	Pairs [][2]string `json:"pairs"`
}

// sweepTask is a batch of elements that each pair is to answer for.
type sweepTask struct {
	sweepAsk
	ids []string
}

// lookup is the platform's answer about many elements at once.
type lookup struct {
	body
	Changes []struct {
		ID  string `json:"id"`
		Xid string `json:"xid"`
	} `json:"changes"`
}

// sweep reads every acknowledged element once more when the load has ended,
// through the load balancer, until each pair of the order has answered for it.
// Without an order it does nothing.
func (r *recorder) sweep(orderFile, baseURL string) error {
	text, err := os.ReadFile(orderFile)
	if os.IsNotExist(err) {
		return nil
	}
	var order sweepOrder
	if err == nil {
		err = json.Unmarshal(text, &order)
	}
	if err != nil {
		return fmt.Errorf("%s: expected what the sweep is to ask, got: %w", orderFile, err)
	}
	tasks := make(chan sweepTask)
	until := time.Now().Add(sweepLimit)
	var workers sync.WaitGroup
	for number := range int64(sweepWorkers) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
			for each := range tasks {
				r.sweepBatch(client, sweepClient+number, baseURL, each, until)
			}
		}()
	}
	for _, ids := range r.acknowledged() {
		for _, ask := range order.Asks {
			tasks <- sweepTask{ask, ids}
		}
	}
	close(tasks)
	workers.Wait()
	return nil
}

// acknowledged gives the ids of all acknowledged elements, in batches.
func (r *recorder) acknowledged() (batches [][]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, each := range r.acks.elements {
		if i%sweepBatch == 0 {
			batches = append(batches, nil)
		}
		last := &batches[len(batches)-1]
		*last = append(*last, elementID(r.run, each.client, each.number))
	}
	return batches
}

func (r *recorder) sweepBatch(client *http.Client, number int64, baseURL string, task sweepTask, until time.Time) {
	wanted := map[[2]string]bool{}
	for _, pair := range task.Pairs {
		wanted[pair] = true
	}
	address := baseURL + "/api/changes/lookup?role=" + task.Role + "&ids=" + url.QueryEscape(strings.Join(task.ids, ","))
	for range sweepTries * len(task.Pairs) {
		if len(wanted) == 0 || time.Now().After(until) {
			return
		}
		start := r.clock.micros()
		status, got, err := ask(client, address)
		op := operation{kind: "read", role: task.Role, client: number, element: none, due: start, start: start, end: r.clock.micros(), attempt: 1}
		if err != nil {
			op.id, op.answer = task.ids[0], answer{outcome: unknown, status: status, problem: short("sweep: " + err.Error())}
			r.record(&op)
			continue
		}
		pair := [2]string{got.Site, got.Copy}
		if !wanted[pair] {
			continue
		}
		delete(wanted, pair)
		rows := map[string]string{}
		for _, row := range got.Changes {
			rows[row.ID] = row.Xid
		}
		for _, id := range task.ids {
			xid, found := rows[id]
			op.id = id
			op.answer = answer{outcome: ok, status: status, body: got.body}
			op.answer.body.Found, op.answer.body.Xid = &found, xid
			r.record(&op)
		}
	}
}

func (r *recorder) record(op *operation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.write(op)
}

func ask(client *http.Client, address string) (status int, got lookup, err error) {
	response, err := client.Get(address)
	if err != nil {
		return 0, got, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return response.StatusCode, got, err
	}
	err = json.Unmarshal(text, &got)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %s %s", response.StatusCode, got.Error, got.Message)
	}
	return response.StatusCode, got, err
}
