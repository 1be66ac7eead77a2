package guard

import (
	"context"
	"fmt"
	"time"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/store"
)

// privateSource is where an entry about noise has the address that the noise came from: it can be erased.
const privateSource = "source"

// Noise records how many sign-ins at the desk from one source failed in one minute (law 6): one entry for all of them,
// so that a stranger can fill no ledger.
func (g *Guard) Noise(ctx context.Context, source string, minute time.Time, failed int64) error {
	if failed <= 0 {
		return model.Invalid("failed", "must be at least 1")
	}
	if err := historyStands(g.broken(), ""); err != nil {
		return err
	}
	return g.st.Privileged(ctx, func(p *store.PrivTx) error {
		p.Entry.Facts = ledger.Facts{Event: ledger.EventNoise,
			Note: fmt.Sprintf("%d sign-ins failed at the desk in the minute of %s", failed, minute.UTC().Format("2006-01-02T15:04Z"))}
		p.Entry.Private = map[string]string{privateSource: source}
		return nil
	})
}
