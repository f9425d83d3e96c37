// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Built and made once for all tests.
var (
	guestPath     string // testdata/guest for WASI
	wordcountPath string // examples/wordcount for WASI
	wordcountHere string // the same for this machine
	childPath     string // cmd/child
	roguePath     string // testdata/rogue
	cacheDir      string
)

func TestMain(m *testing.M) {
	ChildMain()
	if dir := os.Getenv(parentEnv); dir != "" {
		beParent(dir)
	}
	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "sandbox-test-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	cacheDir = filepath.Join(dir, "cache")
	guestPath = filepath.Join(dir, "guest.wasm")
	wordcountPath = filepath.Join(dir, "wordcount.wasm")
	wordcountHere = filepath.Join(dir, "wordcount")
	wasi := []string{"GOOS=wasip1", "GOARCH=wasm"}
	build(guestPath, "./testdata/guest", wasi...)
	build(wordcountPath, "../../../examples/wordcount", wasi...)
	build(wordcountHere, "../../../examples/wordcount")
	childPath = filepath.Join(dir, "child")
	build(childPath, "./cmd/child")
	roguePath = filepath.Join(dir, "rogue")
	build(roguePath, "./testdata/rogue")
	return m.Run()
}

func build(to, pkg string, env ...string) {
	cmd := exec.Command("go", "build", "-o", to, pkg)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if output, err := cmd.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("build %s: %v\n%s", pkg, err, output))
	}
}

func newRunner(t *testing.T) *Runner {
	t.Helper()
	return newRunnerWith(t, Config{CacheDir: cacheDir})
}

