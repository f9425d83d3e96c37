// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/cmd/opend/localnet"
	"github.com/openmesh-network/openmesh/testutil/mesh"
	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
	"github.com/openmesh-network/openmesh/x/workers"
)

const (
	blockTime = 300 * time.Millisecond
	// storyLimit is the most time that one story takes on a busy machine.
	storyLimit = 3 * time.Minute
	// xnodes of the shared mesh: a committee of three and two more.
	xnodes = 5
)

// quick are windows that fit blockTime; a story that must see a window end
// waits for it.
func quick(p *slashingtasks.Params) {
	p.DrawTimeout, p.CommitWindow, p.RevealWindow, p.ChallengeWindow = 25, 30, 25, 2
	p.AuditBps, p.SlashDissent = 0, false // what is never audited must not be slashed
	p.SeatCpuMillis = 250                 // so that an Xnode holds many small seats
}

// genesis changes the parameters of tasks.
func genesis(change ...func(*slashingtasks.Params)) func(codec.JSONCodec, app.GenesisState) error {
	return func(cdc codec.JSONCodec, state app.GenesisState) error {
		err := app.ChangeState(cdc, state, workers.ModuleName, func(s *workers.GenesisState) error {
			s.Params.MinHeartbeatInterval = 2 // a daemon that comes back may say so at once
			return nil
		})
		if err != nil {
			return err
		}
		return app.ChangeState(cdc, state, slashingtasks.ModuleName, func(s *slashingtasks.GenesisState) error {
			quick(&s.Params)
			for _, c := range change {
				c(&s.Params)
			}
			return s.Params.Validate()
		})
	}
}

// story is one test on one mesh.
type story struct {
	*testing.T
	*mesh.Mesh

	ctx context.Context
}

func newStory(t *testing.T) *story {
	ctx, cancel := context.WithTimeout(t.Context(), storyLimit)
	t.Cleanup(cancel)
	return &story{T: t, ctx: ctx}
}

// own tells a story on a mesh of its own.
func own(t *testing.T, validators, workers int, change ...func(*slashingtasks.Params)) *story {
	t.Helper()
	s := newStory(t)
	m, err := up(s.ctx, t.TempDir(), validators, workers, change...)
	require.NoError(t, err)
	s.Mesh = m
	t.Cleanup(func() {
		s.logs()
		require.NoError(t, m.Close())
	})
	return s
}

func up(ctx context.Context, home string, validators, workers int, change ...func(*slashingtasks.Params)) (*mesh.Mesh, error) {
	return mesh.Up(ctx, mesh.Config{
		Home: filepath.Join(home, "net"), Opend: built.opend, Xworker: built.xworker,
		Validators: validators, Workers: workers, BlockTime: blockTime, Genesis: genesis(change...),
	})
}

// sharedMesh is the one for stories that leave it as they found it.
type sharedMesh struct {
	mesh *mesh.Mesh
	made int
}

var shared sharedMesh

func (s *sharedMesh) close() error {
	if s.mesh == nil {
		return nil
	}
	m := s.mesh
	s.mesh = nil
	return m.Close()
}

// together tells a story on the shared mesh, which runs whole at its start. A
// story that fails takes the mesh down; the next one has a fresh one.
func together(t *testing.T) *story {
	t.Helper()
	s := newStory(t)
	if shared.mesh == nil {
		shared.made++
		m, err := up(s.ctx, filepath.Join(built.dir, "shared"+strconv.Itoa(shared.made)), 4, xnodes)
		require.NoError(t, err)
		shared.mesh = m
	}
	s.Mesh = shared.mesh
	t.Cleanup(func() {
		s.logs()
		if t.Failed() {
			require.NoError(t, shared.close())
		}
	})
	s.until("every Xnode to be online", func() (bool, error) {
		n, err := s.Online(s.ctx)
		return n == xnodes, err
	})
	return s
}

// until waits for a condition.
func (s *story) until(what string, check func() (bool, error)) {
	s.Helper()
	require.NoError(s, mesh.Poll(s.ctx, what, check))
}

// submit submits a task that runs the guest, and does not wait for it.
func (s *story) submit(seats int, args ...string) uint64 {
	s.Helper()
	id, err := s.Submit(s.ctx, append([]string{"--module", built.guest, "--seats", fmt.Sprint(seats), "--"}, args...)...)
	require.NoError(s, err)
	return id
}

// task is a task as the chain has it.
func (s *story) task(id uint64) (slashingtasks.Task, slashingtasks.Committee) {
	s.Helper()
	t, seats, err := s.ChainTask(s.ctx, id)
	require.NoError(s, err)
	return t, seats
}

