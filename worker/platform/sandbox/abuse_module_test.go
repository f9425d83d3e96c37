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
	"slices"
	"strings"
	"testing"
	"time"
)

func TestD7_AModuleNobodyCanRunIsAnOutcomeAndNotAnError(t *testing.T) {
	for _, test := range []struct {
		name string
		code []byte
		want string
	}{
		{"an empty file", nil, "offset 0x0"},
		{"garbage", []byte("not a module at all"), "offset 0x0"},
		{"a module cut short", wasmModule{}.bytes()[:30], "offset 0x"},
		{"code that does not validate", wasmModule{code: []byte{0x6a}}.bytes(), "offset 0x"},
		{"no _start", wasmModule{start: "main"}.bytes(), "_start"},
		{"no memory", wasmModule{noMemory: true}.bytes(), "memory"},
		{"code before the start", wasmModule{runFirst: true, code: unreachable}.bytes(), "start section"},
		{"a branch table of 100000", wasmModule{code: branchTable(100_000)}.bytes(), "br_table"},
		{"more locals than there are numbers", wasmModule{locals: []byte{0xff, 0xff, 0xff, 0xff, 0x0f, i64}}.bytes(), "local"},
		{"100000 blocks inside one another", wasmModule{code: nested(100_000)}.bytes(), "offset 0x"},
		{"a name that is no text", wasmModule{start: "\xff\xfe"}.bytes(), "UTF-8"},
		{"a name of the host", wasmModule{start: "openmesh.gas"}.bytes(), "openmesh."},
		{"an atomic instruction", wasmModule{pages: 1, code: slices.Concat(constant(0), []byte{0xfe, 0x10, 2, 0, 0x1a})}.bytes(), "offset 0x"},
		{"a tail call", wasmModule{code: []byte{0x12, 0}}.bytes(), "offset 0x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := twice(t, moduleTask(t, test.code), true)
			if r.Outcome != (Outcome{Status: StatusInvalidModule}) || !strings.Contains(r.Detail, test.want) {
				t.Errorf("outcome %+v: %s", r.Outcome, r.Detail)
			}
			if got := files(t, r.Dir); len(got) != 3 || got["stdout"] != "" {
				t.Errorf("files %v", got)
			}
		})
	}
}

func TestD7_EveryImportThatIsNotOfferedIsRefusedByName(t *testing.T) {
	table, memory, global := []byte{0x70, 0, 1}, []byte{0, 1}, []byte{i32, 0}
	for _, i := range []wasmImport{
		importFunc("env", "fork", typeFour),
		importFunc("env", "system", typeExit),
		importFunc("", "", typeNothing),
		importFunc("wasi_unstable", "fd_write", typeFour),
		importFunc("wasi_snapshot_preview2", "fd_write", typeFour),
		importFunc("wasi:cli/run@0.2.0", "run", typeYield),
		importFunc("wasi", "thread-spawn", typeYield),
		importFunc(wasi, "proc_fork", typeFour),
		importFunc(wasi, "sock_open", typeFour),
		importFunc(wasi, "fd_write\x00", typeFour),
		importFunc(wasi, "FD_WRITE", typeFour),
		importFunc(wasi, strings.Repeat("a", 70_000), typeFour),
		importFunc(wasi, "proc_exit", typeFour), // another signature
		importFunc("openmesh", "gas", typeNothing),
		{module: "env", name: "memory", kind: 2, more: memory},
		{module: "env", name: "__indirect_function_table", kind: 1, more: table},
		{module: "env", name: "__stack_pointer", kind: 3, more: global},
		{module: wasi, name: "fd_write", kind: 3, more: global},
	} {
		t.Run(fmt.Sprintf("%.40q.%.40q", i.module, i.name), func(t *testing.T) {
			m := wasmModule{imports: []wasmImport{i}, noMemory: i.kind == 2}
			r := mustRun(t, moduleTask(t, m.bytes()))
			if r.Outcome != (Outcome{Status: StatusInvalidModule}) || !strings.Contains(r.Detail, "import") {
				t.Errorf("outcome %+v: %.300s", r.Outcome, r.Detail)
			}
			if len(r.Detail) > maxDetail {
				t.Errorf("%d bytes of detail", len(r.Detail))
			}
		})
	}
	goesOn(t)
}