func newRunnerWith(t *testing.T, cfg Config) *Runner {
	t.Helper()
	if cfg.Executable == "" {
		cfg.Executable = childPath
	}
	r, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// guestTask is a task of the test guest with generous limits.
func guestTask(t *testing.T, args ...string) Task {
	return Task{
		ID:          t.Name(),
		Module:      guestPath,
		Args:        append([]string{"guest"}, args...),
		MemoryLimit: 256 << 20,
		GasLimit:    1e11,
		OutputLimit: 64 << 20,
		Timeout:     time.Minute,
		ResultDir:   filepath.Join(t.TempDir(), "result"),
	}
}

// moduleTask is a task of a module made by hand.
func moduleTask(t *testing.T, code []byte) Task {
	task := guestTask(t)
	task.Module = file(t, "module.wasm", code)
	return task
}

func file(t *testing.T, name string, body []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustRun(t *testing.T, task Task) Result {
	t.Helper()
	result, err := newRunner(t).Run(context.Background(), task)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func mustAbstain(t *testing.T, err error, cause Cause, task Task) {
	t.Helper()
	var a *Abstention
	if !errors.As(err, &a) {
		t.Fatalf("got %v, want an abstention", err)
	}
	if a.Cause != cause || a.Task != task.ID {
		t.Errorf("got %v, want cause %s", a, cause)
	}
	if entries, err := os.ReadDir(task.ResultDir); err == nil && len(entries) > 0 {
		t.Errorf("the result directory holds %v", entries)
	}
}

// files returns the result directory as path -> content; directories end in "/".
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			found[name+"/"] = ""
			return nil
		}
		body, err := os.ReadFile(path)
		found[name] = string(body)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func stdoutOf(t *testing.T, r Result) string {
	t.Helper()
	return files(t, r.Dir)[stdoutName]
}

func TestAGuestSeesItsArgumentsEnvironmentAndStdinAndNothingElse(t *testing.T) {
	t.Setenv("SECRET", "of the host")
	task := guestTask(t, "echo", "a b", "ü")
	task.Env = []string{"KEY=value=more", "EMPTY="}
	task.Stdin = file(t, "stdin", bytes.Repeat([]byte("input\n"), 100_000))
	r := mustRun(t, task)
	if r.Outcome.Status != StatusOK || r.Outcome.ExitCode != 0 || r.Outcome.Gas == 0 {
		t.Errorf("outcome %+v, stderr %s", r.Outcome, r.Stderr)
	}
	want := `["guest" "echo" "a b" "ü"] ["KEY=value=more" "EMPTY="]` + "\n" + strings.Repeat("input\n", 100_000)
	if got := stdoutOf(t, r); got != want {
		t.Errorf("got %.200q (%d bytes)", got, len(got))
	}
	if r.StdoutBytes != uint64(len(want)) || r.OutFiles != 0 {
		t.Errorf("counts %+v", r)
	}
}

func TestAnExitCodeIsAResultWithItsOutput(t *testing.T) {
	r := mustRun(t, guestTask(t, "exit", "7"))
	if r.Outcome.Status != StatusExit || r.Outcome.ExitCode != 7 || stdoutOf(t, r) != "leaving\n" {
		t.Errorf("outcome %+v", r.Outcome)
	}
}

func TestTheOutDirectoryIsDelivered(t *testing.T) {
	r := mustRun(t, guestTask(t, "out"))
	if r.Outcome.Status != StatusOK {
		t.Fatalf("outcome %+v, stderr %s", r.Outcome, r.Stderr)
	}
	big := make([]byte, 40_010)
	copy(big[16<<10-3:], "middle")
	want := map[string]string{
		"./": "", "out/": "", "out/dir/": "", "out/dir/sub/": "", "out/empty/": "",
		"out/dir/sub/moved": "first", "out/z": "last line", "out/big": string(big),
		"stdout": "- big\nd dir/\nd empty/\n- z\n",
	}
	got := files(t, r.Dir)
	for name, body := range want {
		if found, ok := got[name]; !ok || found != body {
			t.Errorf("%s: got %.80q, %v", name, found, ok)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d entries, want %d", len(got), len(want))
	}
	if r.OutFiles != 3 || r.OutBytes != 40_010+5+9 {
		t.Errorf("counts %d files, %d bytes", r.OutFiles, r.OutBytes)
	}
}

func TestStderrIsKeptUpToItsLimitAndNeverFails(t *testing.T) {
	r := mustRun(t, guestTask(t, "stderr"))
	if r.Outcome.Status != StatusOK || len(r.Stderr) != MaxStderr {
		t.Errorf("outcome %+v, %d bytes", r.Outcome, len(r.Stderr))
	}
}

func TestTheSameTaskGivesTheSameBytesInEveryProcess(t *testing.T) {
	run := func(seed byte, runner *Runner) string {
		task := guestTask(t, "world")
		task.ResultDir = filepath.Join(t.TempDir(), "result")
		task.Seed[0] = seed
		task.Inputs = []Input{{Name: "b", Path: file(t, "x", []byte("12"))}, {Name: "a", Path: file(t, "y", nil)}}
		r, err := runner.Run(context.Background(), task)
		if err != nil {
			t.Fatal(err)
		}
		if r.Outcome.Status != StatusOK {
			t.Fatalf("outcome %+v: %s", r.Outcome, r.Stderr)
		}
		return stdoutOf(t, r)
	}
	cold := newRunnerWith(t, Config{CacheDir: t.TempDir()})
	first, second, other := run(1, newRunner(t)), run(1, cold), run(9, newRunner(t))
	if first != second {
		t.Errorf("two runs differ:\n%s\n%s", first, second)
	}
	if first == other {
		t.Error("the seed changes nothing")
	}
	for _, want := range []string{"2022-01-01T00:00:00", "slept 1h0m0s", "/in/a -rw------- 0 2022-01-01", "/in/b -rw------- 2 2022-01-01"} {
		if !strings.Contains(first, want) {
			t.Errorf("no %q in\n%s", want, first)
		}
	}
}

func TestInputOrderIsNotTheGuestsBusiness(t *testing.T) {
	var outputs []string
	for range 2 {
		task := guestTask(t, "world")
		task.ResultDir = filepath.Join(t.TempDir(), "result")
		task.Inputs = []Input{{Name: "b", Path: file(t, "x", []byte("12"))}, {Name: "a", Path: file(t, "y", nil)}}
		if len(outputs) == 1 {
			task.Inputs[0], task.Inputs[1] = task.Inputs[1], task.Inputs[0]
		}
		outputs = append(outputs, stdoutOf(t, mustRun(t, task)))
	}
	if outputs[0] != outputs[1] {
		t.Errorf("the order shows:\n%s\n%s", outputs[0], outputs[1])
	}
}

func TestWordcountInTheSandboxIsWordcountHere(t *testing.T) {
	dir := t.TempDir()
	inputs := wordcountInputs(t, dir, 3<<20)
	native, err := exec.Command(wordcountHere, dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	task := guestTask(t)
	task.Module, task.Args, task.Inputs = wordcountPath, []string{"wordcount"}, inputs
	r := mustRun(t, task)
	if r.Outcome.Status != StatusOK || len(native) == 0 {
		t.Fatalf("outcome %+v: %s", r.Outcome, r.Stderr)
	}
	if got := stdoutOf(t, r); got != string(native) {
		t.Errorf("%d bytes in the sandbox, %d natively", len(got), len(native))
	}
}

// wordcountInputs writes text of about size bytes into three files.
func wordcountInputs(t testing.TB, dir string, size int) (inputs []Input) {
	state := uint32(1)
	for i := range 3 {
		var text bytes.Buffer
		for text.Len() < size/3 {
			state = state*1664525 + 1013904223
			// A few words are frequent, most are rare.
			fmt.Fprintf(&text, "Word%d ", (state>>8)%(1+(state>>20)*(state>>24)))
			if state>>28 == 0 {
				text.WriteString("—\n")
			}
		}
		in := Input{Name: fmt.Sprintf("part-%d", i), Path: filepath.Join(dir, fmt.Sprintf("part-%d", i))}
		if err := os.WriteFile(in.Path, text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, in)
	}
	return inputs
}
