// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/cmd/opend/localnet"
)

// stall waits until no block of that height can be expected any more. A block
// that was already decided when a validator went may still come.
func stall(ctx context.Context, t *testing.T, node *localnet.Node, last int64) {
	t.Helper()
	still, cancel := context.WithTimeout(ctx, 40*blockTime)
	defer cancel()
	require.Error(t, node.WaitHeight(still, last+1), "the chain goes on without a majority")
	require.ErrorIs(t, still.Err(), context.DeadlineExceeded)
}

func stop(ctx context.Context, t *testing.T, node *localnet.Node) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	require.NoError(t, node.Stop(ctx))
}

// run runs opend to its end.
func run(opend string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, opend, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("opend %v: %w: %s", args, err, out)
	}
	return nil
}

// sameBlocks asks all running nodes for a block: there is one, no fork.
func sameBlocks(ctx context.Context, t *testing.T, network *localnet.Network, height int64) {
	t.Helper()
	hashes := make(map[string][]string)
	for _, node := range network.Nodes {
		if node.Running() {
			hash := blockHash(ctx, t, node, height)
			hashes[hash] = append(hashes[hash], node.Name)
		}
	}
	require.Len(t, hashes, 1, "nodes disagree about block %d", height)
}

func blockHash(ctx context.Context, t *testing.T, node *localnet.Node, height int64) string {
	t.Helper()
	url := fmt.Sprintf("http://%s/block?height=%d", node.RPC, height)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	var reply struct {
		Result struct {
			BlockID struct {
				Hash string `json:"hash"`
			} `json:"block_id"`
		} `json:"result"`
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&reply))
	require.NotEmpty(t, reply.Result.BlockID.Hash)
	return reply.Result.BlockID.Hash
}

func valoper(addr sdk.AccAddress) string { return sdk.ValAddress(addr).String() }
