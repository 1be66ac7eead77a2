package ledger

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The middle part of an origin.
const (
	realOrigin = "ledger"
	demoOrigin = "demo"
)

// NewOrigin makes the name of a new ledger: HOST/ledger/RANDOM, or HOST/demo/RANDOM for a demo, RANDOM being 128 bits
// in hexadecimal. host is that of the server's URL, with the port if it has one.
func NewOrigin(host string, demo bool, rand io.Reader) (string, error) {
	if host == "" || strings.ContainsAny(host, "/+ \t\r\n") {
		return "", fmt.Errorf("%q is no host to name a ledger after", host)
	}
	var random [16]byte
	if _, err := io.ReadFull(rand, random[:]); err != nil {
		return "", fmt.Errorf("naming a ledger: %w", err)
	}
	kind := realOrigin
	if demo {
		kind = demoOrigin
	}
	return host + "/" + kind + "/" + hex.EncodeToString(random[:]), nil
}

// IsDemo reports whether an origin is that of a demo's ledger.
func IsDemo(origin string) bool {
	parts := strings.Split(origin, "/")
	return len(parts) == 3 && parts[1] == demoOrigin
}

// NewLogKey makes the Ed25519 key that signs the heads of the ledger of that origin, in the text forms of
// golang.org/x/mod/sumdb/note. skey is secret; vkey is for everyone who wants to check.
func NewLogKey(origin string, rand io.Reader) (skey, vkey string, err error) {
	skey, vkey, err = note.GenerateKey(rand, origin)
	if err != nil {
		return "", "", fmt.Errorf("making the ledger's key: %w", err)
	}
	// GenerateKey takes names that no signer has.
	if _, err := note.NewVerifier(vkey); err != nil {
		return "", "", fmt.Errorf("making the ledger's key for %q: %w", origin, err)
	}
	return skey, vkey, nil
}

// SignCheckpoint makes the checkpoint (https://c2sp.org/tlog-checkpoint) of a head, of the ledger whose key skey is.
func SignCheckpoint(skey string, h Head) ([]byte, error) {
	signer, err := note.NewSigner(skey)
	if err != nil {
		return nil, fmt.Errorf("reading the ledger's key: %w", err)
	}
	b, err := note.Sign(&note.Note{Text: checkpointText(signer.Name(), h)}, signer)
	if err != nil {
		return nil, fmt.Errorf("signing a checkpoint: %w", err)
	}
	return b, nil
}

// checkpointText is what is signed. There are no extension lines.
func checkpointText(origin string, h Head) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, h.Size, h.Root)
}

// OpenCheckpoint reads a checkpoint of the ledger that vkey is the key of; other signatures than that key's, such as
// witnesses', are let pass unread. origin is also the name in vkey.
func OpenCheckpoint(vkey string, b []byte) (origin string, h Head, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return "", Head{}, fmt.Errorf("reading the ledger's public key: %w", err)
	}
	n, err := note.Open(b, note.VerifierList(verifier))
	if err != nil {
		return "", Head{}, fmt.Errorf("reading a checkpoint: %w", err)
	}
	for _, sig := range n.Sigs {
		if _, err := base64.StdEncoding.Strict().DecodeString(sig.Base64); err != nil {
			return "", Head{}, fmt.Errorf("reading a checkpoint: its signature has another spelling: %w", err)
		}
	}
	h, err = parseHead(n.Text)
	if err != nil {
		return "", Head{}, fmt.Errorf("reading a checkpoint: %w", err)
	}
	if checkpointText(verifier.Name(), h) != n.Text {
		return "", Head{}, errors.New("the checkpoint is not one of this ledger, or has another form")
	}
	return verifier.Name(), h, nil
}

// parseHead reads the second and third line of a checkpoint.
func parseHead(text string) (Head, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 {
		return Head{}, fmt.Errorf("the text has %d lines, not 3", len(lines)-1)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Head{}, fmt.Errorf("%q is no size", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Head{}, fmt.Errorf("%q is no root hash", lines[2])
	}
	return Head{size, root}, nil
}
