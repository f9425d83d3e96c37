// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package embedded carries the sandbox's small binary, cmd/child, inside the
// program that runs tasks. A child from it starts some 50 ms sooner and takes
// some 80 MB less than one from a program that links the Cosmos SDK.
//
// `make build` builds the binary for the same target into this folder and then
// the program with the build tag sandbox_embed. Without the tag nothing is
// embedded and the program runs itself as the child, which ends every task
// alike. A tag it is, and not the mere presence of the file, so that a plain
// go build or go test never runs the child of an older tree, and so that the
// child does not embed itself.
package embedded
