// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

// Features are the parts of WebAssembly that a module may use besides integers,
// control flow, calls and linear memory.
type Features uint16

// The features.
const (
	// Floats are f32 and f64 with constants of every kind of NaN.
	Floats Features = 1 << iota
	// Vectors are the 128-bit vectors; their floats need no Floats.
	Vectors
	// References are funcref and externref as values, with typed select.
	References
	// Tables are tables and everything that works on them, indirect calls too.
	Tables
	// Bulk is memory.fill, copy, init and data.drop.
	Bulk
	// MultiValue is several results and blocks with parameters.
	MultiValue
	// WASI is imports of wasi_snapshot_preview1 and calls of them.
	WASI
	// DeadCode is code after unconditional branches.
	DeadCode

	// AllFeatures is all of them.
	AllFeatures = Floats | Vectors | References | Tables | Bulk | MultiValue | WASI | DeadCode
)

func (f Features) has(other Features) bool { return f&other != 0 }

// Config bounds a module.
type Config struct {
	Features Features
	// Functions is how many functions there are besides _start.
	Functions int
	// Nodes is about how many instructions a function has, guards not counted.
	Nodes int
	// Depth is how deep expressions and blocks nest.
	Depth int
	// Budget is how many loop iterations and calls the module allows itself
	// before it winds down.
	Budget int
	// Unguarded makes one in so many operands, iterations and calls go without
	// their guard; 0 guards all of them, so that the module neither traps nor
	// runs on, but for calls deeper than an engine's stack.
	Unguarded int
	// Canonical follows every instruction that may make a NaN by code that
	// makes it the positive quiet NaN without payload. What a module computes
	// is then the same whether or not somebody canonicalises it once more.
	Canonical bool
}

// draw chooses a configuration for an input that comes without one.
func draw(s *source) Config {
	c := Config{Features: AllFeatures, Canonical: s.oneIn(3)}
	if s.oneIn(3) { // fewer features, so that each gets its turn to dominate
		most := Features(s.bits(16))
		c.Features &= most | Features(s.bits(16))
	}
	switch s.n(6) {
	case 0:
		c.Functions, c.Nodes, c.Depth = s.between(0, 2), s.between(4, 40), s.between(1, 4)
	case 1:
		c.Functions, c.Nodes, c.Depth = s.between(4, 16), s.between(40, 500), s.between(3, 9)
	default:
		c.Functions, c.Nodes, c.Depth = s.between(1, 6), s.between(20, 200), s.between(2, 6)
	}
	c.Budget = choose(s, []int{0, 3, 20, 100, 100, 400, 400, 1000, 4000})
	c.Unguarded = choose(s, []int{0, 0, 0, 0, 0, 2000, 1000, 400, 100, 15})
	return c
}
