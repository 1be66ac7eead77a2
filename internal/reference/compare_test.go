package reference_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/reference"
	"keyturn/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// TestGuardDecidesAsTheReference puts random questions to both, in networks whose staff, accounts and history are random;
// each question is about one person, one command and one moment: a world of its own. None may differ.
func TestGuardDecidesAsTheReference(t *testing.T) {
	networks, decisions := testkit.Size(40, 1000), testkit.Size(2500, 3000)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	kinds := map[string]int{}
	var mu sync.Mutex
	t.Run("network", func(t *testing.T) {
		for i := range networks {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				n := newNetwork(t, rand.New(rand.NewPCG(seed, uint64(i))))
				for asked := 0; asked < decisions && !t.Failed(); {
					kind := n.compare()
					if kind != noQuestion {
						asked++
					}
					mu.Lock()
					kinds[kind]++
					mu.Unlock()
				}
			})
		}
	})
	t.Log(kinds)
	for _, outcome := range []string{"refused", "alone", "with others", "key void"} {
		if kinds[outcome] < networks*decisions/200 {
			t.Errorf("%q was the answer %d times only", outcome, kinds[outcome])
		}
	}
}

const noQuestion = "no question"

// compare asks one question of both, and says what the answer was.
func (n *network) compare() string {
	q, cmd := n.question()
	n.clock.Set(n.last.Add(n.age()))
	x, err := n.guard.Explain(n.t.Context(), q.Person, cmd)
	if err != nil {
		n.t.Fatal(err)
	}
	if x.Refusal != nil && (x.Refusal.Kind == model.KindInvalid || x.Refusal.Kind == model.KindConflict) {
		return noQuestion // nothing to restore or to unfreeze, or it changes nothing
	}
	w := n.world()
	want := w.Decide(q)
	got := reference.Answer{Refused: x.Refusal != nil}
	if !got.Refused {
		got.Need, got.Counts, got.Alone = plainly(x.Need), x.Key == nil, x.Allowed
	}
	want.Need = plainly(want.Need)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		n.t.Errorf("%+v\nby %+v\non %+v\nat %s\nguard     %+v (%v, %v)\nreference %+v", cmd, w.People[q.Person], w.Accounts[q.Account],
			w.Now, got, x.Refusal, x.Key, want)
	}
	if want.Counts {
		n.missing(w, q.Person, want.Need, x)
	}
	switch {
	case want.Refused:
		return "refused"
	case want.Alone:
		return "alone"
	case want.Counts:
		return "with others"
	}
	return "key void"
}

// missing compares what is still missing beside the person's own key.
func (n *network) missing(w reference.World, person model.ID, need model.Requirement, x guard.Explanation) {
	who := w.People[person]
	keys, roles, teams := reference.Missing(need, []reference.Human{{Roles: who.Roles, Team: who.Team}})
	if x.Missing.Keys != keys || len(x.Missing.Roles) != roles || x.Missing.Teams != teams {
		n.t.Errorf("of %+v the guard misses %+v, the reference %d keys, %d roles, %d teams", need, x.Missing, keys, roles, teams)
	}
}

// plainly is a requirement in one form: roles in order, and at least one team.
func plainly(r model.Requirement) model.Requirement {
	r.Roles, r.Teams = slices.Sorted(slices.Values(r.Roles)), max(r.Teams, 1)
	if r.Keys == 0 {
		r.Teams = 0
	}
	return r
}

func (n *network) age() time.Duration {
	ages := []time.Duration{time.Second, time.Minute, 29 * time.Minute, 59 * time.Minute, 61 * time.Minute, 3 * time.Hour, 23 * time.Hour,
		25 * time.Hour, 6 * 24 * time.Hour, 8 * 24 * time.Hour, 40 * 24 * time.Hour}
	return ages[n.r.IntN(len(ages))] + time.Duration(n.r.IntN(50))*time.Second
}

