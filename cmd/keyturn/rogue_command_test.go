package main

import (
	"fmt"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
)

// variants are the parameters with which a rogue tries a command; nil stands for none.
func variants(kind model.CommandKind) []map[string]string {
	times := []map[string]string{nil, {"for": "1m"}, {"for": "15m"}, {"for": "15m0.001s"}, {"for": "16m"}, {"for": "72h"},
		{"for": "unlimited"}, {"for": "-15m"}, {"for": "876000h"}}
	switch kind {
	case model.CmdLock, model.CmdSensitive, model.CmdLimit:
		return times
	case model.CmdSuspend:
		return append(times, map[string]string{"ground": "legal"}, map[string]string{"ground": "legal", "for": "1m"})
	case model.CmdDeactivate, model.CmdBan, model.CmdRemovePost, model.CmdPurge:
		return []map[string]string{nil, {"ground": "legal"}, {"ground": "rule"}, {"for": "1m"}, {"keys": "1"}}
	case model.CmdRenameHandle:
		return []map[string]string{nil, {"handle": "nobody"}}
	case model.CmdChangeEmail:
		return []map[string]string{nil, {"email": "rogue@example.net"}}
	case model.CmdSetClass:
		return []map[string]string{{"class": "standard"}, {"class": "verified"}, {"class": "high_profile"}, {"class": "none"}}
	case model.CmdSetVerified:
		return []map[string]string{{"verified": "false"}, {"verified": "true"}}
	case model.CmdSetSetting:
		return []map[string]string{nil, {"name": "wait_divisor", "value": "1000000"}}
	}
	return []map[string]string{nil}
}

// commands tries every command of the catalogue on every account, with and without a case, and post by post.
func (r *rogue) commands() {
	n := 0
	for _, handle := range protected {
		cases := []string{"", r.cases[handle], r.cases["uncle"], "1"}
		for _, info := range model.Catalogue() {
			for i, params := range variants(info.Kind) {
				if i > 0 && !r.thorough && (handle != "president" || i%3 != r.share%3) {
					continue
				}
				o := deskclient.Order{Kind: info.Kind, Account: "@" + handle, Params: params, Case: cases[n%len(cases)], Rule: "1"}
				if info.Target == model.TargetPost {
					o.Post = r.posts[handle][n%len(r.posts[handle])]
				}
				r.asks(o)
				n++
			}
		}
		for _, c := range cases {
			r.asks(deskclient.Order{Kind: model.CmdDeactivate, Account: "@" + handle, Case: c})
		}
		for _, post := range r.posts[handle] {
			r.asks(deskclient.Order{Kind: model.CmdRemovePost, Post: post, Case: r.cases[handle]})
		}
	}
	r.byOtherNames()
	r.ontoOthersRequests()
}

// byOtherNames aims at the President in ways that a careless reader takes for another account.
func (r *rogue) byOtherNames() {
	for _, name := range []string{"president", "@PRESIDENT", " @president ", "@president@localhost:8080", r.id("president"),
		"@president\u200b", "@pre\u017fident", "%40president", "@president\x00"} {
		r.asks(deskclient.Order{Kind: model.CmdSuspend, Account: name})
	}
	for _, o := range []deskclient.Order{
		{Kind: model.CmdRemovePost, Account: "@uncle", Post: r.posts["president"][0]},
		{Kind: model.CmdRemovePost, Account: "@uncle", Post: r.posts["president"][0], Case: r.cases["uncle"]},
		{Kind: model.CmdSuspend, Account: "@uncle", Post: r.posts["president"][0]},
		{Kind: model.CmdSuspend, Account: "@uncle", Params: map[string]string{"account": r.id("president")}},
		{Kind: model.CmdSuspend, Account: "@president", Person: "lastday"},
		{Kind: "deactivate_all", Account: "@president"},
		{Kind: model.CmdVeto, Account: "@president"},
	} {
		r.asks(o)
	}
	for _, body := range []string{
		`{"kind":"suspend","account":"@uncle","account":"@president","reason":"twice"}`,
		`{"kind":"suspend","Account":"@president","account":"@uncle","reason":"in another case"}`,
		`{"kind":"suspend","accounts":["@uncle","@president"],"reason":"many"}`,
		`{"kind":"suspend","account":["@president"],"reason":"a list"}`,
		`[{"kind":"suspend","account":"@president","reason":"a list of orders"}]`,
		`{"kind":"suspend","account":"@president","reason":"said twice"}{"kind":"suspend","account":"@president"}`,
		`{"kind":"lock","account":"@president","reason":"a number","params":{"for":900}}`,
		`{"kind":"suspend","account":"@president","reason":"for others","requester":"` + r.id("president") + `","keys":["lead","gov","security"]}`,
		`{"kind":"suspend","account":"@president","reason":"` + fmt.Sprintf("%0600000d", 0) + `"}`,
		`{"kind":"suspend","account":"@president","reason":`, ``, `null`, `"suspend"`,
	} {
		r.step()
		a := r.asStaff().do("POST", "/api/v1/requests", "application/json", body)
		if a.status < 400 && r.login != "lastday" { // twice the same name is what any reader of JSON makes of it
			r.t.Logf("%s", a)
		}
		r.tried("an odd order: " + fmt.Sprintf("%.100s", body))
	}
}

// ontoOthersRequests puts the rogue's word on what honest people asked for: it takes the keys of more people than that.
func (r *rogue) ontoOthersRequests() {
	ctx := r.t.Context()
	r.step()
	honest := r.network.staff(other(r.login, "gov", "security"))
	for _, handle := range protected {
		r.step()
		q, err := honest.Request(ctx, deskclient.Order{Kind: model.CmdSuspend, Account: "@" + handle, Reason: "asked for, then thought better of"})
		if err != nil {
			r.t.Fatal(err)
		}
		for range 2 {
			for _, s := range r.staff {
				r.step()
				if turned, err := s.Turn(ctx, q.ID.String()); err == nil {
					r.judge(turned)
				}
				r.tried("a key on what somebody else asked for")
			}
		}
		if _, err := honest.Stop(ctx, "withdraw", q.ID.String(), "thought better of it"); err != nil {
			r.t.Fatal(err)
		}
	}
}

// other is the first of some logins that is not the rogue's.
func other(login string, of ...string) string {
	if of[0] != login {
		return of[0]
	}
	return of[1]
}
