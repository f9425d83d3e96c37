// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strings"
)

// CheckDeterminism looks at hand-written product code of the state machine
// (x/ and app/, without tests and simulations) for what makes two nodes
// disagree: floats, the machine's clock, goroutines and channels, math/rand,
// and ranging over a map. It reads syntax only, so it is a net and no proof;
// the shadow apps of testutil/testapp are the other net.
func CheckDeterminism(tree *Tree) []Problem {
	problems := []Problem{}
	for _, f := range tree.Go {
		if f.Test || f.Generated || !isStateMachine(f.Dir) {
			continue
		}
		w := &determinism{file: f, names: importNames(f)}
		ast.Inspect(f.AST, w.look)
		problems = append(problems, w.problems...)
	}
	return problems
}

func isStateMachine(dir string) bool {
	if match("x/*/simulation/...", dir) {
		return false
	}
	return match("x/...", dir) || match("app/...", dir)
}

// wallClock lists what package time has that reads the machine's clock or
// zone, or waits for it.
var wallClock = map[string]bool{
	"Now": true, "Since": true, "Until": true, "Sleep": true, "After": true, "AfterFunc": true,
	"Tick": true, "NewTimer": true, "NewTicker": true, "Local": true, "LoadLocation": true,
}

// integerLimit matches the constants of package math that are integers.
var integerLimit = regexp.MustCompile(`^(Max|Min)(Int|Uint)(8|16|32|64)?$`)

type determinism struct {
	file     *File
	names    map[string]string // local name of an import -> its path
	problems []Problem
}

func (d *determinism) add(node ast.Node, what, rule string) {
	d.problems = append(d.problems, Problem{Where: d.file.at(node), What: what, Rule: rule})
}

func (d *determinism) look(node ast.Node) bool {
	const (
		noFloats = "integers only: amounts are math.Int, fractions are basis points"
		noClock  = "time is the block's: ctx.BlockTime(), in UTC"
		noRaces  = "a block is one sequence: no goroutines, channels or select"
		noRand   = "randomness comes from the beacon, through a seed that all nodes have"
	)
	switch n := node.(type) {
	case *ast.Ident:
		if n.Name == "float32" || n.Name == "float64" || n.Name == "complex64" || n.Name == "complex128" {
			d.add(n, "uses "+n.Name, noFloats)
		}
	case *ast.BasicLit:
		if n.Kind == token.FLOAT || n.Kind == token.IMAG {
			d.add(n, "float literal "+n.Value, noFloats)
		}
	case *ast.GoStmt:
		d.add(n, "starts a goroutine", noRaces)
	case *ast.SelectStmt:
		d.add(n, "selects between channels", noRaces)
	case *ast.ChanType:
		d.add(n, "uses a channel", noRaces)
	case *ast.RangeStmt:
		d.lookAtRange(n)
	case *ast.ImportSpec:
		path := strings.Trim(n.Path.Value, `"`)
		if path == "math/rand" || path == "math/rand/v2" || path == "math/cmplx" {
			d.add(n, "imports "+path, noRand)
		}
	case *ast.SelectorExpr:
		pkg, ok := n.X.(*ast.Ident)
		if !ok || pkg.Obj != nil { // pkg.Obj: a variable that hides the import
			return true
		}
		switch path := d.names[pkg.Name]; {
		case path == "time" && wallClock[n.Sel.Name]:
			d.add(n, "uses time."+n.Sel.Name, noClock)
		case path == "math" && !integerLimit.MatchString(n.Sel.Name):
			d.add(n, "uses math."+n.Sel.Name, noFloats)
		case path == "strconv" && (n.Sel.Name == "ParseFloat" || n.Sel.Name == "FormatFloat"):
			d.add(n, "uses strconv."+n.Sel.Name, noFloats)
		}
	}
	return true
}

