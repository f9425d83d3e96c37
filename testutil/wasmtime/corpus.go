// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// input is one input that the fuzz target keeps.
type input struct {
	name string
	data []byte
	err  error
}

// corpus reads a folder of kept inputs in Go's format: a line that names the
// version and one Go expression, a []byte.
func corpus(dir string) []input {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		return []input{{name: dir, err: fmt.Errorf("no inputs there (%w)", err)}}
	}
	var all []input
	for _, file := range files {
		in := input{name: filepath.Base(file)}
		in.data, in.err = parse(file)
		all = append(all, in)
	}
	return all
}

func parse(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	_, line, ok := bytes.Cut(bytes.TrimSpace(text), []byte("\n[]byte("))
	if !ok {
		return nil, fmt.Errorf("%s holds no []byte", file)
	}
	s, err := strconv.Unquote(string(bytes.TrimSuffix(line, []byte(")"))))
	return []byte(s), err
}
