package guard_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"keyturn/internal/guard"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
	"keyturn/internal/testkit"
)

// account is what one after the other would make of the account that a round is about: the sanctions on it, the ban that
// agent has asked for and that is due, and whether agent still works here.
type account struct {
	sanctions int
	ban       model.RequestState
	gone      bool
}

// The things that are done to the account, all at the same time.
const (
	agentSuspends  = "agent suspends"
	agent2Suspends = "agent2 suspends"
	agent2Restores = "agent2 restores"
	leadVetoes     = "lead vetoes the ban"
	govVetoes      = "gov vetoes the ban"
	agentIsEnded   = "agent's employment is ended"
	theBanIsDue    = "what is due is done"
	looked         = "somebody looks"
)

// next says what comes of one thing done to the account, and what is told of it.
func (a account) next(what string) (account, string) {
	switch what {
	case agentSuspends:
		if a.gone {
			return a, "forbidden"
		}
		a.sanctions++
	case agent2Suspends:
		a.sanctions++
	case agent2Restores:
		if a.sanctions == 0 {
			return a, "conflict"
		}
		a.sanctions = 0
	case leadVetoes, govVetoes:
		if a.ban != model.StateWaiting {
			return a, "conflict"
		}
		a.ban = model.StateVetoed
	case agentIsEnded:
		a.gone = true
		if a.ban == model.StateWaiting {
			a.ban = model.StateWithdrawn
		}
	case theBanIsDue:
		switch {
		case a.ban != model.StateWaiting:
		case a.sanctions > 0: // it is not what was signed any more
			a.ban = model.StateRefused
		default:
			a.sanctions, a.ban = 1, model.StateExecuted
		}
	case looked:
		return a, fmt.Sprint(a)
	}
	return a, "done"
}

// oneAfterTheOther is the account as porcupine knows it.
var oneAfterTheOther = porcupine.Model{
	Init: func() any { return account{ban: model.StateWaiting} },
	Step: func(state, input, output any) (bool, any) {
		after, told := state.(account).next(input.(string))
		return told == output.(string), after
	},
}

// TestOneAfterTheOther does many things to one account at the same time, on the embedded store and on two nodes that
// share a PostgreSQL. Whatever each is told must be what it would have been told had all been done one after the other, in
// an order that agrees with the clock.
func TestOneAfterTheOther(t *testing.T) {
	for engine, rounds := range map[string]int{"sqlite": testkit.Size(15, 400), "postgres": testkit.Size(10, 200)} {
		t.Run(engine, func(t *testing.T) {
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			for n := range rounds {
				r := newRound(t, engine)
				history := r.play(rand.New(rand.NewPCG(seed, uint64(n))))
				if res := porcupine.CheckOperationsTimeout(oneAfterTheOther, history, time.Minute); res != porcupine.Ok {
					t.Errorf("round %d: %s", n, res)
					for _, o := range history {
						t.Logf("%d %8d to %8d ns: %s: %s", o.ClientId, o.Call, o.Return, o.Input, o.Output)
					}
					return
				}
				r.whole()
			}
		})
	}
}

// round is a world in which agent's ban of @uncle has come due.
type round struct {
	*world
	nodes []node
	ban   model.ID
	end   model.ID // the request to end agent's employment, which waits for admin's key
}

type node struct {
	guard *guard.Guard
	store *store.Store
}

