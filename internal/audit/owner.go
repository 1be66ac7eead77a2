package audit

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"keyturn/internal/approval"
	"keyturn/internal/guard"
	"keyturn/internal/ledger"
	"keyturn/internal/model"
	"keyturn/internal/passkey"
	"keyturn/internal/store"
)

// noPerson stands among those who signed a request for the owner of the account that it is about.
const noPerson model.ID = 0

// ownersSignature has checked what an owner signed: that the passkey, whose public key the row itself has, signed exactly
// this request, or the lifting of exactly this lock, and a head that this ledger had.
func (r *replay) ownersSignature(index int64, row ledger.Row) {
	k, err := store.OwnerKeyOf(row)
	if err != nil {
		r.find(index, "owner's key %s cannot be read: %v", row.Key, err)
		return
	}
	request, err := r.values("requests", k.Request.String())
	if err == nil && request == nil {
		err = errors.New("there is no such request")
	}
	q, err2 := store.RequestOf(ledger.Row{Values: request})
	if err = errors.Join(err, err2); err != nil {
		r.find(index, "owner's key %s is on a request that the ledger does not know", row.Key)
		return
	}
	challenge, err := r.ownersChallenge(q, k)
	if err != nil {
		r.find(index, "owner's key %s: %v", row.Key, err)
		return
	}
	if k.Owner.Sanction == 0 {
		r.sign(q.ID, noPerson, k.SignedAt)
	}
	r.signatures++
	rp := r.owners
	r.aside(index, func() []string {
		var all []string
		if err := rp.VerifyAssertion(challenge, k.Owner.PublicKey, k.Assertion); err != nil {
			all = append(all, fmt.Sprintf("the signature of owner's key %s is not good: %v", k.ID, err))
		}
		return append(all, r.wrongHead(index, k)...)
	})
}

// ownersChallenge is what an owner must have signed. A passkey that was made after what it is about does not count.
func (r *replay) ownersChallenge(q model.Request, k model.Key) ([]byte, error) {
	if q.Command.Account != k.Owner.Account {
		return nil, errors.New("it is on a request about another account")
	}
	if k.Owner.Sanction == 0 {
		if !k.Owner.MadeAt.Before(q.CreatedAt) {
			return nil, errors.New("its passkey was made after the request")
		}
		return approval.OwnerChallenge(q, k.Owner.Account, k.ExpiresAt, headOf(k))
	}
	values, err := r.values("sanctions", k.Owner.Sanction.String())
	if err != nil || values == nil {
		return nil, errors.Join(err, errors.New("it lifts a sanction that the ledger does not know"))
	}
	s, err := store.SanctionOf(ledger.Row{Values: values})
	if err != nil {
		return nil, err
	}
	if s.Account != k.Owner.Account || s.Request != q.ID || !k.Owner.MadeAt.Before(s.Start) {
		return nil, errors.New("it lifts another's sanction, or its passkey was made after the sanction")
	}
	return approval.LiftChallenge(q, s, k.ExpiresAt, headOf(k)), nil
}

// lifted checks an entry that says that an owner lifted a lock: one lock, by one key over exactly it, and a lock of the
// kind that law 1 excepts.
func (r *replay) lifted(f ledger.Facts) {
	i := slices.IndexFunc(f.Rows, func(row ledger.Row) bool { return row.Table == "sanctions" })
	j := slices.IndexFunc(f.Rows, func(row ledger.Row) bool { return row.Table == "owner_keys" })
	if len(f.Rows) != 2 || i < 0 || j < 0 || f.Rows[i].Before == nil || f.Rows[j].Before != nil {
		r.find(f.Index, "an owner lifts one lock by one key")
		return
	}
	lock, key := f.Rows[i], f.Rows[j].Values
	if key["sanction"] != lock.Key || key["account"] != f.Account.String() || lock.Values["account"] != f.Account.String() ||
		lock.Before["lifted_at"] != "0" || !r.locks[f.Account.String()].excepted[lock.Key] ||
		len(f.Keys) != 1 || !f.Keys[0].Owner || f.Keys[0].Credential.String() != key["passkey"] {
		r.find(f.Index, "no owner's key stands behind the lifting of sanction %s", lock.Key)
	}
}

