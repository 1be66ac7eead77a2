package drill

import (
	"context"
	"errors"
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
	caseID   string // the drill's own
	earlier  string // the case that was open before: it is opened again at the end
	staff    map[string]*deskclient.Client
	refused  error // why lastday could not even sign in
	request  deskclient.Request
	newcomer string // login of the sponsored newcomer
	opened   []opened
}

// Run replays the night, whatever the demo was used for before. An error means that the drill could not be carried out;
// a law or a time that is missed stands in the score. However it ends, what it opened is closed, and when @president is
// dark nevertheless the error says so and how to bring it back.
func Run(ctx context.Context, o Options, now time.Time) (Score, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	n := &night{Options: o, stranger: newPublic(o.URL), follower: newPublic(o.URL), staff: map[string]*deskclient.Client{}}
	n.score = Score{At: now.UTC(), URL: o.URL, OK: true}
	err := n.play(ctx, []step{
		{"the staff sign in with their keys", n.signIn},
		{"@president is made ready", n.prepare},
		{"a member joins, follows @president and reports a post", n.begin},
		{"everything public about @president is read", n.remember},
		{"lastday takes the report and presses deactivate", n.lastDay},
		{"agent tries alone", n.alone},
		{"the piecemeal ways are tried", n.piecemeal},
		{"the right three turn their keys together", n.together},
		{"the ledger is asked who did it", n.who},
		{"one key brings it back", n.restore},
		{"everything public is read again", n.compare},
	})
	// Also after Ctrl-C.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return n.score, errors.Join(err, n.play(ctx, []step{{"what the drill opened is closed", n.tidy}}))
}

// step is a part of the night.
type step struct {
	what string
	do   func(context.Context) error
}

func (n *night) play(ctx context.Context, steps []step) error {
	for _, s := range steps {
		n.Progress(s.what)
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	return nil
}

// begin makes the report that everything starts with: it puts a case of the drill's own on the desk.
func (n *night) begin(ctx context.Context) error {
	if _, err := n.follower.join(ctx); err != nil {
		return err
	}
	a, status, err := n.stranger.lookup(ctx, target)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("the desk at %s shows @%s, and %s does not (%d): are they of one demo?", n.DeskURL, target, n.URL, status)
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
	if err := n.follower.post(ctx, "/api/v1/reports", form, nil); err != nil {
		return err
	}
	seen, err := n.staff["lead"].Account(ctx, target)
	if err != nil {
		return err
	}
	if n.caseID = seen.Case; n.caseID == "" {
		return errors.New("the report did not become a case on the desk")
	}
	return n.mayDarken(ctx)
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
	n.request = r
	for _, login := range []string{"lead", "gov", "security"} {
		if r, err = n.staff[login].Turn(ctx, r.ID.String()); err != nil {
			return fmt.Errorf("%s's key: %w", login, err)
		}
	}
	n.request = r
	n.score.add(r.State == model.StateWaiting, "The right three people together", "not asked for",
		"3 keys (lead, government affairs, security), then %.1f s to veto", time.Until(r.EffectAt).Seconds())
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

// restore has one key undo it, and measures how long until the last reader saw everything again. When one key does not
// suffice that stands in the score, and the others bring it back.
func (n *night) restore(ctx context.Context) error {
	const what, then = "Back, by one key", "after 11 minutes"
	seen, err := n.staff["agent2"].Account(ctx, target)
	if err != nil {
		return err
	}
	sanction, ok := seen.By(n.request.ID)
	if !ok {
		return fmt.Errorf("the desk does not show what request %s did", n.request.ID)
	}
	r, err := n.staff["agent2"].Request(ctx, n.lifting(sanction.ID))
	if err != nil {
		return err
	}
	asked := time.Now()
	turned := func() (bool, time.Time, error) {
		r, err = n.staff["lead2"].Turn(ctx, r.ID.String())
		if err == nil && r.State != model.StateExecuted {
			err = errMoreKeys
		}
		return true, asked, err
	}
	_, light, err := n.watch(ctx, true, turned)
	if errors.Is(err, errMoreKeys) {
		n.score.add(false, what, then, "waits for %s", missing(r.Missing))
		return n.gather(ctx, r)
	}
	if err != nil {
		return err
	}
	n.score.LightMS = light
	n.score.add(light < 1000, what, then, "%.1f ms, signature and all", light)
	return nil
}

// errMoreKeys ends the watching for an account that one key did not bring back.
var errMoreKeys = errors.New("one key did not suffice")

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

func (n *night) order(kind model.CommandKind) deskclient.Order {
	return deskclient.Order{Kind: kind, Account: "@" + target, Case: n.caseID, Rule: "1", Reason: "drill: the night of the eleven minutes"}
}
