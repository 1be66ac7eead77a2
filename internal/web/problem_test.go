package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"keyturn/internal/model"
)

func TestEveryKindHasAStatus(t *testing.T) {
	tests := []struct {
		kind           model.ErrorKind
		desk, mastodon int
	}{
		{model.KindInvalid, 400, 422},
		{model.KindUnauthenticated, 401, 401},
		{model.KindForbidden, 403, 403},
		{model.KindNotFound, 404, 404},
		{model.KindConflict, 409, 422},
		{model.KindNeedsKeys, 403, 403},
		{model.KindFrozen, 423, 423},
		{model.KindTooMany, 429, 429},
		{model.KindUnavailable, 503, 503},
	}
	for _, tt := range tests {
		err := fmt.Errorf("doing: %w", model.Errorf(tt.kind, "so it is"))
		desk := tell(t, slog.New(slog.DiscardHandler), DeskStyle, err)
		if desk.Code != tt.desk {
			t.Errorf("%s at the desk is %d, want %d", tt.kind, desk.Code, tt.desk)
		}
		if got := tell(t, slog.New(slog.DiscardHandler), MastodonStyle, err).Code; got != tt.mastodon {
			t.Errorf("%s in the client API is %d, want %d", tt.kind, got, tt.mastodon)
		}
		if retry := desk.Header().Get("Retry-After"); (retry != "") != (tt.desk == 429 || tt.desk == 503) {
			t.Errorf("%s has Retry-After %q", tt.kind, retry)
		}
	}
}

func TestDeskIsToldAllOfARefusal(t *testing.T) {
	err := &model.Error{Kind: model.KindForbidden, Law: "LeaversHoldNoKeys", Message: "not on the last day", Request: 7}
	got := tell(t, slog.New(slog.DiscardHandler), DeskStyle, err).Body.String()
	want := `{"error":"not on the last day","kind":"forbidden","law":"LeaversHoldNoKeys","request":"7"}`
	if got != want {
		t.Errorf("told %s, want %s", got, want)
	}
}

func TestDefectsAreLoggedOnceAndNotShown(t *testing.T) {
	var log bytes.Buffer
	w := tell(t, slog.New(slog.NewJSONHandler(&log, nil)), DeskStyle, errors.New("password hunter2 in the dump"))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "hunter2") {
		t.Errorf("a defect is told as %d %s", w.Code, w.Body)
	}
	var line struct{ Err, Request string }
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatalf("log is not one line: %v: %s", err, log.String())
	}
	if line.Request == "" || !strings.Contains(w.Body.String(), line.Request) {
		t.Errorf("the number %q of the log is not in %s", line.Request, w.Body)
	}
	if !strings.Contains(line.Err, "hunter2") {
		t.Errorf("log says %q, which is not the cause", line.Err)
	}
}

func TestUnavailableLogsItsCause(t *testing.T) {
	var log bytes.Buffer
	err := model.Unavailable(errors.New("disk full"), "the store does not answer")
	w := tell(t, slog.New(slog.NewTextHandler(&log, nil)), MastodonStyle, err)
	if !strings.Contains(log.String(), "disk full") || strings.Contains(w.Body.String(), "disk full") {
		t.Errorf("log %q, told %q", log.String(), w.Body)
	}
}

func TestNobodyIsToldWhenTheClientIsGone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var log bytes.Buffer
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	WriteError(w, r, slog.New(slog.NewTextHandler(&log, nil)), DeskStyle, fmt.Errorf("reading: %w", context.Canceled))
	if w.Body.Len() > 0 || log.Len() > 0 {
		t.Errorf("told %q, logged %q", w.Body, log.String())
	}
}

// tell serves a handler that fails with err.
func tell(t *testing.T, log *slog.Logger, style Style, err error) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r = r.WithContext(withRequestID(r.Context()))
	Handler(log, style, func(http.ResponseWriter, *http.Request) error { return err }).ServeHTTP(w, r)
	return w
}
