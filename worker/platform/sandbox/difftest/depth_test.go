// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package difftest_test

import (
	"testing"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/difftest"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasmgen"
)

// The interpreter cannot follow here: this is the compiler and the whole budget.
func TestD7_RecursionEndsBeforeTheNativeStackDoes(t *testing.T) {
	deep, first := 0, number(t, "DIFFTEST_FIRST", 0)
	for n := first; n < first+number(t, "DIFFTEST_DEEP", 60); n++ {
		m := wasmgen.NewWith(wasmgen.Config{
			Features: wasmgen.AllFeatures, Functions: 1 + int(n%5), Nodes: 20 + int(n*37%400), Depth: 3 + int(n%5),
			Budget: 1 << 30, Unguarded: 40,
		}, seed(n))
		out, err := detwasm.Instrument(m.Code, detwasm.Options{Import: wasip1.CheckImport})
		if err != nil {
			t.Fatal(err)
		}
		report, err := difftest.Compiler.Run(difftest.Case{
			Code: out.Code, Instrumented: true, Gas: 100_000_000, Stack: detwasm.StackBudget,
			Memory: difftest.MemoryLimit, World: difftest.World(),
		})
		if err != nil {
			t.Errorf("seed %d: %v", n, err)
		}
		if report.Status == difftest.OutOfDepth {
			deep++
		}
	}
	t.Logf("%d programs went as deep as they may", deep)
	if deep == 0 {
		t.Error("no program went deep")
	}
}
