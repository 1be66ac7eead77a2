package pages

import (
	"net/http"
	"slices"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// settingsFrame is around every page below /settings.
type settingsFrame struct {
	frame
	Path   string // which entry of the menu is lit
	Handle string
	Done   string // what was just done, in words
}

// settingsPage says what is on the owner's account.
type settingsPage struct {
	settingsFrame
	Email     string
	Protected bool
	Class     string
	On        []standing
	Asked     []asked
}

// asked is a request of the staff's that the owner's passkey can agree to.
type asked struct {
	ID    model.ID
	Words string
	Until stamp
}

func (s *site) settingsRoutes(mux *http.ServeMux) {
	mux.Handle("GET /settings", s.ownerPage(s.settings))
	mux.Handle("GET /settings/security", s.ownerPage(s.security))
	mux.Handle("POST /settings/password", s.owner(s.changePassword))
	mux.Handle("POST /settings/sessions/{id}/end", s.owner(s.endSession))
	mux.Handle("POST /settings/apps/{id}/end", s.owner(s.endApp))
	mux.Handle("GET /settings/strikes", s.ownerPage(s.strikes))
	mux.Handle("GET /settings/strikes/{id}", s.ownerPage(s.oneStrike))
	mux.Handle("POST /settings/strikes/{id}/appeal", s.owner(s.appeal))
	mux.Handle("GET /settings/export", s.ownerPage(s.export))
	mux.Handle("GET /settings/export/archive.json", s.owner(s.exportArchive))
	mux.Handle("GET /settings/export/following_accounts.csv", s.owner(s.exportFollows))
}

// settingsFrame makes what is around a page of an owner's.
func (s *site) settingsFrame(r *http.Request, me social.Session, title, path string) (settingsFrame, error) {
	v, err := s.net.OwnView(r.Context(), me.Account)
	if err != nil {
		return settingsFrame{}, err
	}
	a, err := v.Self(r.Context())
	return settingsFrame{frame: s.frame(title, ""), Path: path, Handle: a.Handle, Done: doneWords(r.URL.Query().Get("done"))}, err
}

// doneWords says what a form that led here has done.
func doneWords(done string) string {
	switch done {
	case "password":
		return "Your password is changed, and every other sign-in on the web has ended. Apps stay signed in until you end them."
	case "session":
		return "That sign-in has ended."
	case "app":
		return "The app is signed out."
	case "passkey":
		return "The passkey is removed."
	case "passkey-made":
		return "Your passkey is made."
	case "appeal":
		return "Your appeal is made. What is decided stands here."
	case "lift":
		return "Your passkey lifted the lock."
	case "agreed":
		return "Your passkey counts. The request waits for more keys."
	case "agreed-executed":
		return "Your passkey was the last key: the request took effect."
	}
	return ""
}

func (s *site) settings(r *http.Request, me social.Session) (shown, error) {
	ctx := r.Context()
	f, err := s.settingsFrame(r, me, "Your account", settingsPath)
	if err != nil {
		return shown{}, err
	}
	page := settingsPage{settingsFrame: f}
	if page.Email, err = s.net.Email(ctx, me.Account); err != nil && model.KindOf(err) != model.KindNotFound {
		return shown{}, err
	}
	v, err := s.net.OwnView(ctx, me.Account)
	if err != nil {
		return shown{}, err
	}
	self, err := v.Self(ctx)
	if err != nil {
		return shown{}, err
	}
	page.Protected, page.Class = self.Class.Protected(), inWords(string(self.Class))
	on, err := s.net.Standing(ctx, me.Account)
	if err != nil {
		return shown{}, err
	}
	liftable, byPasskey, err := s.cfg.Owner.Liftable(ctx, me.Account)
	if err != nil {
		return shown{}, err
	}
	for _, sanction := range on {
		one := standingOf(sanction)
		if slices.ContainsFunc(liftable, func(l model.Sanction) bool { return l.ID == sanction.ID }) {
			one.Liftable, one.ByPasskey = sanction.ID, byPasskey
		}
		if sanction.Post != 0 {
			if p, err := v.Post(ctx, sanction.Post); err == nil {
				one.Quote = summary(p.Text)
			}
		}
		page.On = append(page.On, one)
	}
	requests, err := s.cfg.Owner.Asked(ctx, me.Account)
	if err != nil {
		return shown{}, err
	}
	for _, q := range requests {
		page.Asked = append(page.Asked, asked{q.Request, q.Words, stamp(q.ExpiresAt)})
	}
	return shown{template: "settings.html", data: page}, nil
}
