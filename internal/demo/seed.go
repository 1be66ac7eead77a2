package demo

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"keyturn/internal/model"
	"keyturn/internal/moderation"
	"keyturn/internal/social"
	"keyturn/internal/store"
)

// Limits of how large a demo may be.
const (
	MaxFollowers = 2_000_000
	crowd        = 300 // ordinary accounts that post and follow
	history      = 60 * 24 * time.Hour
)

// World is what a demo's network is made of.
type World struct {
	Accounts map[string]model.ID // the named ones
	accounts []model.Account
	follows  []model.Follow
	posts    []model.Post
	fresh    []model.Account // made today, only to report
	past     []model.Report  // their case was resolved without action
	reports  []model.Report
	deleted  model.ID // a post whose author deleted it once it was reported
}

// the named accounts, and how much they posted.
var named = []struct {
	handle, name, note string
	posts              int
	texts              []string
}{
	{"president", "The President", "Head of state. Posts by the President and the office of the President.", 300, decrees},
	{"newsroom", "The Newsroom", "News from here, all day.", 150, headlines},
	{"astronaut", "Commander Aurora", "In orbit until spring.", 80, orbits},
	{"uncle", "Your Uncle", "Retired. Opinions, mostly about bridges.", 40, everyday},
	{"niece", "Your Niece", "Sends her uncle to the settings page.", 25, everyday},
}

// Make draws the world of a demo: @president has the given number of followers, the others fewer. The same seed gives
// the same world.
func Make(followers int, seed uint64, now time.Time) (*World, error) {
	if err := CheckFollowers(followers); err != nil {
		return nil, err
	}
	d := &drawing{r: rand.New(rand.NewPCG(seed, 2017)), now: now.UTC().Truncate(time.Second), w: &World{Accounts: map[string]model.ID{}}}
	d.people(followers)
	d.graph(followers)
	d.talk()
	d.complain()
	d.campaign()
	d.number()
	return d.w, nil
}

// Password is with what the demo's members sign in.
const Password = "eleven minutes"

// Members are the members of the demo whom the person who tries it can be. The owner of @president is not among them.
func Members() []string { return []string{"uncle", "niece"} }

// Linked are the member accounts of the staff, by login. They sign in with Password too.
func (w *World) Linked() map[string]model.ID {
	linked := map[string]model.ID{}
	for _, m := range Staff(time.Time{}) {
		linked[m.Logins[0]] = w.Accounts[m.Handle]
	}
	return linked
}

// CheckFollowers says whether a demo can have so many.
func CheckFollowers(n int) error {
	if n < 10 || n > MaxFollowers {
		return model.Invalid("followers", "must be 10 to %d", MaxFollowers)
	}
	return nil
}

// Write puts the world into an empty store.
func (w *World) Write(ctx context.Context, st *store.Store) error {
	hash := social.HashPassword(Password)
	err := st.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SeedAccounts(ctx, slices.Concat(w.accounts, w.fresh)); err != nil {
			return err
		}
		if err := tx.SeedFollows(ctx, w.follows); err != nil {
			return err
		}
		if err := tx.SeedPosts(ctx, w.posts); err != nil {
			return err
		}
		handles := Members()
		for _, m := range Staff(time.Time{}) {
			handles = append(handles, m.Handle)
		}
		for _, handle := range handles {
			c := model.Credentials{Account: w.Accounts[handle], Email: handle + "@example.org", PasswordHash: hash}
			if err := tx.AddCredentials(ctx, c); err != nil {
				return err
			}
		}
		return w.report(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("seeding the demo: %w", err)
	}
	return nil
}

