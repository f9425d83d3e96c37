// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

// run n steps of a kernel.
//
//go:wasmexport run
func run(kernel, n int32) int64 { return int64(kernels[kernel](int(n))) }
