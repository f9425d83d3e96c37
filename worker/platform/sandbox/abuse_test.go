// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package sandbox

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

// twice runs a task in two children and says that they agree on everything:
// the second compiles anew if cold is set. A task that follows ends well.
func twice(t *testing.T, task Task, cold bool) Result {
	t.Helper()
	first := mustRun(t, task)
	runner := newRunner(t)
	if cold {
		runner = newRunnerWith(t, Config{CacheDir: t.TempDir()})
	}
	task.ResultDir = filepath.Join(t.TempDir(), "again")
	second, err := runner.Run(context.Background(), task)
	if err != nil {
		t.Fatal(err)
	}
	if first.Outcome != second.Outcome || string(first.Stderr) != string(second.Stderr) || first.Detail != second.Detail {
		t.Errorf("two runs end as %+v (%s) and %+v (%s)", first.Outcome, first.Detail, second.Outcome, second.Detail)
	}
	if a, b := files(t, first.Dir), files(t, second.Dir); !maps.Equal(a, b) {
		t.Errorf("two runs leave %.400v and %.400v", a, b)
	}
	if first.Outcome.Gas > task.GasLimit {
		t.Errorf("%d gas of %d", first.Outcome.Gas, task.GasLimit)
	}
	goesOn(t)
	return first
}

// goesOn says that tasks still run.
func goesOn(t *testing.T) {
	t.Helper()
	if r := mustRun(t, moduleTask(t, wasmModule{code: nothing}.bytes())); r.Outcome.Status != StatusOK {
		t.Errorf("afterwards: %+v", r.Outcome)
	}
	noChildren(t, os.Getpid())
}

func TestD7_EveryTrapIsTheSameOutcome(t *testing.T) {
	for _, test := range []struct {
		name string
		code []byte
		want string
	}{
		{"unreachable", unreachable, "unreachable"},
		{"division by zero", divideByZero, "integer divide by zero"},
		{"an access outside memory", badAccess, "out of bounds memory access"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := twice(t, moduleTask(t, wasmModule{code: test.code}.bytes()), true)
			if r.Outcome.Status != StatusTrap || r.Outcome.Gas == 0 || !strings.Contains(r.Detail, test.want) {
				t.Errorf("outcome %+v: %s", r.Outcome, r.Detail)
			}
		})
	}
}

func TestD7_AnEndlessLoopEndsWhenItsGasDoes(t *testing.T) {
	for name, task := range map[string]Task{
		"by hand": moduleTask(t, wasmModule{code: endless}.bytes()),
		"in Go":   guestTask(t, "loop"),
	} {
		t.Run(name, func(t *testing.T) {
			task.GasLimit = 1e9
			r := twice(t, task, false)
			if (r.Outcome != Outcome{Status: StatusOutOfGas, Gas: task.GasLimit}) || !strings.Contains(r.Detail, "1000000000") {
				t.Errorf("outcome %+v: %s", r.Outcome, r.Detail)
			}
		})
	}
}

func TestD7_GasIsExactToTheUnit(t *testing.T) {
	task := moduleTask(t, wasmModule{locals: oneLocal, code: times(1000)}.bytes())
	need := twice(t, task, true).Outcome.Gas
	for limit, want := range map[uint64]Status{need: StatusOK, need - 1: StatusOutOfGas, 1: StatusOutOfGas} {
		task.GasLimit, task.ResultDir = limit, filepath.Join(t.TempDir(), "result")
		r := mustRun(t, task)
		if (r.Outcome != Outcome{Status: want, Gas: limit}) {
			t.Errorf("with %d of %d: %+v", limit, need, r.Outcome)
		}
	}
}

func TestD7_WhatWasWrittenBeforeTheGasRanOutIsDelivered(t *testing.T) {
	task := guestTask(t, "flood")
	task.GasLimit = 1.5e9
	r := twice(t, task, false)
	if (r.Outcome != Outcome{Status: StatusOutOfGas, Gas: task.GasLimit}) || r.StdoutBytes == 0 || r.StdoutBytes%1000 != 0 {
		t.Errorf("outcome %+v, %d bytes", r.Outcome, r.StdoutBytes)
	}
}

