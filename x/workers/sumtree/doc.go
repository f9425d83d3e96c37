// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package sumtree keeps weights in the store such that setting one and drawing
// by weight both cost O(log N), whatever N.
//
// It is responsible for slots (the leaves), their weights, and exact draws
// without replacement. It is not responsible for what a slot means, for
// randomness, or for who may be drawn.
//
// A node packs the weights, or the sums, of 32 children into one store value.
// A node whose children are all zero is absent. The height follows from the
// number of slots that were ever handed out, so that the same slots with the
// same weights are always the same bytes.
package sumtree
