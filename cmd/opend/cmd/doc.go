// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package cmd is opend's command line: the node, its keys and genesis, queries
// and transactions of every module, localnets, and tools for debugging.
package cmd
