// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/cmd/opend/localnet"
	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

const (
	blockTime = 200 * time.Millisecond
	patience  = 90 * time.Second
)

// program is opend, compiled once for all stories.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "opend-e2e-*")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "opend")
	out, err := exec.Command("go", "build", "-o", path, "github.com/openmesh-network/openmesh/cmd/opend").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if !testing.Short() {
		if path, err := program(); err == nil {
			_ = os.RemoveAll(filepath.Dir(path)) // the system clears what is left
		}
	}
	os.Exit(code)
}

// build returns the path of opend.
func build(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("runs a network")
	}
	path, err := program()
	require.NoError(t, err)
	return path
}

// up runs four validators that are gone when the test is over.
func up(t *testing.T, opend string) (context.Context, *localnet.Network) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	network, err := localnet.Up(ctx, localnet.Config{
		Home: filepath.Join(t.TempDir(), "net"), Validators: 4, BlockTime: blockTime, Opend: opend,
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, network.Down())
		require.Empty(t, network.Running())
	})
	return ctx, network
}

func waitHeight(ctx context.Context, t *testing.T, node *localnet.Node, height int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	require.NoError(t, node.WaitHeight(ctx, height))
}

func height(ctx context.Context, t *testing.T, node *localnet.Node) int64 {
	t.Helper()
	status, err := node.Status(ctx)
	require.NoError(t, err)
	return status.Height
}

// One validator of four may be lost, two may not; whatever is lost, all end up
// with the same chain, and what they hold adds up.
func TestValidatorsAreKilledAndComeBack(t *testing.T) {
	opend := build(t)
	ctx, network := up(t, opend)
	nodes := network.Nodes

	t.Log("one is killed: blocks go on")
	require.NoError(t, nodes[3].Kill())
	at := height(ctx, t, nodes[0])
	waitHeight(ctx, t, nodes[0], at+8)

	t.Log("two are killed: the chain stands still")
	require.NoError(t, nodes[2].Kill())
	at = height(ctx, t, nodes[0])
	stall(ctx, t, nodes[0], at+1)

	t.Log("both come back: it goes on, with the same state everywhere")
	require.NoError(t, nodes[2].Start())
	require.NoError(t, nodes[3].Start())
	at = height(ctx, t, nodes[0])
	for _, node := range nodes {
		waitHeight(ctx, t, node, at+6)
	}

	t.Log("the state of a running node and of a stopped one add up")
	require.NoError(t, run(opend, "debug", "invariants", "--home", nodes[0].Home))
	stop(ctx, t, nodes[1])
	require.NoError(t, run(opend, "debug", "invariants", "--home", nodes[1].Home))
	sameBlocks(ctx, t, network, at+5)

	t.Log("down and up again: the chain goes on where it was")
	last := height(ctx, t, nodes[0])
	require.NoError(t, network.Down())
	require.Empty(t, network.Running())
	again, err := localnet.Up(ctx, localnet.Config{Home: network.Home(), Validators: 4, BlockTime: blockTime, Opend: opend})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, again.Down()) })
	require.Greater(t, height(ctx, t, again.Nodes[0]), last)
}

// A validator that has registered a beacon key and does not use it loses its
// blocks, and nobody else's time for good.
func TestAProposerThatWithholdsItsContributionLosesItsBlock(t *testing.T) {
	opend := build(t)
	ctx, network := up(t, opend)
	mute := network.Nodes[3]
	stop(ctx, t, mute)
	keyFile := filepath.Join(mute.Home, "config", beacon.KeyFileName)
	require.NoError(t, os.Rename(keyFile, keyFile+".lost"))

	require.ErrorContains(t, run(opend, "start", "--home", mute.Home), "exit status", "it starts without its key")
	require.NoError(t, mute.Start("--without-beacon-key"))
	waitHeight(ctx, t, mute, height(ctx, t, network.Nodes[0])+2)

	client, err := network.Client()
	require.NoError(t, err)
	defer client.Close()
	first := height(ctx, t, network.Nodes[0]) + 1
	waitHeight(ctx, t, network.Nodes[0], first+16)
	addr, err := client.Address(mute.Name)
	require.NoError(t, err)
	contributors := make(map[string]int)
	for h := first; h < first+16; h++ {
		res, err := por.NewQueryClient(client.Conn()).Beacon(ctx, &por.QueryBeaconRequest{Height: h})
		require.NoError(t, err)
		require.True(t, res.Seed.Fresh, "height %d has no contribution", h)
		contributors[res.Seed.Contributor]++
	}
	require.Len(t, contributors, 3, "all blocks are of the other three")
	require.NotContains(t, contributors, valoper(addr))
}
