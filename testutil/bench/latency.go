// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/testutil/bench/measure"
	"github.com/openmesh-network/openmesh/testutil/mesh"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// LatencyReport says how long tasks took on a network of real processes, all on
// this machine.
type LatencyReport struct {
	BlockTimeAimed  float64 `json:"block_time_aimed_seconds"`
	BlockTime       float64 `json:"block_time_seconds"`
	Validators      int     `json:"validators"`
	Xnodes          int     `json:"xnodes"`
	StartupSeconds  float64 `json:"startup_seconds"`
	ChallengeWindow uint64  `json:"challenge_window_blocks"`
	// Submit is the wall time of the consumer's command, until the task is in a block.
	Submit measure.Stat `json:"submit_seconds"`
	// Wall is from the beginning of that command until a query says verified.
	Wall measure.Stat `json:"wall_seconds"`
	// Parts lie between two heights each; the last is all of them.
	Parts []LatencyPart `json:"parts"`
}

// LatencyPart is the way from one phase of a task to the next.
type LatencyPart struct {
	Name    string       `json:"name"`
	Blocks  measure.Stat `json:"blocks"`
	Seconds measure.Stat `json:"seconds"` // between the times of those blocks
}

// latencyConfig is the size of the benchmark.
type latencyConfig struct {
	opend, xworker string
	blockTime      time.Duration
	tasks          int
}

const latencyXnodes = 9

// parts name the way to each phase.
var parts = []struct {
	name string
	to   slashingtasks.Phase
}{
	{"draw: beacon contributions", slashingtasks.PHASE_COMMITTING},
	{"fetch, run, commit", slashingtasks.PHASE_REVEALING},
	{"reveal", slashingtasks.PHASE_CHALLENGEABLE},
	{"challenge window", slashingtasks.PHASE_VERIFIED},
}

