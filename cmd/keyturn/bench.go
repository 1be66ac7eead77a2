package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"keyturn/internal/bench"
	"keyturn/internal/demo"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/social"
	"keyturn/internal/store"
)

type benchCmd struct {
	Data       string `help:"Directory on the disk to measure; a store is made in it and removed again." type:"existingdir" placeholder:"DIR"`
	Reads      int    `help:"How many timelines to read." default:"4000"`
	Darkenings int    `help:"How many times to darken and restore." default:"200"`
	Posts      int    `help:"How many posts to write." default:"6400"`
	JSON       bool   `help:"Print the figures as JSON."`
}

func (c *benchCmd) Run(ctx context.Context, con *console) error {
	dir, err := os.MkdirTemp(c.Data, "keyturn-bench-")
	if err != nil {
		return fmt.Errorf("making a directory for the benchmark: %w", err)
	}
	defer os.RemoveAll(dir)
	st, err := store.Open(ctx, store.Config{Dir: filepath.Join(dir, "data"), Now: time.Now})
	if err != nil {
		return err
	}
	defer st.Close()
	fmt.Fprintln(con.err, "… a network with accounts of 100 and of 10,000 followers is made")
	subject, err := benchSubject(ctx, st)
	if err != nil {
		return err
	}
	subject.Dir = dir
	lines, err := bench.Run(ctx, subject, bench.Scale{Reads: c.Reads, Darkenings: c.Darkenings, Posts: c.Posts},
		func(what string) { fmt.Fprintln(con.err, "…", what) })
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(con.out, lines)
	}
	return bench.Print(con.out, lines)
}

// benchSubject makes the world of the demo, in which nobody's budget runs out, with two accounts more.
func benchSubject(ctx context.Context, st *store.Store) (bench.Subject, error) {
	s := bench.Subject{Store: st}
	w, err := demo.Make(10_000, 1, time.Now())
	if err != nil {
		return s, err
	}
	if err := w.Write(ctx, st); err != nil {
		return s, err
	}
	if s.Small, s.Large, err = followed(ctx, st, w.Crowd()); err != nil {
		return s, err
	}
	unlimited, err := unlimitedPolicy()
	if err != nil {
		return s, err
	}
	_, err = demo.Born(ctx, st, demo.Birth{URL: "http://localhost:8080", DeskURL: "http://localhost:8081",
		Divisor: demo.WaitDivisor, Now: time.Now(), Policy: unlimited})
	if err != nil {
		return s, err
	}
	srv, err := newServer(ctx, st, edge{}, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		return s, err
	}
	s.Guard, s.Network, s.Public = srv.guard, srv.net, srv.network
	for _, handle := range []string{"uncle", "niece"} {
		s.Poster = append(s.Poster, w.Accounts[handle])
	}
	agent, err := st.LoginNamed(ctx, "agent")
	if err != nil {
		return s, err
	}
	s.Agent = guard.Actor{Person: agent.Person, Login: agent.ID}
	s.Token, err = readerToken(ctx, s.Network, w.Accounts["uncle"])
	return s, err
}

// followed makes two ordinary accounts, of 100 and of 10,000 followers.
func followed(ctx context.Context, st *store.Store, crowd []model.ID) (small, large model.ID, err error) {
	small, large = st.IDs().Next(), st.IDs().Next()
	now := time.Now()
	accounts := []model.Account{{ID: small, Handle: "bench_small", CreatedAt: now}, {ID: large, Handle: "bench_large", CreatedAt: now}}
	var follows []model.Follow
	for i, follower := range crowd[:10_000] {
		follows = append(follows, model.Follow{ID: st.IDs().Next(), Follower: follower, Followee: large, CreatedAt: now})
		if i < 100 {
			follows = append(follows, model.Follow{ID: st.IDs().Next(), Follower: follower, Followee: small, CreatedAt: now})
		}
	}
	err = st.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SeedAccounts(ctx, accounts); err != nil {
			return err
		}
		return tx.SeedFollows(ctx, follows)
	})
	return small, large, err
}

func readerToken(ctx context.Context, net *social.Network, account model.ID) (string, error) {
	app, _, err := net.RegisterApp(ctx, social.App{Name: "bench", RedirectURIs: []string{social.OutOfBand}, Scopes: []string{"read"}})
	if err != nil {
		return "", err
	}
	token, err := net.IssueToken(ctx, app, social.Proof{Account: account}, []string{"read"})
	return token.Token, err
}

// unlimitedPolicy is the shipped policy with budgets and a breaker that no benchmark reaches.
func unlimitedPolicy() (*policy.Bundle, error) {
	shipped, err := policy.Shipped()
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := json.Unmarshal(shipped.Encode(), &doc); err != nil {
		return nil, err
	}
	budgets := map[string]any{}
	for _, role := range model.Roles() {
		budgets[string(role)] = map[string]int64{"accounts_per_hour": 1_000_000, "accounts_per_day": 1_000_000,
			"reach_per_hour": 10_000_000_000, "reach_per_day": 10_000_000_000}
	}
	doc["budgets"] = budgets
	doc["breaker"] = map[string]any{"darkenings": 1_000_000, "window": "1m0s", "freeze": "1m0s"}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	return policy.Parse(text)
}
