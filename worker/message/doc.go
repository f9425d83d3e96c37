// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package message is the vocabulary of the worker's modules: what they announce
// to each other and ask of each other on the bus, one file for each speaker.
//
// Messages are plain immutable values. Nobody changes one after it was sent, the
// slices in it included. They carry text and numbers, never types of the chain
// or of a library, and never raw input of a remote peer.
package message