// briefLocks are what is known of an account's brief locks: when the last one began that any was, and which of them are
// the one of 24 hours that law 1 excepts.
type briefLocks struct {
	last     int64 // Unix milliseconds
	excepted map[string]bool
}

// noteLock keeps in mind a brief lock that is new.
func (r *replay) noteLock(row ledger.Row) {
	start, err1 := strconv.ParseInt(row.Values["start_at"], 10, 64)
	end, err2 := strconv.ParseInt(row.Values["end_at"], 10, 64)
	brief := err1 == nil && err2 == nil && row.Values["kind"] == string(model.SanctionLock) && end != 0 &&
		end-start <= int64(guard.BriefLock/time.Millisecond)
	if !brief {
		return
	}
	l := r.locks[row.Values["account"]]
	if l.excepted == nil || start-l.last >= int64(guard.BriefLockEvery/time.Millisecond) {
		l.excepted = map[string]bool{row.Key: true}
	}
	l.last = max(l.last, start)
	r.locks[row.Values["account"]] = l
}

// takeover checks a row of takeovers: new when its request took effect, and changed once, when the link was handed to
// whoever had requested it.
func (r *replay) takeover(f ledger.Facts, row ledger.Row) {
	if f.Event != ledger.EventHanded {
		if row.Before != nil || row.Values["handed_at"] != "0" || row.Values["request"] != f.Request.String() || row.Values["kind"] != string(f.Kind) {
			r.find(f.Index, "takeover %s is not what was requested", row.Key)
		}
		return
	}
	values, err := r.values("requests", f.Request.String())
	q, err2 := store.RequestOf(ledger.Row{Values: values})
	if row.Before == nil || row.Before["handed_at"] != "0" || row.Values["handed_at"] == "0" || row.Values["request"] != f.Request.String() ||
		row.Values["kind"] != string(model.CmdResetCredentials) || errors.Join(err, err2) != nil || q.Requester != f.Actor || f.Actor == 0 {
		r.find(f.Index, "the link of takeover %s was not handed to whoever requested it", row.Key)
	}
}

// ownersKey checks the owner's key of a bundle: that it is a signature over exactly this request, at the network, and over
// a head that this ledger had. That the passkey was the owner's is the network's word.
func (c *checker) ownersKey(q model.Request, fact ledger.KeyFact) (Signature, error) {
	i := slices.IndexFunc(c.rows, func(row shownRow) bool {
		k, err := store.OwnerKeyOf(row.Row)
		return row.Table == "owner_keys" && err == nil && k.Request == q.ID && k.Credential == fact.Credential && k.Owner.Sanction == 0
	})
	if i < 0 {
		return Signature{}, errors.New("the proof does not show the owner's signature")
	}
	at := c.rows[i].entry
	k, err := store.OwnerKeyOf(c.rows[i].Row)
	if err != nil {
		return Signature{}, err
	}
	named, _, ok := c.row("settings", settingURL, at)
	rp, err := passkey.NewRelyingParty(named.Values["value"], "")
	if !ok || err != nil {
		return Signature{}, errors.Join(err, errors.New("the proof does not show the network's address"))
	}
	challenge, err := approval.OwnerChallenge(q, k.Owner.Account, k.ExpiresAt, headOf(k))
	if err == nil {
		err = rp.VerifyAssertion(challenge, k.Owner.PublicKey, k.Assertion)
	}
	if err != nil {
		return Signature{}, err
	}
	if q.Command.Info().Group != model.GroupTakeover || q.Target.Strictest != model.ClassStandard || k.Owner.Account != q.Command.Account {
		return Signature{}, errors.New("the owner's key does not count on it")
	}
	if !c.had(headOf(k)) || k.HeadSize > at {
		return Signature{}, fmt.Errorf("it signed a head of %d entries that this ledger is not shown to have had", k.HeadSize)
	}
	return Signature{Owner: true, At: k.SignedAt, Entry: at}, nil
}
