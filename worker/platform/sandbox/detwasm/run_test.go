// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm_test

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

const plenty = 1 << 40

func TestD7_EveryRunEndsTheSameOnBothEngines(t *testing.T) {
	i32Func := []byte{i32}
	for _, c := range []struct {
		name   string
		status string
		module []byte
		gas    int64
		args   []uint64
	}{
		{"nothing", "ok", program(nil, nil, locals()), plenty, nil},
		{"an endless loop", "out_of_gas", program(nil, nil, locals(), 0x03, 0x40, 0x0c, 0, 0x0b), 1_000_000, nil},
		{"an endless loop with a block around", "out_of_gas", program(nil, nil, locals(), 0x02, 0x40, 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b), 1000, nil},
		{"no gas at all", "out_of_gas", program(nil, nil, locals()), 0, nil},
		{"endless recursion", "out_of_depth", program(nil, nil, locals(), 0x10, 0), plenty, nil},
		{"endless recursion without gas", "out_of_gas", program(nil, nil, locals(), 0x10, 0), 1000, nil},
		{"endless recursion through a table", "out_of_depth", binary(
			section(1, vec(functype(nil, nil))), section(3, vec([]byte{0})), section(4, vec([]byte{0x70, 0, 1})),
			section(7, vec(export("f", 0, 0))), section(9, vec([]byte{0, 0x41, 0, 0x0b, 1, 0})),
			section(10, vec(body(locals(), 0x41, 0, 0x11, 0, 0)))), plenty, nil},
		{"mutual recursion with large frames", "out_of_depth", binary(
			section(1, vec(functype(nil, nil))), section(3, vec([]byte{0}, []byte{0})),
			section(7, vec(export("f", 0, 0))),
			section(10, vec(body(locals(), 0x10, 1), body(append([]byte{1}, append(uleb(1000), i64)...), 0x10, 0)))), plenty, nil},
		{"unreachable", "trap", program(nil, nil, locals(), 0x00), plenty, nil},
		{"division by zero", "trap", program(nil, nil, locals(), 0x41, 1, 0x41, 0, 0x6d, 0x1a), plenty, nil},
		{"a bad access", "trap", program(nil, nil, locals(), 0x41, 0x7f, 0x28, 2, 0, 0x1a), plenty, nil},
		{"a memory.fill too dear", "out_of_gas", program(nil, nil, locals(), 0x41, 0, 0x41, 0, 0x41, 0xe0, 0xd4, 0x03, 0xfc, 11, 0), 5000, nil},
		{"a memory.fill out of bounds", "trap", program(nil, nil, locals(), 0x41, 0, 0x41, 0, 0x41, 0x7f, 0xfc, 11, 0), plenty, nil},
		{"a memory.grow too dear", "out_of_gas", program(nil, nil, locals(), 0x41, 10, 0x40, 0, 0x1a), 100_000, nil},
		{"a memory.grow that fails", "ok", program(nil, i32Func, locals(), 0x41, 0x7f, 0x40, 0), 100_000, nil},
		{"a table.grow beyond the limit", "ok", program(nil, i32Func, locals(), append(append([]byte{0xd0, 0x70, 0x41}, sleb(detwasm.MaxTableSize)...), 0xfc, 15, 0)...), plenty, nil},
		{"a return out of a loop", "ok", program(i32Func, i32Func, locals(), 0x03, 0x40, 0x20, 0, 0x0f, 0x0b, 0x41, 1), plenty, []uint64{7}},
		{"a branch to the function's own label", "ok", program(i32Func, i32Func, locals(), 0x03, 0x40, 0x20, 0, 0x0c, 1, 0x0b, 0x41, 1), plenty, []uint64{7}},
		{"several results out of a loop", "ok", program(i32Func, []byte{i32, i64, i32}, locals(), 0x03, 0x40, 0x20, 0, 0x42, 3, 0x20, 0, 0x0f, 0x0b, 0x00), plenty, []uint64{7}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if e := onBoth(t, c.module, c.gas, specStack, c.args...); e.status != c.status {
				t.Errorf("got %s", e)
			}
		})
	}
}

func TestGrowthThatFailsAnswersMinusOneAndCostsNoPages(t *testing.T) {
	e := onBoth(t, program(nil, []byte{i32}, locals(), 0x41, 0x7f, 0x40, 0), 100_000, specStack)
	none := onBoth(t, program(nil, []byte{i32}, locals(), 0x41, 0, 0x40, 0), 100_000, specStack)
	if uint32(e.results[0]) != math.MaxUint32 || e.used != none.used {
		t.Errorf("got %s, and %s for no pages", e, none)
	}
}

