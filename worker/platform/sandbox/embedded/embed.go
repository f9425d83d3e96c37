// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build sandbox_embed

package embedded

import _ "embed" // of what `make build` built

//go:embed bin/child
var child string

// Binary returns the small binary, or an empty string if none was embedded.
func Binary() string { return child }
