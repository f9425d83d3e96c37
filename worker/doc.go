// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package worker is the composition root of xworker: it opens the platform,
// builds the modules on one bus, seals it, and runs them until the first one
// ends.
//
// The daemon is crash-only: it stops the same way whether it is asked to or
// falls over, and starts from what is on disk and on the chain. A module that
// ends ends the process, so there is never half a daemon.
//
// Not here: what any module does.
package worker
