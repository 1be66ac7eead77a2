package store_test

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
)

// proxy stands between a store and its PostgreSQL and can be told to fail as a network does.
type proxy struct {
	listener net.Listener
	socket   string // of the server
	database string
	user     string

	gate sync.RWMutex // held while nothing is forwarded

	mu     sync.Mutex
	conns  map[net.Conn]bool
	down   bool
	commit commitFault // what becomes of the next commit
	before func()      // called before the next commit is forwarded; nil: nothing is
	wg     sync.WaitGroup
}

// commitFault is how the connection breaks on which the next commit is sent.
type commitFault int

const (
	commitPasses commitFault = iota
	commitLost               // before the server has it
	replyLost                // after the server has done it
	networkLost              // after the server has done it, and with all other connections until mend
)

// newProxy stands before the database of a URL until the test ends.
func newProxy(t *testing.T, databaseURL string) *proxy {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	p := &proxy{socket: filepath.Join(q.Get("host"), ".s.PGSQL."+q.Get("port")), database: u.Path, user: q.Get("user"),
		conns: map[net.Conn]bool{}}
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		p.listener.Close()
		p.cut()
		p.wg.Wait()
	})
	return p
}

// url is the address of the database by way of the proxy.
func (p *proxy) url() string {
	q := url.Values{"sslmode": {"disable"}, "user": {p.user}}
	return (&url.URL{Scheme: "postgres", Host: p.listener.Addr().String(), Path: p.database, RawQuery: q.Encode()}).String()
}

// cut breaks every connection, and whatever is dialed until mend.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = true
	for c := range p.conns {
		c.Close()
	}
}

func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

// pause forwards nothing, and breaks nothing, until resume.
func (p *proxy) pause()  { p.gate.Lock() }
func (p *proxy) resume() { p.gate.Unlock() }

// breakCommit breaks the connection on which the next commit is sent.
func (p *proxy) breakCommit(f commitFault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.commit = f
}

// beforeCommit has fn called while the next commit is on its way.
func (p *proxy) beforeCommit(fn func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.before = fn
}

// nextCommit is what becomes of a commit that comes by.
func (p *proxy) nextCommit() commitFault {
	p.mu.Lock()
	fault, before := p.commit, p.before
	p.commit, p.before = commitPasses, nil
	p.mu.Unlock()
	if before != nil {
		before()
	}
	return fault
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", p.socket)
		if err != nil || !p.keep(client, server) {
			client.Close()
			if err == nil {
				server.Close()
			}
			continue
		}
		l := &link{proxy: p, client: client, server: server}
		p.wg.Go(l.requests)
		p.wg.Go(l.replies)
	}
}

// keep notes connections that cut is to break, unless the network is down.
func (p *proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return false
	}
	for _, c := range conns {
		p.conns[c] = true
	}
	return true
}

// link is one connection through the proxy.
type link struct {
	*proxy
	client, server net.Conn

	mu    sync.Mutex
	fault commitFault
}

func (l *link) close() {
	l.client.Close()
	l.server.Close()
	l.proxy.mu.Lock()
	defer l.proxy.mu.Unlock()
	delete(l.conns, l.client)
	delete(l.conns, l.server)
}

func (l *link) requests() {
	l.pump(l.server, l.client, func(b []byte) (pass bool) {
		if !bytes.Contains(b, []byte("commit\x00")) { // the simple query that pgx sends
			return true
		}
		fault := l.nextCommit()
		l.mu.Lock()
		defer l.mu.Unlock()
		l.fault = fault
		return fault != commitLost
	})
}

func (l *link) replies() {
	l.pump(l.client, l.server, func([]byte) (pass bool) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.fault == networkLost {
			l.cut()
		}
		return l.fault == commitPasses
	})
}

// pump forwards from one side to the other what passes, and ends the link at what does not.
func (l *link) pump(to io.Writer, from io.Reader, passes func([]byte) bool) {
	defer l.close()
	buf := make([]byte, 1<<16)
	for {
		n, err := from.Read(buf)
		l.gate.RLock()
		pass := passes(buf[:n])
		l.gate.RUnlock()
		if !pass {
			return
		}
		if _, werr := to.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}
