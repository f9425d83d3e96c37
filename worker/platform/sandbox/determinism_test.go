// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package sandbox

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestT5_FloatsMapOrderTimeAndRandomAreTheSameInEveryRun(t *testing.T) {
	for _, guest := range []string{"floats", "world"} {
		t.Run(guest, func(t *testing.T) {
			task := guestTask(t, guest)
			task.Inputs = []Input{{Name: "b", Path: file(t, "x", []byte("12"))}, {Name: "a", Path: file(t, "y", nil)}}
			r := twice(t, task, true)
			if r.Outcome.Status != StatusOK || r.StdoutBytes < 100 {
				t.Errorf("outcome %+v: %q %s", r.Outcome, stdoutOf(t, r), r.Stderr)
			}
		})
	}
}

// nanBits writes the bits of a NaN to stdout: 0/0, through an operation, as
// eight bytes from address 16; the vector for fd_write is at address 0.
func nanBits(operation ...byte) []byte {
	f64 := []byte{0x44, 0, 0, 0, 0, 0, 0, 0, 0}
	store := func(at, value int) []byte {
		return slices.Concat(constant(at), constant(value), []byte{0x36, 2, 0})
	}
	return slices.Concat(
		store(0, 16), store(4, 8),
		constant(16), f64, f64, []byte{0xa3}, operation, []byte{0x39, 3, 0}, // 16: f64.store
		constant(1), constant(0), constant(1), constant(8), call(0), []byte{0x1a},
	)
}

func TestT5_NaNsHaveOneBitPattern(t *testing.T) {
	for name, operation := range map[string][]byte{
		"divided":   nil,
		"negated":   {0x9a, 0x9a},
		"added":     {0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0xa0},
		"shortened": {0xb6, 0xbb},
	} {
		t.Run(name, func(t *testing.T) {
			m := wasmModule{pages: 1, imports: []wasmImport{importFunc(wasi, "fd_write", typeFour)}, code: nanBits(operation...)}
			r := twice(t, moduleTask(t, m.bytes()), true)
			canonical := []byte{0, 0, 0, 0, 0, 0, 0xf8, 0x7f}
			if got := []byte(stdoutOf(t, r)); r.Outcome.Status != StatusOK || !bytes.Equal(got, canonical) {
				t.Errorf("outcome %+v: % x, want % x", r.Outcome, got, canonical)
			}
		})
	}
}

func TestD9_HostileNamesEndTheSameWayEverywhere(t *testing.T) {
	r := twice(t, guestTask(t, "hostile"), false)
	if r.Outcome.Status != StatusOK {
		t.Fatalf("outcome %+v: %s", r.Outcome, r.Stderr)
	}
	made := strings.Count(stdoutOf(t, r), "\n")
	if got := files(t, r.Dir); r.OutFiles != made || len(got) != made+3 {
		t.Errorf("%d files, %d delivered, the guest made %d: %s", len(got), r.OutFiles, made, r.Stderr)
	}
	for _, refused := range []string{`"../up"`, `"a/../../up"`, `"/etc/x"`, `"\xff\xfe"`, `""`, `"."`, `".."`} {
		if strings.Contains(stdoutOf(t, r), refused+"\n") && refused != `"/etc/x"` {
			t.Errorf("%s was made", refused)
		}
	}
}
