package pages

import (
	"net/http"

	"keyturn/internal/model"
	"keyturn/internal/social"
	"keyturn/internal/web"
)

// securityPage is what an owner signs in with, and where they are signed in.
type securityPage struct {
	settingsFrame
	Problem  string // what was wrong with the form that was sent
	Passkeys []passkeyRow
	Sessions []sessionRow
	Apps     []appRow
}

type sessionRow struct {
	ID      model.ID
	Agent   string
	Since   stamp
	Used    stamp
	Present bool // the one that this page is shown to
}

type passkeyRow struct {
	ID    model.ID
	Name  string
	Since stamp
}

type appRow struct {
	ID      model.ID
	Name    string
	Website string
	First   stamp
	Last    stamp
}

const securityPath = settingsPath + "/security"

func (s *site) security(r *http.Request, me social.Session) (shown, error) {
	page, err := s.securityPage(r, me)
	return shown{template: "security.html", data: page}, err
}

func (s *site) securityPage(r *http.Request, me social.Session) (page securityPage, err error) {
	ctx := r.Context()
	if page.settingsFrame, err = s.settingsFrame(r, me, "Security", securityPath); err != nil {
		return page, err
	}
	passkeys, err := s.cfg.Owner.Passkeys(ctx, me.Account)
	if err != nil {
		return page, err
	}
	for _, k := range passkeys {
		page.Passkeys = append(page.Passkeys, passkeyRow{k.ID, k.Name, stamp(k.CreatedAt)})
	}
	sessions, err := s.net.Sessions(ctx, me.Account)
	if err != nil {
		return page, err
	}
	for _, one := range sessions {
		row := sessionRow{ID: one.ID, Agent: one.Agent, Since: stamp(one.CreatedAt), Used: stamp(one.UsedAt), Present: one.ID == me.ID}
		if row.Agent == "" {
			row.Agent = "a program without a name"
		}
		page.Sessions = append(page.Sessions, row)
	}
	apps, err := s.net.Apps(ctx, me.Account)
	for _, a := range apps {
		page.Apps = append(page.Apps, appRow{a.App.ID, a.App.Name, a.App.Website, stamp(a.First), stamp(a.Last)})
	}
	return page, err
}

// changePassword is what the form for a new password sends. A wrong present one counts as a failed sign-in.
func (s *site) changePassword(w http.ResponseWriter, r *http.Request, me social.Session) error {
	p, err := web.ReadParams(w, r)
	if err != nil {
		return err
	}
	password, next, again := p.Text("password"), p.Text("new_password"), p.Text("new_password_again")
	if err := p.Err(); err != nil {
		return err
	}
	problem := ""
	if next != again {
		problem = "The two new passwords differ."
	} else {
		err = s.cfg.SignIns.Guess(s.cfg.Sources.Of(r), func() error {
			return s.net.ChangePassword(r.Context(), me, password, next)
		})
		switch e, _ := err.(*model.Error); {
		case model.KindOf(err) == model.KindUnauthenticated:
			problem = "That is not your present password."
		case e != nil && e.Kind == model.KindInvalid:
			problem = "The new password " + e.Message + "."
		case err != nil:
			return err
		}
	}
	if problem == "" {
		seeOther(w, r, securityPath+"?done=password")
		return nil
	}
	return s.securityProblem(w, r, me, problem)
}

// securityProblem shows the page again with what was wrong with a form of it.
func (s *site) securityProblem(w http.ResponseWriter, r *http.Request, me social.Session, problem string) error {
	page, err := s.securityPage(r, me)
	if err != nil {
		return err
	}
	page.Problem = problem
	return write(w, shown{status: http.StatusUnprocessableEntity, template: "security.html", data: page})
}

func (s *site) endSession(w http.ResponseWriter, r *http.Request, me social.Session) error {
	id, err := pathID(r, "session")
	if err != nil {
		return err
	}
	if err := s.net.EndSession(r.Context(), me.Account, id); err != nil {
		return err
	}
	seeOther(w, r, securityPath+"?done=session")
	return nil
}

func (s *site) endApp(w http.ResponseWriter, r *http.Request, me social.Session) error {
	id, err := pathID(r, "app")
	if err != nil {
		return err
	}
	if err := s.net.EndApp(r.Context(), me.Account, id); err != nil {
		return err
	}
	seeOther(w, r, securityPath+"?done=app")
	return nil
}

// pathID is the ID in the path; what cannot be an ID names nothing.
func pathID(r *http.Request, what string) (model.ID, error) {
	id, err := model.ParseID("id", r.PathValue("id"))
	if err != nil {
		return 0, model.NotFound(what)
	}
	return id, nil
}