func TestD7_RecursionWithoutEndIsOutOfDepth(t *testing.T) {
	huge := append(uleb(10_000), i64)
	for _, test := range []struct {
		name string
		m    wasmModule
	}{
		{"of one function", wasmModule{code: call(0)}},
		{"of three functions in turn", wasmModule{code: call(1), more: [][]byte{call(2), append(constant(7), append([]byte{0x1a}, call(0)...)...)}}},
		{"with very many locals", wasmModule{locals: huge, code: call(0)}},
		{"deep in blocks", wasmModule{code: nested(1000, call(0)...)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := twice(t, moduleTask(t, test.m.bytes()), true)
			if r.Outcome.Status != StatusOutOfDepth || r.Outcome.Gas == 0 {
				t.Errorf("outcome %+v: %s", r.Outcome, r.Detail)
			}
			if r.Usage.MaxRSS > 400<<20 {
				t.Errorf("%d MB resident", r.Usage.MaxRSS>>20)
			}
		})
	}
}

func TestD7_RecursionWithoutEndInGoIsOutOfDepth(t *testing.T) {
	task := guestTask(t, "recurse")
	r := twice(t, task, false)
	if r.Outcome.Status != StatusOutOfDepth {
		t.Errorf("outcome %+v: %.400s", r.Outcome, r.Stderr)
	}
}

func TestD7_AMemoryBombStaysWithinItsLimit(t *testing.T) {
	const limit = 64 << 20
	task := guestTask(t, "bomb")
	task.MemoryLimit = limit
	r := twice(t, task, false)
	if r.Outcome.Status != StatusMemoryLimit || r.Outcome.ExitCode != 2 {
		t.Errorf("outcome %+v: %s", r.Outcome, r.Stderr)
	}
	if r.Usage.MaxRSS > limit+192<<20 {
		t.Errorf("%d MB resident", r.Usage.MaxRSS>>20)
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
		{"2 GiB can be asked for", 32768, wasmModule{pages: 1, code: nothing}, StatusOK},
	} {
		t.Run(test.name, func(t *testing.T) {
			task := moduleTask(t, test.m.bytes())
			task.MemoryLimit = test.pages * detwasm.PageSize
			if r := twice(t, task, true); r.Outcome.Status != test.want || r.Outcome.Gas == 0 {
				t.Errorf("outcome %+v: %s", r.Outcome, r.Detail)
			}
		})
	}
}

func TestD7_ATableBombIsRefusedByTheProfileAndNotByTheHost(t *testing.T) {
	for name, code := range map[string][]byte{"at once": growTable, "bit by bit": growTableBitByBit} {
		t.Run(name, func(t *testing.T) {
			r := twice(t, moduleTask(t, wasmModule{table: true, code: code}.bytes()), true)
			if r.Outcome.Status != StatusTrap || r.Usage.MaxRSS > 128<<20 {
				t.Errorf("outcome %+v: %s, %d MB resident", r.Outcome, r.Detail, r.Usage.MaxRSS>>20)
			}
		})
	}
}

func TestD7_AMillionHostCallsAreChargedOneByOne(t *testing.T) {
	const calls = 1_000_000
	task := moduleTask(t, wasmModule{
		imports: []wasmImport{importFunc(wasi, "sched_yield", typeYield)},
		locals:  oneLocal, code: times(calls, 0x10, 0, 0x1a),
	}.bytes())
	r := twice(t, task, true)
	if r.Outcome.Status != StatusOK || r.Outcome.Gas < calls*1000 {
		t.Errorf("outcome %+v: %s", r.Outcome, r.Detail)
	}
	task.GasLimit, task.ResultDir = r.Outcome.Gas/2, filepath.Join(t.TempDir(), "half")
	if r := mustRun(t, task); (r.Outcome != Outcome{Status: StatusOutOfGas, Gas: task.GasLimit}) {
		t.Errorf("with half the gas: %+v", r.Outcome)
	}
}

func TestD7_ARunOutOfTimeIsAnAbstention(t *testing.T) {
	for name, task := range map[string]Task{
		"by hand": moduleTask(t, wasmModule{code: endless}.bytes()),
		"in Go":   guestTask(t, "loop"),
	} {
		t.Run(name, func(t *testing.T) {
			task.GasLimit, task.Timeout = MaxGas, 300*time.Millisecond
			_, err := newRunner(t).Run(context.Background(), task)
			mustAbstain(t, err, CauseTimeout, task)
			goesOn(t)
		})
	}
}