// benchLatency runs tasks one after the other on a network of its own.
func benchLatency(ctx context.Context, cfg latencyConfig) (_ *LatencyReport, err error) {
	dir, err := os.MkdirTemp("", "openmesh-bench-mesh-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	module, input := filepath.Join(dir, "guest.wasm"), filepath.Join(dir, "input.txt")
	if err := os.WriteFile(module, guest(), 0o600); err != nil {
		return nil, err
	}
	report := &LatencyReport{BlockTimeAimed: cfg.blockTime.Seconds(), Validators: validators, Xnodes: latencyXnodes}
	began := time.Now()
	m, err := mesh.Up(ctx, mesh.Config{
		Home: filepath.Join(dir, "net"), Opend: cfg.opend, Xworker: cfg.xworker,
		Validators: validators, Workers: latencyXnodes, BlockTime: cfg.blockTime,
		Genesis: func(cdc codec.JSONCodec, genesis app.GenesisState) error {
			return app.ChangeState(cdc, genesis, slashingtasks.ModuleName, func(state *slashingtasks.GenesisState) error {
				// Tossed, but hardly ever falling; so no lock could deter a liar.
				state.Params.AuditBps, state.Params.SlashDissent = 1, false
				report.ChallengeWindow = state.Params.ChallengeWindow
				return nil
			})
		},
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	report.StartupSeconds = time.Since(began).Seconds()
	rpc, err := rpchttp.New("http://"+m.Network.Node().RPC, "/websocket")
	if err != nil {
		return nil, err
	}

	r := &runs{blocks: make([][]float64, len(parts)+1), seconds: make([][]float64, len(parts)+1)}
	for i := range cfg.tasks {
		// Another input for each task: nobody has its blocks yet.
		if err := os.WriteFile(input, fmt.Appendf(nil, "input %d\n", i), 0o600); err != nil {
			return nil, err
		}
		began := time.Now()
		id, err := m.Submit(ctx, "--module", module, "--input", "text="+input, "--seats", fmt.Sprint(seats))
		if err != nil {
			return nil, err
		}
		r.submit = append(r.submit, time.Since(began).Seconds())
		task, err := waitVerified(ctx, m, id)
		if err != nil {
			return nil, err
		}
		r.wall = append(r.wall, time.Since(began).Seconds())
		if err := r.follow(ctx, rpc, task); err != nil {
			return nil, err
		}
	}
	report.Submit, report.Wall = measure.NewStat(r.submit), measure.NewStat(r.wall)
	for i := range r.blocks {
		name := "submitted to verified"
		if i < len(parts) {
			name = parts[i].name
		}
		report.Parts = append(report.Parts, LatencyPart{Name: name, Blocks: measure.NewStat(r.blocks[i]), Seconds: measure.NewStat(r.seconds[i])})
	}
	whole := report.Parts[len(parts)]
	report.BlockTime = whole.Seconds.Median / whole.Blocks.Median
	return report, nil
}

// waitVerified asks the chain until the task is verified.
func waitVerified(ctx context.Context, m *mesh.Mesh, id uint64) (slashingtasks.Task, error) {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	queries := slashingtasks.NewQueryClient(m.Client().Conn())
	for {
		res, err := queries.Task(ctx, &slashingtasks.QueryTaskRequest{TaskId: id})
		switch {
		case err != nil:
			return slashingtasks.Task{}, err
		case res.Task.Phase == slashingtasks.PHASE_VERIFIED && res.Task.Outcome.Status != slashingtasks.OUTCOME_STATUS_OK:
			return res.Task, fmt.Errorf("task %d: the guest ended with %s", id, res.Task.Outcome)
		case res.Task.Phase == slashingtasks.PHASE_VERIFIED:
			return res.Task, nil
		case res.Task.Final():
			return res.Task, fmt.Errorf("task %d was closed: %s", id, res.Task.Reason)
		}
		select {
		case <-ctx.Done():
			return res.Task, fmt.Errorf("task %d is %s: %w", id, res.Task.Phase, ctx.Err())
		case <-tick.C:
		}
	}
}

// runs are the values of all tasks.
type runs struct {
	submit, wall    []float64
	blocks, seconds [][]float64 // by part, the whole at the end
}

// follow finds the heights at which a task entered its phases, and their times.
// A phase that came twice counts with its last time, so that a redraw belongs to
// the way to commitments.
func (r *runs) follow(ctx context.Context, rpc *rpchttp.HTTP, task slashingtasks.Task) error {
	times := make(map[int64]time.Time)
	entered := make(map[slashingtasks.Phase]int64)
	for height := task.SubmittedHeight; height <= task.FinishedHeight; height++ {
		header, err := rpc.Header(ctx, &height)
		if err != nil {
			return err
		}
		times[height] = header.Header.Time
		results, err := rpc.BlockResults(ctx, &height)
		if err != nil {
			return err
		}
		events := results.FinalizeBlockEvents
		for _, tx := range results.TxsResults {
			events = append(events, tx.Events...)
		}
		for _, e := range events {
			if e.Type != "openmesh.slashingtasks.v1.EventPhaseChanged" {
				continue
			}
			e.Attributes = slices.DeleteFunc(e.Attributes, func(a abci.EventAttribute) bool {
				return a.Key == "mode" || a.Key == "msg_index" // added by the engine, not of the event
			})
			parsed, err := sdk.ParseTypedEvent(e)
			if err != nil {
				return err
			}
			if p := parsed.(*slashingtasks.EventPhaseChanged); p.TaskId == task.Id {
				entered[p.Phase] = height
			}
		}
	}
	from := task.SubmittedHeight
	for i, part := range parts {
		to, ok := entered[part.to]
		if !ok {
			return fmt.Errorf("task %d never was in %s", task.Id, part.to)
		}
		r.blocks[i] = append(r.blocks[i], float64(to-from))
		r.seconds[i] = append(r.seconds[i], times[to].Sub(times[from]).Seconds())
		from = to
	}
	n := len(parts)
	r.blocks[n] = append(r.blocks[n], float64(from-task.SubmittedHeight))
	r.seconds[n] = append(r.seconds[n], times[from].Sub(times[task.SubmittedHeight]).Seconds())
	return nil
}
