// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package tasks

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/ipfs/go-cid"

	"github.com/openmesh-network/openmesh/worker/bus"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

// Sandbox runs one program to its end; *sandbox.Runner is it.
type Sandbox interface {
	Run(ctx context.Context, t sandbox.Task) (sandbox.Result, error)
}

var (
	// errTooLarge is a task that needs more input than this machine takes.
	errTooLarge = errors.New("module and inputs are larger than tasks.max_input_bytes allows")
	// errSlow is a task that takes longer than this machine is patient.
	errSlow = errors.New("fetching and running took longer than tasks.max_time allows")
)

// job runs the program of one seat.
type job struct {
	seat    message.Seat
	chainID string
	cfg     Config
	dir     string // its own, removed at the end
	box     Sandbox
	dag     *dag.DAG
	fetch   *bus.Asker[message.FetchBlob, message.BlobFetched]
	log     *slog.Logger
}

// run returns the seat's verdict: the outcome, or the reason to decline. The
// error is the cause of ctx's end and nothing else.
func (j job) run(ctx context.Context) (message.Verdict, error) {
	outcome, err := j.outcome(ctx)
	if cleanErr := os.RemoveAll(j.dir); cleanErr != nil {
		j.log.Warn("a job's directory is left behind", "dir", j.dir, "err", cleanErr)
	}
	if ctx.Err() != nil {
		return message.Verdict{}, context.Cause(ctx)
	}
	if err != nil {
		j.log.Warn("seat declined: this host could not run the program", "task", j.seat.TaskID, "err", err)
		return declined(j.seat.TaskID, reason(err)), nil
	}
	salt := make([]byte, 32)
	_, _ = rand.Read(salt) // never fails: it ends the process rather
	return message.Verdict{TaskID: j.seat.TaskID, Outcome: outcome, Salt: salt}, nil
}

// reason is what the chain is told: the class of the failure, nothing of this
// machine.
func reason(err error) string {
	var a *sandbox.Abstention
	switch {
	case errors.As(err, &a):
		return "sandbox: " + string(a.Cause)
	case errors.Is(err, errTooLarge):
		return errTooLarge.Error()
	default:
		return "blobs or host"
	}
}

func (j job) outcome(ctx context.Context) (message.Outcome, error) {
	if err := os.MkdirAll(j.dir, 0o700); err != nil {
		return message.Outcome{}, err
	}
	start := time.Now()
	t, err := j.prepare(ctx)
	if err != nil {
		return message.Outcome{}, err
	}
	fetched := time.Now()
	res, err := j.box.Run(ctx, t)
	if errors.Is(err, sandbox.ErrInvalidTask) {
		// The same for everybody, so it is an outcome.
		return message.Outcome{Status: string(sandbox.StatusInvalidModule)}, nil
	}
	if err != nil {
		return message.Outcome{}, err
	}
	out := message.Outcome{Status: string(res.Outcome.Status), ExitCode: res.Outcome.ExitCode, Gas: res.Outcome.Gas}
	if res.Outcome.Status != sandbox.StatusInvalidModule {
		root, _, err := j.dag.ImportDir(ctx, res.Dir)
		if err != nil {
			return message.Outcome{}, fmt.Errorf("store the output: %w", err)
		}
		out.OutputRoot = root.String()
	}
	if res.Outcome.Status != sandbox.StatusExit {
		out.ExitCode = 0 // the chain has one only where the program exited with it
	}
	j.log.Info("program ended", "task", j.seat.TaskID, "status", out.Status, "exit", out.ExitCode, "output", out.OutputRoot,
		"fetch", fetched.Sub(start), "compile", res.Usage.Compile, "wall", res.Usage.Wall, "cpu", res.Usage.CPU, "detail", res.Detail)
	return out, nil
}

// prepare brings module and inputs to the job's directory.
func (j job) prepare(ctx context.Context) (sandbox.Task, error) {
	p := j.seat.Program
	left := j.cfg.MaxInputBytes
	t := sandbox.Task{
		ID:          strconv.FormatUint(j.seat.TaskID, 10),
		Args:        append([]string{"task"}, p.Args...),
		Env:         p.Env,
		MemoryLimit: p.MemoryLimit,
		OutputLimit: p.OutputLimit,
		Seed:        seed(j.chainID, j.seat.TaskID),
		Timeout:     j.cfg.MaxTime,
		ResultDir:   filepath.Join(j.dir, "result"),
	}
	var err error
	if t.Module, err = j.file(ctx, p.ModuleCID, "module.wasm", &left); err != nil {
		return t, fmt.Errorf("module: %w", err)
	}
	if p.StdinCID != "" {
		if t.Stdin, err = j.file(ctx, p.StdinCID, "stdin", &left); err != nil {
			return t, fmt.Errorf("stdin: %w", err)
		}
	}
	for i, in := range p.Inputs {
		path, err := j.file(ctx, in.CID, fmt.Sprintf("in-%d", i), &left)
		if err != nil {
			return t, fmt.Errorf("input %q: %w", in.Name, err)
		}
		t.Inputs = append(t.Inputs, sandbox.Input{Name: in.Name, Path: path})
	}
	return t, nil
}

// file fetches a blob and writes it below the job's directory.
func (j job) file(ctx context.Context, text, name string, left *uint64) (string, error) {
	c, err := cid.Decode(text)
	if err != nil {
		return "", err
	}
	// 0 would be no limit at all.
	_, err = j.fetch.Ask(ctx, message.FetchBlob{CID: text, Sources: route(j.seat), MaxBytes: max(1, *left)})
	if errors.Is(err, message.ErrBlobTooBig) {
		return "", errTooLarge
	}
	if err != nil {
		return "", err
	}
	r, err := j.dag.Open(ctx, c)
	if err != nil {
		return "", err
	}
	defer r.Close()
	path := filepath.Join(j.dir, name)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	n, err := io.Copy(f, io.LimitReader(r, int64(*left)+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	if uint64(n) > *left {
		return "", errTooLarge
	}
	*left -= uint64(n)
	return path, nil
}

// seed is what the program's randomness grows from: the same on every seat.
func seed(chainID string, task uint64) [32]byte {
	const domain = "openmesh/task-seed/1"
	b := binary.BigEndian.AppendUint32([]byte(domain), uint32(len(chainID)))
	b = append(b, chainID...)
	return sha256.Sum256(binary.BigEndian.AppendUint64(b, task))
}
