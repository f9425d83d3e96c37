// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package examples_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// goroot is the Go distribution, whose tests come with text, tables and images.
func goroot(t *testing.T, elements ...string) string {
	t.Helper()
	return filepath.Join(append([]string{goTool(t, "env", "GOROOT")}, elements...)...)
}

func goTool(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatalf("go %q: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

// link gathers files in a new directory and returns it.
func link(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, filepath.Base(file)), body)
	}
	return dir
}

func write(t *testing.T, path string, body []byte) {
	t.Helper()
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
}

// glob returns the files that a pattern fits, at least one.
func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no files (%v); is this a whole Go distribution, and were the modules fetched?", pattern, err)
	}
	return files
}

// specification writes the official WebAssembly tests, 20 MB of JSON that
// wazero's module carries for versions 1 and 2 of the standard, into one file
// that holds a document for each of them.
func specification(t *testing.T, versions ...string) (path string, documents int) {
	t.Helper()
	wazero := goTool(t, "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero")
	var all bytes.Buffer
	for _, version := range versions {
		for _, file := range glob(t, filepath.Join(wazero, "internal/integration_test/spectest", version, "testdata/*.json")) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(body)
			all.WriteByte('\n')
			documents++
		}
	}
	path = filepath.Join(t.TempDir(), "tests.json")
	write(t, path, all.Bytes())
	return path, documents
}

// size is what a table of sources says of one kind of file, in bytes.
type size struct{ files, sum, most int64 }

// sources writes a table of the Go distribution's own source files: folder,
// kind, size in bytes, and the same in kilobytes with three digits after the
// point. It also returns what is in there, by kind.
func sources(t *testing.T) (path string, kinds map[string]size) {
	t.Helper()
	kinds = make(map[string]size)
	var table bytes.Buffer
	rows := csv.NewWriter(&table)
	row := func(cells ...string) {
		if err := rows.Write(cells); err != nil {
			t.Fatal(err)
		}
	}
	row("folder", "kind", "bytes", "kilobytes")
	root := goroot(t, "src")
	err := filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		n, kind := info.Size(), filepath.Ext(file)
		row(folder, kind, strconv.FormatInt(n, 10), fmt.Sprintf("%d.%03d", n/1000, n%1000))
		k := kinds[kind]
		kinds[kind] = size{k.files + 1, k.sum + n, max(k.most, n)}
		return nil
	})
	if rows.Flush(); err != nil || rows.Error() != nil {
		t.Fatal(err, rows.Error())
	}
	path = filepath.Join(t.TempDir(), "sources.csv")
	write(t, path, table.Bytes())
	return path, kinds
}
