// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package examples_test runs the examples on input that nobody here wrote, on
// this machine and as tasks in a worker's sandbox, and compares byte for byte.
package examples_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
)

// folder holds what all tests share: programs and compiled code.
var folder string

func TestMain(m *testing.M) {
	sandbox.ChildMain()
	var err error
	if folder, err = os.MkdirTemp("", "openmesh-examples-"); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := os.RemoveAll(folder); err != nil {
		panic(err)
	}
	os.Exit(code)
}

var runner = sync.OnceValues(func() (*sandbox.Runner, error) {
	return sandbox.New(sandbox.Config{CacheDir: filepath.Join(folder, "cache")})
})

// program is an example that was built.
type program struct {
	name   string
	module string // for WASI
	native string // for this machine
}

// build builds an example written in Go, with the flags of the Makefile, whose
// build cache it shares.
func build(t *testing.T, name string) program {
	t.Helper()
	p := program{name: name, module: filepath.Join(folder, name+".wasm"), native: filepath.Join(folder, name)}
	goBuild(t, p.module, name, "GOOS=wasip1", "GOARCH=wasm")
	// The first level of amd64, which has no fused multiply-add: WebAssembly has none either.
	goBuild(t, p.native, name, "GOAMD64=v1")
	return p
}

func goBuild(t *testing.T, out, name string, env ...string) {
	t.Helper()
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", out, "./"+name)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-trimpath -buildvcs=false"), env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", name, err, text)
	}
}

// outcome is all that a run gives.
type outcome struct {
	exit   uint32
	stdout []byte
	out    map[string][]byte // files below /out, by path
}

// same compares what two runs gave.
func (o outcome) same(t *testing.T, want outcome) {
	t.Helper()
	if o.exit != want.exit {
		t.Errorf("exit code %d, want %d", o.exit, want.exit)
	}
	if !bytes.Equal(o.stdout, want.stdout) {
		t.Errorf("stdout: %s", difference(o.stdout, want.stdout))
	}
	for name, body := range want.out {
		if got, found := o.out[name]; !found || !bytes.Equal(got, body) {
			t.Errorf("out/%s: %s", name, difference(got, body))
		}
	}
	if len(o.out) != len(want.out) {
		t.Errorf("%d files, want %d", len(o.out), len(want.out))
	}
}

func difference(got, want []byte) string {
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	show := func(b []byte) string { return string(b[max(at-20, 0):min(at+40, len(b))]) }
	return fmt.Sprintf("%d and %d bytes, which differ from byte %d on: %q, want %q", len(got), len(want), at, show(got), show(want))
}

// runHere runs the native program.
func (p program) runHere(t *testing.T, args ...string) outcome {
	t.Helper()
	var o outcome
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), p.native, args...)
	cmd.Stderr = &stderr
	var err error
	var exit *exec.ExitError
	if o.stdout, err = cmd.Output(); errors.As(err, &exit) && exit.ExitCode() > 0 {
		o.exit = uint32(exit.ExitCode())
	} else if err != nil {
		t.Fatalf("%s %q: %v\n%s", p.name, args, err, &stderr)
	}
	return o
}

// task is a task of the program with generous limits.
func (p program) task(t *testing.T, args ...string) sandbox.Task {
	t.Helper()
	return sandbox.Task{
		ID: t.Name(), Module: p.module, Args: append([]string{"task"}, args...),
		MemoryLimit: 512 << 20, OutputLimit: 64 << 20, GasLimit: 1_000_000_000_000,
		Timeout: 5 * time.Minute,
	}
}

// runThere runs a task twice, the second time with the code compiled, and wants
// the same outcome from both.
func (p program) runThere(t *testing.T, task sandbox.Task) outcome {
	t.Helper()
	first, firstRun := once(t, task)
	second, secondRun := once(t, task)
	second.same(t, first)
	if firstRun.Outcome != secondRun.Outcome {
		t.Errorf("two runs of a task: %+v and %+v", firstRun.Outcome, secondRun.Outcome)
	}
	if firstRun.Outcome.Gas == 0 {
		t.Error("it took no gas")
	}
	t.Logf("%s %q: %s, %d gas, %v (compiled in %v)", p.name, task.Args[1:], secondRun.Outcome.Status, secondRun.Outcome.Gas,
		secondRun.Usage.Wall.Round(time.Millisecond), firstRun.Usage.Compile.Round(time.Millisecond))
	return first
}

func once(t *testing.T, task sandbox.Task) (outcome, sandbox.Result) {
	t.Helper()
	r, err := runner()
	if err != nil {
		t.Skip(err) // no sandbox on this platform, and it says so
	}
	task.ResultDir = filepath.Join(t.TempDir(), "result")
	result, err := r.Run(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	if s := result.Outcome.Status; s != sandbox.StatusOK && s != sandbox.StatusExit {
		t.Fatalf("%s %s: %s", s, result.Detail, result.Stderr)
	}
	stdout, err := os.ReadFile(filepath.Join(result.Dir, "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	return outcome{exit: result.Outcome.ExitCode, stdout: stdout, out: tree(t, filepath.Join(result.Dir, "out"))}, result
}

// tree returns the files below a directory by path.
func tree(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		files[name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// inputs are all files of a directory, as inputs of a task.
func inputs(t *testing.T, dir string) (list []sandbox.Input) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, sandbox.Input{Name: e.Name(), Path: filepath.Join(dir, e.Name())})
	}
	return list
}

// fused says whether native code rounds a*b+c once where WebAssembly rounds twice.
const fused = runtime.GOARCH != "amd64"
