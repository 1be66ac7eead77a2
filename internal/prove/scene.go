package prove

import (
	"fmt"
	"slices"
	"time"

	"keyturn/internal/model"
)

// novice is the login of somebody who is brought in during a scene.
const novice = "novice"

// firstDay is the name of the scene in which nothing has happened yet.
const firstDay = "the first day"

// scene is a history that honest people have made with the guard's consent, from which a rogue goes on.
type scene struct {
	name    string
	play    func(*world) error
	with    []string // the rogue must be one of these logins; nil: anybody
	also    []string // further logins that the rogue has got hold of in it
	further []string // logins with which one person goes on one action further
	shipped bool     // only under the shipped policy: under the weakest one it is as another scene, or nothing waits in it
	about   []string // the accounts that it is about, where who goes further asks about no others; nil: any
}

// open reports whether some people can be the rogue in it.
func (s scene) open(people []string) bool {
	return s.with == nil || slices.ContainsFunc(s.with, func(l string) bool { return slices.Contains(people, l) })
}

// scenes lists them. Each puts the explorer where a short way further would meet a law that a short way from the beginning
// does not.
func scenes() []scene {
	all := []scene{
		{name: firstDay, play: func(*world) error { return nil }, further: []string{"lead"}, about: []string{"president", "newsroom", "uncle"}},
		{name: "@president was lowered to standard yesterday", play: lowered},
		{name: "@newsroom and @uncle were suspended 20 minutes ago", play: darkened},
		{name: "@newsroom was restored by one key and suspended again", play: darkenedAgain},
		{name: "a confirmed freeze is on", play: frozen},
		{name: "@president was locked for 15 minutes an hour ago, and security has begun a freeze", play: spent},
		{name: "@president waits to be suspended, after one veto", play: vetoed, shipped: true},
		{name: "agent has signed for @newsroom and is on notice now", play: onNotice, with: []string{"agent"}},
		{name: "a ban of @newsroom, its restore and the notice of who has signed the ban are under way", play: racing,
			with: []string{"security", "lead"}, further: []string{"security"}, about: []string{"newsroom"}, shipped: true},
		{name: "agent has scheduled a suspension and signed a scheduled ban, and is on notice now", play: scheduled,
			with: []string{"agent"}},
		{name: "an appeal of @uncle's was rejected", play: rejected, with: []string{"lead"}, shipped: true},
		{name: "agent was made a lead yesterday, asked for by lead2", play: raised, with: []string{"agent"}, also: []string{"lead2"}},
	}
	for _, sponsor := range []string{"lead", "admin"} {
		all = append(all, scene{name: "a newcomer, asked for by " + sponsor, with: []string{sponsor}, also: []string{novice},
			play: func(w *world) error { return newcomer(w, sponsor) }})
	}
	return all
}

func lowered(w *world) error {
	if err := w.loosen(w.on(model.CmdSetClass, "president", "class", "standard")); err != nil {
		return err
	}
	return w.pass(23 * time.Hour)
}

// loosen has the three who can do what makes something easier.
func (w *world) loosen(cmd model.Command) error {
	cmd.Case = 0
	return w.settle("admin2", cmd, "admin2", "security", "lead2")
}

func darkened(w *world) error {
	if err := w.settle("lead", w.on(model.CmdSuspend, "newsroom"), "lead", "agent"); err != nil {
		return err
	}
	if err := w.settle("agent", w.on(model.CmdSuspend, "uncle")); err != nil {
		return err
	}
	return w.pass(20 * time.Minute)
}

func darkenedAgain(w *world) error {
	if err := darkened(w); err != nil {
		return err
	}
	if err := w.settle("lead2", w.on(model.CmdRestore, "newsroom"), "lead2"); err != nil {
		return err
	}
	return w.settle("lead2", w.on(model.CmdSuspend, "newsroom"), "lead2", "agent2")
}

