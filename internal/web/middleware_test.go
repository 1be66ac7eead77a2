package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func serve(log *bytes.Buffer, h http.HandlerFunc, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	Common{Log: slog.New(slog.NewTextHandler(log, nil)), Now: time.Now}.Wrap(h).ServeHTTP(w, r)
	return w
}

func TestAccessLogHoldsNoSecret(t *testing.T) {
	var log bytes.Buffer
	r := httptest.NewRequest(http.MethodPost, "/oauth/token?code=s3cret", strings.NewReader("password=s3cret"))
	r.Header.Set("Authorization", "Bearer s3cret")
	w := serve(&log, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("short"))
	}, r)
	line := log.String()
	if strings.Contains(line, "s3cret") || strings.Count(line, "\n") != 1 {
		t.Errorf("log is %s", line)
	}
	for _, want := range []string{"method=POST", "path=/oauth/token", "status=418", "bytes=5"} {
		if !strings.Contains(line, want) {
			t.Errorf("log lacks %s: %s", want, line)
		}
	}
	for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"} {
		if w.Header().Get(name) == "" {
			t.Errorf("no %s", name)
		}
	}
}

func TestPanicIsA500(t *testing.T) {
	var log bytes.Buffer
	w := serve(&log, func(http.ResponseWriter, *http.Request) { panic("s3cret in the dump") }, httptest.NewRequest("GET", "/", nil))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "s3cret") {
		t.Errorf("a panic is told as %d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "middleware_test.go") {
		t.Errorf("log has no stack: %s", log.String())
	}
}

func TestPanicInTheMiddleCutsTheConnection(t *testing.T) {
	var log bytes.Buffer
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("panicked with %v", v)
		}
	}()
	serve(&log, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half"))
		panic("oh")
	}, httptest.NewRequest("GET", "/", nil))
}

func TestSameOrigin(t *testing.T) {
	h := SameOrigin(slog.New(slog.DiscardHandler), DeskStyle, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}))
	for site, want := range map[string]int{"": 204, "same-origin": 204, "none": 204, "cross-site": 403, "same-site": 403} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Sec-Fetch-Site", site)
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != want {
			t.Errorf("a post from %q is %d, want %d", site, w.Code, want)
		}
	}
}

func TestTokenInThePathIsNotLogged(t *testing.T) {
	var log strings.Builder
	mux := http.NewServeMux()
	mux.HandleFunc("GET /enrol/{token}", func(http.ResponseWriter, *http.Request) {})
	logger := slog.New(slog.NewTextHandler(&log, nil))
	h := Common{Log: logger, Now: time.Now}.Wrap(SameOrigin(logger, DeskStyle, mux))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/enrol/s3cret", nil))
	if !strings.Contains(log.String(), "path=/enrol/{token}") || strings.Contains(log.String(), "s3cret") {
		t.Errorf("the log says %s", log.String())
	}
}
