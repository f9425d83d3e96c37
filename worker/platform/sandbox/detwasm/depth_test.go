// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package detwasm_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

// TestD7_TheStackOfTheProfileFitsTheNativeStack recurses without end through
// functions that are made to need large native frames. Each has to end out of
// depth, never in the engine's own stack overflow.
func TestD7_TheStackOfTheProfileFitsTheNativeStack(t *testing.T) {
	self := []byte{0x20, 0, 0x10, 0} // f(x)
	get := func(i int) []byte { return append([]byte{0x20}, uleb(i)...) }
	set := func(i int) []byte { return append([]byte{0x21}, uleb(i)...) }
	many := func(n int, f func(i int) []byte) []byte {
		var b []byte
		for i := range n {
			b = append(b, f(i)...)
		}
		return b
	}
	add := func(int) []byte { return []byte{0x6a} }
	const n = 300
	group := func(t byte) []byte { return append(append([]byte{1}, uleb(n)...), t) }
	writes := many(n, func(i int) []byte { return slices.Concat(get(1+i), []byte{0x41, 1, 0x6a}, set(1+i)) })
	reads := slices.Concat(many(n, func(i int) []byte { return get(1 + i) }), many(n-1, add))
	for _, c := range []struct {
		name   string
		locals []byte
		code   []byte
	}{
		{"sums that live across the call", locals(), slices.Concat(
			many(n, func(i int) []byte { return slices.Concat([]byte{0x20, 0, 0x41}, sleb(int64(i)), []byte{0x6a}) }),
			self, many(n, add))},
		{"quotients", locals(), slices.Concat(
			many(n, func(i int) []byte { return slices.Concat([]byte{0x20, 0, 0x41}, sleb(int64(i+1)), []byte{0x6d}) }),
			self, many(n, add))},
		{"shifts", locals(), slices.Concat(
			many(n, func(i int) []byte {
				return slices.Concat([]byte{0x20, 0, 0x20, 0, 0x41}, sleb(int64(i)), []byte{0x6a, 0x74})
			}), self, many(n, add))},
		{"loads", locals(), slices.Concat(
			many(n, func(i int) []byte { return slices.Concat([]byte{0x41}, sleb(int64(4*i)), []byte{0x28, 2, 0}) }),
			self, many(n, add))},
		{"sums of floats", locals(), slices.Concat(
			many(n, func(int) []byte { return []byte{0x20, 0, 0xb7, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0xa0} }),
			self, []byte{0xb7}, repeat(n, 0xa0), []byte{0xaa})},
		{"sums of floats without branches", locals(), slices.Concat(
			many(2*n, func(int) []byte { return []byte{0x20, 0, 0xb7, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0xa0} }),
			self, []byte{0xb7}, repeat(2*n, 0xa0), []byte{0xaa})},
		{"selects and masks", group(f64), slices.Concat(
			many(n, func(i int) []byte { return slices.Concat([]byte{0x20, 0, 0xb7}, set(1+i)) }),
			many(n, func(i int) []byte { return slices.Concat(get(1+i), get(1+(i+1)%n), []byte{0x20, 0, 0x1b}, set(1+i)) }),
			many(n, func(i int) []byte { return slices.Concat([]byte{0x20, 0, 0x41}, sleb(int64(i)), []byte{0x71, 0x22, 0}) }),
			self, many(n, func(i int) []byte { return slices.Concat(get(1+i), []byte{0xaa, 0x6a}) }), many(n, add))},
		{"phis of ifs", group(i32), slices.Concat(
			many(20, func(int) []byte { return slices.Concat([]byte{0x20, 0, 0x04, 0x40}, writes, []byte{0x0b}) }),
			self, []byte{0x1a}, reads)},
		{"phis of nested loops", group(i32), slices.Concat(
			repeat(20, 0x03, 0x40), writes, self, []byte{0x1a}, repeat(20, 0x41, 0, 0x0d, 0, 0x0b), reads)},
		{"phis of nested blocks", group(i32), slices.Concat(
			repeat(20, 0x02, 0x40),
			many(20, func(int) []byte { return slices.Concat([]byte{0x41, 0, 0x0d, 0}, writes, []byte{0x0b}) }),
			self, []byte{0x1a}, reads)},
		{"vectors", group(v128), slices.Concat(
			many(n, func(i int) []byte { return slices.Concat([]byte{0x20, 0, 0xfd, 0x11}, set(1+i)) }),
			many(n, func(i int) []byte {
				return slices.Concat(get(1+i), get(1+(i+1)%n), []byte{0xfd, 0xe7, 0x01}, set(1+i))
			}),
			self, many(n, func(i int) []byte { return slices.Concat(get(1+i), []byte{0xfd, 0x1b, 0, 0x6a}) }))},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := instrument(t, program([]byte{i32}, []byte{i32}, c.locals, c.code...))
			ctx := t.Context()
			r := wazero.NewRuntimeWithConfig(ctx, compilerConfig())
			defer func() { _ = r.Close(ctx) }()
			mod, err := r.Instantiate(ctx, m.Code)
			if err != nil {
				t.Fatal(err)
			}
			setGlobal(t, mod, detwasm.GasGlobal, plenty)
			if got := getGlobal(mod, detwasm.StackGlobal); got != detwasm.StackBudget {
				t.Fatalf("the module begins with %d bytes of stack", got)
			}
			_, err = mod.ExportedFunction("f").Call(ctx, 4)
			if err == nil || strings.Contains(err.Error(), "stack overflow") || getGlobal(mod, detwasm.StackGlobal) >= 0 {
				t.Errorf("not out of depth: %.200v", err)
			}
		})
	}
}

// TestOrdinaryRecursionIsDeepEnough: fib calls itself to a depth of 20,000.
func TestOrdinaryRecursionIsDeepEnough(t *testing.T) {
	// f(x) = x == 0 ? 0 : f(x-1) + x
	module := program([]byte{i32}, []byte{i32}, locals(),
		0x20, 0, 0x45, 0x04, i32, 0x41, 0, 0x05, 0x20, 0, 0x41, 1, 0x6b, 0x10, 0, 0x20, 0, 0x6a, 0x0b)
	m := instrument(t, module)
	if e := call(t, compilerConfig(), m.Code, plenty, detwasm.StackBudget, 20_000); e.status != "ok" || e.results[0] != 200_010_000 {
		t.Errorf("got %s", e)
	}
}
