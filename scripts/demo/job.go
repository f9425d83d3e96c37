// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// inputSize is the least size of the default input in bytes.
const inputSize = 20_000_000

// job is the program, its input, and what it prints natively.
type job struct {
	module, native, input string
	size                  int64
	expected              []byte
	local                 outcome
}

// outcome is what `xworker task run -o json` prints of a run.
type outcome struct {
	Status     string  `json:"status"`
	Gas        uint64  `json:"gas"`
	OutputRoot string  `json:"output_root"`
	Seconds    float64 `json:"seconds"`
	SeatPay    string  `json:"seat_gas_pay"`
}

// tryOut runs the program in the sandbox of this machine alone, before a coin
// is spent.
func (d *demo) tryOut(ctx context.Context, xworker string, j *job) error {
	out := filepath.Join(d.dir, "local")
	cmd := exec.CommandContext(ctx, xworker, "task", "run", "--module", j.module, "--input", "text="+j.input, "--out", out, "-o", "json")
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+filepath.Join(d.dir, "cache"))
	cmd.Stderr = os.Stderr
	printed, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("xworker task run: %w", err)
	}
	if err := json.Unmarshal(printed, &j.local); err != nil {
		return fmt.Errorf("xworker task run: %w", err)
	}
	if err := sameBytes(out, j.expected); err != nil {
		return err
	}
	fmt.Printf("  in the sandbox of this machine it takes %.1f s and %d gas, and prints the same\n", j.local.Seconds, j.local.Gas)
	fmt.Printf("  at the chain's least price that gas is %s uopen a seat\n", j.local.SeatPay)
	return nil
}

// prepare compiles examples/wordcount twice and runs the native one.
func (d *demo) prepare(ctx context.Context) (job, error) {
	j := job{module: filepath.Join(d.dir, "wordcount.wasm"), input: d.input}
	if err := goBuild(ctx, j.module, "GOOS=wasip1", "GOARCH=wasm"); err != nil {
		return j, err
	}
	native := filepath.Join(d.dir, "wordcount")
	if err := goBuild(ctx, native); err != nil {
		return j, err
	}
	if j.input == "" {
		j.input = filepath.Join(d.dir, "input.txt")
		if err := goSources(ctx, j.input); err != nil {
			return j, err
		}
		fmt.Println("  input: the Go distribution's sources, one after the other (INPUT=FILE takes a file of yours)")
	}
	info, err := os.Stat(j.input)
	if err != nil {
		return j, err
	}
	j.size, j.native = info.Size(), native
	began := time.Now()
	if j.expected, err = runNative(ctx, native, j.input); err != nil {
		return j, err
	}
	fmt.Printf("  natively it takes %s and prints %d lines\n", time.Since(began).Round(time.Millisecond), bytes.Count(j.expected, []byte("\n")))
	return j, nil
}

func runNative(ctx context.Context, program, input string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, input)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("run the program natively: %w", err)
	}
	return out, nil
}

// lasting is the job over the text as often as it takes to fill inputSize, so
// that seats are still at work when they are killed.
func (j job) lasting(ctx context.Context, dir string) (job, error) {
	if j.size == 0 {
		return j, errors.New("the input is empty")
	}
	if j.size >= inputSize {
		return j, nil
	}
	text, err := os.ReadFile(j.input)
	if err != nil {
		return j, err
	}
	text = append(text, '\n')
	times := inputSize/len(text) + 1
	j.input, j.size = filepath.Join(dir, "lasting.txt"), int64(times*len(text))
	if err := os.WriteFile(j.input, bytes.Repeat(text, times), 0o600); err != nil {
		return j, err
	}
	fmt.Printf("  the text is short: this task counts it %d times over, so that its seats are still at work when they are killed\n", times)
	j.expected, err = runNative(ctx, j.native, j.input)
	return j, err
}

func goBuild(ctx context.Context, out string, env ...string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, "./examples/wordcount")
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("compile examples/wordcount %v: %w", env, err)
	}
	return nil
}

// goSources writes the Go distribution's own sources to path, until they are
// large enough.
func goSources(ctx context.Context, path string) error {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	var size int64
	err = filepath.WalkDir(filepath.Join(strings.TrimSpace(string(root)), "src"), func(p string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || filepath.Ext(p) != ".go" {
			return err
		}
		src, err := os.Open(p)
		if err != nil {
			return err
		}
		n, err := io.Copy(w, src)
		if size += n; size >= inputSize && err == nil {
			err = fs.SkipAll
		}
		return errors.Join(err, src.Close())
	})
	if errors.Is(err, fs.SkipAll) {
		err = nil
	}
	if err == nil && size < inputSize {
		err = fmt.Errorf("the Go distribution has only %d bytes of sources: give a text with INPUT=", size)
	}
	return errors.Join(err, w.Flush(), f.Close())
}
