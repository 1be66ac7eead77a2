package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func TestServeFinishesWhatIsUnderWay(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	began := make(chan struct{})
	ln := listen(t)
	served := make(chan error, 1)
	go func() {
		served <- Serve(ctx, ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(began)
			<-ctx.Done()
			_, _ = io.WriteString(w, "whole")
		}), time.Minute)
	}()
	answered := make(chan string, 1)
	go func() { answered <- get(ln.Addr().String()) }()
	<-began
	stop()
	if got := <-answered; got != "whole" {
		t.Errorf("the request under way got %q", got)
	}
	if err := <-served; err != nil {
		t.Errorf("stopping: %v", err)
	}
	if got := get(ln.Addr().String()); got == "whole" {
		t.Error("served after the stop")
	}
}

func TestServeWaitsNoLongerThanItsDrain(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	began, release := make(chan struct{}), make(chan struct{})
	ln := listen(t)
	served := make(chan error, 1)
	go func() {
		served <- Serve(ctx, ln, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			close(began)
			<-release
		}), time.Millisecond)
	}()
	done := make(chan struct{})
	go func() { get(ln.Addr().String()); close(done) }()
	<-began
	stop()
	if err := <-served; err == nil {
		t.Error("stopped cleanly with a request under way")
	}
	close(release)
	<-done
}

func TestServeTellsWhyItCannot(t *testing.T) {
	ln := listen(t)
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Serve(t.Context(), ln, http.NotFoundHandler(), time.Second); err == nil {
		t.Error("served on a closed listener")
	}
}

// get is the body of an answer, or the error as text.
func get(addr string) string {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + addr + "/")
	if err != nil {
		return err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
