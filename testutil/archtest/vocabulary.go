// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/ast"
	"strings"
)

// CheckVocabulary holds rule B6 of the bus: what is said on it is an immutable
// plain value. The types of worker/message have no pointers, channels,
// functions, interfaces, maps or contexts, and come from no other module but
// the content identifier's.
func CheckVocabulary(tree *Tree) []Problem {
	problems := []Problem{}
	for _, f := range tree.Go {
		if f.Test || f.Generated || !match("worker/message/...", f.Dir) {
			continue
		}
		add := func(node ast.Node, what string) {
			problems = append(problems, Problem{f.at(node), what, "messages are immutable plain values (B6): what two modules hold at once, neither may change"})
		}
		for i, p := range f.Imports() {
			_, ours := local(p) // the import table's to judge
			foreign := strings.Contains(strings.Split(p, "/")[0], ".") && p != "github.com/ipfs/go-cid"
			if foreign && !ours || p == "context" || p == "sync" {
				add(f.AST.Imports[i], "imports "+p)
			}
		}
		ast.Inspect(f.AST, func(node ast.Node) bool {
			st, ok := node.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range st.Fields.List {
				ast.Inspect(field.Type, func(n ast.Node) bool {
					switch n.(type) {
					case *ast.StarExpr, *ast.ChanType, *ast.FuncType, *ast.InterfaceType, *ast.MapType:
						add(n, fmt.Sprintf("a field holds a %s", kindOf(n)))
					}
					return true
				})
			}
			return true
		})
	}
	return problems
}

func kindOf(node ast.Node) string {
	switch node.(type) {
	case *ast.StarExpr:
		return "pointer"
	case *ast.ChanType:
		return "channel"
	case *ast.FuncType:
		return "function"
	case *ast.MapType:
		return "map"
	}
	return "interface"
}
