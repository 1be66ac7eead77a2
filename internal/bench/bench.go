package bench

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// Line is one measurement beside its limit. Time is the median of one operation; Limit that of the bare thing.
type Line struct {
	What    string        `json:"what"`
	Time    time.Duration `json:"time_ns"`
	Per     float64       `json:"per_second"` // with all workers together
	Bare    string        `json:"bare"`       // what the limit is
	Limit   time.Duration `json:"limit_ns"`
	BarePer float64       `json:"limit_per_second"`
}

// Ratio is how many times the bare limit the operation takes.
func (l Line) Ratio() float64 { return float64(l.Time) / float64(max(l.Limit, 1)) }

// Print writes the lines as a table.
func Print(w io.Writer, lines []Line) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tmedian\tper second\tbare\tper second\ttimes\t ")
	for _, l := range lines {
		fmt.Fprintf(t, "%s\t%s\t%.0f\t%s\t%.0f\t%.1f\t %s\n", l.What, short(l.Time), l.Per, short(l.Limit), l.BarePer, l.Ratio(), l.Bare)
	}
	return t.Flush()
}

func short(d time.Duration) string {
	if d < time.Millisecond {
		return fmt.Sprintf("%.1f µs", float64(d)/1e3)
	}
	return fmt.Sprintf("%.2f ms", float64(d)/1e6)
}

// middle is the median of some times, and how many such there are in a second.
func middle(times []time.Duration) (median time.Duration, per float64) {
	var sum time.Duration
	for _, t := range times {
		sum += t
	}
	slices.Sort(times)
	return times[len(times)/2], float64(len(times)) / sum.Seconds()
}

// measure runs op n times on each of workers and returns the median time of one and how many were done a second.
func measure(workers, n int, op func(worker, i int) error) (median time.Duration, per float64, err error) {
	times := make([][]time.Duration, workers)
	errs := make(chan error, workers)
	start := time.Now()
	for w := range workers {
		go func() {
			for i := range n {
				began := time.Now()
				if err := op(w, i); err != nil {
					errs <- err
					return
				}
				times[w] = append(times[w], time.Since(began))
			}
			errs <- nil
		}()
	}
	for range workers {
		if e := <-errs; e != nil {
			err = e
		}
	}
	took := time.Since(start)
	if err != nil {
		return 0, 0, err
	}
	all := slices.Concat(times...)
	slices.Sort(all)
	return all[len(all)/2], float64(len(all)) / took.Seconds(), nil
}
