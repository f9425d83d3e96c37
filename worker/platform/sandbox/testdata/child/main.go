// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Child is the smallest binary that a Runner can run its children from.
package main

import "github.com/openmesh-network/openmesh/worker/platform/sandbox"

func main() { sandbox.ChildMain() }
