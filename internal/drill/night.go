package drill

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"keyturn/internal/deskclient"
	"keyturn/internal/model"
	"keyturn/internal/softkey"
)

// target is the account of the night.
const target = "president"

// Options say where to drill.
type Options struct {
	URL      string // the network's public address
	DeskURL  string
	Keys     softkey.Dir       // software keys of the staff
	Progress func(what string) // told what is being tried; may be nil
}

// night is a drill under way.
type night struct {
	Options
	score    Score
	stranger *public
	follower *public
	account  account
	before   snapshot
	caseID   string
	staff    map[string]*deskclient.Client
	refused  error // why lastday could not even sign in
	request  deskclient.Request
	newcomer string // login of the sponsored newcomer
	opened   []opened
}

// opened is a request that the drill leaves behind open, to be withdrawn at its end.
type opened struct {
	by *deskclient.Client
	id model.ID
}

// Run replays the night. An error means that the drill could not be carried out; a law or a time that is missed stands
// in the score.
func Run(ctx context.Context, o Options, now time.Time) (Score, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	n := &night{Options: o, stranger: newPublic(o.URL), follower: newPublic(o.URL), staff: map[string]*deskclient.Client{}}
	n.score = Score{At: now.UTC(), URL: o.URL, OK: true}
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"a member joins, follows @president and reports a post", n.begin},
		{"the staff sign in with their keys", n.signIn},
		{"everything public about @president is read", n.remember},
		{"lastday takes the report and presses deactivate", n.lastDay},
		{"agent tries alone", n.alone},
		{"the piecemeal ways are tried", n.piecemeal},
		{"the right three turn their keys together", n.together},
		{"the ledger is asked who did it", n.who},
		{"one key brings it back", n.restore},
		{"everything public is read again", n.compare},
		{"what the drill opened is closed", n.tidy},
	} {
		o.Progress(step.what)
		if err := step.do(ctx); err != nil {
			return n.score, fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return n.score, nil
}

// begin makes the report that everything starts with: it puts a case on the desk.
func (n *night) begin(ctx context.Context) error {
	if _, err := n.follower.join(ctx); err != nil {
		return err
	}
	a, status, err := n.stranger.lookup(ctx, target)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("there is no @%s on %s (%d): is it a demo?", target, n.URL, status)
	}
	if err := n.follower.post(ctx, "/api/v1/accounts/"+a.ID+"/follow", url.Values{}, nil); err != nil {
		return err
	}
	_, list, _, err := n.stranger.get(ctx, "/api/v1/accounts/"+a.ID+"/statuses?limit=1")
	if err != nil {
		return err
	}
	form := url.Values{"account_id": {a.ID}, "category": {"violation"}, "comment": {"I do not like what he says."}}
	if post := firstID(list); post != "" {
		form.Set("status_ids[]", post)
	}
	return n.follower.post(ctx, "/api/v1/reports", form, nil)
}

// signIn signs every member of staff in who takes part. lastday may be gone already: then that is how the night ends.
func (n *night) signIn(ctx context.Context) error {
	for _, login := range []string{"lastday", "agent", "agent2", "lead", "lead.oncall", "lead2", "gov", "security", "admin", "auditor"} {
		ring, err := n.Keys.Load(login)
		if err != nil {
			return err
		}
		c, err := deskclient.SignIn(ctx, n.DeskURL, ring)
		if no, ok := deskclient.Refused(err); ok && login == "lastday" {
			n.refused = no
			continue
		}
		if err != nil {
			return err
		}
		n.staff[login] = c
	}
	var cases []struct {
		ID      string         `json:"id"`
		Account deskclient.Who `json:"account"`
	}
	if err := n.staff["agent"].Get(ctx, "/api/v1/cases?state=open&limit=80", &cases); err != nil {
		return err
	}
	for _, c := range cases {
		if c.Account.Handle == target {
			n.caseID = c.ID
		}
	}
	if n.caseID == "" {
		return fmt.Errorf("the report did not become a case on the desk")
	}
	return nil
}

