// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestD7_EveryTrapIsTheSameOutcome(t *testing.T) {
	for _, test := range []struct {
		name string
		code []byte
		want string
	}{
		{"unreachable", unreachable, "unreachable"},
		{"division by zero", divideByZero, "integer divide by zero"},
		{"an access outside memory", badAccess, "out of bounds memory access"},
		{"endless recursion", callSelf, "stack overflow"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := mustRun(t, moduleTask(t, wasmModule{code: test.code}.bytes()))
			if (r.Outcome != Outcome{Status: StatusTrap}) || !strings.Contains(r.Detail, test.want) {
				t.Errorf("outcome %+v: %s", r.Outcome, r.Detail)
			}
		})
	}
}

func TestD7_AModuleNobodyCanRunIsAnOutcomeAndNotAnError(t *testing.T) {
	wasi := "wasi_snapshot_preview1"
	for _, test := range []struct {
		name string
		code []byte
		want string
	}{
		{"an empty file", nil, "invalid magic"},
		{"garbage", []byte("not a module at all"), "invalid magic"},
		{"a module cut short", wasmModule{}.bytes()[:30], ""},
		{"code that does not validate", wasmModule{code: []byte{0x6a}}.bytes(), ""},
		{"no _start", wasmModule{start: "main"}.bytes(), "_start"},
		{"no memory", wasmModule{noMemory: true}.bytes(), "memory"},
		{"a fork through an import of its own", wasmModule{imports: [][2]string{{"env", "fork"}}}.bytes(), `"env"."fork"`},
		{"an unknown function of WASI", wasmModule{imports: [][2]string{{wasi, "proc_fork"}}}.bytes(), "proc_fork"},
		{"another signature", wasmModule{imports: [][2]string{{wasi, "proc_exit"}}}.bytes(), "signature"},
		{"a trap before the start", wasmModule{runFirst: true, code: unreachable}.bytes(), "start"},
	} {
		t.Run(test.name, func(t *testing.T) {
			task := moduleTask(t, test.code)
			for range 2 { // compiled, and from the cache
				r := mustRun(t, task)
				if r.Outcome != (Outcome{Status: StatusInvalidModule}) || !strings.Contains(r.Detail, test.want) {
					t.Errorf("outcome %+v: %s", r.Outcome, r.Detail)
				}
				if got := files(t, r.Dir); len(got) != 3 || got["stdout"] != "" {
					t.Errorf("files %v", got)
				}
				task.ResultDir = filepath.Join(t.TempDir(), "again")
			}
		})
	}
}

func TestD7_AModuleOf100MBIsRefusedBySize(t *testing.T) {
	task := moduleTask(t, nil)
	if err := os.Truncate(task.Module, 100<<20); err != nil {
		t.Fatal(err)
	}
	if r := mustRun(t, task); r.Outcome.Status != StatusInvalidModule || r.Usage.Wall != 0 {
		t.Errorf("outcome %+v, usage %+v", r.Outcome, r.Usage)
	}
}

