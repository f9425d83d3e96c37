// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheSpecificationHasTheNumbersOfTheCode reads the tables of docs/detwasm.md.
func TestTheSpecificationHasTheNumbersOfTheCode(t *testing.T) {
	paths, err := filepath.Glob("../../../../docs/detwasm*.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{} // a table's rows by their first cell
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, wasi, found := strings.Cut(string(text), "## WASI preview 1")
		if !found {
			continue
		}
		for line := range strings.Lines(wasi) {
			if cells := strings.Split(line, "|"); len(cells) > 3 {
				if first := strings.TrimSpace(cells[1]); rows[first] == "" {
					rows[first] = strings.TrimSpace(cells[2]) + "|" + strings.TrimSpace(cells[3])
				}
			}
		}
	}
	if len(rows) == 0 {
		t.Fatal("no specification of WASI in docs/detwasm.md")
	}
	for name, gas := range map[string]uint64{
		"call": gasCall, "file": gasFile, "entry": gasEntry, "vector": gasVector, "byte": gasByte, "growth": gasGrowth,
		"random byte": gasRandomByte, "path byte": gasPathByte, "name": gasName, "snapshot": gasSnapshot, "listed": gasListed,
		"moved": gasMoved, "string": gasString, "subscription": gasSubscription,
	} {
		got, _, _ := strings.Cut(rows[name], "|")
		if strings.ReplaceAll(got, ",", "") != fmt.Sprint(gas) {
			t.Errorf("%s costs %d, and %q in the specification", name, gas, got)
		}
	}
	flat := map[uint64]string{
		gasCall: "call", gasCall + gasFile: "call + file", gasCall + gasEntry: "call + entry", gasCall + 2*gasEntry: "call + 2 × entry",
	}
	for _, f := range Functions() {
		types := ""
		for _, p := range f.Params {
			types += map[bool]string{true: "I", false: "i"}[p == i64]
		}
		if want := types + "|" + flat[f.Gas]; rows[f.Name] != want {
			t.Errorf("%s is %q, and %q in the specification", f.Name, want, rows[f.Name])
		}
	}
	for what, limit := range map[string]int{
		"open descriptors, the first five included": MaxDescriptors, "files and folders below /out": MaxEntries,
		"depth of /out (`/out/a` has depth 1)": MaxDepth, "a name": MaxName, "a path": MaxPath,
		"buffers of one read or write": MaxVectors, "subscriptions of one poll": MaxSubscriptions,
	} {
		if got, _, _ := strings.Cut(rows[what], "|"); !strings.HasPrefix(got, fmt.Sprint(limit)) {
			t.Errorf("%s: %d, and %q in the specification", what, limit, got)
		}
	}
}
