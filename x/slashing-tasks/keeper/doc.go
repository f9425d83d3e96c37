// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package keeper holds the state of x/slashing-tasks and moves tasks from phase to
// phase: by messages, and at the end of a block from one queue of due heights.
package keeper
