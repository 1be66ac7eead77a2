package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/store"
)

// Subject is the running system that is measured.
type Subject struct {
	Dir     string // where its data is: the bare append goes to the same disk
	Store   *store.Store
	Guard   *guard.Guard
	Network *social.Network
	Public  http.Handler // the network's listener

	Token  string // of a reader who follows 200
	Agent  guard.Actor
	Small  model.ID // an account with 100 followers
	Large  model.ID // and one with 10,000, both standard
	Poster []model.ID
}

// Scale says how often each thing is done.
type Scale struct {
	Reads, Darkenings, Posts int
}

// Run measures, telling progress what is under way.
func Run(ctx context.Context, s Subject, n Scale, progress func(string)) ([]Line, error) {
	var lines []Line
	add := func(what string, measured func() ([]Line, error)) error {
		progress(what)
		l, err := measured()
		lines = append(lines, l...)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	}
	for _, b := range []struct {
		what string
		do   func() ([]Line, error)
	}{
		{"decisions", func() ([]Line, error) { return s.decide(ctx, n.Reads) }},
		{"home timeline", func() ([]Line, error) { return s.home(ctx, n.Reads) }},
		{"darken and restore", func() ([]Line, error) { return s.darken(ctx, n.Darkenings) }},
		{"a command by one key", func() ([]Line, error) { return s.oneKey(ctx, n.Darkenings) }},
		{"durable posts", func() ([]Line, error) { return s.posts(ctx, n.Posts) }},
	} {
		if err := add(b.what, b.do); err != nil {
			return lines, err
		}
	}
	return lines, nil
}

// home reads the home timeline over HTTP beside a bare handler that serves the same bytes.
func (s Subject) home(ctx context.Context, n int) ([]Line, error) {
	base, stop, err := serve(s.Public)
	if err != nil {
		return nil, err
	}
	defer stop()
	url := base + "/api/v1/timelines/home?limit=20"
	body, kind, err := fetch(ctx, url, s.Token)
	if err != nil {
		return nil, err
	}
	bare, stopBare, err := serve(bareHTTP(kind, body))
	if err != nil {
		return nil, err
	}
	defer stopBare()
	var lines []Line
	for _, workers := range []int{1, 8} {
		l := Line{What: fmt.Sprintf("home timeline, follows 200, 20 posts, %d readers", workers),
			Bare: fmt.Sprintf("net/http serving the same %d bytes", len(body))}
		l.Time, l.Per, err = measure(workers, n/workers, func(int, int) error { _, _, err := fetch(ctx, url, s.Token); return err })
		if err != nil {
			return lines, err
		}
		l.Limit, l.BarePer, err = measure(workers, n/workers, func(int, int) error { _, _, err := fetch(ctx, bare, s.Token); return err })
		if err != nil {
			return lines, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func fetch(ctx context.Context, url, token string) (body []byte, contentType string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %s", url, res.Status, strings.TrimSpace(string(body)))
	}
	return body, res.Header.Get("Content-Type"), err
}

// darken deactivates and restores, each one decision, one entry of the ledger and one wait for the disk, whatever the
// number of followers.
func (s Subject) darken(ctx context.Context, n int) ([]Line, error) {
	limit, err := bareAppend(s.Dir, n)
	if err != nil {
		return nil, err
	}
	var lines []Line
	for _, of := range []struct {
		followers string
		account   model.ID
	}{{"100", s.Small}, {"10,000", s.Large}} {
		l := limit
		l.What = "darken + restore, " + of.followers + " followers"
		l.Bare = "two appends of 256 bytes with fsync"
		l.Limit, l.BarePer = 2*limit.Limit, limit.BarePer/2
		l.Time, l.Per, err = measure(1, n, func(int, int) error { return s.once(ctx, of.account) })
		if err != nil {
			return lines, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// once darkens and restores an account, and looks each time whether the public sees it so.
func (s Subject) once(ctx context.Context, account model.ID) error {
	for _, step := range []struct {
		kind model.CommandKind
		dark bool
	}{{model.CmdDeactivate, true}, {model.CmdRestore, false}} {
		out, err := s.Guard.Submit(ctx, s.Agent, model.Command{Kind: step.kind, Account: account, Reason: "benchmark"})
		if err != nil {
			return err
		}
		if out.Request.State != model.StateExecuted {
			return fmt.Errorf("%s is %s", step.kind, out.Request.State)
		}
		view, err := s.Network.View(ctx, 0)
		if err != nil {
			return err
		}
		if _, err = view.Account(ctx, account); (model.KindOf(err) == model.KindNotFound) != step.dark {
			return fmt.Errorf("after %s the public sees: %v", step.kind, err)
		}
	}
	return nil
}

// oneKey has the guard warn an account, which one key may do: a decision, an entry of the ledger and one wait for the
// disk. It takes turns with the bare transaction, so that both meet the same disk.
func (s Subject) oneKey(ctx context.Context, n int) ([]Line, error) {
	bare, err := openBareSQLite(ctx, s.Dir)
	if err != nil {
		return nil, err
	}
	defer bare.close()
	var whole, least []time.Duration
	for range n {
		began := time.Now()
		if err := bare.row(ctx); err != nil {
			return nil, err
		}
		between := time.Now()
		out, err := s.Guard.Submit(ctx, s.Agent, model.Command{Kind: model.CmdWarn, Account: s.Small, Reason: "benchmark"})
		if err != nil {
			return nil, err
		}
		if out.Request.State != model.StateExecuted {
			return nil, fmt.Errorf("the warning is %s", out.Request.State)
		}
		least, whole = append(least, between.Sub(began)), append(whole, time.Since(between))
	}
	l := Line{What: "a command by one key, with its ledger entry", Bare: "SQLite: 256 bytes in a transaction with fsync"}
	l.Time, l.Per = middle(whole)
	l.Limit, l.BarePer = middle(least)
	return []Line{l}, nil
}

// posts writes posts that are on the disk when the call returns, by one member and by many at once.
func (s Subject) posts(ctx context.Context, n int) ([]Line, error) {
	limit, err := bareAppend(s.Dir, n)
	if err != nil {
		return nil, err
	}
	var lines []Line
	var serial atomic.Int64
	for _, workers := range []int{1, 64} {
		l := limit
		l.What = fmt.Sprintf("durable posts, %d members at once", workers)
		l.Time, l.Per, err = measure(workers, max(1, n/workers), func(w, _ int) error {
			_, err := s.Network.Post(ctx, s.Poster[w%len(s.Poster)], social.NewPost{Text: fmt.Sprintf("post number %d at %s", serial.Add(1), time.Now())})
			return err
		})
		if err != nil {
			return lines, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}
