package drill

import (
	"context"
	"encoding/json"
	"net/http"
)

// maxPages bounds how far a list is followed.
const maxPages = 50

// snapshot is every public response about an account, by path.
type snapshot map[string]string

// crawl reads what the public and a follower see of an account: its pages, its entity, all its posts, its followers,
// and the timelines that it stands in.
func crawl(ctx context.Context, stranger, follower *public, handle, id string) (snapshot, error) {
	seen := snapshot{}
	read := func(p *public, who, path string) (int, []byte, string, error) {
		status, body, next, err := p.get(ctx, path)
		seen[who+" "+path] = http.StatusText(status) + "\n" + string(body)
		return status, body, next, err
	}
	for _, path := range []string{"/@" + handle, "/api/v1/accounts/" + id, "/api/v1/accounts/lookup?acct=" + handle,
		"/api/v1/timelines/public?limit=40", "/"} {
		if _, _, _, err := read(stranger, "stranger", path); err != nil {
			return nil, err
		}
	}
	for _, path := range []string{"/api/v1/timelines/home?limit=40", "/api/v1/accounts/relationships?id[]=" + id,
		"/api/v2/search?q=" + handle + "&type=accounts"} {
		if _, _, _, err := read(follower, "follower", path); err != nil {
			return nil, err
		}
	}
	var first string
	for _, list := range []string{"/api/v1/accounts/" + id + "/statuses?limit=40", "/api/v1/accounts/" + id + "/followers?limit=80"} {
		path := list
		for range maxPages {
			status, body, next, err := read(follower, "follower", path)
			if err != nil {
				return nil, err
			}
			if first == "" && status == http.StatusOK {
				first = firstID(body)
			}
			if path = next; path == "" {
				break
			}
		}
	}
	for _, path := range []string{"/@" + handle + "/" + first, "/api/v1/statuses/" + first, "/api/v1/statuses/" + first + "/context"} {
		if first == "" {
			break
		}
		if _, _, _, err := read(stranger, "stranger", path); err != nil {
			return nil, err
		}
	}
	return seen, nil
}

func firstID(list []byte) string {
	var posts []struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(list, &posts) != nil || len(posts) == 0 {
		return ""
	}
	return posts[0].ID
}

// differ counts the bytes in which two snapshots differ, and names the paths.
func differ(before, after snapshot) (bytes int, paths []string) {
	for path, was := range before {
		is := after[path]
		if is == was {
			continue
		}
		paths = append(paths, path)
		n := 0
		for i := range min(len(was), len(is)) {
			if was[i] != is[i] {
				n++
			}
		}
		bytes += max(1, n+max(len(was), len(is))-min(len(was), len(is)))
	}
	for path := range after {
		if _, was := before[path]; !was {
			paths = append(paths, path)
			bytes += len(after[path])
		}
	}
	return bytes, paths
}
