// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !sandbox_embed

package embedded

// Binary returns the small binary, or an empty string if none was embedded.
func Binary() string { return "" }
