// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Node is a validating node of the network.
type Node struct {
	NodeState
	network *Network
	process *Process
}

// Start runs the node, with more arguments if there are any; it is not up yet
// when Start returns (see WaitHeight).
func (n *Node) Start(args ...string) error {
	if n.Running() {
		return fmt.Errorf("localnet: %s runs already", n.Name)
	}
	state := n.network.state
	args = append([]string{"start", "--home", n.Home, "--log_level", state.LogLevel, "--log_no_color"}, args...)
	process, err := n.network.StartProcess(n.Name, state.Opend, args, nil)
	if err != nil {
		return err
	}
	n.process = process
	return nil
}

// Running says whether the node's process runs; as its parent, or as read from
// localnet.json.
func (n *Node) Running() bool {
	if n.process != nil {
		return n.process.Running()
	}
	return n.network.process(n.Name).alive()
}

// Stop ends the node in good order; it is killed when ctx is done.
func (n *Node) Stop(ctx context.Context) error {
	if n.process != nil {
		return n.process.Stop(ctx)
	}
	return errors.Join(end([]ProcessState{n.network.process(n.Name)}, stopGrace), n.network.ended(n.Name))
}

// Kill ends the node at once, as a power cut would.
func (n *Node) Kill() error {
	if n.process != nil {
		return n.process.Kill()
	}
	return errors.Join(end([]ProcessState{n.network.process(n.Name)}, 0), n.network.ended(n.Name))
}

// Status is what a node says of itself.
type Status struct {
	Height     int64     `json:"height"`
	BlockTime  time.Time `json:"block_time"`
	AppHash    string    `json:"app_hash"`
	CatchingUp bool      `json:"catching_up"`
}

// Status asks the node.
func (n *Node) Status(ctx context.Context) (Status, error) {
	var reply struct {
		Result struct {
			Sync struct {
				Height     string    `json:"latest_block_height"`
				Time       time.Time `json:"latest_block_time"`
				AppHash    string    `json:"latest_app_hash"`
				CatchingUp bool      `json:"catching_up"`
			} `json:"sync_info"`
		} `json:"result"`
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.RPC+"/status", http.NoBody)
	if err != nil {
		return Status{}, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return Status{}, err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&reply); err != nil {
		return Status{}, fmt.Errorf("%s: %w", n.Name, err)
	}
	sync := reply.Result.Sync
	height, err := strconv.ParseInt(sync.Height, 10, 64)
	if err != nil {
		return Status{}, fmt.Errorf("%s: %w", n.Name, err)
	}
	return Status{Height: height, BlockTime: sync.Time, AppHash: sync.AppHash, CatchingUp: sync.CatchingUp}, nil
}

// WaitHeight waits until the node has the block of that height; ErrExited if the
// node ends, the context's error if it is done.
func (n *Node) WaitHeight(ctx context.Context, height int64) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		status, err := n.Status(ctx)
		if err == nil && status.Height >= height {
			return nil
		}
		if n.process != nil && !n.process.Running() {
			return n.process.exited()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s has not reached height %d, it is at %d: %w", n.Name, height, status.Height, errors.Join(ctx.Err(), err))
		case <-tick.C:
		}
	}
}
