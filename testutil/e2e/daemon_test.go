// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/testutil/mesh"
	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/modules/chain"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
)

// Two daemons never speak for one Xnode: the later one takes over, and the
// first says so and ends.
func TestD5_ASecondDaemonWithTheKeyTakesOverAndTheFirstEnds(t *testing.T) {
	s := together(t)
	first := s.Workers[0]
	before, err := s.Xnode(s.ctx, first)
	require.NoError(t, err)

	second := s.home(s.Network.ChainID(), func(home string) {
		key, err := os.ReadFile(filepath.Join(first.Home, worker.SignerFile))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(home, worker.SignerFile), key, 0o600))
	})
	process, err := s.Network.StartProcess("second", built.xworker, []string{"start", "--home", second}, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, process.Kill()) })

	select {
	case <-first.Process().Done():
	case <-s.ctx.Done():
		t.Fatal("the first daemon goes on")
	}
	log, err := os.ReadFile(first.Process().Log)
	require.NoError(t, err)
	require.Contains(t, string(log), chain.ErrReplaced.Error())
	now, err := s.Xnode(s.ctx, first)
	require.NoError(t, err)
	require.False(t, bytes.Equal(before.Instance, now.Instance))
	require.Equal(t, before.Instance, now.ReplacedInstance)
	require.True(t, process.Running(), "one of them stays")

	require.NoError(t, process.Kill())
	s.restart(first)
}

func TestD5_ASecondDaemonInTheSameHomeIsRefused(t *testing.T) {
	s := together(t)
	w := s.Workers[1]
	_, err := s.Xworker(s.ctx, w, "start")
	require.Equal(t, 1, s.exitCode(err))
	require.ErrorContains(t, err, keys.ErrHomeInUse.Error())
	require.True(t, w.Process().Running())
	_, err = mesh.DaemonStatus(s.ctx, w)
	require.NoError(t, err, "the first is not disturbed")
}

func TestD3_ADaemonOfAnotherChainRefusesToStart(t *testing.T) {
	s := together(t)
	home := s.home("another-chain-1", nil)
	process, err := s.Network.StartProcess("stranger", built.xworker, []string{"start", "--home", home}, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, process.Kill()) })
	select {
	case <-process.Done():
	case <-time.After(30 * time.Second):
		t.Fatal("it runs")
	}
	log, err := os.ReadFile(process.Log)
	require.NoError(t, err)
	require.Contains(t, string(log), `expected "another-chain-1": check chain.chain_id and chain.nodes`)
}

// home makes a daemon's home, after prepare has put into it what shall be there.
func (s *story) home(chainID string, prepare func(home string)) string {
	s.Helper()
	w := *s.Consumer
	w.Home = s.TempDir()
	if prepare != nil {
		prepare(w.Home)
	}
	_, err := s.Xworker(s.ctx, &w, "init", "--chain-id", chainID, "--node", s.Network.GRPC(),
		"--listen", "/ip4/127.0.0.1/tcp/0", "--grpc", "127.0.0.1:0", "--rest", "127.0.0.1:0", "--poll-interval", "75ms")
	require.NoError(s, err)
	return w.Home
}
