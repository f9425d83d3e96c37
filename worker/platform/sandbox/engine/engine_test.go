// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package engine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

func vector(p []byte) []byte { return append([]byte{byte(len(p))}, p...) }

// command is a module of one function, _start, that has the given code, one i32
// local, one page of memory, and the two imports fd_write and proc_exit.
func command(code ...byte) []byte {
	section := func(id byte, parts ...[]byte) []byte { return append([]byte{id}, vector(slices.Concat(parts...))...) }
	imported := func(name string, typ byte) []byte {
		return slices.Concat(vector([]byte(wasip1.Module)), vector([]byte(name)), []byte{0, typ})
	}
	body := slices.Concat([]byte{1, 1, 0x7f}, code, []byte{0x0b})
	return slices.Concat(
		[]byte("\x00asm\x01\x00\x00\x00"),
		section(1, []byte{3, 0x60, 0, 0, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f, 0x60, 1, 0x7f, 0}),
		section(2, []byte{2}, imported("fd_write", 1), imported("proc_exit", 2)),
		section(3, []byte{1, 0}),
		section(5, []byte{1, 0, 1}),
		section(7, []byte{2}, vector([]byte("_start")), []byte{0, 2}, vector([]byte("memory")), []byte{2, 0}),
		section(10, []byte{1}, vector(body)),
	)
}

var (
	hello = []byte{ // writes the four bytes at 16 to stdout
		0x41, 16, 0x41, 0xe8, 0xd2, 0xa5, 0xc3, 0x06, 0x36, 2, 0,
		0x41, 0, 0x41, 16, 0x36, 2, 0, 0x41, 4, 0x41, 4, 0x36, 2, 0,
		0x41, 1, 0x41, 0, 0x41, 1, 0x41, 8, 0x10, 0, 0x1a,
	}
	exit7   = []byte{0x41, 7, 0x10, 1}
	grow    = []byte{0x41, 1, 0x40, 0, 0x1a}
	endless = []byte{0x03, 0x40, 0x0c, 0, 0x0b}
	again   = []byte{0x10, 2}
	trap    = []byte{0x00}
)

type outcome struct {
	end    End
	stdout string
}

func run(t *testing.T, kind Kind, code []byte, l Limits, stdout io.Writer) (outcome, error) {
	t.Helper()
	m, err := detwasm.Instrument(code, detwasm.Options{Import: wasip1.CheckImport})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	world := wasip1.New(wasip1.Config{OutputLimit: 1 << 10, Stdout: io.MultiWriter(&out, stdout), Stderr: io.Discard})
	l.StartGas, l.MemoryMin, l.HashMemory = m.StartGas, m.MemoryMin, true
	end, err := Run(context.Background(), kind, m.Code, world, l)
	end.Detail = ""
	return outcome{end, out.String()}, err
}

