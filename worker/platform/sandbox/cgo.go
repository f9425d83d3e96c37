// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build cgo

package sandbox

// withCgo says that this binary cannot jail itself, nor tell whether the host
// could: the Go runtime does not know all its threads. Tests under the race
// detector are such binaries.
const withCgo = true