func TestTablesGrowToTheSameSizeEverywhere(t *testing.T) {
	// table.grow by one in a loop until it fails; then table.size.
	code := []byte{0xd0, 0x70}
	code = append(append(code, 0x41), sleb(detwasm.MaxTableSize-4)...)
	code = append(code, 0xfc, 15, 0, 0x1a, 0xd0, 0x70, 0x41, 1, 0xfc, 15, 0, 0x1a, 0xfc, 16, 0)
	e := onBoth(t, program(nil, []byte{i32}, locals(), code...), plenty, specStack)
	if e.status != "ok" || e.results[0] != detwasm.MaxTableSize {
		t.Errorf("got %s", e)
	}
}

// TestATrapInALoopAccountsForTheIterationsBefore: the global is up to date at
// each loop header.
func TestATrapInALoopAccountsForTheIterationsBefore(t *testing.T) {
	// for i = n; ; i-- { 1/i }
	module := program([]byte{i32}, nil, locals(),
		0x03, 0x40, 0x41, 1, 0x20, 0, 0x6d, 0x1a, 0x20, 0, 0x41, 1, 0x6b, 0x21, 0, 0x0c, 0, 0x0b)
	few, many := onBoth(t, module, plenty, specStack, 10), onBoth(t, module, plenty, specStack, 1000)
	if few.status != "trap" || many.status != "trap" || many.used < 80*few.used {
		t.Errorf("%s after 10, %s after 1000 iterations", few, many)
	}
}

func TestGasIsTheSameWhateverTheLimit(t *testing.T) {
	// A loop of n iterations with a call in it.
	module := binary(
		section(1, vec(functype([]byte{i32}, nil), functype(nil, nil))), section(3, vec([]byte{0}, []byte{1})),
		section(7, vec(export("f", 0, 0))),
		section(10, vec(
			body(locals(), 0x03, 0x40, 0x10, 1, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b),
			body(locals()))))
	used := onBoth(t, module, plenty, specStack, 100).used
	if e := onBoth(t, module, used, specStack, 100); e.status != "ok" || e.used != used {
		t.Errorf("with exactly %d: %s", used, e)
	}
	if e := onBoth(t, module, used-1, specStack, 100); e.status != "out_of_gas" {
		t.Errorf("with one less: %s", e)
	}
}

func TestNaNsAreCanonicalWhereverTheyCanBeSeen(t *testing.T) {
	t.Run("by branches", func(t *testing.T) { testNaNs(t, nil) })
	// So many sums before that the function has no branches for them.
	sum := []byte{0x43, 0, 0, 0x80, 0x3f, 0x43, 0, 0, 0x80, 0x3f, 0x92, 0xbc, 0x1a}
	t.Run("by selects", func(t *testing.T) { testNaNs(t, repeat(detwasm.MaxNaNBranches+1, sum...)) })
}

