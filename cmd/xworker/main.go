// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Command xworker is the daemon of an Xnode, and the tool of those who use the
// mesh.
package main

import (
	"os"

	"github.com/openmesh-network/openmesh/cmd/xworker/cmd"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
)

func main() {
	sandbox.ChildMain() // does not return in a child that runs a program
	os.Exit(cmd.Execute())
}
