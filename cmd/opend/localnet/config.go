// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/openmesh-network/openmesh/app"
)

// Config says what network to make.
type Config struct {
	// Home is the folder of the network; it must not hold one yet.
	Home string
	// ChainID names the chain.
	ChainID string
	// Validators is the number of validating nodes, at least 1.
	Validators int
	// Workers is the number of accounts for Xnode operators: operator0, operator1, ...
	Workers int
	// Accounts are more funded accounts, beside "faucet" and "consumer".
	Accounts []string
	// BlockTime is aimed at; four validators on a busy machine miss it by some 0.2 s.
	BlockTime time.Duration
	// Opend is the node's program; this program if empty.
	Opend string
	// Proofs of storage and processors: ProofsEnforced, ProofsShadow or ProofsOff;
	// ProofsShadow if empty.
	Proofs string
	// WorkerArgs, if not nil, are more arguments for the start of the i-th Xnode.
	WorkerArgs func(i int) []string
	// Genesis, if not nil, changes the modules' states last.
	Genesis func(codec.JSONCodec, app.GenesisState) error
	// LogLevel of the nodes; "info" if empty.
	LogLevel string
	// Detach lets the processes live on when this one ends.
	Detach bool
	// Out takes a line for each step; nil for silence.
	Out io.Writer
}

// Default values of a Config.
const (
	DefaultChainID    = "openmesh-local-1"
	DefaultValidators = 4
	DefaultWorkers    = 9
	DefaultBlockTime  = time.Second
)

// maxValidators and maxWorkers keep a slip of the finger from filling the machine.
const (
	maxValidators = 32
	maxWorkers    = 256
)

// complete fills in what was left out, and refuses what cannot be.
func (c *Config) complete() error {
	if c.Home == "" {
		return errors.New("localnet: no folder given")
	}
	home, err := filepath.Abs(c.Home)
	if err != nil {
		return err
	}
	c.Home = home
	if c.ChainID == "" {
		c.ChainID = DefaultChainID
	}
	if c.BlockTime == 0 {
		c.BlockTime = DefaultBlockTime
	}
	if c.LogLevel == "" {
		c.LogLevel = "info"
	}
	if c.Proofs == "" {
		c.Proofs = ProofsShadow
	}
	if err := checkProofs(c.Proofs); err != nil {
		return err
	}
	if c.Out == nil {
		c.Out = io.Discard
	}
	if c.Opend == "" {
		if c.Opend, err = os.Executable(); err != nil {
			return err
		}
	}
	switch {
	case c.Validators < 1 || c.Validators > maxValidators:
		return fmt.Errorf("localnet: %d validators; 1 to %d can be had", c.Validators, maxValidators)
	case c.Workers < 0 || c.Workers > maxWorkers:
		return fmt.Errorf("localnet: %d workers; 0 to %d can be had", c.Workers, maxWorkers)
	case c.BlockTime < 50*time.Millisecond || c.BlockTime > time.Minute:
		return fmt.Errorf("localnet: block time %s; 50ms to 1m can be had", c.BlockTime)
	}
	return nil
}