func newRound(t *testing.T, engine string) *round {
	t.Helper()
	o := testkit.WorldOptions{Policy: roomy(t), Dir: testkit.Memory(t)}
	if engine == "postgres" {
		o.URL, o.Dir = testkit.Postgres(t), ""
	}
	r := &round{world: &world{testkit.NewWorld(t, o), t}}
	r.nodes = []node{{r.Guard, r.Store}}
	if engine == "postgres" {
		st, err := store.Open(t.Context(), store.Config{URL: o.URL, Node: 1, Now: r.Clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { st.Close() })
		other := *r.World
		other.Store = st
		r.nodes = append(r.nodes, node{other.OpenGuard(), st})
	}
	out, err := r.Submit("agent", r.onUncle(model.CmdBan))
	if err != nil || out.Request.State != model.StateWaiting {
		t.Fatalf("the ban is %s, %v", out.Request.State, err)
	}
	r.ban = out.Request.ID
	r.end = r.ask("admin", r.on(model.CmdSetEmployment, "agent", "status", "ended")).ID
	r.Clock.Advance(2 * time.Minute)
	return r
}

// roomy has a ban of a standard account wait for a minute after one key, and nobody's budget run out.
func roomy(t *testing.T) *policy.Bundle {
	t.Helper()
	return bundle(t, func(doc object) {
		maps.Copy(doc.at("rows", "ban", "standard"), object{"keys": 1, "roles": []string{}, "wait": "1m"})
		maps.Copy(doc.at("budgets", "agent"), object{"accounts_per_hour": 1000, "accounts_per_day": 1000})
		doc.at("breaker")["darkenings"] = 1000
	})
}

func (r *round) onUncle(kind model.CommandKind) model.Command {
	return model.Command{Kind: kind, Account: r.Accounts["uncle"], Reason: "because of the test"}
}

// play has five people do four things each, in an order of their own, and returns what was told of each, and when.
func (r *round) play(random *rand.Rand) []porcupine.Operation {
	once := []string{leadVetoes, govVetoes, agentIsEnded, theBanIsDue, theBanIsDue}
	often := []string{agentSuspends, agent2Suspends, agent2Restores, looked}
	all := once
	for len(all) < 20 {
		all = append(all, often[random.IntN(len(often))])
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var mu sync.Mutex
	var history []porcupine.Operation
	var people sync.WaitGroup
	start, began := make(chan struct{}), time.Now()
	for i, share := range slices.Collect(slices.Chunk(all, 4)) {
		at := r.nodes[i%len(r.nodes)]
		people.Go(func() {
			<-start
			for _, what := range share {
				o := porcupine.Operation{ClientId: i, Input: what, Call: time.Since(began).Nanoseconds()}
				o.Output = r.do(at, what)
				o.Return = time.Since(began).Nanoseconds()
				mu.Lock()
				history = append(history, o)
				mu.Unlock()
			}
		})
	}
	close(start)
	people.Wait()
	return history
}

// do does one thing at a node and says what was told.
func (r *round) do(at node, what string) string {
	ctx := r.t.Context()
	submit := func(login string, kind model.CommandKind) (guard.Outcome, error) {
		return at.guard.Submit(ctx, r.Actor(login), r.onUncle(kind))
	}
	var out guard.Outcome
	var err error
	switch what {
	case agentSuspends:
		out, err = submit("agent", model.CmdSuspend)
	case agent2Suspends:
		out, err = submit("agent2", model.CmdSuspend)
	case agent2Restores:
		out, err = submit("agent2", model.CmdRestore)
	case leadVetoes:
		_, err = at.guard.Veto(ctx, r.Actor("lead"), r.ban, "no")
	case govVetoes:
		_, err = at.guard.Veto(ctx, r.Actor("gov"), r.ban, "no")
	case agentIsEnded:
		out, err = r.Turn("admin", r.end)
	case theBanIsDue:
		err = at.guard.Due(ctx)
	case looked:
		return r.look(at)
	}
	switch {
	case err != nil && model.KindOf(err) == "":
		return err.Error()
	case err != nil:
		return string(model.KindOf(err))
	case out.Request.ID != 0 && out.Request.State != model.StateExecuted:
		return string(out.Request.State)
	}
	return "done"
}

// look reads all there is to see at one moment.
func (r *round) look(at node) string {
	var a account
	err := at.store.Snapshot(r.t.Context(), func(now store.Reads) error {
		on, err := now.UnliftedSanctions(r.t.Context(), r.Accounts["uncle"])
		if err != nil {
			return err
		}
		q, err := now.Request(r.t.Context(), r.ban)
		if err != nil {
			return err
		}
		p, err := now.Person(r.t.Context(), r.person("agent"))
		a = account{sanctions: len(on), ban: q.State, gone: p.Employment.Status == model.EmploymentEnded}
		return err
	})
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(a)
}
