// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cuda

// Options of an engine.
type Options struct {
	// DP4A uses the kernel without tensor cores even where there are some.
	DP4A bool
}
