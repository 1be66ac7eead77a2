package pages

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/social"
	"keyturn/internal/web"
)

const (
	strikesPath = "/settings/strikes"
	strikesShow = 20 // on a page
)

// strike is one sanction or strike with its statement of reasons, in words for the owner.
type strike struct {
	ID       model.ID
	Title    string
	Means    string
	Active   bool // never, of a warning
	Warning  bool
	Since    stamp
	Until    stamp // the zero stamp: until it is lifted
	Over     stamp // when it was lifted or retracted; the zero stamp: it was not
	Legal    bool
	Ground   string
	Category string
	Facts    string
	Message  string
	Quote    string // the post that it is on
	Appeal   *strikeAppeal

	Appealable bool
	Appeals    stamp // until when it can be appealed
}

// strikeAppeal is what the owner said against it, and what became of that.
type strikeAppeal struct {
	Text   string
	Made   stamp
	State  string // in words
	Short  string // in two
	Answer string
}

type strikesPage struct {
	settingsFrame
	Strikes []strike
	Older   model.ID
}

type strikePage struct {
	settingsFrame
	strike
	Longest int
	Said    string // what the owner wrote in the form, when something was wrong with it
	Problem string
}

func (s *site) strikeOf(t moderation.Told) strike {
	now, warning := s.cfg.Now(), t.Kind == model.CmdWarn
	active := t.Active(now) && !warning
	title, means := "You were warned", "This is a strike against your account. Nothing of yours is hidden or limited by it."
	if !warning {
		title, means = sanctionWords(model.SanctionKind(t.Kind))
	}
	if !active {
		title = past.Replace(title)
	}
	one := strike{ID: t.ID, Title: title, Means: means, Active: active, Warning: warning, Since: stamp(t.Start), Legal: t.Legal, Ground: t.Ground,
		Category: moderation.CategoryWords(t.Category), Facts: t.Facts, Message: t.Message, Appealable: t.Appealable(now),
		Appeals: stamp(model.AppealUntil(t.Start))}
	if !t.End.IsZero() {
		one.Until = stamp(t.End)
	}
	if !t.LiftedAt.IsZero() {
		one.Over = stamp(t.LiftedAt)
	}
	if a := t.Appeal; a != nil {
		one.Appeal = &strikeAppeal{Text: a.Text, Made: stamp(a.CreatedAt), State: appealWords(a.State()), Short: "appeal " + inWords(string(a.State())), Answer: t.Answer}
	}
	return one
}

// past has a sanction's title say what was so.
var past = strings.NewReplacer(" is ", " was ", " stand ", " stood ")

func appealWords(s model.AppealState) string {
	switch s {
	case model.AppealGranted:
		return "It was granted: this is lifted."
	case model.AppealRejected:
		return "It was rejected by people who took no part in the decision. You cannot appeal again."
	case model.AppealSettled:
		return "What it was against was lifted before it was decided."
	}
	return "It waits for a decision, by people who took no part in this one."
}

// strikes lists what was ever put on the owner's account, the newest first.
func (s *site) strikes(r *http.Request, me social.Session) (shown, error) {
	page := strikesPage{}
	var err error
	if page.settingsFrame, err = s.settingsFrame(r, me, "Strikes", strikesPath); err != nil {
		return shown{}, err
	}
	before := model.ID(0)
	if text := r.URL.Query().Get("before"); text != "" {
		if before, err = model.ParseID("before", text); err != nil {
			return shown{}, err
		}
	}
	told, err := s.cfg.Moderation.Measures(r.Context(), me.Account, before, strikesShow)
	if err != nil {
		return shown{}, err
	}
	for _, t := range told {
		page.Strikes = append(page.Strikes, s.strikeOf(t))
	}
	if len(told) == strikesShow {
		page.Older = told[len(told)-1].ID
	}
	return shown{template: "strikes.html", data: page}, nil
}

// oneStrike shows one of them, with its statement of reasons and the form to appeal.
func (s *site) oneStrike(r *http.Request, me social.Session) (shown, error) {
	page, err := s.strikePage(r, me)
	return shown{template: "strike.html", data: page}, err
}

func (s *site) strikePage(r *http.Request, me social.Session) (page strikePage, err error) {
	id, err := pathID(r, "decision")
	if err != nil {
		return page, err
	}
	told, err := s.cfg.Moderation.Measure(r.Context(), me.Account, id)
	if err != nil {
		return page, err
	}
	page.strike, page.Longest = s.strikeOf(told), model.MaxAppeal
	if page.settingsFrame, err = s.settingsFrame(r, me, page.Title, strikesPath); err != nil || told.Post == 0 {
		return page, err
	}
	v, err := s.net.OwnView(r.Context(), me.Account)
	if err != nil {
		return page, err
	}
	if p, err := v.Post(r.Context(), told.Post); err == nil {
		page.Quote = p.Text
	}
	return page, nil
}

// appeal is what the form to appeal sends.
func (s *site) appeal(w http.ResponseWriter, r *http.Request, me social.Session) error {
	id, err := pathID(r, "decision")
	if err != nil {
		return err
	}
	p, err := web.ReadParams(w, r)
	if err != nil {
		return err
	}
	text := p.Text("text")
	if err := p.Err(); err != nil {
		return err
	}
	_, err = s.cfg.Moderation.Appeal(r.Context(), me.Account, id, text)
	if err == nil {
		seeOther(w, r, strikesPath+"/"+id.String()+"?done=appeal")
		return nil
	}
	status := http.StatusUnprocessableEntity
	switch model.KindOf(err) {
	case model.KindInvalid:
	case model.KindConflict:
		status = http.StatusConflict
	case model.KindTooMany:
		status = http.StatusTooManyRequests
	default:
		return err
	}
	page, pageErr := s.strikePage(r, me)
	if pageErr != nil {
		return pageErr
	}
	page.Said, page.Problem = text, sentence(err.(*model.Error).Message)
	return write(w, shown{status: status, template: "strike.html", data: page})
}

// sentence begins and ends an error's words as a sentence.
func sentence(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	return strings.ToUpper(string(first)) + words[size:] + "."
}
