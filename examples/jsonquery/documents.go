// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// documents reads the JSON values of files, one value at a time. It is a
// gojq.Iter, in which an error is a value.
type documents struct {
	files   []string // still to be read
	stdin   io.Reader
	name    string   // of the file being read
	file    *os.File // being read, unless it is stdin
	decoder *json.Decoder
	failed  bool
}

func newDocuments(files []string, stdin io.Reader) *documents {
	return &documents{files: files, stdin: stdin}
}

// Next returns the next value, or an error as the last one.
func (d *documents) Next() (any, bool) {
	for !d.failed {
		if d.decoder == nil {
			if len(d.files) == 0 {
				return nil, false
			}
			if err := d.open(); err != nil {
				d.failed = true
				return err, true
			}
		}
		var v any
		err := d.decoder.Decode(&v)
		switch {
		case err == nil:
			return v, true
		case errors.Is(err, io.EOF):
			d.close()
		default:
			d.failed = true
			return fmt.Errorf("%s: after byte %d: %w", d.name, d.decoder.InputOffset(), err), true
		}
	}
	return nil, false
}

// open goes on to the next file.
func (d *documents) open() error {
	name := d.files[0]
	d.files = d.files[1:]
	r := d.stdin
	if name == "-" {
		name = "standard input"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		d.file, r = f, f
	}
	d.name, d.decoder = name, json.NewDecoder(r)
	d.decoder.UseNumber() // integers of any size stay what they are
	return nil
}

func (d *documents) close() {
	if d.file != nil {
		_ = d.file.Close() // nothing was written to it
	}
	d.file, d.decoder = nil, nil
}

// slurp reads all values into one array, or gives the error that kept it from it.
func slurp(in *documents) any {
	all := []any{}
	for {
		v, ok := in.Next()
		if !ok {
			return all
		}
		if err, bad := v.(error); bad {
			return err
		}
		all = append(all, v)
	}
}

// once gives a single value.
func once(value func() any) func() (any, bool) {
	done := false
	return func() (any, bool) {
		if done {
			return nil, false
		}
		done = true
		return value(), true
	}
}

// filesOf lists the files of a directory by name; without any it is standard input.
func filesOf(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	if len(files) == 0 {
		return []string{"-"}, nil
	}
	return files, nil
}
