// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/modules/api"
	"github.com/openmesh-network/openmesh/worker/modules/tasks"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
)

// program is what a task runs, as `task run` and `task submit` are told it:
// with the same flags both mean the same program.
type program struct {
	module, stdin, memory, output string
	inputs, env                   []string
	gas                           uint64
}

func (p *program) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&p.module, "module", "", "the program, a WASI preview 1 command")
	f.StringArrayVar(&p.inputs, "input", nil, "file that the program finds in /in, as path or name=path; may be repeated")
	f.StringVar(&p.stdin, "stdin", "", "file that the program reads as its standard input")
	f.StringArrayVar(&p.env, "env", nil, "KEY=VALUE of the program's environment; may be repeated")
	f.Uint64Var(&p.gas, "gas-limit", api.DefaultGasLimit, "most gas that the program may use; what it uses is what 'task run' prints")
	f.StringVar(&p.memory, "memory", "512MiB", "most memory that the program may use")
	f.StringVar(&p.output, "output-limit", "64MiB", "most bytes that the program may write")
	if err := cmd.MarkFlagRequired("module"); err != nil {
		panic(err) // the flag is some lines above
	}
}

// limits returns a program that has its limits and environment only.
func (p *program) limits() (message.Program, error) {
	out := message.Program{GasLimit: p.gas, Env: p.env}
	var err error
	if out.MemoryLimit, err = size(p.memory); err != nil {
		return out, fmt.Errorf("--memory: %w", err)
	}
	if out.OutputLimit, err = size(p.output); err != nil {
		return out, fmt.Errorf("--output-limit: %w", err)
	}
	return out, nil
}

// files returns where everything lies, the inputs in order of their names.
func (p *program) files() tasks.Files {
	files := tasks.Files{Module: p.module, Stdin: p.stdin}
	for _, in := range p.inputs {
		name, path, ok := strings.Cut(in, "=")
		if !ok {
			name, path = filepath.Base(in), in
		}
		files.Inputs = append(files.Inputs, sandbox.Input{Name: name, Path: path})
	}
	slices.SortStableFunc(files.Inputs, func(a, b sandbox.Input) int { return cmp.Compare(a.Name, b.Name) })
	return files
}

// size reads an amount of bytes such as 512MiB.
func size(text string) (uint64, error) {
	units := []struct {
		suffix string
		factor uint64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}}
	for _, u := range units {
		digits, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		var n uint64
		if _, err := fmt.Sscanf(digits, "%d", &n); err != nil || fmt.Sprint(n) != digits || n > 1<<62/u.factor {
			break
		}
		return n * u.factor, nil
	}
	return 0, fmt.Errorf("%q is no size such as 512MiB", text)
}
