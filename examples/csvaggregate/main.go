// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Csvaggregate groups the rows of CSV files by some columns and prints sums,
// averages, least and greatest values and counts of others, one CSV row a
// group, in the order of the groups. Numbers are decimals of any length, and
// sums are exact.
//
//	csvaggregate [flags] aggregate ...
//	csvaggregate -by country,product count sum:price avg:price max:quantity
//
// An aggregate is count, count:column (cells that are not empty), sum:column,
// avg:column, min:column or max:column. Empty cells count for none but count.
//
// Without -in it reads every file of /in, where a task finds its inputs, or
// standard input if there are none. The first row of each file names its columns.
package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

const defaultInput = "/in"

func main() {
	err := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "csvaggregate:", err)
		os.Exit(1)
	}
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("csvaggregate", flag.ContinueOnError)
	flags.SetOutput(stderr)
	by := flags.String("by", "", "columns to group by, with commas between; none makes one group of all rows")
	in := flags.String("in", "", "file, directory of files, or - for standard input; default: /in, or standard input if that is empty")
	comma := flags.String("comma", ",", `what separates cells: one character, or \t`)
	noHeader := flags.Bool("no-header", false, "the first row is data too, and columns are called 1, 2, 3 ...")
	places := flags.Int("places", 6, "digits after the point of averages")
	if err := flags.Parse(args); err != nil {
		return err
	}
	separator, err := parseComma(*comma)
	if err != nil {
		return err
	}
	if *places < 0 || *places > maxScale {
		return fmt.Errorf("-places %d is not between 0 and %d", *places, maxScale)
	}
	t, err := newTable(*by, flags.Args(), *places)
	if err != nil {
		return err
	}
	names, err := inputs(*in)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := readFile(t, name, stdin, separator, !*noHeader); err != nil {
			return err
		}
	}
	out := csv.NewWriter(stdout)
	out.Comma = separator
	return t.print(out)
}

func parseComma(text string) (rune, error) {
	if text == `\t` {
		return '\t', nil
	}
	r, size := utf8.DecodeRuneInString(text)
	if size == 0 || size != len(text) || r == utf8.RuneError {
		return 0, fmt.Errorf("-comma %q is not one character", text)
	}
	return r, nil
}

// inputs lists the files to read, those of a directory by name.
func inputs(in string) ([]string, error) {
	dir := in
	if in == "" {
		dir = defaultInput
	}
	info, err := os.Stat(dir)
	switch {
	case in == "-", in == "" && errors.Is(err, fs.ErrNotExist):
		return []string{"-"}, nil
	case err != nil:
		return nil, err
	case !info.IsDir():
		return []string{in}, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	if in == "" && len(names) == 0 {
		return []string{"-"}, nil
	}
	return names, nil
}

func readFile(t *table, name string, stdin io.Reader, comma rune, header bool) error {
	r := stdin
	if name == "-" {
		name = "standard input"
	} else {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		r = f
	}
	if err := t.read(r, comma, header); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// read adds the rows of one file, as they come: memory is needed for groups alone.
func (t *table) read(r io.Reader, comma rune, header bool) error {
	buffered := bufio.NewReaderSize(r, 256<<10)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		_, _ = buffered.Discard(3) // the byte order mark of a spreadsheet
	}
	rows := csv.NewReader(buffered)
	rows.Comma = comma
	rows.ReuseRecord = true
	row, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return err
	}
	names := make([]string, len(row))
	for i := range row {
		names[i] = fmt.Sprint(i + 1)
		if header {
			names[i] = strings.TrimSpace(row[i])
		}
	}
	places, err := t.locate(names)
	if err != nil {
		return err
	}
	if header {
		row, err = rows.Read()
	}
	for ; err == nil; row, err = rows.Read() {
		if at, err := t.add(row, places); err != nil {
			line, _ := rows.FieldPos(at)
			return fmt.Errorf("line %d, column %s: %w", line, names[at], err)
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
