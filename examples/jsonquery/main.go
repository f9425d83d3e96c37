// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Jsonquery runs a jq filter over JSON files and prints one compact line a
// result. The language is jq's, by the library gojq.
//
//	jsonquery [-n] [-r] [-s] [--arg name value] [--argjson name value] filter [file ...]
//
// Without files it reads every file of /in, where a task finds its inputs, or
// standard input if there are none; "-" is standard input. A file may hold many
// JSON values; they are read and answered one by one.
//
// Exit codes are jq's: 0, 2 (wrong usage or an input that cannot be read), 3
// (wrong filter), 5 (the filter failed on a value), or the filter's own halt.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/itchyny/gojq"
)

const defaultInput = "/in"

const (
	exitUsage  = 2
	exitFilter = 3
	exitFailed = 5
)

func main() {
	os.Exit(run(os.Args[1:], defaultInput, os.Stdin, os.Stdout, os.Stderr))
}

// run answers a whole command line and returns the exit code. dir is where
// inputs are looked for when no file is named.
func run(args []string, dir string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parseArgs(args)
	if err != nil {
		fmt.Fprintf(stderr, "jsonquery: %v\n%s\n", err, usage)
		return exitUsage
	}
	if len(o.files) == 0 {
		if o.files, err = filesOf(dir); err != nil {
			fmt.Fprintln(stderr, "jsonquery:", err)
			return exitUsage
		}
	}
	in := newDocuments(o.files, stdin)
	defer in.close()
	code, err := compile(o, in)
	if err != nil {
		fmt.Fprintln(stderr, "jsonquery:", err)
		return exitFilter
	}
	out := bufio.NewWriterSize(stdout, 64<<10)
	status := query(o, code, in, out, stderr)
	if err := out.Flush(); err != nil {
		fmt.Fprintln(stderr, "jsonquery:", err)
		return exitUsage
	}
	return status
}

func compile(o options, in *documents) (*gojq.Code, error) {
	filter, err := gojq.Parse(o.filter)
	if err != nil {
		return nil, fmt.Errorf("filter %q: %w", o.filter, err)
	}
	return gojq.Compile(filter,
		gojq.WithVariables(o.names),
		gojq.WithInputIter(in),
		gojq.WithEnvironLoader(os.Environ),
		gojq.WithFunction("input_filename", 0, 0, func(any, []any) any {
			if in.name == "" {
				return nil
			}
			return in.name
		}))
}

// query runs the filter over all inputs. Like jq it goes on after a value on
// which the filter failed, and stops at the first input that is not JSON.
func query(o options, code *gojq.Code, in *documents, out *bufio.Writer, stderr io.Writer) int {
	next := in.Next
	switch {
	case o.null:
		next = once(func() any { return nil })
	case o.slurp:
		next = once(func() any { return slurp(in) })
	}
	status := 0
	for {
		v, ok := next()
		if !ok {
			return status
		}
		err, bad := v.(error)
		if bad {
			fmt.Fprintln(stderr, "jsonquery:", err)
			return exitUsage
		}
		err = answer(code.Run(v, o.values...), o.raw, out)
		var halt *gojq.HaltError
		switch {
		case errors.As(err, &halt):
			if v := halt.Value(); v != nil {
				fmt.Fprintln(stderr, text(v, true))
			}
			return halt.ExitCode()
		case err != nil:
			fmt.Fprintln(stderr, "jsonquery:", err)
			status = exitFailed
		}
	}
}

// answer prints the results of one input, a line each.
func answer(results gojq.Iter, raw bool, out *bufio.Writer) error {
	for {
		v, ok := results.Next()
		if !ok {
			return nil
		}
		if err, bad := v.(error); bad {
			return err
		}
		// bufio keeps the first error, and run looks at it.
		_, _ = out.WriteString(text(v, raw))
		_ = out.WriteByte('\n')
	}
}

// text is a value as compact JSON, or a raw string as it is.
func text(v any, raw bool) string {
	if s, ok := v.(string); ok && raw {
		return s
	}
	b, err := gojq.Marshal(v)
	if err != nil {
		panic(err) // a filter gives nothing but JSON values
	}
	return string(b)
}
