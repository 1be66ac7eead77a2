package pages

import (
	"net/http"
	"strings"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// TestStrikesInTheDark follows the owner of a dark account: they read why, appeal once, and read the answer.
func TestStrikesInTheDark(t *testing.T) {
	s := newServer(t)
	post := s.post(t, "uncle", social.NewPost{Text: "buy <this>"})
	b := s.owner("uncle")
	b.get("/settings/strikes").is(http.StatusOK).page().want(".empty", "Nothing was ever decided about your account.")
	s.Do("agent", s.Command(model.CmdWarn, "uncle"))
	remove := s.Command(model.CmdRemovePost, "uncle", "category", "scams_and_fraud", "message", "This is a <scam>.")
	remove.Post = post
	s.Do("agent", remove)
	s.Do("agent", s.Command(model.CmdSuspend, "uncle", "for", "72h", "ground", "legal"))

	list := b.get("/settings/strikes").is(http.StatusOK).page()
	for _, words := range []string{"Your account is suspended", "A post of yours is removed", "You were warned", "in force", "can be appealed"} {
		if !strings.Contains(list.raw, words) {
			t.Errorf("the list lacks %q: %s", words, list.raw)
		}
	}
	sanctions, err := s.Store.Sanctions(t.Context(), s.Accounts["uncle"])
	if err != nil {
		t.Fatal(err)
	}
	path := strikesPath + "/" + sanctions[0].ID.String()
	p := b.get(path).is(http.StatusOK).page()
	p.want("main blockquote", "buy <this>")
	p.want(".reasons .said", "This is a <scam>.")
	for _, words := range []string{"Rule 1 of the network", "Scams and fraud", "decided by people", `name="text"`} {
		if !strings.Contains(p.raw, words) {
			t.Errorf("the statement lacks %q", words)
		}
	}
	for _, secret := range []string{"Ada", "because of the test", "support-west"} {
		if strings.Contains(p.raw+list.raw, secret) {
			t.Errorf("the owner is told %q", secret)
		}
	}
	if raw := b.get(strikesPath + "/" + sanctions[1].ID.String()).is(http.StatusOK).page().raw; !strings.Contains(raw, "The law: 1") {
		t.Errorf("the legal ground is not told: %s", raw)
	}

	b.post(path+"/appeal", "text", " ").is(http.StatusUnprocessableEntity).page().want("[role=alert]", "Is needed: say why this is wrong.")
	long := strings.Repeat("x", model.MaxAppeal+1)
	b.post(path+"/appeal", "text", long).is(http.StatusUnprocessableEntity).page().want("textarea", long)
	if at := b.post(path+"/appeal", "text", "It is <mine>").is(http.StatusSeeOther).Header().Get("Location"); at != path+"?done=appeal" {
		t.Errorf("an appeal leads to %s", at)
	}
	p = b.get(path + "?done=appeal").is(http.StatusOK).page()
	p.want("[role=status]", "Your appeal is made. What is decided stands here.")
	if !strings.Contains(p.raw, "It is &lt;mine&gt;") || strings.Contains(p.raw, `name="text"`) {
		t.Errorf("after the appeal it shows %s", p.raw)
	}
	b.post(path+"/appeal", "text", "again").is(http.StatusConflict).page().want("[role=alert]", "You have appealed against this already.")

	appeals, err := s.Store.AppealsOf(t.Context(), s.Accounts["uncle"])
	if err != nil {
		t.Fatal(err)
	}
	s.Do("lead", s.Command(model.CmdDecideAppeal, "uncle", "appeal", appeals[0].ID.String(), "decision", "grant", "message", "We were wrong."))
	raw := b.get(path).is(http.StatusOK).page().raw
	if !strings.Contains(raw, "It was granted: this is lifted.") || !strings.Contains(raw, "We were wrong.") {
		t.Errorf("the answer is not told: %s", raw)
	}
	list = b.get("/settings/strikes").is(http.StatusOK).page()
	for _, words := range []string{"Your account is suspended", "A post of yours was removed", "appeal granted"} {
		if !strings.Contains(list.raw, words) {
			t.Errorf("after the decision the list lacks %q: %s", words, list.raw)
		}
	}
	if n := strings.Count(list.raw, "in force"); n != 1 {
		t.Errorf("%d of a warning, what was lifted and a suspension are in force", n)
	}
	b.get("/settings").is(http.StatusOK).page().wantAttr(".standing a", "href", strikesPath+"/"+sanctions[1].ID.String())
}

// TestStrikesAreTheirOwners: nobody else reads or appeals, and what is not there is not.
func TestStrikesAreTheirOwners(t *testing.T) {
	s := newServer(t)
	s.Do("agent", s.Command(model.CmdWarn, "uncle"))
	strikes, err := s.Store.Strikes(t.Context(), s.Accounts["uncle"])
	if err != nil {
		t.Fatal(err)
	}
	path := strikesPath + "/" + strikes[0].ID.String()
	aunt := s.owner("aunt")
	aunt.get(path).is(http.StatusNotFound)
	aunt.post(path+"/appeal", "text", "let him").is(http.StatusNotFound)
	aunt.get(strikesPath + "/404").is(http.StatusNotFound)
	aunt.get(strikesPath + "/x").is(http.StatusNotFound)
	aunt.get(strikesPath + "?before=x").is(http.StatusBadRequest)
	s.browser("Firefox").get(path).is(http.StatusSeeOther)
	s.browser("Firefox").post(path+"/appeal", "text", "x").is(http.StatusSeeOther)
	if appeals, err := s.Store.AppealsOf(t.Context(), s.Accounts["uncle"]); err != nil || len(appeals) != 0 {
		t.Errorf("appeals are %+v, %v", appeals, err)
	}
}
