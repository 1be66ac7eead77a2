package social_test

import (
	"strings"
	"testing"

	"keyturn/internal/model"
	"keyturn/internal/social"
)

func TestReport(t *testing.T) {
	w := newWorld(t)
	ann, president := w.account("ann"), w.account("president")
	post, own := w.say(president, "covfefe"), w.say(ann, "hm")
	w.ok(w.net.Block(w.ctx, ann, president))
	r := must[model.Report](w)(w.net.Report(w.ctx, ann, social.NewReport{Target: president, Posts: []model.ID{post}, Comment: "no word"}))
	if r.Case == 0 || r.Category != model.ReportOther || r.Reporter != ann {
		t.Errorf("the report is %+v", r)
	}
	for field, r := range map[string]social.NewReport{
		"posts":    {Target: president, Posts: []model.ID{own}},
		"comment":  {Target: president, Comment: strings.Repeat("x", model.MaxReportComment+1)},
		"category": {Target: president, Category: "boring"},
	} {
		_, err := w.net.Report(w.ctx, ann, r)
		w.wantField(err, model.KindInvalid, field)
	}
	again := must[model.Report](w)(w.net.Report(w.ctx, ann, social.NewReport{Target: president, Comment: "and rude", Category: model.ReportSpam}))
	if again.ID != r.ID || again.Case != r.Case || again.Comment != "and rude" || again.Category != model.ReportSpam || again.Posts != nil {
		t.Errorf("filed again, the report is %+v", again)
	}
	_, err := w.net.Report(w.ctx, ann, social.NewReport{Target: president, Posts: make([]model.ID, model.MaxReportPosts+1)})
	w.wantField(err, model.KindInvalid, "posts")
	_, err = w.net.Report(w.ctx, ann, social.NewReport{Target: 12345})
	w.wantKind(err, model.KindNotFound)
	w.sanction(model.SanctionSuspend, president, 0, w.clock.Now().AddDate(1, 0, 0))
	_, err = w.net.Report(w.ctx, ann, social.NewReport{Target: president})
	w.wantKind(err, model.KindNotFound)
}
