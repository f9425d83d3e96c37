// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name, input, want string
	}{
		{"nothing in, nothing out", "", ""},
		{"separators alone are no words", " \n\t--!\x00", ""},
		{"the most frequent word is first, equals are in byte order", "b a c b c c", "3 c\n2 b\n1 a\n"},
		{"case is folded and digits are words", "Go GO go 2026", "3 go\n1 2026\n"},
		{"other scripts are words as they are", "мир, Über мир", "2 мир\n1 Über\n"},
		{"a word ends with its file", "one", "1 one\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var whole, pieces bytes.Buffer
			if err := run([]string{"-"}, strings.NewReader(test.input), &whole); err != nil {
				t.Fatal(err)
			}
			if err := run([]string{"-"}, iotest.OneByteReader(strings.NewReader(test.input)), &pieces); err != nil {
				t.Fatal(err)
			}
			if whole.String() != test.want || pieces.String() != test.want {
				t.Errorf("got %q, in pieces %q, want %q", &whole, &pieces, test.want)
			}
		})
	}
}

func TestRunReadsFilesAndDirectories(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"1": "a b", "2": "b", "more/3": "b a"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := run([]string{dir, filepath.Join(dir, "2")}, nil, &out); err != nil {
		t.Fatal(err)
	}
	if want := "4 b\n2 a\n"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
}

func TestRunNamesWhatItCannotRead(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	if err := run([]string{missing}, nil, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), missing) {
		t.Errorf("got %v", err)
	}
}
