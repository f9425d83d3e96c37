// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package stakingext keeps the bonds of the operators who work for the mesh:
// how much each has at stake, how much of it secures which duty, what is on its
// way back, and what was taken for a fault; what others stake with them; and the
// rewards that both get.
//
// It does not know what a duty or a fault is: other modules lock, unlock and
// report. It is not the validators' stake, which stays in the SDK's x/staking,
// and it mints nothing: rewards are a share of x/mint's provision, by a weight
// that other modules set.
package stakingext
