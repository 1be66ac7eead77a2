package pages

import (
	"html/template"
	"time"
	"unicode/utf8"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

// person is an account beside its post, or at the head of its profile.
type person struct {
	Handle   string
	Name     string // the display name, or the handle when there is none
	Initial  string
	Colour   int // 0 to 5
	Verified bool
	Bot      bool
	URL      string
}

func (s *site) person(a social.Account) person {
	p := person{Handle: a.Handle, Name: a.DisplayName, Verified: a.Verified, Bot: a.Bot,
		Colour: colour(a.ID), URL: "/@" + a.Handle}
	if p.Name == "" {
		p.Name = a.Handle
	}
	first, _ := utf8.DecodeRuneInString(p.Name)
	p.Initial = string(first)
	return p
}

// colour spreads accounts over the colours of the style sheet: neighbours in time get different ones.
func colour(id model.ID) int {
	const golden = 0x9E3779B97F4A7C15 // 2^64 over the golden ratio
	return int(uint64(id) * golden >> 32 % 6)
}

// card is a post on a page.
type card struct {
	URL        string
	By         person
	BoostedBy  *person
	Answers    bool // another post, which is not on the page
	Spoiler    string
	Content    template.HTML // from package markup, which escapes what it did not make
	Language   string
	Time       stamp
	Replies    int64
	Boosts     int64
	Favourites int64
	Focus      bool // the post that its page is about
}

func (s *site) card(p social.Post) card {
	if p.Boosted != nil {
		c := s.card(*p.Boosted)
		by := s.person(p.Author)
		c.BoostedBy = &by
		return c
	}
	c := card{
		URL:        "/@" + p.Author.Handle + "/" + p.ID.String(),
		By:         s.person(p.Author),
		Spoiler:    p.Spoiler,
		Content:    template.HTML(s.markup.Post(p.Text, p.Mentioned)), //nolint:gosec // see the field
		Language:   p.Language,
		Time:       stamp(p.CreatedAt),
		Replies:    p.Replies,
		Boosts:     p.Reblogs,
		Favourites: p.Favourites,
		Answers:    p.InReplyTo != 0,
	}
	return c
}

func (s *site) cards(posts []social.Post) []card {
	all := make([]card, len(posts))
	for i, p := range posts {
		all[i] = s.card(p)
	}
	return all
}

// stamp is a time for people and for machines.
type stamp time.Time

// Machine is the time by RFC 3339.
func (t stamp) Machine() string { return time.Time(t).UTC().Format(time.RFC3339) }

// Words is the time as people read it, always in UTC: the pages know no reader's zone.
func (t stamp) Words() string { return time.Time(t).UTC().Format("2 Jan 2006, 15:04 UTC") }

// Day is the date as people read it.
func (t stamp) Day() string { return time.Time(t).UTC().Format("2 January 2006") }
