// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package chain

import (
	"errors"
	"fmt"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Config is the [chain] section.
type Config struct {
	// ChainID that the nodes must be of.
	ChainID string `koanf:"chain_id"`
	// Nodes are gRPC addresses (host:port) of opend nodes; the first that
	// answers is used, the others stand by.
	Nodes []string `koanf:"nodes"`
	// GasPrice as a decimal coin.
	GasPrice string `koanf:"gas_price"`
	// PollInterval is how often the newest block is asked for.
	PollInterval time.Duration `koanf:"poll_interval"`
	// TxTimeout is how long a transaction may wait for its block.
	TxTimeout time.Duration `koanf:"tx_timeout"`
}

// DefaultConfig is for an opend on the same machine.
func DefaultConfig() Config {
	return Config{
		Nodes:        []string{"127.0.0.1:9090"},
		GasPrice:     "0.001uopen",
		PollInterval: 300 * time.Millisecond,
		TxTimeout:    time.Minute,
	}
}

// Validate names the first key that is wrong and what it may be.
func (c Config) Validate() error {
	switch {
	case c.ChainID == "":
		return errors.New("chain.chain_id is empty: set it to the chain's id, `opend status` of a node tells it")
	case len(c.Nodes) == 0:
		return errors.New("chain.nodes is empty: give the gRPC address of at least one opend node")
	case c.PollInterval < 10*time.Millisecond || c.PollInterval > time.Minute:
		return fmt.Errorf("chain.poll_interval is %s: between 10ms and 1m", c.PollInterval)
	case c.TxTimeout < time.Second || c.TxTimeout > 10*time.Minute:
		return fmt.Errorf("chain.tx_timeout is %s: between 1s and 10m", c.TxTimeout)
	}
	if _, err := sdk.ParseDecCoin(c.GasPrice); err != nil {
		return fmt.Errorf("chain.gas_price is %q, not an amount such as 0.001uopen: %w", c.GasPrice, err)
	}
	return nil
}
