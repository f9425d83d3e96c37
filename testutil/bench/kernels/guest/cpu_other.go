// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package main

// cpuNanos is 0: the host measures what a guest takes.
func cpuNanos() int64 { return 0 }