func frozen(w *world) error {
	if err := w.settle("security", plain(model.CmdFreeze), "security"); err != nil {
		return err
	}
	return w.settle("admin2", plain(model.CmdFreeze), "admin2")
}

func spent(w *world) error {
	if err := w.settle("lead2", w.on(model.CmdLock, "president"), "lead2"); err != nil {
		return err
	}
	if err := w.settle("security", plain(model.CmdFreeze), "security"); err != nil {
		return err
	}
	return w.pass(time.Hour)
}

func vetoed(w *world) error {
	for i := range 2 {
		out, err := w.begun("gov", w.on(model.CmdSuspend, "president"), "gov", "security", "lead")
		if err != nil || out.Request.State != model.StateWaiting {
			return err // under the weakest policy nothing waits
		}
		if i == 0 {
			if err := w.say(w.guard.Veto, "lead", 0); err != nil {
				return fmt.Errorf("vetoing: %w", err)
			}
		}
	}
	return nil
}

func onNotice(w *world) error {
	if _, err := w.begun("agent", w.on(model.CmdSuspend, "newsroom"), "agent", "lead"); err != nil {
		return err
	}
	cmd, err := w.about(model.CmdSetEmployment, "agent", "status", "notice")
	if err != nil {
		return err
	}
	return w.settle("admin2", cmd, "admin2")
}

func scheduled(w *world) error {
	at := w.clock.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)
	if _, err := w.begun("agent", w.on(model.CmdSuspend, "newsroom", "at", at), "agent", "lead"); err != nil {
		return err
	}
	if _, err := w.begun("agent2", w.on(model.CmdBan, "uncle", "at", at), "lead", "agent"); err != nil {
		return err
	}
	cmd, err := w.about(model.CmdSetEmployment, "agent", "status", "notice")
	if err != nil {
		return err
	}
	return w.settle("admin2", cmd, "admin2")
}

func rejected(w *world) error {
	if err := w.settle("agent", w.on(model.CmdLimit, "uncle")); err != nil {
		return err
	}
	appeal, err := w.appeal("uncle")
	if err != nil {
		return err
	}
	return w.settle("lead2", w.on(model.CmdDecideAppeal, "uncle", "appeal", appeal.String(), "decision", "reject"), "lead2", "agent2")
}

// racing leaves three things under way, any of which changes what becomes of the others.
func racing(w *world) error {
	if err := w.settle("lead", w.on(model.CmdSuspend, "newsroom"), "lead", "agent"); err != nil {
		return err
	}
	notice, err := w.about(model.CmdSetEmployment, "lead2", "status", "notice")
	if err != nil {
		return err
	}
	if _, err := w.begun("agent2", w.on(model.CmdBan, "newsroom"), "agent2", "lead2", "security"); err != nil {
		return err
	}
	if _, err := w.begun("gov", w.on(model.CmdRestore, "newsroom")); err != nil {
		return err
	}
	_, err = w.begun("admin2", notice)
	return err
}

func raised(w *world) error {
	cmd, err := w.about(model.CmdGrantRole, "agent", "role", "lead")
	if err != nil {
		return err
	}
	return w.settle("lead2", cmd, "admin2", "security", "lead2")
}

func newcomer(w *world, sponsor string) error {
	keys := []string{"lead", "admin"}
	if err := w.settle(sponsor, broughtIn("agent"), keys...); err != nil {
		return err
	}
	e, err := w.enrol(sponsor, novice)
	if err != nil {
		return err
	}
	cmd, err := w.about(model.CmdEnrollCredential, novice, "enrolment", e.String())
	if err != nil {
		return err
	}
	return w.settle(sponsor, cmd, keys...)
}

// broughtIn is the command that brings the novice in.
func broughtIn(role string) model.Command {
	return plain(model.CmdGrantRole, "login", novice, "name", "Nadir", "team", "support-north", "kind", "employee", "role", role)
}
