package drill

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// readers is how many read at once while the account goes dark or comes back; patience bounds how long they do.
const (
	readers  = 8
	patience = 60 * time.Second
)

// watch reads the account over and over as strangers and followers do, until done says that it was changed, and when
// that began, and every reader sees it as wanted (light, or dark). It returns how many reads there were, and how many ms
// passed from when it began until the last reader saw it otherwise.
func (n *night) watch(ctx context.Context, light bool, done func() (bool, time.Time, error)) (reads string, ms float64, err error) {
	outer := ctx
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var mu sync.Mutex
	var since, last time.Time // when done was true; when a read last saw it otherwise
	count := 0
	var wg sync.WaitGroup
	errs := make([]error, readers)
	for i := range readers {
		wg.Go(func() {
			p, path := n.stranger, [...]string{"/@" + target, "/api/v1/accounts/" + n.account.ID,
				"/api/v1/accounts/" + n.account.ID + "/statuses", "/api/v1/accounts/lookup?acct=" + target}[i%4]
			if i >= readers/2 {
				p = n.follower
			}
			for settled := 0; settled < 3; {
				status, _, _, err := p.get(ctx, path)
				at := time.Now()
				if err != nil && ctx.Err() != nil {
					return // the waiting is over: whether in vain is said below
				}
				if err != nil {
					errs[i] = err
					return
				}
				mu.Lock()
				count++
				as := (status == http.StatusOK) == light
				switch {
				case !as:
					settled, last = 0, at
				case !since.IsZero():
					settled++
				}
				mu.Unlock()
				time.Sleep(time.Millisecond)
			}
		})
	}
	var from time.Time
	for {
		ok, began, err := done()
		if err != nil {
			cancel()
			wg.Wait()
			return "", 0, err
		}
		if ok {
			from = began
			break
		}
		if ctx.Err() != nil {
			wg.Wait()
			return "", 0, fmt.Errorf("after %v nothing has happened to @%s", patience, target)
		}
		time.Sleep(2 * time.Millisecond)
	}
	mu.Lock()
	since = time.Now()
	mu.Unlock()
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return "", 0, fmt.Errorf("a reader: %w", err)
	}
	if outer.Err() != nil {
		return "", 0, outer.Err()
	}
	if ctx.Err() != nil {
		return "", 0, fmt.Errorf("after %v, %d reads and an answer to each, some reader still sees @%s %s", patience, count, target,
			map[bool]string{true: "dark", false: "as before"}[light])
	}
	ms = float64(max(0, last.Sub(from)).Microseconds()) / 1000
	return fmt.Sprintf("%d reads by %d readers", count, readers), ms, nil
}
