// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Wordcount counts the words of all files it is given and prints them, the most
// frequent first.
//
// It is an ordinary Go program. Built for WASI (GOOS=wasip1 GOARCH=wasm) it is a
// task that a network of workers runs and verifies, with the very same output.
//
//	wordcount [file or directory ...]
//
// Without arguments it reads /in, where a task finds its inputs; "-" is stdin.
package main

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const defaultInput = "/in"

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "wordcount:", err)
		os.Exit(1)
	}
}

// run counts the words of the named files and directories and prints the counts.
func run(names []string, stdin io.Reader, stdout io.Writer) error {
	if len(names) == 0 {
		names = []string{defaultInput}
	}
	c := newCounter()
	for _, name := range names {
		if name == "-" {
			if err := c.read(stdin); err != nil {
				return err
			}
			continue
		}
		if err := countTree(c, name); err != nil {
			return err
		}
	}
	out := bufio.NewWriterSize(stdout, 64<<10)
	if err := c.print(out); err != nil {
		return err
	}
	return out.Flush()
}

// countTree counts a file, or every regular file below a directory.
func countTree(c *counter, root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if path != root && !entry.Type().IsRegular() {
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		return c.read(f)
	})
}
