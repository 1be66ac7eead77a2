package moderation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"keyturn/internal/model"
)

// Statement is a statement of reasons (Regulation (EU) 2022/2065, article 17): what was decided, on which ground, by
// which facts. It names nobody, of the staff or otherwise.
type Statement struct {
	Measure
	Legal    bool           // the ground is the law, not a rule of the network
	Ground   string         // which law or rule
	Category model.Category // what was wrong
	Source   Source         // what had it looked at
	Facts    string         // in words
	Message  string         // what staff wrote to the owner; private
	About    time.Time      // when the post was made, or the account
}

// Source is what had the network look at something.
type Source string

// The sources.
const (
	SourceNotice Source = "notice" // a report that something is illegal (article 16)
	SourceReport Source = "report" // any other report
	SourceOwn    Source = "own"    // nobody reported anything
)

// Circumstances are what a statement rests on beside the measure itself and its request.
type Circumstances struct {
	Reports map[model.ReportCategory]int64 // on the measure's case when it was decided
	About   time.Time                      // when the post was made, or the account
}

// paramCategory, paramGround and paramMessage are parameters of commands that a statement tells.
const (
	paramCategory = "category"
	paramGround   = "ground"
	paramMessage  = "message"
)

// StatementOf makes the statement of reasons of a measure from the request that it was made by, with its texts.
func StatementOf(m Measure, q model.Request, c Circumstances) Statement {
	s := Statement{Measure: m, Legal: q.Command.Params[paramGround] == "legal", Message: q.Command.Private[paramMessage], About: c.About}
	s.Ground = ground(m.Rule, s.Legal)
	if s.Category = model.Category(q.Command.Params[paramCategory]); s.Category == "" {
		s.Category = model.CategoryOther
		if s.Legal {
			s.Category = model.CategoryUnnamed
		}
	}
	s.Source = SourceOwn
	if len(c.Reports) > 0 {
		s.Source = SourceReport
	}
	if c.Reports[model.ReportLegal] > 0 {
		s.Source = SourceNotice
	}
	s.Facts = facts(m, c.Reports)
	return s
}

// ground names the law or rule. Staff often write no more than a rule's number.
func ground(rule string, legal bool) string {
	rule = strings.TrimSpace(rule)
	switch {
	case legal && rule == "":
		return "The law, or an order of a court or an authority"
	case legal:
		return rule
	case rule == "":
		return "The rules of the network"
	case strings.Trim(rule, "0123456789.") == "":
		return "Rule " + rule + " of the network"
	}
	return rule
}

// facts says what a decision rests on, in words that name nobody.
func facts(m Measure, reports map[model.ReportCategory]int64) string {
	about := "An account"
	if m.Post != 0 {
		about = "A post"
	}
	var total int64
	for _, n := range reports {
		total += n
	}
	looked := "on the network's own initiative"
	switch {
	case total == 1:
		looked = fmt.Sprintf("after a report by a member (%s)", kinds(reports))
	case total > 1:
		looked = fmt.Sprintf("after %d reports by members (%s)", total, kinds(reports))
	}
	return fmt.Sprintf("%s was looked at %s. It was decided by people; nothing was found or decided by automated means.", about, looked)
}

func kinds(reports map[model.ReportCategory]int64) string {
	var names []string
	for _, c := range slices.Sorted(maps.Keys(reports)) {
		names = append(names, string(c))
	}
	return strings.Join(names, ", ")
}

// CategoryWords is a category in words, as the EU's DSA Transparency Database has them.
func CategoryWords(c model.Category) string {
	switch c {
	case model.CategoryOther:
		return "Another violation of the network's rules"
	case model.CategoryUnnamed:
		return "Illegal content of a kind that was not named"
	case "consumer_information":
		return "Consumer information infringements"
	case "scams_and_fraud":
		return "Scams and fraud"
	case "self_harm":
		return "Self-harm"
	case "unsafe_and_prohibited_products":
		return "Unsafe, non-compliant or prohibited products"
	}
	words := strings.ReplaceAll(string(c), "_", " ")
	return strings.ToUpper(words[:min(1, len(words))]) + words[min(1, len(words)):]
}
