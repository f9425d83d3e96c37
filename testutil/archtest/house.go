// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"regexp"
	"strings"
)

// MaxLines is the most lines that a hand-written Go file may have.
const MaxLines = 600

const header = "// Copyright 2026 The Openmesh Authors\n// SPDX-License-Identifier: Apache-2.0\n"

// CheckHeaders wants the two header lines at the top of every hand-written Go
// file.
func CheckHeaders(tree *Tree) []Problem {
	problems := []Problem{}
	for _, f := range tree.Go {
		if !f.Generated && !strings.HasPrefix(f.Source, header) {
			problems = append(problems, Problem{
				Where: f.Path,
				What:  "does not start with the licence header",
				Rule:  "the first two lines are: " + strings.TrimSpace(strings.ReplaceAll(header, "\n", "  ")),
			})
		}
	}
	return problems
}

// CheckPackageDocs wants a doc comment on every package: what it is
// responsible for. A comment in generated code does not count, and a package of
// nothing but generated code owes none.
func CheckPackageDocs(tree *Tree) []Problem {
	written, documented := map[string]bool{}, map[string]bool{}
	for _, f := range tree.Go {
		written[f.Dir] = written[f.Dir] || !f.Generated
		if !f.Generated && f.AST.Doc != nil && isPackageDoc(f) {
			documented[f.Dir] = true
		}
	}
	problems := []Problem{}
	for _, dir := range tree.Dirs() {
		if written[dir] && !documented[dir] {
			problems = append(problems, Problem{
				Where: dir,
				What:  "this package has no doc comment",
				Rule:  "doc.go says in five lines what the package is responsible for, and what not; the comment starts with \"Package <name>\" (\"Command <name>\" or the like for a main package)",
			})
		}
	}
	return problems
}

func isPackageDoc(f *File) bool {
	text := f.AST.Doc.Text()
	if f.AST.Name.Name == "main" {
		return !strings.HasPrefix(text, "Copyright")
	}
	name := strings.TrimSuffix(f.AST.Name.Name, "_test")
	return strings.HasPrefix(text, "Package "+name)
}

// CheckSizes holds hand-written Go files under MaxLines lines.
func CheckSizes(tree *Tree) []Problem {
	problems := []Problem{}
	for _, f := range tree.Go {
		if lines := strings.Count(f.Source, "\n"); !f.Generated && lines > MaxLines {
			problems = append(problems, Problem{
				Where: f.Path,
				What:  fmt.Sprintf("has %d lines, more than %d", lines, MaxLines),
				Rule:  "one file holds one noun; a file that has outgrown a reader holds several",
			})
		}
	}
	return problems
}

var (
	promise  = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)
	numbered = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\(#\d+\)`)
)

// CheckPromises wants an issue number behind every note of work left undone.
func CheckPromises(tree *Tree) []Problem {
	problems := []Problem{}
	add := func(where string) {
		problems = append(problems, Problem{
			Where: where,
			What:  "a promise without an issue number",
			Rule:  "work left undone has an issue; name it as " + "TO" + "DO(#123), or do it now",
		})
	}
	for _, f := range tree.Go {
		if f.Generated {
			continue
		}
		for _, group := range f.AST.Comments {
			for _, c := range group.List {
				if promise.MatchString(numbered.ReplaceAllString(c.Text, "")) {
					add(f.at(c))
				}
			}
		}
	}
	for _, p := range tree.Protos {
		for i, line := range strings.Split(p.Source, "\n") {
			if promise.MatchString(numbered.ReplaceAllString(line, "")) {
				add(fmt.Sprintf("%s:%d", p.Path, i+1))
			}
		}
	}
	return problems
}
