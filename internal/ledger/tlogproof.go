package ledger

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// The form of https://c2sp.org/tlog-proof, without extra data.
const (
	proofHeader = "c2sp.org/tlog-proof@v1\n"
	maxHashes   = 63 // of a proof: the largest size has as many bits
)

// EncodeProof writes an inclusion proof with the checkpoint that it is in, in the form of https://c2sp.org/tlog-proof:
// what checks such proofs can check this one.
func EncodeProof(index int64, p tlog.RecordProof, checkpoint []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%sindex %d\n", proofHeader, index)
	for _, h := range p {
		fmt.Fprintln(&b, h)
	}
	b.WriteByte('\n')
	b.Write(checkpoint)
	return b.Bytes()
}

// OpenProof reads what EncodeProof wrote and nothing else, and checks that leaf is the entry of the index that it
// returns, in the ledger whose key vkey is, under the head that it returns. Extra data is refused: it proves nothing.
func OpenProof(vkey string, b, leaf []byte) (index int64, origin string, h Head, err error) {
	index, p, checkpoint, err := parseProof(b)
	if err != nil {
		return 0, "", Head{}, fmt.Errorf("reading a proof: %w", err)
	}
	origin, h, err = OpenCheckpoint(vkey, checkpoint)
	if err != nil {
		return 0, "", Head{}, err
	}
	if index >= h.Size {
		return 0, "", Head{}, fmt.Errorf("the proof is of entry %d in a ledger of %d", index, h.Size)
	}
	return index, origin, h, CheckInclusion(p, h, index, leaf)
}

func parseProof(b []byte) (index int64, p tlog.RecordProof, checkpoint []byte, err error) {
	rest, ok := strings.CutPrefix(string(b), proofHeader)
	if !ok {
		return 0, nil, nil, fmt.Errorf("it does not begin with %q", strings.TrimSpace(proofHeader))
	}
	head, note, ok := strings.Cut(rest, "\n\n")
	if !ok {
		return 0, nil, nil, errors.New("it has no checkpoint")
	}
	lines := strings.Split(head, "\n")
	number, ok := strings.CutPrefix(lines[0], "index ")
	index, err = strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || index < 0 || strconv.FormatInt(index, 10) != number {
		return 0, nil, nil, fmt.Errorf("%q is no index", lines[0])
	}
	if p, err = parseHashes(lines[1:]); err != nil {
		return 0, nil, nil, err
	}
	return index, p, []byte(note), nil
}

// parseHashes reads hashes in base64, as tlog.Hash.String writes them.
func parseHashes(texts []string) ([]tlog.Hash, error) {
	if len(texts) > maxHashes {
		return nil, fmt.Errorf("%d hashes are too many", len(texts))
	}
	var all []tlog.Hash
	for _, text := range texts {
		b, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || len(b) != tlog.HashSize || strings.ContainsAny(text, "\r\n") {
			return nil, fmt.Errorf("%q is no hash", text)
		}
		all = append(all, tlog.Hash(b))
	}
	return all, nil
}

// EncodeHashes writes the hashes of a consistency proof, each in base64; CheckGrown reads them.
func EncodeHashes(p tlog.TreeProof) []string {
	texts := []string{}
	for _, h := range p {
		texts = append(texts, h.String())
	}
	return texts
}

// CheckGrown checks, by the hashes that EncodeHashes wrote, that the ledger with head newer only adds to the one with
// head older.
func CheckGrown(texts []string, older, newer Head) error {
	p, err := parseHashes(texts)
	if err != nil {
		return fmt.Errorf("reading a consistency proof: %w", err)
	}
	return CheckConsistency(p, older, newer)
}
