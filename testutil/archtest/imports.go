// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"strings"
)

// CheckImports holds the table: every arrow between two packages of the module
// is allowed by the row of the package it leaves, and every fenced third-party
// package is imported only from within its fence.
func CheckImports(tree *Tree) []Problem {
	return checkImports(tree, Table, Fences)
}

func checkImports(tree *Tree, table []Row, fences []Fence) []Problem {
	problems := []Problem{}
	homeless := map[string]bool{}
	for _, f := range tree.Go {
		row, ok := rowOf(table, f.Dir)
		if !ok && !homeless[f.Dir] {
			homeless[f.Dir] = true
			problems = append(problems, Problem{
				Where: f.Dir,
				What:  "this package stands in no row of the import table",
				Rule:  "give it a row in testutil/archtest/table.go: what it may import, and why",
			})
		}
		if !ok {
			continue
		}
		for _, path := range f.Imports() {
			if to, ours := local(path); ours {
				if !allowed(row, f, to) {
					problems = append(problems, Problem{
						Where: f.Path,
						What:  fmt.Sprintf("%s -> %s is not in the import table (row %q)", f.Dir, to, row.Place),
						Rule:  row.Why,
					})
				}
				continue
			}
			if fence, ok := fenceOf(fences, path); ok && !f.Test && !match("testutil/...", f.Dir) && !matchAny(fence.Only, f.Dir) {
				problems = append(problems, Problem{
					Where: f.Path,
					What:  fmt.Sprintf("%s -> %s is outside of the fence (%s)", f.Dir, path, orNone(fence.Only)),
					Rule:  fence.Why,
				})
			}
		}
	}
	return problems
}

func rowOf(table []Row, dir string) (Row, bool) {
	for _, row := range table {
		if match(row.Place, dir) {
			return row, true
		}
	}
	return Row{}, false
}

func fenceOf(fences []Fence, path string) (Fence, bool) {
	for _, fence := range fences {
		if match(fence.Import, path) {
			return fence, true
		}
	}
	return Fence{}, false
}

func allowed(row Row, f *File, to string) bool {
	switch {
	case f.Dir == to: // an external test package imports the package it tests
		return true
	case f.Test && (match("testutil/...", to) || matchAny(row.Tests, to)):
		return true
	case strings.HasSuffix(row.Place, "/...") && within(row.Place, f.Dir, to):
		return true
	}
	return matchAny(row.May, to)
}

// within says whether both folders lie below the same instance of a place:
// for `worker/modules/*/...`, below the same module.
func within(place, from, to string) bool {
	depth := strings.Count(place, "/")
	a, b := strings.Split(from, "/"), strings.Split(to, "/")
	if len(a) < depth || len(b) < depth {
		return false
	}
	for i := range depth {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}
