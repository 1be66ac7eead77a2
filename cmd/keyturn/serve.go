package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"time"

	"keyturn/internal/guard"
	"keyturn/internal/mastodon"
	"keyturn/internal/model"
	"keyturn/internal/store"
	"keyturn/internal/web"
)

type serveCmd struct {
	Data     string   `help:"Data directory of the embedded database." type:"path" placeholder:"DIR"`
	Database string   `help:"PostgreSQL database instead of the embedded one." placeholder:"URL" env:"KEYTURN_DATABASE"`
	Node     int      `help:"This node's number among those that share a database, 0 to 1023."`
	Listen   string   `help:"Address of the network's listener." default:"127.0.0.1:8080" placeholder:"ADDR"`
	Desk     string   `help:"Address of the desk's listener." default:"127.0.0.1:8081" placeholder:"ADDR"`
	Ops      string   `help:"Address of the ops listener: /healthz, /readyz, /metrics." default:"127.0.0.1:8082" placeholder:"ADDR"`
	URL      string   `help:"The network's public address, as the store was born with." placeholder:"URL"`
	DeskURL  string   `help:"The desk's address, as the store was born with: passkeys sign for it." placeholder:"URL"`
	Kept     string   `help:"File, apart from the data, that keeps the ledger's newest checkpoint, so that an older copy of the data is noticed. By default DIR.checkpoint, beside the data directory." type:"path" placeholder:"FILE"`
	Proxy    []string `help:"Addresses of your own reverse proxies, whose X-Forwarded-For is believed." placeholder:"CIDR"`
}

func (c *serveCmd) Run(ctx context.Context, con *console) error {
	log := slog.New(slog.NewTextHandler(con.err, nil))
	st, err := store.Open(ctx, store.Config{Dir: c.Data, URL: c.Database, Node: c.Node, Now: time.Now})
	if err != nil {
		return err
	}
	defer st.Close()
	settings, err := guard.LoadSettings(ctx, st)
	if err != nil {
		return err
	}
	if err := c.agree(settings); err != nil {
		return err
	}
	e := edge{limits: mastodon.DefaultLimits(), kept: cmp.Or(c.Kept, beside(c.Data))}
	if e.sources, err = proxies(c.Proxy); err != nil {
		return err
	}
	l, err := listen(c.Listen, c.Desk, c.Ops)
	if err != nil {
		return err
	}
	log.Info("serving", "url", settings.URL, "desk", settings.DeskURL, "ops", l.ops.Addr().String(), "version", version())
	return runServer(ctx, st, l, e, log)
}

// beside is where the newest checkpoint of a data directory is kept: not in it, where a copy that is put back would bring its
// own.
func beside(data string) string {
	if data == "" {
		return ""
	}
	return filepath.Clean(data) + ".checkpoint"
}

// proxies reads the addresses of the reverse proxies.
func proxies(texts []string) (s web.Sources, err error) {
	for _, text := range texts {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return s, model.Invalid("proxy", "%q is not like 10.0.0.0/8", text)
		}
		s.Proxies = append(s.Proxies, p)
	}
	return s, nil
}

// agree holds the flags against what the store was born with. Passkeys sign for the desk's origin, so that another one
// would lock everybody out; a demo serves loopback only, whatever the flags.
func (c *serveCmd) agree(s guard.Settings) error {
	if c.URL != "" && c.URL != s.URL {
		return model.Invalid("url", "the store was born with %s", s.URL)
	}
	if c.DeskURL != "" && c.DeskURL != s.DeskURL {
		return model.Invalid("desk-url", "the store was born with %s: passkeys sign for it", s.DeskURL)
	}
	if !s.Demo {
		return nil
	}
	for field, addr := range map[string]string{"listen": c.Listen, "desk": c.Desk, "ops": c.Ops} {
		if err := loopback(field, addr); err != nil {
			return err
		}
	}
	return nil
}

// loopback refuses an address that others could reach.
func loopback(field, addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return model.Invalid(field, "must be like 127.0.0.1:8080")
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return model.Invalid(field, "a demo serves loopback only")
}

// listeners are the three doors of a server.
type listeners struct{ network, desk, ops net.Listener }

func (l listeners) close() {
	for _, ln := range []net.Listener{l.network, l.desk, l.ops} {
		if ln != nil {
			ln.Close()
		}
	}
}

func listen(network, desk, ops string) (l listeners, err error) {
	for _, at := range []struct {
		field, addr string
		ln          *net.Listener
	}{{"listen", network, &l.network}, {"desk", desk, &l.desk}, {"ops", ops, &l.ops}} {
		if *at.ln, err = net.Listen("tcp", at.addr); err != nil {
			l.close()
			return l, fmt.Errorf("listening on %s (--%s): %w", at.addr, at.field, err)
		}
	}
	return l, nil
}
