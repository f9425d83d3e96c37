// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

// Kernel is a small program of one kind of work.
type Kernel struct {
	Name string
	Kind Kind
	// Go is its number in the guest that is written in Go; -1 for the kernels in C.
	Go int
}

// Kind groups kernels.
type Kind string

// The kinds of kernels.
const (
	Integer Kind = "integer"
	JSON    Kind = "json"
	Float   Kind = "float"
	SIMD    Kind = "simd"
	// Stall is what makes a processor wait, for memory or for branches that it
	// cannot foresee. What that costs depends on the data, so no price list knows.
	Stall Kind = "stall"
	Guest Kind = "go"
)

// kernels are all there are, in the order of the report. Those in C are files of
// testutil/bench/kernels/c.
var kernels = []Kernel{
	{"sha256", Integer, -1},
	{"matmul_u32", Integer, -1},
	{"quicksort", Integer, -1},
	{"crc32", Integer, -1},
	{"switch", Integer, -1},
	{"fib", Integer, -1},
	{"indirect", Integer, -1},
	{"bulk", Integer, -1},
	{"base64", Integer, -1},
	{"lz", Integer, -1},
	{"gcd", Integer, -1},
	{"bits", Integer, -1},
	{"json", JSON, -1},
	{"matmul_f64", Float, -1},
	{"nbody", Float, -1},
	{"mandelbrot", Float, -1},
	{"simd_i32", SIMD, -1},
	{"simd_f32", SIMD, -1},
	{"switch_random", Stall, -1},
	{"indirect_random", Stall, -1},
	{"list", Stall, -1},
	{"list_ram", Stall, -1},
	{"go json", Guest, 0},
	{"go sort", Guest, 1},
	{"go sha256", Guest, 2},
	{"go map", Guest, 3},
	{"go fmt", Guest, 4},
}
