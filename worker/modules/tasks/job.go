// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package tasks

import (
	"context"
	"crypto/rand"
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
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

var (
	// errTooLarge is a task that needs more input than this machine takes.
	errTooLarge = errors.New("module and inputs are larger than tasks.max_input_bytes allows")
	// errProfile is a task of another version of the deterministic profile.
	errProfile = errors.New("this worker does not run that version of the deterministic profile")
	// errSlow is a task that takes longer than this machine is patient.
	errSlow = errors.New("fetching and running took longer than tasks.max_time allows")
)

// job runs the program of one seat.
type job struct {
	seat  message.Seat
	cfg   Config
	dir   string // its own, removed at the end
	box   Sandbox
	dag   *dag.DAG
	fetch *bus.Asker[message.FetchBlob, message.BlobFetched]
	log   *slog.Logger
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
	case errors.Is(err, errProfile):
		return errProfile.Error()
	default:
		return "blobs or host"
	}
}

func (j job) outcome(ctx context.Context) (message.Outcome, error) {
	if v := j.seat.Program.DetwasmVersion; v != detwasm.Version {
		return message.Outcome{}, fmt.Errorf("%w: the task is for version %d, this worker has %d", errProfile, v, detwasm.Version)
	}
	if err := os.MkdirAll(j.dir, 0o700); err != nil {
		return message.Outcome{}, err
	}
	start := time.Now()
	t, err := j.prepare(ctx)
	if err != nil {
		return message.Outcome{}, err
	}
	fetched := time.Now()
	out, res, err := execute(ctx, j.box, j.dag, t)
	if err != nil {
		return message.Outcome{}, err
	}
	j.log.Info("program ended", "task", j.seat.TaskID, "status", out.Status, "exit", out.ExitCode, "gas", out.Gas, "output", out.OutputRoot,
		"fetch", fetched.Sub(start), "compile", res.Usage.Compile, "wall", res.Usage.Wall, "cpu", res.Usage.CPU, "detail", res.Detail)
	return out, nil
}

// prepare brings module and inputs to the job's directory.
func (j job) prepare(ctx context.Context) (sandbox.Task, error) {
	p := j.seat.Program
	left := j.cfg.MaxInputBytes
	t := sandboxTask(p)
	t.ID, t.Timeout, t.ResultDir = strconv.FormatUint(j.seat.TaskID, 10), j.cfg.MaxTime, filepath.Join(j.dir, "result")
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