// untilTask waits until the chain says so of a task, or the task is over.
func (s *story) untilTask(id uint64, what string, want func(slashingtasks.Task, slashingtasks.Committee) bool) (slashingtasks.Task, slashingtasks.Committee) {
	s.Helper()
	var task slashingtasks.Task
	var seats slashingtasks.Committee
	s.until(fmt.Sprintf("task %d: %s", id, what), func() (_ bool, err error) {
		if task, seats, err = s.ChainTask(s.ctx, id); err != nil {
			return false, err
		}
		ok := want(task, seats)
		if !ok && task.Final() {
			return false, fmt.Errorf("it is over before: %s %s\n%s", task.Phase, task.Reason, table(seats))
		}
		return ok, nil
	})
	return task, seats
}

// verified waits for the end of a task that has to end well.
func (s *story) verified(id uint64) (slashingtasks.Task, slashingtasks.Committee) {
	s.Helper()
	return s.untilTask(id, "to be verified", func(t slashingtasks.Task, _ slashingtasks.Committee) bool {
		return t.Phase == slashingtasks.PHASE_VERIFIED
	})
}

// drawn waits for a committee.
func (s *story) drawn(id uint64) slashingtasks.Committee {
	s.Helper()
	_, seats := s.untilTask(id, "a committee", func(t slashingtasks.Task, _ slashingtasks.Committee) bool {
		return t.Phase == slashingtasks.PHASE_COMMITTING
	})
	return seats
}

// untilSeat waits until the seat of an operator is in a state.
func (s *story) untilSeat(id uint64, operator string, state slashingtasks.SeatState) slashingtasks.Seat {
	s.Helper()
	_, seats := s.untilTask(id, "the seat of "+operator+" to be "+state.String(),
		func(_ slashingtasks.Task, c slashingtasks.Committee) bool { return c[c.Find(operator)].State == state })
	return seats[seats.Find(operator)]
}

// worker is the Xnode that holds a seat.
func (s *story) worker(seat slashingtasks.Seat) *localnet.Worker {
	s.Helper()
	w, err := s.WorkerOf(seat.Operator)
	require.NoError(s, err)
	return w
}

// restart brings a killed Xnode back: D1 gives it ten seconds.
func (s *story) restart(w *localnet.Worker) {
	s.Helper()
	took, err := s.Restart(s.ctx, w)
	require.NoError(s, err)
	require.Less(s, took, 10*time.Second, "%s took too long to come back", w.Name)
	s.Logf("%s is back after %s", w.Name, took.Round(time.Millisecond))
}

// pause stops a daemon, until the end of the story at the latest.
func (s *story) pause(w *localnet.Worker) {
	s.Helper()
	require.NoError(s, mesh.Pause(w))
	s.Cleanup(func() {
		if w.Process().Running() {
			require.NoError(s, mesh.Resume(w))
		}
	})
}

func (s *story) resume(w *localnet.Worker) {
	s.Helper()
	require.NoError(s, mesh.Resume(w))
}

// invariants checks the books in the newest state of a running node.
func (s *story) invariants() {
	s.Helper()
	out, err := exec.CommandContext(s.ctx, built.opend, "debug", "invariants", "--home", s.Network.Node().Home).CombinedOutput()
	require.NoError(s, err, "%s", out)
	require.Contains(s, string(out), "invariants hold")
}

// exitCode is what a program ended with; the story fails where it did not run.
func (s *story) exitCode(err error) int {
	s.Helper()
	var exit *exec.ExitError
	if err == nil {
		return 0
	}
	require.True(s, errors.As(err, &exit), "%v", err)
	return exit.ExitCode()
}

// table prints a committee.
func table(seats slashingtasks.Committee) string {
	var b strings.Builder
	for _, seat := range seats {
		fmt.Fprintf(&b, "seat %d, stage %d, %s: %s, paid %s\n", seat.Index, seat.Stage, seat.Operator, seat.State, seat.Paid)
	}
	return b.String()
}

// logs shows what the processes of a story that failed had to complain about,
// and what the daemons did last.
func (s *story) logs() {
	if !s.Failed() {
		return
	}
	const lines = 40
	logs, err := filepath.Glob(filepath.Join(s.Network.Home(), "logs", "*.log"))
	if err != nil {
		s.Log(err)
	}
	for _, path := range logs {
		text, err := os.ReadFile(path)
		if err != nil {
			s.Log(err)
		}
		var told []string
		for line := range strings.Lines(string(text)) {
			if !strings.Contains(line, " INF ") { // of opend, which tells every step of every block
				told = append(told, line)
			}
		}
		s.Logf("%s:\n%s", filepath.Base(path), strings.Join(told[max(0, len(told)-lines):], ""))
	}
}
