// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"
)

// Module is the import path of this module; a package's Dir is what follows it.
const Module = "github.com/openmesh-network/openmesh"

// A Tree is the source text of a module, without its nested modules, test data
// and hidden folders.
type Tree struct {
	Go     []*File
	Protos []*Proto
	// Texts are the other files that rules look at (READMEs), by path.
	Texts map[string]string
}

// A File is one Go file of the tree, parsed but not type-checked.
type File struct {
	Path      string // slash-separated, from the root of the module
	Dir       string // the package's folder; "." for the root
	Source    string
	AST       *ast.File
	Fset      *token.FileSet
	Test      bool // *_test.go
	Generated bool // carries the standard "Code generated … DO NOT EDIT." line
}

// A Problem is one breach of one rule.
type Problem struct {
	Where string // file:line, or a file, or a folder
	What  string // what is wrong there
	Rule  string // the rule, as advice
}

func (p Problem) String() string {
	return fmt.Sprintf("%s: %s\n\trule: %s", p.Where, p.What, p.Rule)
}

// Load reads the tree below the root of fsys. It fails only on unreadable
// files and on Go files that do not parse.
func Load(fsys fs.FS) (*Tree, error) {
	tree := &Tree{Texts: map[string]string{}}
	fset := token.NewFileSet()
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipFolder(fsys, name)
		}
		switch {
		case strings.HasSuffix(name, ".go"):
			file, err := parseGo(fset, fsys, name)
			if err != nil {
				return err
			}
			tree.Go = append(tree.Go, file)
		case strings.HasSuffix(name, ".proto") && !strings.Contains(name, "third_party/"):
			text, err := fs.ReadFile(fsys, name)
			if err != nil {
				return err
			}
			tree.Protos = append(tree.Protos, parseProto(name, string(text)))
		case path.Base(name) == "README.md":
			text, err := fs.ReadFile(fsys, name)
			if err != nil {
				return err
			}
			tree.Texts[name] = string(text)
		}
		return nil
	})
	return tree, err
}

// skipFolder says whether the walk passes a folder by: hidden ones, test data,
// installed front-end packages and modules of their own.
func skipFolder(fsys fs.FS, name string) error {
	base := path.Base(name)
	if name == "." {
		return nil
	}
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") ||
		base == "testdata" || base == "node_modules" || name == "bin" {
		return fs.SkipDir
	}
	if _, err := fs.Stat(fsys, path.Join(name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func parseGo(fset *token.FileSet, fsys fs.FS, name string) (*File, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	// Object resolution is wanted: it tells which names are maps (see
	// determinism.go) without a type check.
	parsed, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	return &File{
		Path:      name,
		Dir:       path.Dir(name),
		Source:    string(text),
		AST:       parsed,
		Fset:      fset,
		Test:      strings.HasSuffix(name, "_test.go"),
		Generated: ast.IsGenerated(parsed),
	}, nil
}

// Imports lists the import paths of a file, in the order written.
func (f *File) Imports() []string {
	paths := make([]string, 0, len(f.AST.Imports))
	for _, spec := range f.AST.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has refused it already
		}
		paths = append(paths, p)
	}
	return paths
}

// at names the place of a node of this file.
func (f *File) at(node ast.Node) string {
	return fmt.Sprintf("%s:%d", f.Path, f.Fset.Position(node.Pos()).Line)
}

// Dirs lists the folders of the tree that hold Go files, sorted.
func (t *Tree) Dirs() []string {
	seen := map[string]bool{}
	dirs := []string{}
	for _, f := range t.Go {
		if !seen[f.Dir] {
			seen[f.Dir] = true
			dirs = append(dirs, f.Dir)
		}
	}
	sort.Strings(dirs)
	return dirs
}

// local gives the folder of an import path of this module.
func local(importPath string) (dir string, ok bool) {
	if importPath == Module {
		return ".", true
	}
	return strings.CutPrefix(importPath, Module+"/")
}
