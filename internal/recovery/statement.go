package recovery

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"keyturn/internal/model"
)

// MaxStatement is the most bytes that a signed statement may have.
const MaxStatement = 16 << 10

const heading = "keyturn recovery statement v1"

// Statement is what the holders of recovery keys sign: that a person who works at the desk shall have this passkey. It is
// for one ledger and one passkey, and good until a time.
type Statement struct {
	Origin    string   // of the ledger
	Desk      string   // its address
	Login     string   // whose passkey it will be
	Passkey   string   // its fingerprint
	Enrolment model.ID // under which it was made
	Until     time.Time
}

// Text is the statement as people read it and keys sign it.
func (s Statement) Text() string {
	return fmt.Sprintf("%s\nledger %s\ndesk %s\nlogin %s\npasskey %s\nenrolment %s\nuntil %s\n", heading, s.Origin, s.Desk, s.Login,
		s.Passkey, s.Enrolment, s.Until.UTC().Format(time.RFC3339))
}

var errStatement = model.Invalid("statement", "is not a recovery statement as the desk gives it")

// Parse reads a statement, signed or not. There is one spelling of each.
func Parse(text string) (s Statement, err error) {
	if before, _, signed := strings.Cut(text, "\n\n"); signed {
		text = before + "\n"
	}
	if len(text) > MaxStatement {
		return s, errStatement
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 8 || lines[0] != heading {
		return s, errStatement
	}
	var id, until string
	for i, f := range []struct {
		name string
		to   *string
	}{{"ledger", &s.Origin}, {"desk", &s.Desk}, {"login", &s.Login}, {"passkey", &s.Passkey}, {"enrolment", &id}, {"until", &until}} {
		value, ok := strings.CutPrefix(lines[i+1], f.name+" ")
		if !ok {
			return s, errStatement
		}
		*f.to = value
	}
	if s.Enrolment, err = model.ParseID("statement", id); err != nil {
		return s, errStatement
	}
	if s.Until, err = time.Parse(time.RFC3339, until); err != nil || s.Text() != text {
		return s, errStatement
	}
	return s, nil
}

// Sign adds a key's signature to a statement, which may have others'. skey is the secret half.
func Sign(skey, statement string) (string, error) {
	s, err := Parse(statement)
	if err != nil {
		return "", err
	}
	signer, err := note.NewSigner(strings.TrimSpace(skey))
	if err != nil {
		return "", model.Invalid("key", "is no recovery key")
	}
	n := &note.Note{Text: s.Text()}
	if _, _, signed := strings.Cut(statement, "\n\n"); signed {
		// Whose the others are is for the guard to check: here they are only carried along.
		if _, err := note.Open([]byte(statement), note.VerifierList()); err != nil {
			unverified, ok := errors.AsType[*note.UnverifiedNoteError](err)
			if !ok {
				return "", errStatement
			}
			n = unverified.Note
		}
	}
	b, err := note.Sign(n, signer)
	if err != nil {
		return "", fmt.Errorf("signing a recovery statement: %w", err)
	}
	return string(b), nil
}

// Open checks a signed statement and names the keys, each once, whose signatures on it are good. Signatures by other keys
// are let pass unread; a bad one by a known key is an error.
func (k Keys) Open(signed string) (Statement, []string, error) {
	s, err := Parse(signed)
	if err != nil {
		return s, nil, err
	}
	var verifiers []note.Verifier
	for _, vkey := range k.VKeys {
		v, err := note.NewVerifier(vkey)
		if err != nil {
			return s, nil, fmt.Errorf("reading the recovery keys: %w", err)
		}
		verifiers = append(verifiers, v)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(verifiers...))
	if _, none := errors.AsType[*note.UnverifiedNoteError](err); none {
		return s, nil, nil
	}
	if err != nil {
		return s, nil, model.Invalid("statement", "has a signature that is not good, or none")
	}
	var names []string
	for _, sig := range n.Sigs {
		names = append(names, sig.Name)
	}
	slices.Sort(names)
	return s, slices.Compact(names), nil
}

// Combine makes one signed statement of several, written one after the other: whoever holds a recovery key may have signed
// a copy of their own.
func Combine(text string) (string, error) {
	if len(text) > MaxKeys*MaxStatement {
		return "", model.Invalid("statement", "may have at most %d bytes", MaxKeys*MaxStatement)
	}
	parts := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), heading+"\n")
	if len(parts) < 2 || len(parts) > MaxKeys+1 || strings.TrimSpace(parts[0]) != "" {
		return "", errStatement
	}
	var all *note.Note
	for _, part := range parts[1:] {
		signed := heading + "\n" + strings.TrimRight(part, " \n") + "\n"
		_, err := note.Open([]byte(signed), note.VerifierList())
		unverified, ok := errors.AsType[*note.UnverifiedNoteError](err)
		if !ok {
			return "", model.Invalid("statement", "has no signature, or one that cannot be read")
		}
		n := unverified.Note
		if all == nil {
			all = &note.Note{Text: n.Text}
		}
		if n.Text != all.Text {
			return "", model.Invalid("statement", "is not one: the signatures are over different ones")
		}
		for _, sig := range n.UnverifiedSigs {
			if !slices.Contains(all.UnverifiedSigs, sig) {
				all.UnverifiedSigs = append(all.UnverifiedSigs, sig)
			}
		}
	}
	b, err := note.Sign(all)
	if err != nil {
		return "", fmt.Errorf("combining recovery statements: %w", err)
	}
	return string(b), nil
}