// testNaNs looks for NaNs in functions that begin with the given instructions.
func testNaNs(t *testing.T, before []byte) {
	t.Helper()
	program := func(params, results, locals []byte, code ...byte) []byte {
		return program(params, results, locals, slices.Concat(before, code)...)
	}
	const (
		nan1 = 0x7ff8000000001234
		nan2 = 0xfff8000000005678
	)
	d := []byte{f64}
	f := []byte{f32}
	bits := func(x uint64) []byte {
		b := make([]byte, 8)
		for i := range b {
			b[i] = byte(x >> (8 * i))
		}
		return b
	}
	splat := func(x uint64) []byte { return slices.Concat([]byte{0xfd, 0x0c}, bits(x), bits(x)) }
	for _, c := range []struct {
		name   string
		module []byte
		args   []uint64
		want   uint64
	}{
		{"nan + nan", program([]byte{f64, f64}, d, locals(), 0x20, 0, 0x20, 1, 0xa0), []uint64{nan1, nan2}, 0x7ff8000000000000},
		{"0 / 0", program([]byte{f64, f64}, d, locals(), 0x20, 0, 0x20, 1, 0xa3), []uint64{0, 0}, 0x7ff8000000000000},
		{"0 / 0 through a store", program([]byte{f64, f64}, []byte{i64}, locals(), 0x41, 0, 0x20, 0, 0x20, 1, 0xa3, 0x39, 3, 0, 0x41, 0, 0x29, 3, 0), []uint64{0, 0}, 0x7ff8000000000000},
		{"a negated result", program([]byte{f64, f64}, d, locals(), 0x20, 0, 0x20, 1, 0xa3, 0x9a), []uint64{0, 0}, 0xfff8000000000000},
		{"sqrt of -1", program(d, d, locals(), 0x20, 0, 0x9f), []uint64{math.Float64bits(-1)}, 0x7ff8000000000000},
		{"nearest of a nan", program(d, d, locals(), 0x20, 0, 0x9e), []uint64{nan1}, 0x7ff8000000000000},
		{"min of nans", program([]byte{f64, f64}, d, locals(), 0x20, 0, 0x20, 1, 0xa4), []uint64{nan1, nan2}, 0x7ff8000000000000},
		{"a demoted nan", program(d, f, locals(), 0x20, 0, 0xb6), []uint64{nan1}, 0x7fc00000},
		{"a promoted nan", program(f, d, locals(), 0x20, 0, 0xbb), []uint64{0xffc12345}, 0x7ff8000000000000},
		{"f32 nan * nan", program([]byte{f32, f32}, f, locals(), 0x20, 0, 0x20, 1, 0x94), []uint64{0x7fc12345, 0xffc54321}, 0x7fc00000},
		{"a chain of which only the end is made canonical", program([]byte{f64, f64}, d, locals(), 0x20, 0, 0x20, 1, 0xa3, 0x20, 1, 0xa0, 0x20, 0, 0xa2), []uint64{0, 0}, 0x7ff8000000000000},
		{"a copy keeps its bits", program(d, d, locals(f64), 0x20, 0, 0x21, 1, 0x20, 1), []uint64{nan1}, nan1},
		{"abs keeps the payload", program(d, d, locals(), 0x20, 0, 0x99), []uint64{nan2}, nan2 &^ (1 << 63)},
		{"copysign keeps the payload", program([]byte{f64, f64}, d, locals(), 0x20, 0, 0x20, 1, 0xa6), []uint64{nan1, nan2}, nan1 | 1<<63},
		{"f64x2.add of nans", program(nil, []byte{i64}, locals(), slices.Concat(splat(nan1), splat(nan2), []byte{0xfd, 0xf0, 0x01, 0xfd, 0x1d, 1})...), nil, 0x7ff8000000000000},
		{"f32x4.add of nans", program(nil, []byte{i64}, locals(), slices.Concat(splat(0x7fc12345ffc54321), splat(0x3f800000bf800000), []byte{0xfd, 0xe4, 0x01, 0xfd, 0x1d, 1})...), nil, 0x7fc000007fc00000},
		{"f64x2.add seen as f32x4", program(nil, []byte{i64}, locals(), slices.Concat(splat(nan1), splat(nan2), []byte{0xfd, 0xf0, 0x01}, splat(0), []byte{0xfd, 0xe4, 0x01, 0xfd, 0x1d, 1})...), nil, 0x7fc0000000000000},
		{"f32x4.pmin keeps its bits", program(nil, []byte{i64}, locals(), slices.Concat(splat(nan1), splat(nan2), []byte{0xfd, 0xea, 0x01, 0xfd, 0x1d, 1})...), nil, nan1},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := onBoth(t, c.module, plenty, specStack, c.args...)
			if e.status != "ok" || e.results[0] != c.want {
				t.Errorf("%s, not %#x", e, c.want)
			}
		})
	}
}

func TestInstrumentingIsAPureFunction(t *testing.T) {
	module := program([]byte{f64, i32}, []byte{i32, i32, f64}, locals(v128, f32),
		0x03, 0x40, 0x20, 1, 0x41, 1, 0x6b, 0x22, 1, 0x0d, 0, 0x0b, 0x20, 1, 0x20, 1, 0x20, 0, 0x20, 0, 0xa0)
	before := slices.Clone(module)
	first := instrument(t, module)
	for range 10 {
		if again := instrument(t, module); !bytes.Equal(first.Code, again.Code) || first.StartGas != again.StartGas {
			t.Fatal("the same module gave other bytes")
		}
	}
	if !bytes.Equal(module, before) {
		t.Error("the module itself was changed")
	}
}

func TestCustomSectionsChangeNothing(t *testing.T) {
	custom := section(0, slices.Concat(sized([]byte("name")), []byte{1, 2, 3}))
	plain := program(nil, nil, locals())
	if !bytes.Equal(instrument(t, plain).Code, instrument(t, append(slices.Clone(plain), custom...)).Code) {
		t.Error("a custom section left a trace")
	}
}

func TestAModuleSaysWhatItsHostHasToKnow(t *testing.T) {
	m := instrument(t, program([]byte{i32}, []byte{i64}, locals(), 0x42, 0))
	e := m.Exports["f"]
	if e.Kind != detwasm.ExternFunc || len(e.Func.Params) != 1 || e.Func.Params[0] != detwasm.I32 || e.Func.Results[0] != detwasm.I64 {
		t.Errorf("f is %+v", e)
	}
	if m.Exports["memory"].Kind != detwasm.ExternMemory || !m.HasMemory || m.MemoryMin != 1 || m.MemoryMax != detwasm.MaxMemoryPages {
		t.Errorf("memory of %d to %d pages", m.MemoryMin, m.MemoryMax)
	}
	if len(m.Exports) != 2 {
		t.Errorf("exports are %v", m.Exports)
	}
}
