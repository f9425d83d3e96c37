// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package testapp runs the whole chain inside of a test, without consensus: the
// test submits transactions and asks for blocks.
//
// Every block is run by several nodes at once, and their app hashes and results
// must agree: one that executes in parallel, one that restarts from its database
// every few blocks, one that never saw a transaction before it came in a block.
// So each test of the chain is a test of its determinism, too. At its end the
// invariants must hold.
//
// Blocks carry beacon contributions: the package holds the keys of all
// validators, which take turns in proposing.
package testapp
