// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/cmd/opend/localnet"
)

// A person brings a network up and leaves it, looks at it, asks its gateway, and
// takes it down with nothing left; then it goes on from where it was.
func TestALocalnetComesUpStaysAndGoesDownFromTheCommandLine(t *testing.T) {
	s := newStory(t)
	home := filepath.Join(t.TempDir(), "net")
	opend := func(args ...string) []byte {
		t.Helper()
		var out, complaint bytes.Buffer
		cmd := exec.CommandContext(s.ctx, built.opend, append([]string{"localnet"}, append(args, "--home", home)...)...)
		cmd.Stdout, cmd.Stderr = &out, &complaint
		require.NoError(t, cmd.Run(), "opend localnet %v: %s", args, &complaint)
		return out.Bytes()
	}
	status := func() (r localnet.Report) {
		t.Helper()
		require.NoError(t, json.Unmarshal(opend("status", "--output", "json"), &r))
		return r
	}
	// Whatever happens, nothing stays: detached processes do not end with the test.
	t.Cleanup(func() {
		if _, err := os.Stat(filepath.Join(home, localnet.StateFile)); err == nil {
			require.NoError(t, exec.Command(built.opend, "localnet", "down", "--home", home).Run())
		}
	})

	opend("up", "--detach", "--validators", "2", "--workers", "2", "--block-time", blockTime.String())
	up := status()
	require.Len(t, up.Nodes, 2)
	require.GreaterOrEqual(t, len(up.Others), 2, "the Xnodes")
	var pids []int
	for _, n := range up.Nodes {
		require.True(t, n.Running && n.Error == "" && n.Height > 0, "%+v", n)
		pids = append(pids, n.PID)
	}
	for _, p := range up.Others {
		require.True(t, p.Running, "%+v", p)
		pids = append(pids, p.PID)
	}
	s.until("the gateway to show both Xnodes online", func() (bool, error) {
		var reply struct {
			Xnodes []struct {
				Operator string `json:"operator"`
				Online   bool   `json:"online"`
			} `json:"xnodes"`
		}
		res, err := http.Get("http://" + up.Nodes[1].REST + "/openmesh/workers/v1/xnodes")
		if err != nil {
			return false, err
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(&reply); err != nil {
			return false, err
		}
		require.Len(t, reply.Xnodes, 2)
		return reply.Xnodes[0].Online && reply.Xnodes[1].Online, nil
	})

	opend("down")
	for _, pid := range pids {
		require.False(t, alive(pid), "process %d is left", pid)
	}
	down := status()
	for _, n := range down.Nodes {
		require.False(t, n.Running)
	}
	require.Empty(t, down.Others)

	opend("up", "--detach", "--validators", "2", "--workers", "2")
	again := status()
	require.Greater(t, again.Height, up.Height, "the same chain")
	opend("down")
}

// alive says whether a process runs. One that has ended may stay in the table
// until whoever inherited it looks.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	state := stat[bytes.LastIndexByte(stat, ')')+1:]
	return err == nil && !bytes.HasPrefix(state, []byte(" Z"))
}
