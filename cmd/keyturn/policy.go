package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"keyturn/internal/audit"
	"keyturn/internal/model"
	"keyturn/internal/policy"
	"keyturn/internal/store"
)

type policyCmd struct {
	Check   policyCheckCmd   `cmd:"" help:"Read a bundle strictly, try every combination that it can tell apart, and print what each kind of person can do to each class. Exit 2 when it is not good; with --strict exit 1 when there are warnings."`
	Show    policyShowCmd    `cmd:"" help:"The bundle in force, a past one, or the shipped one: its table and its Cedar text."`
	Diff    policyDiffCmd    `cmd:"" help:"What B has otherwise than A, each difference marked looser or tighter, and whose keys publishing B over A takes."`
	History policyHistoryCmd `cmd:"" help:"When each bundle came into force, by whose request and keys, and what it changed."`
	Whatif  policyWhatifCmd  `cmd:"" help:"What would have become of the requests of the last days under another bundle. Writes nothing."`
	Explain policyExplainCmd `cmd:"" help:"Whether a person may do a command on an account: allowed, what is missing, or why not. Exit 1 when it is refused."`
}

// The files of a bundle's directory.
const (
	bundleTable = "policy.json"
	bundleCedar = "policy.cedar"
)

// readBundle reads a bundle from a file with the whole document, or from a directory with policy.json and policy.cedar.
func readBundle(path string) (*policy.Bundle, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, model.Invalid("file", "%v", err)
	}
	if !info.IsDir() {
		doc, err := os.ReadFile(path)
		if err != nil {
			return nil, model.Invalid("file", "%v", err)
		}
		return policy.Parse(doc)
	}
	table, err1 := os.ReadFile(filepath.Join(path, bundleTable))
	cedar, err2 := os.ReadFile(filepath.Join(path, bundleCedar))
	if err := errors.Join(err1, err2); err != nil {
		return nil, model.Invalid("file", "a directory must hold %s and %s: %v", bundleTable, bundleCedar, err)
	}
	return policy.ParseParts(table, string(cedar))
}

// namedBundle is a bundle by a word: shipped, in-force, a file or directory, or the hash of one that was published, of
// which the beginning is enough. The store is opened only when it is needed.
func (f storeFlags) namedBundle(ctx context.Context, name string) (*policy.Bundle, error) {
	if name == "shipped" {
		return policy.Shipped()
	}
	if _, err := os.Stat(name); name != "" && name != "in-force" && !errors.Is(err, fs.ErrNotExist) {
		return readBundle(name)
	}
	if f.Data == "" && f.Database == "" {
		return nil, model.Invalid("bundle", "%q is no file: say which store has it, by --data or --database", name)
	}
	st, err := f.read(ctx)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	return publishedBundle(ctx, st, name)
}

func publishedBundle(ctx context.Context, st *store.Store, name string) (*policy.Bundle, error) {
	p, err := audit.PolicyNamed(ctx, st.Reads, name)
	if err != nil {
		return nil, err
	}
	return policy.Parse(p.Document)
}
