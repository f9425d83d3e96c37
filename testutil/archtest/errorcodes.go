// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
)

// CheckErrorCodes looks at every errors.Register(codespace, code, text) of the
// module: codes are literals from 2 (to a client 0 is success, and 1 is "internal") and
// unique in their codespace, for codes are what clients switch on.
func CheckErrorCodes(tree *Tree) []Problem {
	problems := []Problem{}
	constants := stringConstants(tree)
	taken := map[string]string{} // codespace/code -> where
	for _, f := range tree.Go {
		if f.Test || f.Generated {
			continue
		}
		names := importNames(f)
		ast.Inspect(f.AST, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) != 3 || !registersError(call, names) {
				return true
			}
			where := f.at(call)
			code, ok := intLiteral(call.Args[1])
			if !ok {
				problems = append(problems, Problem{where, "the error code is not a literal number", "codes are written out, so that they never move"})
				return true
			}
			if code < 2 {
				problems = append(problems, Problem{where, fmt.Sprintf("error code %d", code), "codes start at 2: 0 is success to clients, and 1 is internal"})
			}
			key := fmt.Sprintf("%s/%d", codespaceOf(call.Args[0], f, constants), code)
			if first, ok := taken[key]; ok {
				problems = append(problems, Problem{where, "error code " + key + " is taken at " + first, "codes are unique in their codespace"})
			}
			taken[key] = where
			return true
		})
	}
	return problems
}

func registersError(call *ast.CallExpr, names map[string]string) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Register" {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	if !ok {
		return false
	}
	switch names[pkg.Name] {
	case "cosmossdk.io/errors", "github.com/cosmos/cosmos-sdk/types/errors":
		return true
	}
	return false
}

func intLiteral(expr ast.Expr) (int, bool) {
	lit, ok := expr.(*ast.BasicLit)
	if !ok || lit.Kind != token.INT {
		return 0, false
	}
	n, err := strconv.Atoi(lit.Value)
	return n, err == nil
}

// codespaceOf resolves a codespace as far as one package's constants go.
func codespaceOf(expr ast.Expr, f *File, constants map[string]string) string {
	switch e := expr.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil {
			return text
		}
	case *ast.Ident:
		if text, ok := constants[f.Dir+"."+e.Name]; ok {
			return text
		}
		return f.Dir + "." + e.Name
	}
	return f.Dir
}

// stringConstants gives the package-level string constants as folder.Name.
func stringConstants(tree *Tree) map[string]string {
	constants := map[string]string{}
	for _, f := range tree.Go {
		for _, decl := range f.AST.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.CONST {
				continue
			}
			for _, spec := range gen.Specs {
				value := spec.(*ast.ValueSpec)
				for i, name := range value.Names {
					if i >= len(value.Values) {
						break
					}
					lit, ok := value.Values[i].(*ast.BasicLit)
					if !ok || lit.Kind != token.STRING {
						continue
					}
					if text, err := strconv.Unquote(lit.Value); err == nil {
						constants[f.Dir+"."+name.Name] = text
					}
				}
			}
		}
	}
	return constants
}
