package bench

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
)

// bareHTTP serves the same answer to every request: what is left is net/http and the loopback.
func bareHTTP(contentType string, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Write(body)
	})
}

// serve serves a handler on loopback until stop is called.
func serve(h http.Handler) (base string, stop func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("listening for the benchmark: %w", err)
	}
	srv := &http.Server{Handler: h}
	go srv.Serve(ln)
	return "http://" + ln.Addr().String(), func() { srv.Close() }, nil
}

// bareAppend measures appending 256 bytes to a file and waiting for the disk: the least that a durable write costs.
func bareAppend(dir string, n int) (line Line, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "bare-append"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return line, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	record := make([]byte, 256)
	line.Limit, line.BarePer, err = measure(1, n, func(int, int) error {
		if _, err := f.Write(record); err != nil {
			return err
		}
		return f.Sync()
	})
	line.Bare = "append of 256 bytes with fsync"
	return line, err
}
