// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Command wasmtime runs instrumented programs on wasmtime and on wazero's
// compiler and compares all that is seen of them: generated programs, those that
// the fuzz target keeps, and the examples on input of their own. It prints what was compared and leaves with 1
// if anything differed.
//
// It has a module of its own because wasmtime comes with cgo and a large
// library, which nothing else here needs:
//
//	make wasmtime-check SEEDS=5000
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/difftest"
)

func main() {
	seeds := flag.Uint64("seeds", 5000, "how many generated programs to compare")
	first := flag.Uint64("first", 0, "the first seed")
	examples := flag.String("examples", "../../bin/examples", "folder with the example programs, empty for none")
	kept := flag.String("corpus", "../../worker/platform/sandbox/difftest/testdata/fuzz/FuzzDifferential", "folder with inputs that the fuzz target keeps, empty for none")
	flag.Parse()
	debug.SetGCPercent(400)

	t := &table{}
	for n := *first; n < *first+*seeds; n++ {
		t.generated("generated", fmt.Sprint("seed ", n), binary.LittleEndian.AppendUint64(nil, n))
	}
	if *kept != "" {
		for _, in := range corpus(*kept) {
			if in.err != nil {
				t.fail("kept", in.name, in.err)
				continue
			}
			t.generated("kept", in.name, in.data)
		}
	}
	if *examples != "" {
		for _, e := range exampleCases(*examples) {
			if e.err != nil {
				t.fail("examples", e.name, e.err)
				continue
			}
			t.compare("examples", e.name, e.Case)
		}
	}
	t.print()
	if t.failed > 0 {
		os.Exit(1)
	}
}

// table counts what was compared, by group and by how programs ended.
type table struct {
	groups []string
	rows   map[string]map[difftest.Status]int
	gas    map[string]int64
	failed int
}

// generated compares the engines on what an input generates.
func (t *table) generated(group, name string, data []byte) {
	_, c, err := difftest.New(data)
	if err != nil {
		t.fail(group, name, err)
		return
	}
	t.compare(group, name, c)
}

// compare runs a case on both engines.
func (t *table) compare(group, name string, c difftest.Case) {
	ours, err := difftest.Compiler.Run(c)
	if err != nil {
		t.fail(group, name, fmt.Errorf("wazero: %w", err))
		return
	}
	theirs, err := wasmtimeEngine.Run(c)
	if err != nil {
		t.fail(group, name, fmt.Errorf("wasmtime: %w", err))
		return
	}
	if d := difftest.Difference(ours, theirs, true); d != "" {
		t.fail(group, name, fmt.Errorf("wazero and wasmtime differ in %s", d))
		return
	}
	t.count(group, ours)
	if group == "examples" {
		fmt.Printf("%-32s %-6s exit %d, %d gas, %d pages, %d bytes out, %d files\n",
			name, ours.Status, ours.ExitCode, ours.Used, ours.Pages, len(ours.Stdout), len(ours.Files))
	}
}

func (t *table) count(group string, r difftest.Report) {
	if t.rows == nil {
		t.rows, t.gas = map[string]map[difftest.Status]int{}, map[string]int64{}
	}
	if t.rows[group] == nil {
		t.rows[group] = map[difftest.Status]int{}
		t.groups = append(t.groups, group)
	}
	t.rows[group][r.Status]++
	t.gas[group] += r.Used
}

func (t *table) fail(group, name string, err error) {
	t.failed++
	fmt.Printf("%s, %s: %v\n", group, name, err)
}

func (t *table) print() {
	statuses := []difftest.Status{difftest.OK, difftest.Exit, difftest.Trap, difftest.OutOfGas, difftest.OutOfDepth}
	fmt.Printf("\n%-10s %8s", "", "equal")
	for _, s := range statuses {
		fmt.Printf(" %12s", s)
	}
	fmt.Printf(" %16s\n", "gas")
	for _, group := range t.groups {
		sum := 0
		for _, s := range statuses {
			sum += t.rows[group][s]
		}
		fmt.Printf("%-10s %8d", group, sum)
		for _, s := range statuses {
			fmt.Printf(" %12d", t.rows[group][s])
		}
		fmt.Printf(" %16d\n", t.gas[group])
	}
	fmt.Printf("differences and failures: %d\n", t.failed)
}
