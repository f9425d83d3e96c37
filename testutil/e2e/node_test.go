// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/cmd/opend/localnet"
	"github.com/openmesh-network/openmesh/testutil/mesh"
)

// The node that every daemon talks to is killed in the middle of a task, then a
// second one of four: with three the task goes on, with two everything waits,
// and with four again it ends well, on one chain.
func TestD3_TasksSurviveTheLossOfNodes(t *testing.T) {
	s := together(t)
	nodes := s.Network.Nodes

	id := s.submit(3, "spin", busy)
	s.drawn(id)
	watched := make(chan error, 1)
	go func() {
		watched <- s.Follow(s.ctx, s.Output(), s.Consumer, "task", "watch", fmt.Sprint(id))
	}()
	s.killNode(nodes[0])
	task, seats := s.verified(id)
	require.EqualValues(t, 0, task.Redraws, table(seats))
	s.paid(id)
	require.NoError(t, <-watched, "whoever watches is told the end all the same")

	id = s.submit(3, "spin", busy)
	s.drawn(id)
	s.killNode(nodes[1])
	height := s.standstill(nodes[2])
	for _, w := range append(s.Workers, s.Consumer) {
		require.True(t, w.Process().Running(), "%s waits for the chain", w.Name)
		_, err := mesh.DaemonStatus(s.ctx, w)
		require.NoError(t, err, "%s still answers", w.Name)
	}
	require.NoError(t, nodes[0].Start())
	require.NoError(t, nodes[1].Start())
	for _, n := range nodes {
		require.NoError(t, n.WaitHeight(s.ctx, height+2))
	}
	task, seats = s.verified(id)
	require.EqualValues(t, 0, task.Redraws, table(seats))
	s.paid(id)
	for _, h := range []int64{height, height + 1, height + 2} {
		for _, n := range nodes[1:] {
			require.Equal(t, s.blockHash(nodes[0], h), s.blockHash(n, h), "%s at height %d", n.Name, h)
		}
	}
	s.invariants()
}

// killNode kills a node, and asks another one from then on.
func (s *story) killNode(n *localnet.Node) {
	s.Helper()
	require.NoError(s, n.Kill())
	require.NoError(s, s.Reconnect())
}

// standstill waits until a node has had no new block for ten block times, and
// returns its height.
func (s *story) standstill(n *localnet.Node) (height int64) {
	s.Helper()
	var since time.Time
	s.until("the chain to stop", func() (bool, error) {
		status, err := n.Status(s.ctx)
		if err != nil {
			return false, err
		}
		if status.Height != height {
			height, since = status.Height, time.Now()
		}
		return time.Since(since) > 10*blockTime, nil
	})
	return height
}

// blockHash asks a node for the hash of a block.
func (s *story) blockHash(n *localnet.Node, height int64) string {
	s.Helper()
	res, err := http.Get(fmt.Sprintf("http://%s/block?height=%d", n.RPC, height))
	require.NoError(s, err)
	defer res.Body.Close()
	var reply struct {
		Result struct {
			ID struct {
				Hash string `json:"hash"`
			} `json:"block_id"`
		} `json:"result"`
	}
	require.NoError(s, json.NewDecoder(res.Body).Decode(&reply))
	require.NotEmpty(s, reply.Result.ID.Hash)
	return reply.Result.ID.Hash
}
