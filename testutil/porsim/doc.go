// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package porsim holds simulations of Proof of Resource on the real application:
// many Xnodes, honest ones and cheaters of each kind, answer whole windows with the
// real provers, and what the chain finds out of them is held to what the formulas say
// (soundness), and to that no honest Xnode is penalised, whatever happens around it
// (liveness). There are no clocks in it: what a machine can do is a budget of steps
// and cells, so every run is the same.
package porsim
