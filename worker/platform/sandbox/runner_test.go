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
	"sync/atomic"
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
		{"more memory than the profile allows", func(t *Task) { t.MemoryLimit = MaxMemory + 1 }, "memory limit"},
		{"no gas", func(t *Task) { t.GasLimit = 0 }, "gas limit"},
		{"more gas than there is", func(t *Task) { t.GasLimit = MaxGas + 1 }, "gas limit"},
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

func TestDamagedCodeIsCompiledAgain(t *testing.T) {
	dir := t.TempDir()
	r := newRunnerWith(t, Config{CacheDir: dir})
	task := moduleTask(t, wasmModule{code: unreachable}.bytes())
	cut := func(path string) error { return os.Truncate(path, 40) }
	replace := func(path string) error { return os.WriteFile(path, []byte("something else"), 0o600) }
	flip := func(path string) error {
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		body[len(body)-1] ^= 1
		return os.WriteFile(path, body, 0o600)
	}
	// In turn to the instrumented module and to its native code.
	for i, damage := range []func(path string) error{
		func(string) error { return nil }, cut, cut, replace, replace, os.Remove, os.Remove, flip,
	} {
		code, err := filepath.Glob(filepath.Join(dir, "*", "*", codeName, "wazero-*", "*"))
		if i%2 == 1 {
			code, err = filepath.Glob(filepath.Join(dir, "*", "*", codeName, instrumentedName))
		}
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

func TestChildrenComeFromThisBinaryIfThereIsNoOther(t *testing.T) {
	if withCgo {
		t.Skip("a binary with cgo cannot jail itself")
	}
	r, err := New(Config{CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if result, err := r.Run(context.Background(), guestTask(t, "exit", "3")); err != nil || result.Outcome.ExitCode != 3 {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestChildrenComeFromAFileInMemoryThatNobodyCanChange(t *testing.T) {
	binary, err := os.ReadFile(childPath)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := sealedFile("test", string(binary))
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "sealed")
	defer f.Close()
	if _, err := f.WriteAt([]byte("x"), 0); err == nil {
		t.Error("it can be written")
	}
	if err := f.Truncate(0); err == nil {
		t.Error("it can be cut")
	}
	r := newRunnerWith(t, Config{CacheDir: t.TempDir(), Executable: fmt.Sprintf("/proc/self/fd/%d", fd)})
	task := guestTask(t, "cat", fmt.Sprintf("/in/%d", MaxInputs-1)) // its descriptor is above all of them
	for i := range MaxInputs {
		task.Inputs = append(task.Inputs, Input{Name: fmt.Sprint(i), Path: file(t, "input", fmt.Append(nil, "input ", i))})
	}
	task.Stdin = task.Inputs[0].Path
	result, err := r.Run(context.Background(), task)
	if err != nil || stdoutOf(t, result) != fmt.Sprint("input ", MaxInputs-1) {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestTheSecondLayerChangesNoOutcome(t *testing.T) {
	plain := mustRun(t, guestTask(t, "exit", "3"))
	r := newRunnerWith(t, Config{CacheDir: t.TempDir(), OneLayer: true})
	t.Logf("with it: %v; without it: %v", newRunner(t).Jail(), r.Jail())
	task := guestTask(t, "exit", "3")
	result, err := r.Run(context.Background(), task)
	if err != nil || result.Outcome != plain.Outcome {
		t.Errorf("got %+v, %v; without it %+v", result.Outcome, err, plain.Outcome)
	}
}

func TestTwoRunnersOfOneCacheCompileAModuleOnce(t *testing.T) {
	dir := t.TempDir()
	runners := []*Runner{newRunnerWith(t, Config{CacheDir: dir}), newRunnerWith(t, Config{CacheDir: dir})}
	var compiled atomic.Int32
	var group sync.WaitGroup
	for i := range 4 {
		task := guestTask(t, "exit", "0")
		task.ResultDir = filepath.Join(t.TempDir(), "result")
		group.Go(func() {
			result, err := runners[i%2].Run(context.Background(), task)
			if err != nil {
				t.Error(err)
			}
			if result.Usage.Compile > 0 {
				compiled.Add(1)
			}
		})
	}
	group.Wait()
	left, err := filepath.Glob(filepath.Join(dir, "*", "*"+lockSuffix))
	if compiled.Load() != 1 || err != nil || len(left) > 0 {
		t.Errorf("compiled %d times, locks %v, %v", compiled.Load(), left, err)
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

func TestWaitingForAnothersCompilationEndsWithTheCaller(t *testing.T) {
	r := newRunnerWith(t, Config{CacheDir: t.TempDir()})
	task := moduleTask(t, wasmModule{code: nothing}.bytes())
	ctx, cancel := context.WithCancel(context.Background())
	unlock, err := r.cache.lock(ctx, mustDigest(t, task.Module))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := r.Run(ctx, task)
		ended <- err
	}()
	cancel()
	mustAbstain(t, <-ended, CauseCancelled, task)
	unlock()
	if result, err := r.Run(context.Background(), task); err != nil || result.Outcome.Status != StatusOK {
		t.Errorf("afterwards: %+v, %v", result.Outcome, err)
	}
}

func TestNoRunnerWithoutChildMain(t *testing.T) {
	if binary, err := smallBinary(); binary != "" || err != nil {
		t.Skipf("the small binary is embedded: %v", err)
	}
	entered.Store(false)
	defer entered.Store(true)
	if _, err := New(Config{CacheDir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "ChildMain") {
		t.Errorf("got %v", err)
	}
}
