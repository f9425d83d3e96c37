// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package tasks

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

// Sandbox runs one program to its end; *sandbox.Runner is it.
type Sandbox interface {
	Run(ctx context.Context, t sandbox.Task) (sandbox.Result, error)
}

// sandboxTask is what the sandbox is asked for a program, but for the files,
// the time and the place, which are this machine's.
func sandboxTask(p message.Program) sandbox.Task {
	return sandbox.Task{
		Args:        append([]string{"task"}, p.Args...),
		Env:         p.Env,
		GasLimit:    p.GasLimit,
		MemoryLimit: p.MemoryLimit,
		OutputLimit: p.OutputLimit,
		Seed:        Seed(p),
	}
}

// execute runs a program whose files are in place, and puts its output into d.
// The error is the caller's or this machine's: there is no outcome then.
func execute(ctx context.Context, box Sandbox, d *dag.DAG, t sandbox.Task) (message.Outcome, sandbox.Result, error) {
	res, err := box.Run(ctx, t)
	if errors.Is(err, sandbox.ErrInvalidTask) {
		// The same for everybody, so it is an outcome.
		return message.Outcome{Status: string(sandbox.StatusInvalidModule)}, sandbox.Result{Detail: err.Error()}, nil
	}
	if err != nil {
		return message.Outcome{}, res, err
	}
	out := message.Outcome{Status: string(res.Outcome.Status), Gas: res.Outcome.Gas}
	if res.Outcome.Status == sandbox.StatusExit {
		out.ExitCode = res.Outcome.ExitCode // the chain has one only here
	}
	if res.Outcome.Status != sandbox.StatusInvalidModule {
		root, _, err := d.ImportDir(ctx, res.Dir)
		if err != nil {
			return message.Outcome{}, res, fmt.Errorf("store the output: %w", err)
		}
		out.OutputRoot = root.String()
	}
	return out, res, nil
}

// seedDomain separates this digest from all others; docs/detwasm.md has vectors.
const seedDomain = "openmesh/program-seed/1"

// Seed is what a program's randomness grows from: SHA-256 over the domain and
// what the program is, each field behind its length (8 bytes, big endian), each
// list behind its count. The limits are left out, so that a run under another
// limit is the same run, and so is the task's id, so that a run before the task
// is submitted is the run that its committee will see.
func Seed(p message.Program) [32]byte {
	h := sha256.New()
	number := func(n uint64) { h.Write(binary.BigEndian.AppendUint64(nil, n)) }
	text := func(s string) {
		number(uint64(len(s)))
		h.Write([]byte(s))
	}
	text(seedDomain)
	number(uint64(p.DetwasmVersion))
	text(p.ModuleCID)
	for _, list := range [][]string{p.Args, p.Env} {
		number(uint64(len(list)))
		for _, s := range list {
			text(s)
		}
	}
	text(p.StdinCID)
	number(uint64(len(p.Inputs)))
	for _, in := range p.Inputs {
		text(in.Name)
		text(in.CID)
	}
	return [32]byte(h.Sum(nil))
}