func TestBothEnginesEndEveryRunAlike(t *testing.T) {
	for _, test := range []struct {
		name   string
		code   []byte
		gas    uint64
		memory uint64
		want   Status
		exit   uint32
	}{
		{"a return", hello, 1e9, 1 << 16, OK, 0},
		{"an exit", slices.Concat(hello, exit7), 1e9, 1 << 16, Exit, 7},
		{"a trap", slices.Concat(hello, trap), 1e9, 1 << 16, Trap, 0},
		{"no gas for the first instruction", hello, 10, 1 << 16, OutOfGas, 0},
		{"no gas for the rest", slices.Concat(hello, endless), 1e7, 1 << 16, OutOfGas, 0},
		{"a first memory above the limit", hello, 1e9, 1<<16 - 1, MemoryLimit, 0},
		{"a refused growth", grow, 1e9, 1 << 16, OK, 0},
		{"a trap after a refused growth", slices.Concat(grow, trap), 1e9, 1 << 16, MemoryLimit, 0},
		{"an exit after a refused growth", slices.Concat(grow, exit7), 1e9, 1 << 16, MemoryLimit, 7},
		{"a trap after a growth", slices.Concat(grow, trap), 1e9, 1 << 17, Trap, 0},
		{"the end of the gas after a refused growth", slices.Concat(grow, endless), 1e7, 1 << 16, OutOfGas, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := Limits{Gas: test.gas, Memory: test.memory}
			compiled, err := run(t, Compiler, command(test.code...), l, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			interpreted, err := run(t, Interpreter, command(test.code...), l, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if compiled != interpreted {
				t.Errorf("the compiler says %+v, the interpreter %+v", compiled, interpreted)
			}
			end := compiled.end
			if end.Status != test.want || end.ExitCode != test.exit || end.Gas == 0 || end.Gas > test.gas {
				t.Errorf("got %+v", end)
			}
			if (end.Status == OutOfGas) != (end.Gas == test.gas) {
				t.Errorf("%s with %d gas of %d", end.Status, end.Gas, test.gas)
			}
		})
	}
}

func TestDeepRecursionIsOutOfDepth(t *testing.T) {
	got, err := run(t, Compiler, command(again...), Limits{Gas: 1e12, Memory: 1 << 16}, io.Discard)
	if err != nil || got.end.Status != OutOfDepth {
		t.Errorf("got %+v, %v", got.end, err)
	}
}

// broken is a place that cannot be written to.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

// panicking breaks the engine from inside a host call.
type panicking struct{}

func (panicking) Write([]byte) (int, error) { panic("a fault of the sandbox") }

func TestAFaultOfTheHostIsAnErrorAndNeverAnEnd(t *testing.T) {
	for name, stdout := range map[string]io.Writer{"disk is full": broken{}, "fault of the sandbox": panicking{}} {
		for _, kind := range []Kind{Compiler, Interpreter} {
			got, err := run(t, kind, command(hello...), Limits{Gas: 1e9, Memory: 1 << 16}, stdout)
			if err == nil || !strings.Contains(err.Error(), name) || got.end != (End{}) {
				t.Errorf("%s, %s: got %+v, %v", kind, name, got.end, err)
			}
		}
	}
}

func TestAHostWithoutMemoryIsAnErrorAndNeverAnEnd(t *testing.T) {
	const tooMuch = 1 << 56
	m := &memory{limit: tooMuch}
	defer func() {
		err, _ := recover().(error)
		if !errors.Is(err, ErrHostMemory) || m.refused {
			t.Errorf("got %v, refused %v", err, m.refused)
		}
	}()
	m.Allocate(0, tooMuch)
}

func TestAModuleThatIsNotInstrumentedIsAnError(t *testing.T) {
	world := wasip1.New(wasip1.Config{Stdout: io.Discard, Stderr: io.Discard})
	_, err := Run(context.Background(), Compiler, command(hello...), world, Limits{Gas: 1, Memory: 1 << 16})
	if err == nil || !strings.Contains(err.Error(), "not an instrumented command") {
		t.Errorf("got %v", err)
	}
}

func TestAProgramRunsAgainAsIfForTheFirstTime(t *testing.T) {
	ctx := context.Background()
	e, err := New(ctx, Compiler, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(ctx); err != nil {
			t.Error(err)
		}
	}()
	m, err := detwasm.Instrument(command(slices.Concat(hello, grow)...), detwasm.Options{Import: wasip1.CheckImport})
	if err != nil {
		t.Fatal(err)
	}
	p, err := e.Load(ctx, m.Code)
	if err != nil {
		t.Fatal(err)
	}
	var first End
	for i := range 3 {
		var out bytes.Buffer
		world := wasip1.New(wasip1.Config{OutputLimit: 4, Stdout: &out, Stderr: io.Discard})
		end, err := p.Run(ctx, world, Limits{Gas: 1e9, StartGas: m.StartGas, Memory: 1 << 20, MemoryMin: 1, HashMemory: true})
		if err != nil || end.Status != OK || out.Len() != 4 || i > 0 && end != first {
			t.Errorf("run %d: %+v, %q, %v; the first was %+v", i, end, out.String(), err, first)
		}
		first = end
	}
}