func (n *night) remember(ctx context.Context) (err error) {
	if n.account, _, err = n.stranger.lookup(ctx, target); err != nil {
		return err
	}
	n.before, err = crawl(ctx, n.stranger, n.follower, target, n.account.ID)
	return err
}

// together has the right three people do what nobody alone could, and measures how long the last reader saw anything.
func (n *night) together(ctx context.Context) error {
	r, err := n.staff["lead"].Request(ctx, n.order(model.CmdDeactivate))
	if err != nil {
		return err
	}
	for _, login := range []string{"lead", "gov", "security"} {
		if r, err = n.staff[login].Turn(ctx, r.ID.String()); err != nil {
			return fmt.Errorf("%s's key: %w", login, err)
		}
	}
	n.request = r
	n.score.add(r.State == model.StateWaiting, "The right three people together", "not asked for",
		"3 keys (lead, government affairs, security), then %s to veto", time.Until(r.EffectAt).Round(time.Millisecond))
	reads, dark, err := n.watch(ctx, false, func() (bool, time.Time, error) {
		now, err := n.staff["auditor"].Show(ctx, r.ID.String())
		return now.State == model.StateExecuted, r.EffectAt, err
	})
	if err != nil {
		return err
	}
	n.score.DarkMS = dark
	n.score.add(dark < 1000, "Dark for every reader", "at once, by one click", "%.1f ms after the wait was over; %s", dark, reads)
	return nil
}

// restore has one key undo it, and measures how long until the last reader saw everything again.
func (n *night) restore(ctx context.Context) error {
	r, err := n.staff["agent2"].Request(ctx, n.order(model.CmdRestore))
	if err != nil {
		return err
	}
	_, light, err := n.watch(ctx, true, func() (bool, time.Time, error) {
		asked := time.Now()
		r, err = n.staff["lead2"].Turn(ctx, r.ID.String())
		return true, asked, err
	})
	if err != nil {
		return err
	}
	n.score.LightMS = light
	n.score.add(r.State == model.StateExecuted && n.score.LightMS < 1000, "Back, by one key", "after 11 minutes",
		"%.1f ms, signature and all", n.score.LightMS)
	return nil
}

// compare reads everything again: not a byte may differ.
func (n *night) compare(ctx context.Context) error {
	after, err := crawl(ctx, n.stranger, n.follower, target, n.account.ID)
	if err != nil {
		return err
	}
	lost, paths := differ(n.before, after)
	n.score.LostBody = lost
	a, _, err := n.stranger.lookup(ctx, target)
	if err != nil {
		return err
	}
	n.score.add(a.Followers == n.account.Followers && a.Statuses == n.account.Statuses, "Followers and posts lost", "unsure for a day",
		"%d of %d, %d of %d", n.account.Followers-a.Followers, n.account.Followers, n.account.Statuses-a.Statuses, n.account.Statuses)
	detail := strconv.Itoa(len(n.before)) + " public responses compared"
	if len(paths) > 0 {
		detail = "first: " + paths[0]
	}
	n.score.add(lost == 0, "Bytes lost", "–", "%d (%s)", lost, detail)
	return nil
}

// tidy withdraws what is still open, ends the newcomer's employment and resolves the case, so that the next drill
// begins like this one.
func (n *night) tidy(ctx context.Context) error {
	for _, o := range n.opened {
		if _, err := o.by.Stop(ctx, "withdraw", o.id.String(), "the drill is over"); err != nil {
			return err
		}
	}
	if n.newcomer != "" {
		r, err := n.staff["admin"].Request(ctx, deskclient.Order{Kind: model.CmdSetEmployment, Person: n.newcomer,
			Reason: "the drill is over", Params: map[string]string{"status": "ended"}})
		if err != nil {
			return err
		}
		if _, err := n.staff["admin"].Turn(ctx, r.ID.String()); err != nil {
			return err
		}
	}
	return n.staff["lead"].Post(ctx, "/api/v1/cases/"+n.caseID+"/resolve", struct{}{}, nil)
}

func (n *night) order(kind model.CommandKind) deskclient.Order {
	return deskclient.Order{Kind: kind, Account: "@" + target, Case: n.caseID, Rule: "1", Reason: "drill: the night of the eleven minutes"}
}