// report files the reports, in the order of their time, and has time pass between them.
func (w *World) report(ctx context.Context, tx *store.Tx) error {
	for _, r := range w.past {
		filed, err := moderation.TakeReport(ctx, tx, r)
		if err != nil {
			return err
		}
		if r.ID == w.past[len(w.past)-1].ID {
			if err := tx.ResolveCase(ctx, filed.Case, model.OutcomeNoAction, r.CreatedAt.Add(time.Hour)); err != nil {
				return err
			}
		}
	}
	for _, r := range w.reports {
		if _, err := moderation.TakeReport(ctx, tx, r); err != nil {
			return err
		}
		if slices.Contains(r.Posts, w.deleted) {
			if err := tx.DeletePost(ctx, r.Target, w.deleted, r.CreatedAt.Add(10*time.Minute)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Classes are the classes of the named accounts.
func (w *World) Classes() map[model.ID]model.Class {
	return map[model.ID]model.Class{w.Accounts["president"]: model.ClassGovernment,
		w.Accounts["newsroom"]: model.ClassHighProfile, w.Accounts["astronaut"]: model.ClassVerified}
}

// Crowd are the accounts that are not named ones.
func (w *World) Crowd() []model.ID {
	var ids []model.ID
	for _, a := range w.accounts[len(w.Accounts):] {
		ids = append(ids, a.ID)
	}
	return ids
}

// drawing is a world being drawn.
type drawing struct {
	r   *rand.Rand
	now time.Time
	w   *World
	seq int64
}

// id makes an ID of a moment in the past; the sequence keeps those of one millisecond apart.
func (d *drawing) id(at time.Time) model.ID {
	d.seq++
	return model.IDAt(at) + model.ID(d.seq%(1<<22))
}

func (d *drawing) ago(most time.Duration) time.Time {
	return d.now.Add(-time.Minute - time.Duration(d.r.Int64N(int64(most)))).Truncate(time.Second)
}

func (d *drawing) pick(texts []string) string { return texts[d.r.IntN(len(texts))] }

// people makes the named accounts, the crowd, and the many who only follow.
func (d *drawing) people(followers int) {
	at := d.now.Add(-400 * 24 * time.Hour)
	for _, n := range named {
		id := d.id(at)
		d.w.Accounts[n.handle] = id
		d.w.accounts = append(d.w.accounts, model.Account{ID: id, Handle: n.handle, DisplayName: n.name, Note: n.note, CreatedAt: id.Time()})
	}
	for _, m := range Staff(d.now) {
		id := d.id(at)
		d.w.Accounts[m.Handle] = id
		d.w.accounts = append(d.w.accounts, model.Account{ID: id, Handle: m.Handle, DisplayName: m.Name, CreatedAt: id.Time()})
	}
	for i := range max(crowd, followers) {
		id := d.id(at.Add(time.Duration(i+1) * time.Second))
		handle := fmt.Sprintf("%s_%s_%d", d.pick(adjectives), d.pick(nouns), i+1)
		d.w.accounts = append(d.w.accounts, model.Account{ID: id, Handle: handle, CreatedAt: id.Time(),
			DisplayName: d.pick(firstNames) + " " + d.pick(lastNames)})
	}
}

// graph has everybody follow: @president by exactly as many as asked for, the other named ones by some, and the crowd
// each other, a few of them by many.
func (d *drawing) graph(followers int) {
	others := d.others()
	for _, a := range others[:followers] {
		d.follow(a.ID, d.w.Accounts["president"])
	}
	for i, handle := range []string{"newsroom", "astronaut"} {
		for _, a := range others[:max(10, followers/(2*(i+1)))] {
			d.follow(a.ID, d.w.Accounts[handle])
		}
	}
	circle := d.circle()
	for i, a := range circle {
		seen := map[int]bool{i: true}
		for range 12 + d.r.IntN(30) {
			// The square of a fraction makes the first ones much followed.
			f := d.r.Float64()
			j := int(f * f * float64(len(circle)))
			if !seen[j] {
				seen[j] = true
				d.follow(a.ID, circle[j].ID)
			}
		}
	}
	for _, reader := range []string{"uncle", "niece"} {
		for _, followed := range []string{"newsroom", "astronaut"} {
			d.follow(d.w.Accounts[reader], d.w.Accounts[followed])
		}
		for _, a := range circle[:200] {
			d.follow(d.w.Accounts[reader], a.ID)
		}
	}
	d.follow(d.w.Accounts["uncle"], d.w.Accounts["niece"])
	d.follow(d.w.Accounts["niece"], d.w.Accounts["uncle"])
}

func (d *drawing) follow(follower, followee model.ID) {
	at := d.ago(history)
	d.w.follows = append(d.w.follows, model.Follow{ID: d.id(at), Follower: follower, Followee: followee, Reblogs: true, CreatedAt: at})
}

// talk has the named accounts and the crowd post, answer and boost.
func (d *drawing) talk() {
	for _, n := range named {
		for range n.posts {
			d.post(d.w.Accounts[n.handle], d.pick(n.texts), model.Post{})
		}
	}
	circle := d.circle()
	for _, a := range circle {
		for range 2 + d.r.IntN(6) {
			d.post(a.ID, d.pick(everyday), model.Post{})
		}
	}
	first := slices.Clone(d.w.posts)
	slices.SortFunc(first, func(a, b model.Post) int { return cmp.Compare(a.ID, b.ID) })
	for range len(circle) {
		to := first[d.r.IntN(len(first))]
		by := circle[d.r.IntN(len(circle))].ID
		if d.r.IntN(3) == 0 && by != to.Account {
			d.post(by, "", model.Post{ReblogOf: to.ID})
			continue
		}
		d.post(by, d.pick(everyday), model.Post{InReplyTo: to.ID, InReplyToOwner: to.Account})
	}
}

// post adds a post; an answer or a boost comes after what it is about.
func (d *drawing) post(by model.ID, text string, p model.Post) {
	at := d.ago(history)
	if about := max(p.InReplyTo, p.ReblogOf); about != 0 {
		at = about.Time().Add(time.Duration(1+d.r.IntN(3600)) * time.Second)
		if !at.Before(d.now) {
			return
		}
	}
	if p.ReblogOf != 0 && slices.ContainsFunc(d.w.posts, func(o model.Post) bool { return o.Account == by && o.ReblogOf == p.ReblogOf }) {
		return
	}
	p.ID, p.Account, p.Text, p.Visibility, p.Language, p.CreatedAt = d.id(at), by, text, model.Public, "en", at
	d.w.posts = append(d.w.posts, p)
}

// others are the accounts that have no part of their own: those behind the named ones and the staff's.
func (d *drawing) others() []model.Account { return d.w.accounts[len(d.w.Accounts):] }

// circle are those of the others who post and follow each other.
func (d *drawing) circle() []model.Account { return d.others()[:min(crowd, len(d.others()))] }

// complain has the crowd report: the President constantly, the others now and then.
func (d *drawing) complain() {
	circle := d.circle()
	comments := []string{"I do not like this.", "This is not true.", "Too many posts about cheese.", "Rude.", "Please look at this one."}
	for i, n := range []int{40, 6, 2, 3} { // the first four of the named
		for range n {
			r := model.Report{Reporter: circle[d.r.IntN(len(circle))].ID, Target: d.w.Accounts[named[i].handle],
				Category: model.ReportViolation, Comment: d.pick(comments), CreatedAt: d.ago(24 * time.Hour)}
			for _, p := range d.w.posts {
				if p.Account == r.Target && d.r.IntN(100) == 0 && len(r.Posts) < 3 {
					r.Posts = append(r.Posts, p.ID)
				}
			}
			d.w.reports = append(d.w.reports, r)
		}
	}
}

// campaign has accounts that were made today report @niece, and some of the crowd, whose reports of @uncle came to nothing
// before, report him again: all of them weigh little. One member reports something illegal, and its author deletes it.
func (d *drawing) campaign() {
	circle := d.circle()
	for i := range 40 {
		at := d.now.Add(-3*time.Hour + time.Duration(i)*time.Minute)
		fan := model.Account{ID: d.id(at), Handle: fmt.Sprintf("new_here_%d", i+1), CreatedAt: at}
		d.w.fresh = append(d.w.fresh, fan)
		d.w.reports = append(d.w.reports, model.Report{Reporter: fan.ID, Target: d.w.Accounts["niece"], Category: model.ReportSpam,
			Comment: "Spam!!", CreatedAt: at.Add(20 * time.Minute)})
	}
	for i := range min(4, len(circle)) {
		r := model.Report{Reporter: circle[i].ID, Target: d.w.Accounts["uncle"], Category: model.ReportViolation,
			Comment: "His posts about bridges are wrong.", CreatedAt: d.now.Add(-10*24*time.Hour + time.Duration(i)*time.Hour)}
		d.w.past = append(d.w.past, r)
		r.CreatedAt = d.now.Add(-5*time.Hour + time.Duration(i)*time.Minute)
		d.w.reports = append(d.w.reports, r)
	}
	r := model.Report{Reporter: circle[len(circle)-1].ID, Target: d.w.Accounts["newsroom"], Category: model.ReportLegal,
		Comment: "This names a witness whom a court has ordered not to be named.", CreatedAt: d.now.Add(-2 * time.Hour)}
	for _, p := range d.w.posts {
		if p.Account == r.Target && p.CreatedAt.Before(r.CreatedAt) {
			r.Posts, d.w.deleted = []model.ID{p.ID}, p.ID
		}
	}
	d.w.reports = append(d.w.reports, r)
}

// number puts everything into the order of its time.
func (d *drawing) number() {
	slices.SortFunc(d.w.posts, func(a, b model.Post) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(d.w.reports, func(a, b model.Report) int { return a.CreatedAt.Compare(b.CreatedAt) })
	for _, list := range [][]model.Report{d.w.past, d.w.reports} {
		for i := range list {
			list[i].ID = d.id(list[i].CreatedAt)
		}
	}
}
