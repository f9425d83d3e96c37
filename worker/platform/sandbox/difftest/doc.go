// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package difftest runs instrumented modules on several engines and compares
// everything that can be seen of them: how they ended, gas and stack left, the
// linear memory, globals, and all they gave out. Nothing may differ, or nodes
// could not vote on results.
//
// It is support for tests: FuzzDifferential and the comparison with an engine
// that is not written in Go build on it. It runs guests in this process and
// without a jail, so it is not for running anybody's programs.
package difftest
