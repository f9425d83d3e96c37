// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/modules/tasks"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
)

// local is what `task run` prints.
type local struct {
	Status   string `json:"status"`
	ExitCode uint32 `json:"exit_code"`
	Gas      uint64 `json:"gas"`
	GasLimit uint64 `json:"gas_limit"`
	// OutputRoot is the CID of the output directory.
	OutputRoot string `json:"output_root,omitempty"`
	ModuleCID  string `json:"module_cid"`
	Detail     string `json:"detail,omitempty"`
	// StdoutBytes and OutBytes are the sizes of stdout and of the OutFiles in out.
	StdoutBytes uint64  `json:"stdout_bytes"`
	OutBytes    uint64  `json:"out_bytes"`
	OutFiles    int     `json:"out_files"`
	Seconds     float64 `json:"seconds"`
	// CompileSeconds is 0 where the compiled code was there already.
	CompileSeconds float64 `json:"compile_seconds"`
	// SeatPay is what the gas earns a seat at GasPrice, in uopen, besides its fee.
	SeatPay  string `json:"seat_gas_pay"`
	GasPrice string `json:"gas_price"`
}

func runCommand(g *globals) *cobra.Command {
	var p program
	var out, dir, price string
	var patience time.Duration
	cmd := &cobra.Command{
		Use:   "run --module FILE [flags] [-- program arguments]",
		Short: "Run a task's program on this machine alone, for nothing",
		Long: `Runs the program in the same sandbox, under the same limits and with the same
randomness as a committee would, and prints the outcome that they would agree on:
how it ended, the gas it used, the CID of its output. No daemon, no chain and no
coins are needed. What the program writes to its standard error is shown.
Exits with 4 when the program did not end well.`,
		Example: `  xworker task run --module wordcount.wasm --input book.txt --out -
  xworker task run --module tool.wasm --input data.csv --out-dir results -o json -- --column 3`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			perMillion, ok := new(big.Int).SetString(price, 10)
			if !ok || perMillion.Sign() < 0 {
				return fmt.Errorf("--gas-price is %q: a whole number of uopen", price)
			}
			limits, err := p.limits()
			if err != nil {
				return err
			}
			limits.Args = args
			box, err := localSandbox()
			if err != nil {
				return err
			}
			if dir == "" {
				temporary, err := os.MkdirTemp("", "xworker-run-")
				if err != nil {
					return err
				}
				defer os.RemoveAll(temporary)
				dir = temporary
			}
			done, outcome, res, err := tasks.RunLocally(cmd.Context(), box, limits, p.files(), dir, patience)
			if err != nil {
				return explain(err)
			}
			if _, err := cmd.ErrOrStderr().Write(res.Stderr); err != nil {
				return err
			}
			notes := cmd.OutOrStdout()
			if out == "-" {
				notes = cmd.ErrOrStderr() // standard output is the program's alone
			}
			if out != "" && res.Dir != "" {
				if err := deliver(filepath.Join(res.Dir, "stdout"), out, cmd.OutOrStdout()); err != nil {
					return err
				}
			}
			l := describe(done, outcome, res, perMillion)
			if err := g.print(notes, l, l.write); err != nil {
				return err
			}
			if outcome.Status != string(sandbox.StatusOK) {
				return &codedError{exitProgram, fmt.Errorf("the program did not end well: %s", l.ending())}
			}
			return nil
		},
	}
	p.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&out, "out", "", "write the program's standard output to this file; - for standard output")
	f.StringVar(&dir, "out-dir", "", "keep the whole output in this directory, which must be empty or absent: stdout and out/")
	f.StringVar(&price, "gas-price", "1", "uopen for 1,000,000 gas, to tell what the gas would cost")
	f.DurationVar(&patience, "patience", time.Hour, "give up after this long; a program that uses up its gas ends by itself")
	return cmd
}

// localSandbox keeps compiled programs where this user's caches are.
func localSandbox() (*sandbox.Runner, error) {
	caches, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	return sandbox.New(sandbox.Config{CacheDir: filepath.Join(caches, "openmesh", "sandbox")})
}

// explain says what a failed run means for the user.
func explain(err error) error {
	var a *sandbox.Abstention
	if errors.As(err, &a) && a.Cause == sandbox.CauseTimeout {
		return fmt.Errorf("%w: allow more with --patience, or less gas with --gas-limit", err)
	}
	return err
}

func describe(p message.Program, o message.Outcome, r sandbox.Result, perMillion *big.Int) local {
	pay := new(big.Int).Mul(new(big.Int).SetUint64(o.Gas), perMillion)
	pay.Add(pay, big.NewInt(999_999)).Quo(pay, big.NewInt(1_000_000))
	return local{
		Status: o.Status, ExitCode: o.ExitCode, Gas: o.Gas, GasLimit: p.GasLimit,
		OutputRoot: o.OutputRoot, ModuleCID: p.ModuleCID, Detail: r.Detail,
		StdoutBytes: r.StdoutBytes, OutBytes: r.OutBytes, OutFiles: r.OutFiles,
		Seconds: r.Usage.Wall.Seconds(), CompileSeconds: r.Usage.Compile.Seconds(),
		SeatPay: pay.String(), GasPrice: perMillion.String(),
	}
}

// ending is one phrase about how the program ended, and what to do about it.
func (l local) ending() string {
	text := map[string]string{
		"exit":           fmt.Sprintf("exit code %d", l.ExitCode),
		"out_of_gas":     "it needs more gas than --gas-limit",
		"out_of_depth":   "its calls nest deeper than any worker allows",
		"memory_limit":   "it needs more memory than --memory",
		"invalid_module": "the sandbox refuses the module",
	}[l.Status]
	if text == "" {
		text = l.Status
	}
	if l.Detail != "" {
		text += ": " + l.Detail
	}
	return text
}

func (l local) write(w io.Writer) {
	fmt.Fprintf(w, "status  %s\n", l.Status)
	fmt.Fprintf(w, "gas     %d of at most %d\n", l.Gas, l.GasLimit)
	if l.OutputRoot != "" {
		fmt.Fprintf(w, "output  %s: %d bytes of stdout, %d files of %d bytes\n", l.OutputRoot, l.StdoutBytes, l.OutFiles, l.OutBytes)
	}
	fmt.Fprintf(w, "time    %.2f s here", l.Seconds)
	if l.CompileSeconds > 0 {
		fmt.Fprintf(w, ", after %.2f s of compiling, which is kept", l.CompileSeconds)
	}
	fmt.Fprintln(w)
	if l.Status == "ok" {
		fmt.Fprintf(w, "price   %s uopen of gas a seat, at %s uopen for 1,000,000 gas; submit with --gas-limit %d or more\n", l.SeatPay, l.GasPrice, l.Gas)
	}
}

// deliver copies the program's standard output to where it is wanted.
func deliver(from, to string, stdout io.Writer) (err error) {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	if to != "-" {
		w, createErr := os.Create(to)
		if createErr != nil {
			return createErr
		}
		defer func() { err = errors.Join(err, w.Close()) }()
		stdout = w
	}
	_, err = io.Copy(stdout, f)
	return err
}
