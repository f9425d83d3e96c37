// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package cellpost proves storage capacity: that a node holds a plot of a declared size, filled
// with cells that take long to compute and only an instant to read.
//
// A plot is a row of cells, computed from the plot's key one by one. A challenge makes about K1
// of all labels qualify, for each of 20 nonces; who holds the plot finds them in one pass and
// names K2 of one nonce: that is a proof, some 1.2 KB for 1 TiB. Who checks it recomputes the
// cells of some labels (a chain) or of all (a committee); one wrong label shows a fake.
//
// The package is pure and holds the one definition that prover and verifier share; the exact
// definition, soundness and costs are in the README. It is not responsible for windows, seeds
// and verdicts (x/por) and not for files (worker/platform/proving/plot).
package cellpost
