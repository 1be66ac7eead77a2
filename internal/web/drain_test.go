package web_test

import (
	"bufio"
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"keyturn/internal/web"
)

// TestOversizeBodyGetsItsAnswer sends a whole body that is too large before it reads, as many clients do: what it then
// reads is the answer, not a reset.
func TestOversizeBodyGetsItsAnswer(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	h := web.Handler(log, web.DeskStyle, func(w http.ResponseWriter, r *http.Request) error {
		var v map[string]string
		return web.DecodeJSON(w, r, 1000, &v)
	})
	srv := httptest.NewServer(web.Common{Log: log, Now: time.Now}.Wrap(h))
	defer srv.Close()
	conn, err := net.Dial("tcp", strings.TrimPrefix(srv.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	body := bytes.Repeat([]byte("a"), 12<<20)
	head := "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 12582914\r\n\r\n\""
	for _, part := range [][]byte{[]byte(head), body, []byte("\"")} {
		if _, err := conn.Write(part); err != nil {
			t.Fatalf("sending: %v", err)
		}
	}
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if answer, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("got %s %q, %v", res.Status, answer, err)
	}
}
