// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package mesh

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/cmd/opend/localnet"
	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"
)

// readyTimeout bounds the wait for the first heartbeats.
const readyTimeout = 3 * time.Minute

// Config says what mesh to make.
type Config struct {
	// Home is the folder of everything; it must not hold a network yet.
	Home string
	// Opend and Xworker are the programs.
	Opend, Xworker string
	// Validators and Workers to run.
	Validators, Workers int
	// BlockTime that is aimed at.
	BlockTime time.Duration
	// Proofs is the localnet's. Where it is empty there are no windows and claims
	// count: what is told of other things needs no machine that proves meanwhile.
	Proofs string
	// WorkerArgs, if not nil, are more arguments for the start of the i-th Xnode.
	WorkerArgs func(i int) []string
	// Genesis, if not nil, changes the modules' states last.
	Genesis func(codec.JSONCodec, app.GenesisState) error
	// Out takes a line for each step; nil for silence.
	Out io.Writer
}

// Mesh is a running mesh. Close it.
type Mesh struct {
	Network  *localnet.Network
	Workers  []*localnet.Worker
	Consumer *localnet.Worker

	client  *localnet.Client
	xworker string
	out     io.Writer
}

// Up makes a mesh and returns when every Xnode can be drawn. When it fails
// nothing is left running.
func Up(ctx context.Context, cfg Config) (m *Mesh, err error) {
	if cfg.Out == nil {
		cfg.Out = io.Discard
	}
	cfg.Proofs = cmp.Or(cfg.Proofs, localnet.ProofsOff)
	network, err := localnet.Up(ctx, localnet.Config{
		Home: cfg.Home, Validators: cfg.Validators, Workers: cfg.Workers, BlockTime: cfg.BlockTime,
		Opend: cfg.Opend, Proofs: cfg.Proofs, WorkerArgs: cfg.WorkerArgs, Genesis: cfg.Genesis, Out: cfg.Out,
	})
	if err != nil {
		return nil, err
	}
	m = &Mesh{Network: network, xworker: cfg.Xworker, out: cfg.Out}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.Close())
		}
	}()
	if m.client, err = network.Client(); err != nil {
		return nil, err
	}
	if m.Workers, err = network.StartWorkers(ctx, cfg.Xworker, cfg.Workers); err != nil {
		return nil, err
	}
	if m.Consumer, err = network.StartConsumer(ctx, cfg.Xworker); err != nil {
		return nil, err
	}
	return m, m.waitReady(ctx)
}

// Close stops every process.
func (m *Mesh) Close() error {
	var err error
	if m.client != nil {
		err = m.client.Close()
	}
	return errors.Join(err, m.Network.Down())
}

// waitReady waits until every Xnode is online and the consumer's daemon sees
// the chain.
func (m *Mesh) waitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	err := Poll(ctx, "every Xnode to be online", func() (bool, error) {
		n, err := m.Online(ctx)
		return n == len(m.Workers), err
	})
	if err != nil {
		return err
	}
	return Poll(ctx, "the consumer's daemon", func() (bool, error) {
		if !m.Consumer.Process().Running() {
			return false, fmt.Errorf("it has ended; its log is %s", m.Consumer.Process().Log)
		}
		s, err := DaemonStatus(ctx, m.Consumer) // fails until it listens
		return err == nil && s.Height > 0 && s.ChainError == "", nil
	})
}

// Client speaks to the chain with the network's keys.
func (m *Mesh) Client() *localnet.Client { return m.client }

// Xworker runs the program once for the home of w and returns what it printed. The error
// holds what it complained about.
func (m *Mesh) Xworker(ctx context.Context, w *localnet.Worker, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, m.xworker, append([]string{"--home", w.Home}, args...)...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return out.Bytes(), fmt.Errorf("xworker %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(complaint.Bytes()))
	}
	return out.Bytes(), nil
}

// Follow is Xworker with the output going to w as it comes.
func (m *Mesh) Follow(ctx context.Context, out io.Writer, w *localnet.Worker, args ...string) error {
	cmd := exec.CommandContext(ctx, m.xworker, append([]string{"--home", w.Home}, args...)...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("xworker %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// Submit submits a task of the consumer without waiting for it.
func (m *Mesh) Submit(ctx context.Context, args ...string) (uint64, error) {
	out, err := m.Xworker(ctx, m.Consumer, append([]string{"task", "submit", "--detach", "--output", "json"}, args...)...)
	if err != nil {
		return 0, err
	}
	var r apiv1.SubmitTaskResponse
	if err := protojson.Unmarshal(out, &r); err != nil {
		return 0, fmt.Errorf("%w: %s", err, out)
	}
	return r.TaskId, nil
}

// Task asks the consumer's daemon where a task stands.
func (m *Mesh) Task(ctx context.Context, id uint64) (*apiv1.Task, error) {
	out, err := m.Xworker(ctx, m.Consumer, "task", "status", strconv.FormatUint(id, 10), "--output", "json")
	if err != nil {
		return nil, err
	}
	t := &apiv1.Task{}
	if err := protojson.Unmarshal(out, t); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return t, nil
}

// WaitTask polls a task until want is true of it, which is named by what.
func (m *Mesh) WaitTask(ctx context.Context, id uint64, what string, want func(*apiv1.Task) bool) (*apiv1.Task, error) {
	var last *apiv1.Task
	err := Poll(ctx, fmt.Sprintf("task %d: %s", id, what), func() (bool, error) {
		t, err := m.Task(ctx, id)
		if err != nil {
			return false, err
		}
		last = t
		return want(t), nil
	})
	return last, err
}

// ConsumerAddress is the account that pays for the consumer's tasks.
func (m *Mesh) ConsumerAddress(ctx context.Context) (string, error) {
	out, err := m.Xworker(ctx, m.Consumer, "status", "--output", "json")
	if err != nil {
		return "", err
	}
	var s struct {
		Address string `json:"address"`
	}
	if err := json.Unmarshal(out, &s); err != nil {
		return "", err
	}
	if _, err := sdk.AccAddressFromBech32(s.Address); err != nil {
		return "", err
	}
	return s.Address, nil
}
