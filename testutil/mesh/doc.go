// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package mesh runs a whole mesh on one machine for the demo and for end-to-end
// tests: a local network of real opend and xworker processes and one consumer
// with a daemon of its own, driven through the command line as a person would.
//
// Not here: making chains and processes (cmd/opend/localnet), and judging what
// happened (whoever tells the story).
package mesh
