package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// maxGroup is the most writes that one commit of the embedded engine carries.
const maxGroup = 512

// groupWriter is the one writer of a SQLite database. Callers hand it functions; it runs each in a savepoint of its
// own, commits what has gathered with one wait for the disk, and answers each caller after that.
type groupWriter struct {
	conn *sql.Conn
	pool *stmtPool
	q    querier // the pool, as jobs have it
	jobs chan *job
	done chan struct{} // closed when the loop has ended

	mu     sync.RWMutex // held for reading while a job is handed over
	closed bool
}

// job is one caller's write, and where its result goes.
type job struct {
	ctx    context.Context
	fn     func(querier) error
	err    error
	panic  any
	result chan struct{}
}

func newGroupWriter(ctx context.Context, db *sql.DB) (*groupWriter, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening the writer's connection: %w", err)
	}
	pool := &stmtPool{prepare: conn.PrepareContext}
	w := &groupWriter{conn: conn, pool: pool, q: pool, jobs: make(chan *job, maxGroup), done: make(chan struct{})}
	go w.loop()
	return w, nil
}

// do runs fn in the next group. fn must not call do: the writer is one goroutine. A panic in fn undoes its write and
// goes on in the caller.
func (w *groupWriter) do(ctx context.Context, fn func(querier) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{ctx: ctx, fn: fn, result: make(chan struct{})}
	w.mu.RLock()
	if w.closed {
		w.mu.RUnlock()
		return closed()
	}
	w.jobs <- j
	w.mu.RUnlock()
	<-j.result // not ctx.Done: a caller must learn whether its write was committed
	if j.panic != nil {
		panic(j.panic)
	}
	return j.err
}

func (w *groupWriter) loop() {
	defer close(w.done)
	for first := range w.jobs {
		group := w.run(first)
		for _, j := range group {
			close(j.result)
		}
	}
}

// run executes first and whatever else has queued up meanwhile in one transaction. A crash before the commit returns
// loses all of the group, none of which was answered; after it, all of the group is there.
func (w *groupWriter) run(first *job) []*job {
	group := []*job{first}
	err := w.begin()
	if err == nil {
		err = w.savepoint(first)
	}
	for err == nil && len(group) < maxGroup {
		j := w.waiting()
		if j == nil {
			break
		}
		group = append(group, j)
		err = w.savepoint(j)
	}
	if err == nil {
		err = w.command("COMMIT")
	}
	if err != nil {
		w.command("ROLLBACK") // fails when SQLite has rolled back by itself: either way nothing stays
		for _, j := range group {
			if j.err == nil && j.panic == nil {
				j.err = unavailable(err)
			}
		}
	}
	return group
}

// begin begins a transaction. One that is still there was to be rolled back when nothing answered: that is made up for.
func (w *groupWriter) begin() error {
	err := w.command("BEGIN IMMEDIATE")
	if err != nil && w.command("ROLLBACK") == nil {
		err = w.command("BEGIN IMMEDIATE")
	}
	return err
}

// waiting is the next job if there is one now.
func (w *groupWriter) waiting() *job {
	select {
	case j := <-w.jobs: // nil when the channel is closed and empty
		return j
	default:
		return nil
	}
}

// savepoint runs one job so that its failure undoes its own writes only. The error it returns is not the job's: it says
// that the whole transaction is lost. SQLite itself ends one when the disk is full or does not answer; what was run
// after that would be committed on its own.
func (w *groupWriter) savepoint(j *job) error {
	if j.err = j.ctx.Err(); j.err != nil {
		return nil
	}
	if err := w.command("SAVEPOINT job"); err != nil {
		return err
	}
	func() {
		defer func() { j.panic = recover() }()
		j.err = j.fn(w.q)
	}()
	if j.err != nil || j.panic != nil {
		if err := w.command("ROLLBACK TO job"); err != nil {
			return fmt.Errorf("undoing a write (%v): %w", j.err, err)
		}
	}
	return w.command("RELEASE job")
}

func (w *groupWriter) command(text string) error {
	_, err := w.q.exec(context.Background(), text)
	return err
}

func (w *groupWriter) close() error {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		close(w.jobs)
	}
	w.mu.Unlock()
	<-w.done
	err := w.pool.close()
	if cerr := w.conn.Close(); err == nil {
		err = cerr
	}
	return err
}
