// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Command child is the sandbox's child process and nothing else: small, so that
// a task starts in a few milliseconds. Package embedded carries it in the daemon.
package main

import "github.com/openmesh-network/openmesh/worker/platform/sandbox"

func main() { sandbox.ChildMain() }
