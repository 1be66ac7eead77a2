package social_test

import (
	"strings"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/store"
)

func TestRegisterAndSignIn(t *testing.T) {
	w := newWorld(t)
	id := must[model.ID](w)(w.net.Register(w.ctx, social.Registration{Handle: "Ann", Email: "ann@example.org", Password: "correct horse"}))
	for _, name := range []string{"ann", "@ANN", "ann@example.org", " Ann@Example.ORG "} {
		if got := must[social.Proof](w)(w.net.SignIn(w.ctx, name, "correct horse")); got.Account != id {
			t.Errorf("%q signs in as %d, want %d", name, got, id)
		}
	}
	var said []string
	for name, password := range map[string]string{"ann": "wrong horse", "nobody": "correct horse", "n@example.org": "x",
		"ann@example.org": strings.Repeat("x", social.MaxPassword+1), "": ""} {
		_, err := w.net.SignIn(w.ctx, name, password)
		w.wantKind(err, model.KindUnauthenticated)
		said = append(said, err.Error())
	}
	for _, s := range said {
		if s != said[0] {
			t.Errorf("a failed sign-in says %q and %q", s, said[0])
		}
	}
	seeded := w.account("seeded") // has no credentials
	w.write(func(tx *store.Tx) error {
		return tx.AddCredentials(w.ctx, model.Credentials{Account: seeded, Email: "s@example.org", PasswordHash: ""})
	})
	_, err := w.net.SignIn(w.ctx, "seeded", "")
	w.wantKind(err, model.KindUnauthenticated)
}

func TestRegisterRefusesWhatIsNotAllowed(t *testing.T) {
	w := newWorld(t)
	w.account("taken")
	good := social.Registration{Handle: "ann", Email: "ann@example.org", Password: "correct horse"}
	for _, c := range []struct {
		change func(*social.Registration)
		kind   model.ErrorKind
		field  string
	}{
		{func(r *social.Registration) { r.Handle = "TAKEN" }, model.KindConflict, "handle"},
		{func(r *social.Registration) { r.Handle = "Admin" }, model.KindInvalid, "handle"},
		{func(r *social.Registration) { r.Handle = "no spaces" }, model.KindInvalid, "handle"},
		{func(r *social.Registration) { r.Email = "ann" }, model.KindInvalid, "email"},
		{func(r *social.Registration) { r.Email = "Ann <ann@example.org>" }, model.KindInvalid, "email"},
		{func(r *social.Registration) { r.Email = strings.Repeat("a", 250) + "@example.org" }, model.KindInvalid, "email"},
		{func(r *social.Registration) { r.Password = "short" }, model.KindInvalid, "password"},
		{func(r *social.Registration) { r.Password = strings.Repeat("x", 1001) }, model.KindInvalid, "password"},
	} {
		r := good
		c.change(&r)
		_, err := w.net.Register(w.ctx, r)
		w.wantField(err, c.kind, c.field)
	}
	must[model.ID](w)(w.net.Register(w.ctx, good))
	again := good
	again.Handle, again.Email = "other", "ANN@example.org"
	_, err := w.net.Register(w.ctx, again)
	w.wantField(err, model.KindConflict, "email")
}

func TestADarkAccountSignsInAndSeesNothing(t *testing.T) {
	w := newWorld(t)
	id := must[model.ID](w)(w.net.Register(w.ctx, social.Registration{Handle: "ann", Email: "ann@example.org", Password: "correct horse"}))
	s := w.sanction(model.SanctionDeactivate, id, 0, w.clock.Now().AddDate(1, 0, 0))
	if got := must[social.Proof](w)(w.net.SignIn(w.ctx, "ann", "correct horse")); got.Account != id || !w.net.Dark(id) {
		t.Errorf("signed in as %d, dark is %t", got, w.net.Dark(id))
	}
	_, err := w.net.View(w.ctx, id)
	w.wantKind(err, model.KindForbidden)
	_, err = w.net.Post(w.ctx, id, social.NewPost{Text: "still here"})
	w.wantKind(err, model.KindForbidden)
	_, err = w.net.Register(w.ctx, social.Registration{Handle: "ANN", Email: "b@example.org", Password: "correct horse"})
	w.wantKind(err, model.KindConflict) // law 11: a handle stays taken while its account's row exists
	w.lift(s)
	w.view(id)
}
