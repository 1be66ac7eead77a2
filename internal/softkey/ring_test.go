package softkey_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"keyturn/internal/passkey"
	"keyturn/internal/softkey"

	"github.com/google/go-cmp/cmp"
)

func TestRingSurvivesFile(t *testing.T) {
	laptop, token := softkey.New("laptop"), softkey.New("token")
	first, second := register(t, laptop), register(t, token)
	dir := softkey.Dir(filepath.Join(t.TempDir(), "keys"))
	saved := &softkey.Ring{Login: "agent", Authenticators: []*softkey.Authenticator{laptop, token}}
	for range 2 { // the second replaces the first
		if err := dir.Save(saved); err != nil {
			t.Fatal(err)
		}
	}
	ring, err := dir.Load("agent")
	if err != nil {
		t.Fatal(err)
	}
	if ring.Login != "agent" || ring.Authenticators[0].Name() != "laptop" || ring.Authenticators[1].Name() != "token" {
		t.Errorf("loaded %+v", ring)
	}
	for _, made := range []passkey.Registered{first, second} {
		response, err := ring.Assert(desk.Origin, requestOptions(t, made.Handle))
		if err != nil {
			t.Fatal(err)
		}
		verify(t, response, made)
	}
	if _, err := ring.Assert(desk.Origin, requestOptions(t, []byte("another"))); !errors.Is(err, softkey.ErrNoCredential) {
		t.Errorf("an unknown credential: %v, want %v", err, softkey.ErrNoCredential)
	}
}

func TestFilesAreTheirOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if err := softkey.Dir(dir).Save(&softkey.Ring{Login: "agent"}); err != nil {
		t.Fatal(err)
	}
	modes := map[string]fs.FileMode{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		modes[d.Name()] = info.Mode()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// Nothing else is left behind.
	want := map[string]fs.FileMode{"keys": fs.ModeDir | 0o700, "agent.json": 0o600}
	if diff := cmp.Diff(want, modes); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestDirListsLogins(t *testing.T) {
	dir := softkey.Dir(t.TempDir())
	for _, login := range []string{"lead", "agent", "gov.affairs"} {
		if err := dir.Save(&softkey.Ring{Login: login}); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(string(dir), "README"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	logins, err := dir.Logins()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"agent", "gov.affairs", "lead"}, logins); diff != "" {
		t.Errorf("logins (-want +got):\n%s", diff)
	}
}

func TestDirRefuses(t *testing.T) {
	dir := softkey.Dir(t.TempDir())
	for _, login := range []string{"", ".", "..", ".agent", "../agent", "a/b", `a\b`, "a\x00b"} {
		if err := dir.Save(&softkey.Ring{Login: login}); err == nil {
			t.Errorf("saved for the login %q", login)
		}
		if _, err := dir.Load(login); err == nil {
			t.Errorf("loaded for the login %q", login)
		}
	}
	if _, err := dir.Load("nobody"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a login without a file: %v", err)
	}
	for name, text := range map[string]string{
		"another's":  `{"login": "lead", "authenticators": []}`,
		"not JSON":   `login`,
		"nobody's":   `{}`,
		"null":       `{"login": "agent", "authenticators": [null]}`,
		"a bad key":  `{"login": "agent", "authenticators": [{"credentials": [{"private_key": "AAAA"}]}]}`,
		"a zero key": `{"login": "agent", "authenticators": [{"credentials": [{"private_key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}]}`,
	} {
		if err := os.WriteFile(filepath.Join(string(dir), "agent.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := dir.Load("agent"); err == nil {
			t.Errorf("%s: loaded %s", name, text)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(`{"login":"agent","authenticators":[{"name":"laptop","credentials":[{"id":"AA","rp_id":"localhost"}]}]}`))
	f.Add([]byte(`{"login":"agent","authenticators":[null]}`))
	dir := softkey.Dir(f.TempDir())
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(string(dir), "agent.json")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		ring, err := dir.Load("agent")
		if err != nil {
			return
		}
		// What was loaded can be used and saved without harm.
		if _, err := ring.Assert(desk.Origin, requestOptions(t)); err != nil && !errors.Is(err, softkey.ErrNoCredential) {
			t.Errorf("asserting: %v", err)
		}
		if err := dir.Save(ring); err != nil {
			t.Errorf("saving: %v", err)
		}
	})
}