// lookAtRange finds ranges whose order is a map's: over names that are
// declared as maps in the same file, over map literals, and over the
// iterators of package maps.
func (d *determinism) lookAtRange(n *ast.RangeStmt) {
	const sorted = "Go ranges over a map in a different order on every node: range over slices.Sorted(maps.Keys(m))"
	switch x := n.X.(type) {
	case *ast.Ident:
		if x.Obj != nil && declaresMap(x.Obj) {
			d.add(n, fmt.Sprintf("ranges over the map %s", x.Name), sorted)
		}
	case *ast.CompositeLit:
		if _, ok := x.Type.(*ast.MapType); ok {
			d.add(n, "ranges over a map literal", sorted)
		}
	case *ast.CallExpr:
		if sel, ok := x.Fun.(*ast.SelectorExpr); ok {
			if pkg, ok := sel.X.(*ast.Ident); ok && d.names[pkg.Name] == "maps" {
				d.add(n, "ranges over maps."+sel.Sel.Name, sorted)
			}
		}
	}
}

// declaresMap says whether a name of this file is visibly a map: declared with
// a map type, or set to a map literal or to make of one.
//
//nolint:staticcheck // SA1019: ast.Object may be wrong about keys of literals, which are not ranged over; the alternative is a type check of the whole chain
func declaresMap(obj *ast.Object) bool {
	switch decl := obj.Decl.(type) {
	case *ast.Field:
		return isMap(decl.Type)
	case *ast.ValueSpec:
		if decl.Type != nil {
			return isMap(decl.Type)
		}
		for i, name := range decl.Names {
			if name.Name == obj.Name && i < len(decl.Values) {
				return isMap(decl.Values[i])
			}
		}
	case *ast.AssignStmt:
		for i, left := range decl.Lhs {
			if name, ok := left.(*ast.Ident); ok && name.Name == obj.Name && len(decl.Lhs) == len(decl.Rhs) {
				return isMap(decl.Rhs[i])
			}
		}
	}
	return false
}

func isMap(expr ast.Expr) bool {
	switch e := expr.(type) {
	case *ast.MapType:
		return true
	case *ast.CompositeLit:
		_, ok := e.Type.(*ast.MapType)
		return ok
	case *ast.CallExpr:
		fun, ok := e.Fun.(*ast.Ident)
		return ok && fun.Name == "make" && len(e.Args) > 0 && isMap(e.Args[0])
	}
	return false
}

// importNames gives the local names of a file's imports.
func importNames(f *File) map[string]string {
	names := map[string]string{}
	for i, path := range f.Imports() {
		name := path[strings.LastIndex(path, "/")+1:]
		if alias := f.AST.Imports[i].Name; alias != nil {
			name = alias.Name
		}
		names[name] = path
	}
	return names
}

// starters are beginnings of the names of functions that run before the first
// block or outside of the chain's life, where a panic is the right answer to a
// build that cannot work.
var starters = regexp.MustCompile(`^(New|new|Must|must|init$|SetHooks$|InitGenesis|ExportGenesis|Register|register|DefaultGenesis)`)

// CheckPanics wants no panic in x/ after start-up: a handler returns an error,
// and Begin/EndBlock leaves an event, or one bad item would halt the chain.
func CheckPanics(tree *Tree) []Problem {
	problems := []Problem{}
	for _, f := range tree.Go {
		if f.Test || f.Generated || !match("x/...", f.Dir) || match("x/*/simulation/...", f.Dir) {
			continue
		}
		for _, decl := range f.AST.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil || starters.MatchString(fn.Name.Name) {
				continue
			}
			ast.Inspect(fn.Body, func(node ast.Node) bool {
				if call, ok := node.(*ast.CallExpr); ok {
					if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "panic" && id.Obj == nil {
						problems = append(problems, Problem{
							Where: f.at(call),
							What:  fn.Name.Name + " panics",
							Rule:  "no panic after start-up: return an error (only New…, Must…, Register…, SetHooks, InitGenesis and ExportGenesis may panic)",
						})
					}
				}
				return true
			})
		}
	}
	return problems
}
