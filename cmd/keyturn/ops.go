package main

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"keyturn/internal/staff"
	"keyturn/internal/store"
	"keyturn/internal/watch"
)

// maxFeedAge is how old the feed may be before a node of a shared database takes no reads (law 8).
const maxFeedAge = time.Second

// opsHandler serves /healthz (the process runs), /readyz (it can serve: the database answers and the feed is fresh) and
// /metrics (Prometheus).
func opsHandler(st *store.Store, feed *store.Feed, people *staff.Staff, watching *watch.Watch) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if why := notReady(r.Context(), st, feed); why != "" {
			http.Error(w, why, http.StatusServiceUnavailable)
			return
		}
		w.Write([]byte("ready\n"))
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics(st, feed, people, watching), promhttp.HandlerOpts{}))
	return mux
}

func notReady(ctx context.Context, st *store.Store, feed *store.Feed) string {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := st.Ping(ctx); err != nil {
		return "the database does not answer"
	}
	if feed != nil && feed.Age() > maxFeedAge {
		return "the feed was not read within the last second"
	}
	return ""
}

func metrics(st *store.Store, feed *store.Feed, people *staff.Staff, watching *watch.Watch) *prometheus.Registry {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "keyturn_store_writes_total",
			Help: "Transactions that this process has committed."}, func() float64 { return float64(st.Writes()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "keyturn_ledger_entries",
			Help: "Entries in the ledger."}, func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			head, _, err := st.LedgerHead(ctx)
			if err != nil {
				return -1
			}
			return float64(head.Size)
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "keyturn_incidents_open",
			Help: "Incidents that are not closed."}, func() float64 { return float64(watching.Open()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "keyturn_incidents_unacknowledged",
			Help: "Incidents that nobody has acknowledged."}, func() float64 { return float64(watching.Unacknowledged()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "keyturn_desk_sign_in_failures",
			Help: "Sign-ins at the desk that failed in the last hour."}, func() float64 {
			var n int64
			for _, f := range people.Failures() {
				n += f.Count
			}
			return float64(n)
		}))
	if feed != nil {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "keyturn_feed_age_seconds",
			Help: "How long ago this node read the feed of a shared database; over 1 it takes no reads."},
			func() float64 { return feed.Age().Seconds() }))
	}
	return reg
}
