package moderation_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/recovery"
)

// sealedIn are recovery keys in the envelopes of that name, as a setting.
func sealedIn(t *testing.T, names ...string) string {
	t.Helper()
	keys := recovery.Keys{Threshold: recovery.MinThreshold}
	for _, name := range names {
		_, vkey, err := recovery.NewKey(name, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		keys.VKeys = append(keys.VKeys, vkey)
	}
	return keys.Encode()
}

func TestWords(t *testing.T) {
	president := model.Target{Handle: "president", Class: model.ClassGovernment, Reach: 10_000}
	leila := model.Target{Handle: "Leila", State: "employee active, roles [lead]"}
	wait := model.Requirement{Wait: 15 * time.Minute}
	sealed := sealedIn(t, "bank", "board", "lawyer")
	params := func(p ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(p); i += 2 {
			m[p[i]] = p[i+1]
		}
		return m
	}
	for _, test := range []struct {
		kind   model.CommandKind
		params map[string]string
		post   model.ID
		target model.Target
		need   model.Requirement
		want   string
	}{
		{kind: model.CmdDeactivate, target: president, need: wait,
			want: "@president (government) becomes dark as if it did not exist; 10,000 followers lose sight of it, after a wait of 15 minutes, until it is restored."},
		{kind: model.CmdSuspend, target: president, params: params("for", "72h"),
			want: "@president (government) becomes dark with a notice; 10,000 followers lose sight of it, for 3 days."},
		{kind: model.CmdSuspend, target: president, params: params("for", "unlimited"),
			want: "@president (government) becomes dark with a notice; 10,000 followers lose sight of it, until it is restored."},
		{kind: model.CmdSuspend, target: model.Target{Handle: "president", Class: model.ClassGovernment, Reach: 41_700_000, Budget: 49_800},
			params: params("at", "2017-11-03T08:00:00+02:00", "until", "2017-11-05T06:00:30Z"), need: wait,
			want: "@president (government) becomes dark with a notice; 41,700,000 followers lose sight of it (837 times the requester's daily budget), not before 3 November 2017, 06:00 UTC and after a wait of 15 minutes, until 5 November 2017, 06:00:30 UTC."},
		{kind: model.CmdRemovePost, target: model.Target{Handle: "uncle", Class: model.ClassStandard, Reach: 12, Budget: 100}, post: 7,
			want: "Post 7 by @uncle (standard) becomes dark; the account has 12 followers, who lose sight of the post (12 % of the requester's daily budget), until it is restored."},
		{kind: model.CmdWarn, target: president, params: params("at", "2017-11-03T06:00:00Z"),
			want: "@president (government) gets a strike and a message; nothing is hidden, not before 3 November 2017, 06:00 UTC."},
		{kind: model.CmdBan, target: model.Target{Handle: "uncle", Class: model.ClassStandard, Reach: 1},
			want: "@uncle (standard) becomes dark with a notice and without end; 1 follower loses sight of it, unless it is restored."},
		{kind: model.CmdRemovePost, target: president, post: 7, need: model.Requirement{Wait: 24 * time.Hour},
			want: "Post 7 by @president (government) becomes dark; the account has 10,000 followers, who lose sight of the post, after a wait of 1 day, until it is restored."},
		{kind: model.CmdLock, target: president,
			want: "@president (government) cannot post for 15 minutes; what it has posted stays visible."},
		{kind: model.CmdLock, target: president, params: params("for", "90m"),
			want: "@president (government) cannot post for 1 hour 30 minutes; what it has posted stays visible."},
		{kind: model.CmdLimit, target: model.Target{Handle: "newsroom", Class: model.ClassHighProfile},
			want: "@newsroom (high profile) is left out of public timelines, search and trends for everyone who does not follow it until it is restored."},
		{kind: model.CmdWarn, target: president, want: "@president (government) gets a strike and a message; nothing is hidden."},
		{kind: model.CmdSignOut, target: president, need: wait,
			want: "@president (government) is signed out everywhere: every app and every browser has to sign in again, after a wait of 15 minutes."},
		{kind: model.CmdResetCredentials, target: president,
			want: "The password and the passkeys of @president (government) stop working, and it is signed out everywhere; whoever requested this gets a link, once, with which its owner sets a new password."},
		{kind: model.CmdRenameHandle, target: president, params: params("handle", "potus"),
			want: "@president (government) becomes @potus; nothing else of it changes, and nobody else can take the old handle."},
		{kind: model.CmdRestore, target: president,
			want: "Whatever hides, limits or locks @president (government) now is lifted; its 10,000 followers see it again, as it was before."},
		{kind: model.CmdRestore, target: president, params: params("sanction", "9"), want: "Sanction 9 on @president (government) is lifted."},
		{kind: model.CmdPurge, target: president, need: wait,
			want: "Everything of @president (government) is erased for good: posts, profile, e-mail address, follows. It stays dark for ever, nothing brings it back, and its handle stays taken, after a wait of 15 minutes."},
		{kind: model.CmdViewPrivate, target: president,
			want: "The e-mail address and the private posts of @president (government) are shown to whoever asked for this, for an hour; each look is recorded."},
		{kind: model.CmdRestore, target: president, params: params("strike", "9"), want: "Strike 9 against @president (government) is retracted."},
		{kind: model.CmdDecideAppeal, target: model.Target{Handle: "uncle", Class: model.ClassStandard, Reach: 1, State: "appeal 5 against remove_post 9"},
			params: params("decision", "grant"), want: "The appeal of @uncle (standard) against remove post 9 is granted: what that hid or limited is back as it was " +
				"before; whatever else is on the account stays."},
		{kind: model.CmdDecideAppeal, target: model.Target{Handle: "uncle", Class: model.ClassStandard, State: "appeal 5 against strike 9"},
			params: params("decision", "reject"),
			want:   "The appeal of @uncle (standard) against strike 9 is rejected: nothing changes, and it cannot be appealed again."},
		{kind: model.CmdSetClass, target: president, params: params("class", "standard"),
			want: "@president (government) becomes a standard account and is less protected; for 7 days it still takes the keys that it takes now."},
		{kind: model.CmdSetVerified, target: president, params: params("verified", "false"), want: "@president (government) loses the verification mark."},
		{kind: model.CmdGrantRole, target: leila, params: params("role", "government_affairs"),
			want: "Leila gets the role government affairs."},
		{kind: model.CmdGrantRole, target: model.Target{Handle: "Nina", State: "new"},
			params: params("role", "agent", "login", "nina", "name", "Nina", "team", "support-east", "kind", "employee"),
			want:   "Nina joins the desk as agent, with the login nina: team support-east, kind employee."},
		{kind: model.CmdSetEmployment, target: leila, params: params("status", "notice"),
			want: "The employment of Leila changes: status notice."},
		{kind: model.CmdEnrollCredential, target: model.Target{Handle: "Leila", State: `roles [lead], passkey "ab12"`}, params: params("enrolment", "3"),
			want: `Leila gets the passkey ab12: whoever holds it can sign in and turn keys as Leila.`},
		{kind: model.CmdMapPerson, target: model.Target{Handle: "Leila", State: `roles [lead], only login of "Lou, of \"west\"": roles [lead]`}, params: params("login", "lou"),
			want: `Lou, of "west" and Leila are one human: the login lou becomes Leila's, and the entry of Lou, of "west" ends, with its roles, passkeys, open requests and keys.`},
		{kind: model.CmdMapPerson, target: model.Target{Handle: "Leila", State: `roles [lead], one login of "Lou": roles [lead]`}, params: params("login", "lou.oncall"),
			want: "The login lou.oncall is not Lou's but Leila's; its passkeys are revoked, and keys that they turned stop counting."},
		{kind: model.CmdMapPerson, target: leila, params: params("account", "@cousin"),
			want: "@cousin is Leila's own account: Leila can use it for the desk's part of the client API, and decides nothing about it, nor on what it reports."},
		{kind: model.CmdMapPerson, target: leila, params: params("account", "cousin", "unmap", "true"),
			want: "@cousin is not Leila's any more; it stays an account about which Leila decides nothing."},
		{kind: model.CmdSetSetting, target: model.Target{Handle: "high_profile_at", State: "100000"}, params: params("name", "high_profile_at", "value", "200000"),
			want: "An account becomes high profile by itself at 200,000 followers instead of 100,000 followers; fewer accounts become protected, and none that is so already stops being it."},
		{kind: model.CmdSetSetting, target: model.Target{Handle: "recovery", State: "others"}, params: params("name", "recovery", "value", sealed),
			want: "3 of these 3 recovery keys can bring back somebody who lost their passkeys, after a week in public: bank, board, lawyer; those that there are now, no more."},
		{kind: model.CmdSetSetting, target: model.Target{Handle: "high_profile_at", State: "100000"}, params: params("name", "high_profile_at", "value", "1"),
			want: "An account becomes high profile by itself at 1 follower instead of 100,000 followers; those that have as many already become so at once."},
		{kind: model.CmdFreeze, want: "Nothing darkens, silences or takes over protected accounts for 30 minutes, or until the freeze is ended if a second person confirms it."},
	} {
		q := model.Request{Command: model.Command{Kind: test.kind, Params: test.params, Post: test.post}, Target: test.target, Need: test.need}
		if got := moderation.Words(q, 1); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.kind, got, test.want)
		}
	}
}

// TestWordsForEveryCommand: nobody signs a request that the desk has no words for.
func TestWordsForEveryCommand(t *testing.T) {
	for _, c := range model.Catalogue() {
		q := model.Request{Command: model.Command{Kind: c.Kind}, Target: model.Target{Handle: "somebody", Class: model.ClassVerified}}
		words := moderation.Words(q, 1)
		if len(words) < 5 || !strings.HasSuffix(words, ".") {
			t.Errorf("%s is told as %q", c.Kind, words)
		}
		if c.Target == model.TargetAccount && !strings.Contains(words, "@somebody (verified)") {
			t.Errorf("%s does not name its account: %q", c.Kind, words)
		}
	}
}

func TestWordsOfADemo(t *testing.T) {
	q := model.Request{Command: model.Command{Kind: model.CmdBan}, Target: model.Target{Handle: "president", Class: model.ClassGovernment},
		Need: model.Requirement{Wait: 15 * time.Minute}}
	if got := moderation.Words(q, 600); !strings.Contains(got, "after a wait of 15 minutes (in this demo 1.5 seconds)") {
		t.Error(got)
	}
}