// question draws who asks for what.
func (n *network) question() (reference.Question, model.Command) {
	who, account := pick(n.r, n.people), pick(n.r, n.accounts)
	q := reference.Question{Person: who.ID, Account: account.ID}
	cmd := model.Command{Account: account.ID, Params: map[string]string{}}
	cmd.Kind = pick(n.r, []model.CommandKind{model.CmdWarn, model.CmdLock, model.CmdLock, model.CmdSensitive, model.CmdLimit,
		model.CmdRemovePost, model.CmdDeactivate, model.CmdSuspend, model.CmdBan, model.CmdSignOut, model.CmdRestore, model.CmdRestore, model.CmdSetClass,
		model.CmdGrantRole, model.CmdGrantRole, model.CmdDecideAppeal, model.CmdSetEmployment, model.CmdFreeze, model.CmdUnfreeze})
	q.Kind = cmd.Kind
	switch cmd.Kind {
	case model.CmdLock:
		q.For = pick(n.r, []time.Duration{0, time.Minute, 15 * time.Minute, 16 * time.Minute, 24 * time.Hour})
		cmd.Params["for"] = q.For.String()
		if q.For == 0 {
			cmd.Params["for"] = "unlimited"
		}
	case model.CmdDecideAppeal:
		n.aboutAppeal(&q, &cmd)
	case model.CmdRemovePost:
		cmd.Post = n.posts[account.ID]
	case model.CmdSetClass:
		to := pick(n.r, model.Classes())
		cmd.Params["class"], q.Loosens = string(to), to.Rank() < n.world().Accounts[account.ID].Class.Rank()
	case model.CmdFreeze, model.CmdUnfreeze:
		q.Account, cmd.Account = 0, 0
	case model.CmdGrantRole, model.CmdSetEmployment:
		q.Account, cmd.Account = 0, 0
		n.aboutPerson(&q, &cmd)
	}
	return q, cmd
}

// aboutAppeal draws one of the appeals, if there are any yet, and how it is to be decided.
func (n *network) aboutAppeal(q *reference.Question, cmd *model.Command) {
	if len(n.appeals) == 0 {
		return
	}
	a := pick(n.r, n.appeals)
	q.Account, cmd.Account, q.Against = a.Account, a.Account, a.Subject
	cmd.Params["appeal"], cmd.Params["decision"] = a.ID.String(), "reject"
	if q.Grants = n.r.IntN(3) > 0; q.Grants {
		cmd.Params["decision"] = "grant"
	}
}

// aboutPerson draws a change of somebody's role or employment.
func (n *network) aboutPerson(q *reference.Question, cmd *model.Command) {
	target := pick(n.r, n.people)
	q.Target, cmd.Person = target.ID, target.ID
	if cmd.Kind == model.CmdSetEmployment {
		status := pick(n.r, []model.EmploymentStatus{model.EmploymentActive, model.EmploymentNotice, model.EmploymentEnded})
		order := []model.EmploymentStatus{model.EmploymentEnded, model.EmploymentNotice, model.EmploymentActive}
		cmd.Params["status"] = string(status)
		q.Loosens = slices.Index(order, status) > slices.Index(order, target.Employment.Status)
		return
	}
	role := pick(n.r, model.Roles())
	cmd.Params["role"] = string(role)
	if target.Has(role) {
		cmd.Params["revoke"] = "true"
		return
	}
	q.Loosens = true
	q.Agent = role == model.RoleAgent && len(target.RoleSet()) == 0
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// TestTallyAsTheReference holds the reference's counting of keys to approval's, on random keys.
func TestTallyAsTheReference(t *testing.T) {
	r := rand.New(rand.NewPCG(rand.Uint64(), 0))
	for range testkit.Size(100_000, 5_000_000) {
		need, signers, holders := randomKeys(r)
		humans := reference.Humans(signers)
		keys, roles, teams := reference.Missing(need, humans)
		got := approval.Tally(need, holders)
		if got.Keys != keys || len(got.Roles) != roles || got.Teams != teams {
			t.Fatalf("%+v with %+v: approval misses %+v, the reference %d keys, %d roles, %d teams", need, signers, got, keys, roles, teams)
		}
		if reference.Met(need, humans) != got.None() {
			t.Fatalf("%+v with %+v: approval misses %+v, which the reference sees otherwise", need, signers, got)
		}
	}
}