func TestD7_AModuleOf100MBIsRefusedBySize(t *testing.T) {
	task := moduleTask(t, nil)
	if err := os.Truncate(task.Module, 100<<20); err != nil {
		t.Fatal(err)
	}
	if r := twice(t, task, false); r.Outcome.Status != StatusInvalidModule || r.Usage.Wall != 0 {
		t.Errorf("outcome %+v, usage %+v", r.Outcome, r.Usage)
	}
}

func TestD7_ALargeModuleCostsGasBeforeItsFirstInstruction(t *testing.T) {
	code := wasmModule{code: nothing, custom: slices.Concat(vector([]byte("padding")), make([]byte, 1<<20))}.bytes()
	task := moduleTask(t, code)
	r := twice(t, task, true)
	if r.Outcome.Status != StatusOK || r.Outcome.Gas < uint64(len(code)) {
		t.Errorf("outcome %+v for %d bytes", r.Outcome, len(code))
	}
	task.GasLimit, task.ResultDir = r.Outcome.Gas/2, filepath.Join(t.TempDir(), "half")
	if r := mustRun(t, task); (r.Outcome != Outcome{Status: StatusOutOfGas, Gas: task.GasLimit}) {
		t.Errorf("with half of that: %+v", r.Outcome)
	}
}

// explosive are modules whose compilation costs more than their size says.
func explosive() map[string][]byte {
	set := func(n int) []byte { // sets local n to 1
		return slices.Concat(constant(1), []byte{0x21}, uleb(n))
	}
	var locals []byte
	for n := range 15_000 {
		locals = append(locals, set(n)...)
	}
	branches := bytes.Repeat(slices.Concat(constant(0), []byte{0x04, 0x40}, set(7), []byte{0x0b}), 20_000)
	many := append(uleb(15_000), i32)
	return map[string][]byte{
		"locals that meet in many blocks": wasmModule{
			locals: many, code: slices.Concat(locals, []byte{0x03, 0x40}, branches, locals, constant(0), []byte{0x0d, 0, 0x0b}),
		}.bytes(),
		"many branch tables":           wasmModule{code: nested(1, bytes.Repeat(nested(1, branchTable(1000)...), 500)...)}.bytes(),
		"one very long block":          wasmModule{locals: oneLocal, code: bytes.Repeat(slices.Concat([]byte{0x20, 0, 0x20, 0, 0x6a, 0x21, 0}), 300_000)}.bytes(),
		"deep nesting":                 wasmModule{code: nested(19_000, bytes.Repeat([]byte{0x41, 0, 0x0d, 0x80, 0x10}, 2000)...)}.bytes(),
		"a hundred thousand functions": wasmModule{more: slices.Repeat([][]byte{call(0)}, 100_000)}.bytes(),
	}
}

func TestD7_AModuleThatIsMeantToCompileForeverEndsInTime(t *testing.T) {
	const patience = 3 * time.Second
	for name, code := range explosive() {
		t.Run(name, func(t *testing.T) {
			runner := newRunnerWith(t, Config{CacheDir: t.TempDir(), CompileTimeout: patience})
			task := moduleTask(t, code)
			began := time.Now()
			result, err := runner.Run(context.Background(), task)
			t.Logf("%d kB: %v after %v: %+v %s %v", len(code)>>10, result.Outcome, time.Since(began), result.Usage, result.Detail, err)
			var a *Abstention
			if err != nil && (!errors.As(err, &a) || a.Cause != CauseTimeout && a.Cause != CauseCPU && a.Cause != CauseMemory) {
				t.Errorf("got %v", err)
			}
			goesOn(t)
		})
	}
}
