// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package workers is the chain's register of Xnodes: which machines there are,
// who speaks for them, what they claim to have and ask for, whether they are
// reachable, and how much of them is taken. It draws Xnodes by weight. And it is the chain's
// register of services: what they are, and on which Xnodes their replicas run.
//
// It is responsible for who may be given work. It is not responsible for the
// bond behind an Xnode (x/staking-ext), for proving hardware (x/por), or for
// what the work is and what it pays (x/slashing-tasks, x/subscriptions).
//
// README.md is the specification.
package workers
