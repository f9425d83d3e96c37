// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// locally runs a program on this machine alone and returns the outcome as the
// chain would have it.
func (s *story) locally(args ...string) slashingtasks.Outcome {
	s.Helper()
	cmd := exec.CommandContext(s.ctx, built.xworker, append([]string{"task", "run", "-o", "json"}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+filepath.Join(built.dir, "cache"))
	out, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 4 { // 4: the program did not end well, which is told all the same
		require.NoError(s, err, "%s", out)
	}
	var r struct {
		Status     string `json:"status"`
		ExitCode   uint32 `json:"exit_code"`
		Gas        uint64 `json:"gas"`
		OutputRoot string `json:"output_root"`
	}
	require.NoError(s, json.Unmarshal(out, &r), "%s", out)
	status := slashingtasks.OutcomeStatus_value["OUTCOME_STATUS_"+strings.ToUpper(r.Status)]
	return slashingtasks.Outcome{Status: slashingtasks.OutcomeStatus(status), ExitCode: r.ExitCode, Gas: r.Gas, OutputRoot: r.OutputRoot}
}

// Every way in which a program can end is one that all seats agree on, and it is
// the one that a run on one machine, before anything was paid, has told: to the
// last unit of gas and the last byte.
func TestD7_EveryEndingIsAgreedOnAndKnownBeforehand(t *testing.T) {
	s := together(t)
	garbage := filepath.Join(t.TempDir(), "garbage.wasm")
	require.NoError(t, os.WriteFile(garbage, []byte("\x00asm, or so it says"), 0o600))
	type ending struct {
		args []string
		want slashingtasks.OutcomeStatus
		id   uint64
	}
	endings := map[string]*ending{
		"it ends well":             {args: []string{"--module", built.guest, "--", "say", "hello"}, want: slashingtasks.OUTCOME_STATUS_OK},
		"it draws random numbers":  {args: []string{"--module", built.guest, "--", "shuffle", "a", "b", "c", "d", "e", "f"}, want: slashingtasks.OUTCOME_STATUS_OK},
		"it panics":                {args: []string{"--module", built.guest, "--", "panic", "now"}, want: slashingtasks.OUTCOME_STATUS_EXIT},
		"it runs out of gas":       {args: []string{"--module", built.guest, "--gas-limit", "2000000000", "--", "spin", "100000"}, want: slashingtasks.OUTCOME_STATUS_OUT_OF_GAS},
		"it has too little memory": {args: []string{"--module", built.guest, "--memory", "1MiB", "--", "say", "hello"}, want: slashingtasks.OUTCOME_STATUS_MEMORY_LIMIT},
		"it is no program":         {args: []string{"--module", garbage}, want: slashingtasks.OUTCOME_STATUS_INVALID_MODULE},
	}
	for _, e := range endings {
		e.id = s.detached(append([]string{"--seats", "3"}, e.args...)...).TaskId
	}
	for name, e := range endings {
		foretold := s.locally(e.args...)
		require.Equal(t, e.want, foretold.Status, name)
		task := s.final(e.id)
		require.NotNil(t, task.Outcome, "%s: %s", name, task.Reason)
		require.Equal(t, foretold, *task.Outcome, name)
		if e.want == slashingtasks.OUTCOME_STATUS_OUT_OF_GAS {
			require.Equal(t, task.Program.GasLimit, task.Outcome.Gas)
		}
		s.paid(e.id)
	}
	s.invariants()
}

// A single seat is cheaper, and what is paid for it is its own.
func TestASingleSeatIsPaidForWhatItAttests(t *testing.T) {
	s := together(t)
	for _, verify := range []string{"none", "sample"} {
		id := s.detached("--module", built.guest, "--verify", verify, "--", "say", verify).TaskId
		task := s.final(id)
		require.Equal(t, slashingtasks.PHASE_VERIFIED, task.Phase, verify)
		require.Equal(t, s.locally("--module", built.guest, "--", "say", verify), *task.Outcome, verify)
		_, seats := s.task(id)
		if task.Stage == 0 { // the lot did not fall on it
			require.Len(t, seats, 1, verify)
		}
		s.paid(id)
	}
	quote, err := s.Xworker(s.ctx, s.Consumer, "task", "quote", "--verify", "none", "--gas-limit", "1000000")
	require.NoError(t, err)
	require.Contains(t, string(quote), fmt.Sprintf("of %d accept it", xnodes))
}

// final waits for the end of a task.
func (s *story) final(id uint64) slashingtasks.Task {
	s.Helper()
	task, _ := s.untilTask(id, "the end", func(t slashingtasks.Task, _ slashingtasks.Committee) bool { return t.Final() })
	return task
}
