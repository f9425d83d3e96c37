// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cast"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client/flags"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/openmesh-network/openmesh/x/por/beacon"
)

const (
	// OptBeaconKeyFile is the option that names the file of this node's beacon
	// key, absolute or from the node's home; empty for a node without one.
	OptBeaconKeyFile = "beacon.key-file"
	// OptBeaconSigner is the option that holds a *beacon.Signer to be used
	// instead of a file, for nodes inside of a program.
	OptBeaconSigner = "beacon.signer"
)

// BeaconKeyFile returns where the node's beacon key is; empty if it is to have none.
func BeaconKeyFile(opts servertypes.AppOptions) string {
	path := cast.ToString(opts.Get(OptBeaconKeyFile))
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(cast.ToString(opts.Get(flags.FlagHome)), path)
}

// LoadBeaconSigner returns the node's beacon keys; nil if there is no key file.
func LoadBeaconSigner(opts servertypes.AppOptions) (*beacon.Signer, error) {
	if signer, ok := opts.Get(OptBeaconSigner).(*beacon.Signer); ok {
		return signer, nil
	}
	path := BeaconKeyFile(opts)
	if path == "" {
		return nil, nil
	}
	signer, err := beacon.LoadKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return signer, err
}

// setProposalHandlers lets the node contribute to the beacon when it proposes a
// block, and judge the contributions of others.
func (a *App) setProposalHandlers(opts servertypes.AppOptions) {
	signer, err := LoadBeaconSigner(opts)
	if err != nil {
		panic(fmt.Errorf("beacon key: %w", err))
	}
	stock := baseapp.NewDefaultProposalHandler(a.Mempool(), a)
	a.SetPrepareProposal(beacon.Prepare(a.Keepers.Por, signer, stock.PrepareProposalHandler()))
	a.SetProcessProposal(beacon.Process(a.Keepers.Por, stock.ProcessProposalHandler()))
}
