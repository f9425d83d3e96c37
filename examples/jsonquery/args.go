// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

const usage = `usage: jsonquery [flags] filter [file ...]
  -n  run the filter once, on null; it reads by input and inputs
  -s  run the filter once, on an array of all inputs
  -r  print strings as they are
  -c  print compact JSON, which is always so
  --arg name value      set $name to a string
  --argjson name value  set $name to a JSON value`

// options is a command line.
type options struct {
	filter           string
	files            []string
	null, slurp, raw bool
	names            []string // of variables, with $
	values           []any
}

// parseArgs reads a command line as jq does: flags anywhere, letters together
// (-nr), nothing but files after "--".
func parseArgs(args []string) (options, error) {
	var o options
	var plain []string
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			plain = append(plain, args...)
			args = nil
		case arg == "--arg" || arg == "--argjson":
			if len(args) < 2 {
				return o, fmt.Errorf("%s wants a name and a value", arg)
			}
			var value any = args[1]
			if arg == "--argjson" {
				var err error
				if value, err = parseValue(args[1]); err != nil {
					return o, fmt.Errorf("--argjson %s: %w", args[0], err)
				}
			}
			o.names, o.values = append(o.names, "$"+args[0]), append(o.values, value)
			args = args[2:]
		case len(arg) > 1 && arg[0] == '-':
			if err := o.set(arg); err != nil {
				return o, err
			}
		default:
			plain = append(plain, arg)
		}
	}
	if len(plain) == 0 {
		return o, errors.New("no filter")
	}
	o.filter, o.files = plain[0], plain[1:]
	return o, nil
}

// set sets the flags of one argument.
func (o *options) set(arg string) error {
	switch arg {
	case "--null-input":
		arg = "-n"
	case "--slurp":
		arg = "-s"
	case "--raw-output":
		arg = "-r"
	case "--compact-output":
		arg = "-c"
	}
	for _, letter := range arg[1:] {
		switch letter {
		case 'n':
			o.null = true
		case 's':
			o.slurp = true
		case 'r':
			o.raw = true
		case 'c':
		default:
			return fmt.Errorf("unknown flag %s", arg)
		}
	}
	return nil
}

// parseValue reads one JSON value and keeps its numbers exact.
func parseValue(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}
