// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package tasks

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

// Files are where a program's module and inputs lie on this machine.
type Files struct {
	// Module and Stdin are paths; an empty Stdin is an empty input.
	Module, Stdin string
	// Inputs of /in.
	Inputs []sandbox.Input
}

// RunLocally runs a program here and now, without a chain, as a seat of its
// committee would: same bytes, same gas, same outcome. p brings arguments,
// environment and limits; it is returned with the version and the CIDs that the
// files give it, which is the program to submit. The output is left in dir, an
// empty or absent directory. An *sandbox.Abstention says that this machine
// could not run it; sandbox.ErrInvalidTask that no machine can.
func RunLocally(
	ctx context.Context, box Sandbox, p message.Program, files Files, dir string, patience time.Duration,
) (message.Program, message.Outcome, sandbox.Result, error) {
	var err error
	p.DetwasmVersion = detwasm.Version
	if p.ModuleCID, err = cidOf(ctx, files.Module); err != nil {
		return p, message.Outcome{}, sandbox.Result{}, err
	}
	if files.Stdin != "" {
		if p.StdinCID, err = cidOf(ctx, files.Stdin); err != nil {
			return p, message.Outcome{}, sandbox.Result{}, err
		}
	}
	p.Inputs = nil
	for _, in := range files.Inputs {
		c, err := cidOf(ctx, in.Path)
		if err != nil {
			return p, message.Outcome{}, sandbox.Result{}, err
		}
		p.Inputs = append(p.Inputs, message.InputFile{Name: in.Name, CID: c})
	}
	slices.SortFunc(p.Inputs, func(a, b message.InputFile) int { return cmp.Compare(a.Name, b.Name) })

	t := sandboxTask(p)
	t.ID, t.Timeout, t.ResultDir = "local", patience, dir
	t.Module, t.Stdin, t.Inputs = files.Module, files.Stdin, files.Inputs
	if err := t.Validate(); err != nil {
		return p, message.Outcome{}, sandbox.Result{}, err // a committee would call the module invalid; here it can be mended
	}
	out, res, err := execute(ctx, box, dag.NewHasher(), t)
	return p, out, res, err
}

// cidOf returns the CID that a file has in every store.
func cidOf(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return "", err
	} else if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no regular file", path)
	}
	c, _, err := dag.NewHasher().Import(ctx, f)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return c.String(), nil
}
