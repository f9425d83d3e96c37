// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package cmd is the command line of xworker: setting a home up, running the
// daemon, and talking to the running one over its API.
//
// Not here: anything that the daemon does.
package cmd
