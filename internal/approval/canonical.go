package approval

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"time"

	"github.com/gowebpki/jcs"

	"keyturn/internal/ledger"
	"keyturn/internal/model"
)

// domain keeps signatures over requests apart from any other signature that the same passkey makes.
const domain = "keyturn/request/v1"

// canonical is what a key-holder signs of a request. Every field that says what will happen, to whom, on whose word and
// under which requirement is in it; IDs and times (Unix milliseconds) are strings, waits are seconds.
type canonical struct {
	ID        string            `json:"id"`
	Kind      model.CommandKind `json:"kind"`
	Account   string            `json:"account"`
	Handle    string            `json:"handle"`
	Class     model.Class       `json:"class"`
	Strictest model.Class       `json:"strictest"`
	Sanctions []string          `json:"sanctions"`
	Reach     string            `json:"reach"`
	Budget    string            `json:"budget,omitempty"` // absent where there is none
	Post      string            `json:"post"`
	Person    string            `json:"person"`
	State     string            `json:"state"`
	Params    map[string]string `json:"params"`
	Rule      string            `json:"rule"`
	Reason    string            `json:"reason"`
	Case      string            `json:"case"`
	Requester string            `json:"requester"`
	Login     string            `json:"login"`
	Keys      int               `json:"keys"`
	Roles     []model.Role      `json:"roles"`
	Teams     int               `json:"teams"`
	Wait      int64             `json:"wait"`
	Created   string            `json:"created"`
	Expires   string            `json:"expires"`
}

// Canonical is the request in canonical JSON (RFC 8785): what its key-holders sign.
func Canonical(q model.Request) ([]byte, error) {
	c, t := q.Command, q.Target
	sanctions := make([]string, 0, len(t.Sanctions))
	for _, id := range t.Sanctions {
		sanctions = append(sanctions, id.String())
	}
	params := c.Params
	if params == nil {
		params = map[string]string{}
	}
	budget := ""
	if t.Budget != 0 {
		budget = strconv.FormatInt(t.Budget, 10)
	}
	b, err := json.Marshal(canonical{
		ID: q.ID.String(), Kind: c.Kind, Account: c.Account.String(), Handle: t.Handle, Class: t.Class,
		Strictest: t.Strictest, Sanctions: sanctions, Reach: strconv.FormatInt(t.Reach, 10), Budget: budget, Post: c.Post.String(),
		Person: c.Person.String(), State: t.State, Params: params, Rule: c.Rule, Reason: hex.EncodeToString(q.Reason),
		Case: c.Case.String(), Requester: q.Requester.String(), Login: q.Login.String(), Keys: q.Need.Keys,
		Roles: slices.Concat([]model.Role{}, q.Need.Roles), Teams: q.Need.Teams, Wait: int64(q.Need.Wait / time.Second),
		Created: millis(q.CreatedAt), Expires: millis(q.ExpiresAt),
	})
	if err != nil {
		return nil, fmt.Errorf("encoding request %d: %w", q.ID, err)
	}
	return jcs.Transform(b)
}

// Challenge is the WebAuthn challenge for one person's key on one request (law 5): SHA-256 over the domain, the
// request's nonce, the canonical request, the policy's hash, the approver, when the challenge expires, and the ledger's
// head. Each part is preceded by its length, so that no two different lists of parts have the same bytes.
func Challenge(q model.Request, approver model.ID, expires time.Time, head ledger.Head) ([]byte, error) {
	return challenge(domain, q, approver, expires, head)
}

func challenge(domain string, q model.Request, approver model.ID, expires time.Time, head ledger.Head) ([]byte, error) {
	request, err := Canonical(q)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	writeParts(h, []byte(domain), q.Nonce, request, []byte(q.Policy), []byte(approver.String()),
		[]byte(millis(expires)), []byte(strconv.FormatInt(head.Size, 10)), head.Root[:])
	return h.Sum(nil), nil
}

func writeParts(h hash.Hash, parts ...[]byte) {
	for _, part := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write(part)
	}
}

// ReasonHash is how a request refers to its reason, which can be erased: SHA-256 over the salt and the text.
func ReasonHash(salt, reason string) []byte {
	sum := sha256.Sum256([]byte(salt + "\x00" + reason))
	return sum[:]
}

func millis(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}
