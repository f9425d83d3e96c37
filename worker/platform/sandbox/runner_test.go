// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestTasksOutOfTheirLimitsAreRefusedByName(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Task)
		want   string
	}{
		{"no module", func(t *Task) { t.Module = "" }, "no module"},
		{"no result directory", func(t *Task) { t.ResultDir = "" }, "result directory"},
		{"no memory", func(t *Task) { t.MemoryLimit = 0 }, "memory limit"},
		{"more memory than an address can name", func(t *Task) { t.MemoryLimit = MaxMemory + 1 }, "memory limit"},
		{"more output than a worker holds", func(t *Task) { t.OutputLimit = MaxOutput + 1 }, "output limit"},
		{"no timeout", func(t *Task) { t.Timeout = 0 }, "timeout"},
		{"a NUL byte in an argument", func(t *Task) { t.Args = []string{"a\x00"} }, "NUL"},
		{"an argument that is no text", func(t *Task) { t.Args = []string{"\xff"} }, "UTF-8"},
		{"arguments without end", func(t *Task) { t.Args = []string{strings.Repeat("a", MaxArgBytes)} }, "bytes"},
		{"an environment entry without a value", func(t *Task) { t.Env = []string{"A"} }, "KEY=VALUE"},
		{"a key twice", func(t *Task) { t.Env = []string{"A=1", "A=2"} }, "twice"},
		{"two inputs of one name", func(t *Task) { t.Inputs = []Input{{Name: "a"}, {Name: "a"}} }, "two inputs"},
		{"too many inputs", func(t *Task) { t.Inputs = make([]Input, MaxInputs+1) }, "inputs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			task := guestTask(t, "exit", "0")
			test.change(&task)
			_, err := newRunner(t).Run(context.Background(), task)
			if !errors.Is(err, ErrInvalidTask) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAMissingModuleIsThisMachinesProblem(t *testing.T) {
	task := guestTask(t)
	task.Module += ".missing"
	_, err := newRunner(t).Run(context.Background(), task)
	mustAbstain(t, err, CauseHost, task)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestAResultDirectoryInUseIsLeftAlone(t *testing.T) {
	task := guestTask(t, "exit", "0")
	task.ResultDir = t.TempDir()
	mine := filepath.Join(task.ResultDir, "mine")
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := newRunner(t).Run(context.Background(), task)
	var a *Abstention
	if !errors.As(err, &a) || a.Cause != CauseHost {
		t.Errorf("got %v", err)
	}
	if entries, err := os.ReadDir(task.ResultDir); err != nil || len(entries) != 1 {
		t.Errorf("the directory holds %v, %v", entries, err)
	}
}

func TestAModuleIsCompiledOnceForManyCallers(t *testing.T) {
	r := newRunnerWith(t, Config{CacheDir: t.TempDir()})
	module := file(t, "module", wasmModule{code: nothing}.bytes())
	var mu sync.Mutex
	compiled := 0
	var group sync.WaitGroup
	for range 4 {
		task := guestTask(t)
		task.Module, task.ResultDir = module, filepath.Join(t.TempDir(), "result")
		group.Go(func() {
			result, err := r.Run(context.Background(), task)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if result.Usage.Compile > 0 {
				compiled++
			}
		})
	}
	group.Wait()
	if compiled != 1 {
		t.Errorf("compiled %d times", compiled)
	}
}

func TestDamagedCodeIsCompiledAgain(t *testing.T) {
	dir := t.TempDir()
	r := newRunnerWith(t, Config{CacheDir: dir})
	task := moduleTask(t, wasmModule{code: unreachable}.bytes())
	for i, damage := range []func(path string) error{
		func(string) error { return nil },
		func(path string) error { return os.Truncate(path, 40) },
		func(path string) error { return os.WriteFile(path, []byte("something else"), 0o600) },
		os.Remove,
	} {
		code, err := filepath.Glob(filepath.Join(dir, "*", "*", codeName, "*", "*"))
		if err != nil || i > 0 && len(code) != 1 {
			t.Fatalf("cached %v, %v", code, err)
		}
		for _, path := range code {
			if err := damage(path); err != nil {
				t.Fatal(err)
			}
		}
		task.ResultDir = filepath.Join(t.TempDir(), "result")
		result, err := r.Run(context.Background(), task)
		if err != nil || result.Outcome.Status != StatusTrap || result.Usage.Compile == 0 {
			t.Errorf("damage %d: %+v, %v", i, result, err)
		}
	}
}

func TestTheCacheDropsWhatWasUsedLongestAgo(t *testing.T) {
	dir := t.TempDir()
	r := newRunnerWith(t, Config{CacheDir: dir, CacheBytes: 40 << 10})
	for pages := range byte(12) {
		task := moduleTask(t, wasmModule{pages: pages, code: nothing}.bytes())
		if _, err := r.Run(context.Background(), task); err != nil {
			t.Fatal(err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*", "*", verdictName))
	if err != nil || len(left) == 0 || len(left) > 5 {
		t.Errorf("%d modules are left, %v", len(left), err)
	}
}

func TestACompilationThatTakesTooLongIsAnAbstention(t *testing.T) {
	r := newRunnerWith(t, Config{CacheDir: t.TempDir(), CompileTimeout: 20 * time.Millisecond})
	task := guestTask(t, "exit", "0")
	_, err := r.Run(context.Background(), task)
	mustAbstain(t, err, CauseTimeout, task)
}

func TestChildrenCanComeFromAnotherBinary(t *testing.T) {
	r := newRunnerWith(t, Config{CacheDir: t.TempDir(), Executable: childPath})
	if result, err := r.Run(context.Background(), guestTask(t, "exit", "3")); err != nil || result.Outcome.ExitCode != 3 {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestABinaryThatIsNoChildIsAnAbstention(t *testing.T) {
	for name, executable := range map[string]string{
		"says nothing":   "/bin/true",
		"says something": "/bin/echo",
		"is not there":   "/missing",
	} {
		t.Run(name, func(t *testing.T) {
			r := newRunnerWith(t, Config{CacheDir: t.TempDir(), Executable: executable})
			task := guestTask(t, "exit", "0")
			_, err := r.Run(context.Background(), task)
			cause := CauseProtocol
			if executable == "/missing" {
				cause = CauseHost
			}
			mustAbstain(t, err, cause, task)
		})
	}
}

func TestAsManyInputsAsAllowedAreThere(t *testing.T) {
	task := guestTask(t, "cat", fmt.Sprintf("/in/%d", MaxInputs-1))
	for i := range MaxInputs {
		task.Inputs = append(task.Inputs, Input{Name: fmt.Sprint(i), Path: file(t, "input", fmt.Append(nil, "input ", i))})
	}
	if got := stdoutOf(t, mustRun(t, task)); got != fmt.Sprint("input ", MaxInputs-1) {
		t.Errorf("got %q", got)
	}
}

func TestNoRunnerWithoutChildMain(t *testing.T) {
	entered.Store(false)
	defer entered.Store(true)
	if _, err := New(Config{CacheDir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "ChildMain") {
		t.Errorf("got %v", err)
	}
}

func BenchmarkWordcount20MB(b *testing.B) {
	r, err := New(Config{CacheDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	task := Task{
		ID: "bench", Module: wordcountPath, Args: []string{"wordcount"}, Inputs: wordcountInputs(b, b.TempDir(), 20<<20),
		MemoryLimit: 256 << 20, OutputLimit: 64 << 20, Timeout: time.Minute,
	}
	for b.Loop() {
		task.ResultDir = filepath.Join(b.TempDir(), "result")
		result, err := r.Run(context.Background(), task)
		if err != nil {
			b.Fatal(err)
		}
		if c := result.Usage.Compile; c > 0 {
			b.ReportMetric(float64(c.Milliseconds()), "ms-compile")
		}
		b.ReportMetric(float64(result.Usage.CPU.Milliseconds()), "ms-cpu")
		b.ReportMetric(float64(result.Usage.MaxRSS>>20), "MB-rss")
	}
}
