// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// StateFile is where a network tells other processes about itself.
const StateFile = "localnet.json"

// ErrNoNetwork is returned where a folder holds no network.
var ErrNoNetwork = errors.New("localnet: no network here")

// State is localnet.json.
type State struct {
	ChainID   string        `json:"chain_id"`
	Home      string        `json:"home"`
	BlockTime time.Duration `json:"block_time_ns"`
	LogLevel  string        `json:"log_level"`
	Opend     string        `json:"opend"`
	// ClientHome is the --home for opend's queries and transactions; its keyring
	// holds the accounts.
	ClientHome string            `json:"client_home"`
	Accounts   map[string]string `json:"accounts"` // address by name
	Nodes      []*NodeState      `json:"nodes"`
	// Processes are those that run, or were left running: nodes and others.
	Processes map[string]ProcessState `json:"processes"`
}

// NodeState is a validating node.
type NodeState struct {
	Name string `json:"name"`
	Home string `json:"home"`
	// ID is the node's identity among its peers.
	ID string `json:"id"`
	// P2P, RPC, GRPC and REST are host:port.
	P2P  string `json:"p2p"`
	RPC  string `json:"rpc"`
	GRPC string `json:"grpc"`
	REST string `json:"rest"`
}

// ProcessState identifies a process even when its id is taken by another later.
type ProcessState struct {
	PID int `json:"pid"`
	// Started is the kernel's time of its start, in clock ticks since boot.
	Started uint64 `json:"started"`
	Log     string `json:"log"`
}

func readState(home string) (*State, error) {
	bz, err := os.ReadFile(filepath.Join(home, StateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoNetwork, home)
	}
	if err != nil {
		return nil, err
	}
	state := new(State)
	if err := json.Unmarshal(bz, state); err != nil {
		return nil, fmt.Errorf("localnet: %s: %w", StateFile, err)
	}
	return state, nil
}

// write replaces localnet.json at once, so that a reader finds the old or the new.
func (s *State) write() error {
	bz, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(s.Home, StateFile)
	if err := os.WriteFile(path+".tmp", append(bz, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}
