package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"time"
)

// Static serves the files of an embedded directory by their names, under a pattern with a {file} wildcard. Browsers may
// keep them but ask each time whether they changed. Files are read once; an unreadable one is an error of the build.
func Static(files fs.FS) (http.Handler, error) {
	type file struct {
		body []byte
		tag  string
	}
	all := map[string]file{}
	names, err := fs.Glob(files, "*")
	if err != nil {
		return nil, fmt.Errorf("listing static files: %w", err)
	}
	for _, name := range names {
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("reading static file %s: %w", name, err)
		}
		sum := sha256.Sum256(body)
		all[name] = file{body, `"` + hex.EncodeToString(sum[:8]) + `"`}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("file")
		f, ok := all[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("ETag", f.tag)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.body))
	}), nil
}
