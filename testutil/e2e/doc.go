// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package e2e tells stories about whole networks: real opend and xworker
// processes on loopback, driven from outside as a person would, killed where it
// hurts most, and asked what the chain has to say about it.
//
// Stories are few and each waits for conditions, never for time to pass. Those
// that leave their network as they found it share one.
//
// Not here: running a network (testutil/mesh), and every single case of a rule
// (the tests beside it).
package e2e
