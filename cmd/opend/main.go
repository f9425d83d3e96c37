// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Command opend runs a node of the Openmesh chain, and is its command line.
package main

import (
	"fmt"
	"os"

	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"

	"github.com/openmesh-network/openmesh/cmd/opend/cmd"
)

func main() {
	root, err := cmd.NewRoot()
	if err == nil {
		err = svrcmd.Execute(root, cmd.EnvPrefix, cmd.DefaultHome())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}