func TestD7_AnEndlessLoopEndsInTimeAndTheWorkerGoesOn(t *testing.T) {
	r := newRunner(t)
	for name, task := range map[string]Task{
		"by hand": moduleTask(t, wasmModule{code: endless}.bytes()),
		"in Go":   guestTask(t, "loop"),
	} {
		t.Run(name, func(t *testing.T) {
			task.Timeout = 300 * time.Millisecond
			began := time.Now()
			_, err := r.Run(context.Background(), task)
			mustAbstain(t, err, CauseTimeout, task)
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
	task := guestTask(t, "exit", "0")
	if result, err := r.Run(context.Background(), task); err != nil || result.Outcome.Status != StatusOK {
		t.Errorf("afterwards: %+v, %v", result.Outcome, err)
	}
	noChildren(t, os.Getpid())
}

func TestD7_AMemoryBombStaysWithinItsLimitAndEndsTheSameWay(t *testing.T) {
	const limit = 64 << 20
	var first Result
	for i := range 2 {
		task := guestTask(t, "bomb")
		task.MemoryLimit = limit
		task.ResultDir = filepath.Join(t.TempDir(), "result")
		r := mustRun(t, task)
		if (r.Outcome != Outcome{Status: StatusMemoryLimit, ExitCode: 2}) {
			t.Errorf("outcome %+v: %s", r.Outcome, r.Stderr)
		}
		if r.Usage.MaxRSS > limit+192<<20 {
			t.Errorf("%d MB resident", r.Usage.MaxRSS>>20)
		}
		if i > 0 && (stdoutOf(t, r) != stdoutOf(t, first) || !bytes.Equal(r.Stderr, first.Stderr)) {
			t.Error("two bombs differ")
		}
		first = r
	}
}

func TestD7_AHostThatCannotServeTheGuestAbstains(t *testing.T) {
	for _, test := range []struct {
		name  string
		m     wasmModule
		cause Cause
	}{
		{"a table as large as the host", wasmModule{table: true, code: growTable}, CauseMemory},
		{"a host call that fails inside", wasmModule{
			pages: 1, imports: [][2]string{{"wasi_snapshot_preview1", "poll_oneoff"}}, code: pollTooMany,
		}, CauseHost},
	} {
		t.Run(test.name, func(t *testing.T) {
			task := moduleTask(t, test.m.bytes())
			r, err := newRunner(t).Run(context.Background(), task)
			if err == nil {
				t.Fatalf("outcome %+v", r)
			}
			mustAbstain(t, err, test.cause, task)
		})
	}
}

func TestD7_MemoryLimitsAreExact(t *testing.T) {
	for _, test := range []struct {
		name  string
		pages uint64
		m     wasmModule
		want  Status
	}{
		{"a module as large as the limit runs", 4, wasmModule{pages: 4, code: nothing}, StatusOK},
		{"a module larger than the limit does not start", 3, wasmModule{pages: 4, code: nothing}, StatusMemoryLimit},
		{"a trap after a refused growth is for want of memory", 4, wasmModule{pages: 1, code: growAndTrap}, StatusMemoryLimit},
		{"4 GiB can be asked for", 65536, wasmModule{pages: 1, code: nothing}, StatusOK},
	} {
		t.Run(test.name, func(t *testing.T) {
			task := moduleTask(t, test.m.bytes())
			task.MemoryLimit = test.pages * wasmPage
			if r := mustRun(t, task); r.Outcome.Status != test.want {
				t.Errorf("outcome %+v: %s", r.Outcome, r.Detail)
			}
		})
	}
}

func TestD7_AFloodOfOutputIsRefusedAtTheLimit(t *testing.T) {
	task := guestTask(t, "flood")
	task.OutputLimit = 1_000_500
	r := mustRun(t, task)
	if (r.Outcome != Outcome{Status: StatusExit, ExitCode: 9}) || r.StdoutBytes != 1_000_000 {
		t.Errorf("outcome %+v, %d bytes", r.Outcome, r.StdoutBytes)
	}
	if !strings.Contains(string(r.Stderr), "I/O error") {
		t.Errorf("stderr %s", r.Stderr)
	}
}

func TestD7_TheOutDirectoryCountsAsOutput(t *testing.T) {
	task := guestTask(t, "outflood")
	task.OutputLimit = 100_000
	r := mustRun(t, task)
	// The first line of stdout has taken a block's worth from the second round.
	if want := "written 98304\nwritten 98304\n"; r.Outcome.Status != StatusOK || stdoutOf(t, r) != want {
		t.Errorf("outcome %+v: %q %s", r.Outcome, stdoutOf(t, r), r.Stderr)
	}
}

func TestD7_FilesAndHandlesAreCounted(t *testing.T) {
	r := mustRun(t, guestTask(t, "outfiles"))
	if want := fmt.Sprintln(MaxOutEntries, true); r.Outcome.Status != StatusOK || stdoutOf(t, r) != want || r.OutFiles != MaxOutEntries {
		t.Errorf("outcome %+v: %q %s", r.Outcome, stdoutOf(t, r), r.Stderr)
	}
	task := guestTask(t, "openmany")
	task.ResultDir += "2"
	task.Inputs = []Input{{Name: "a", Path: file(t, "a", nil)}}
	r = mustRun(t, task)
	if want := fmt.Sprintln(MaxOpenFiles-1, true); stdoutOf(t, r) != want {
		t.Errorf("outcome %+v: %q %s", r.Outcome, stdoutOf(t, r), r.Stderr)
	}
}

func TestD7_NothingOfTheHostCanBeReached(t *testing.T) {
	t.Setenv("SECRET", "of the host")
	input := file(t, "a", []byte("input"))
	task := guestTask(t, "escape")
	task.Inputs = []Input{{Name: "a", Path: input}}
	r := mustRun(t, task)
	if r.Outcome.Status != StatusOK || stdoutOf(t, r) != "" {
		t.Errorf("outcome %+v, these worked: %s\n%s", r.Outcome, stdoutOf(t, r), r.Stderr)
	}
	if got := files(t, r.Dir); len(got) != 3 {
		t.Errorf("files %v", got)
	}
	if body, err := os.ReadFile(input); err != nil || string(body) != "input" {
		t.Errorf("the input is %q, %v", body, err)
	}
}

func TestD9_NamesThatLeaveTheirDirectoryAreRefused(t *testing.T) {
	for _, name := range []string{"", ".", "..", "../a", "/etc/passwd", "a/b", "a\x00", "\xff", strings.Repeat("n", 256)} {
		task := guestTask(t, "cat")
		task.Inputs = []Input{{Name: name, Path: guestPath}}
		if _, err := newRunner(t).Run(context.Background(), task); !errors.Is(err, ErrInvalidTask) {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

func TestD9_AChildThatLiesAboutNamesOrSizesIsNotBelieved(t *testing.T) {
	for name, frames := range map[string][][2]string{
		"a path that climbs":        {{"f", "../escaped"}},
		"an absolute path":          {{"f", "/escaped"}},
		"a climb in the middle":     {{"d", "a"}, {"f", "a/../../escaped"}},
		"an empty path":             {{"d", ""}},
		"a NUL byte":                {{"f", "a\x00b"}},
		"more output than allowed":  {{"o", strings.Repeat("x", 101)}},
		"more files than allowed":   {{"f", "a"}, {"c", strings.Repeat("x", 60)}, {"o", strings.Repeat("x", 60)}},
		"bytes without a file":      {{"c", "x"}},
		"a frame nobody knows":      {{"z", ""}},
		"too much stderr":           {{"e", strings.Repeat("x", MaxStderr+1)}},
		"deeper than the guest can": {{"d", strings.Repeat("a/", MaxDepth) + "a"}},
	} {
		dir := filepath.Join(t.TempDir(), "result")
		c, err := prepare(dir, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range frames {
			if err = c.take(f[0][0], []byte(f[1])); err != nil {
				break
			}
		}
		if !errors.Is(err, errProtocol) {
			t.Errorf("%s: got %v", name, err)
		}
		if err := c.discard(); err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(filepath.Join(filepath.Dir(dir), "escaped")); !os.IsNotExist(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestD9_LinksAndFoldersAreNoInputs(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("/etc/passwd", link); err != nil {
		t.Fatal(err)
	}
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, fifo, t.TempDir(), "/dev/zero", filepath.Join(t.TempDir(), "missing")} {
		task := guestTask(t, "cat", "/in/a")
		task.Inputs = []Input{{Name: "a", Path: path}}
		_, err := newRunner(t).Run(context.Background(), task)
		mustAbstain(t, err, CauseHost, task)
	}
}
