// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package por is Proof of Resource. So far it is the beacon: a chain of seeds, one a
// block, that nobody can choose and everybody can check.
//
// It is responsible for the validators' beacon keys, the seeds, and the height from
// which a draw may use them. It is not responsible for what is drawn (the callers of
// DrawSeed), for who proposes a block (CometBFT), or for the proposal handlers that
// carry a contribution into a block (package beacon).
package por
