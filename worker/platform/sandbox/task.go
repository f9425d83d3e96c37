// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// Limits that hold for every task on every worker. They decide outcomes, so
// they are constants and not configuration; package wasip1 has those of what the
// guest does.
const (
	// MaxModuleSize is the largest module in bytes; a larger one is an invalid module.
	MaxModuleSize = 64 << 20
	// MaxMemory is the largest Task.MemoryLimit in bytes: what the profile allows a memory.
	MaxMemory = 2 << 30
	// MaxGas is the largest Task.GasLimit: two years of a server core.
	MaxGas = 1 << 60
	// MaxOutput is the largest Task.OutputLimit in bytes.
	MaxOutput = 1 << 30
	// MaxInputs is the largest number of files in /in.
	MaxInputs = 512
	// MaxArgBytes bounds the bytes of argv and environment together.
	MaxArgBytes = 128 << 10
	// MaxStderr is how much of stderr is kept, in bytes.
	MaxStderr = 64 << 10
)

// ErrInvalidTask says that a task cannot be run by anybody: a field is out of
// its limits. It is wrapped with the field's name.
var ErrInvalidTask = errors.New("invalid task")

// Input is one file of /in.
type Input struct {
	// Name is the file's name below /in: one path element.
	Name string
	// Path is where its bytes are on this machine: a regular file, not a link.
	Path string
}

// Task is one run of a module.
type Task struct {
	// ID names the task in errors; it does not reach the guest.
	ID string
	// Module is the path of the WebAssembly binary.
	Module string
	// Args is the whole argv, argv[0] first.
	Args []string
	// Env is the whole environment, as KEY=VALUE, keys once each.
	Env []string
	// Stdin is the path of a regular file, or empty for an empty stdin.
	Stdin string
	// Inputs are the files of /in, in any order.
	Inputs []Input
	// MemoryLimit is the guest's linear memory in bytes, rounded down to pages of 64 KiB.
	MemoryLimit uint64
	// GasLimit is the gas that the guest may use, from 1 to MaxGas; see Outcome.Gas.
	GasLimit uint64
	// OutputLimit bounds the bytes of stdout and /out together.
	OutputLimit uint64
	// Seed seeds the guest's random source; the protocol gives it (docs/detwasm.md, Seed).
	Seed [32]byte
	// Timeout is this host's patience in wall-clock time, from the start of the
	// child, compilation excluded. Running out of it is an abstention.
	Timeout time.Duration
	// ResultDir is where the result goes: an empty or absent directory. After
	// an abstention it is empty.
	ResultDir string
}

// Validate reports the first field that is out of its limits, as ErrInvalidTask.
func (t Task) Validate() error {
	switch {
	case t.Module == "":
		return t.invalid("no module")
	case t.ResultDir == "":
		return t.invalid("no result directory")
	case t.MemoryLimit < detwasm.PageSize || t.MemoryLimit > MaxMemory:
		return t.invalid("memory limit of %d bytes is not between %d and %d", t.MemoryLimit, detwasm.PageSize, uint64(MaxMemory))
	case t.GasLimit == 0 || t.GasLimit > MaxGas:
		return t.invalid("gas limit of %d is not between 1 and %d", t.GasLimit, uint64(MaxGas))
	case t.OutputLimit > MaxOutput:
		return t.invalid("output limit of %d bytes is above %d", t.OutputLimit, MaxOutput)
	case t.Timeout <= 0:
		return t.invalid("no timeout")
	case len(t.Inputs) > MaxInputs:
		return t.invalid("%d inputs, at most %d", len(t.Inputs), MaxInputs)
	}
	if err := t.validateStrings(); err != nil {
		return err
	}
	seen := make(map[string]bool, len(t.Inputs))
	for _, in := range t.Inputs {
		if err := wasip1.CheckName(in.Name); err != nil {
			return t.invalid("input: %v", err)
		}
		if seen[in.Name] {
			return t.invalid("two inputs are called %q", in.Name)
		}
		seen[in.Name] = true
	}
	return nil
}

func (t Task) validateStrings() error {
	size := 0
	for _, s := range append(append([]string{}, t.Args...), t.Env...) {
		size += len(s) + 1
		if strings.IndexByte(s, 0) >= 0 {
			return t.invalid("argument or environment with a NUL byte: %q", s)
		}
		if !utf8.ValidString(s) {
			return t.invalid("argument or environment that is not UTF-8: %q", s)
		}
	}
	if size > MaxArgBytes {
		return t.invalid("arguments and environment take %d bytes, at most %d", size, MaxArgBytes)
	}
	keys := make(map[string]bool, len(t.Env))
	for _, e := range t.Env {
		key, _, found := strings.Cut(e, "=")
		if !found || key == "" {
			return t.invalid("environment entry %q is not KEY=VALUE", e)
		}
		if keys[key] {
			return t.invalid("environment names %q twice", key)
		}
		keys[key] = true
	}
	return nil
}

func (t Task) invalid(format string, args ...any) error {
	return fmt.Errorf("%w %q: %s", ErrInvalidTask, t.ID, fmt.Sprintf(format, args...))
}
