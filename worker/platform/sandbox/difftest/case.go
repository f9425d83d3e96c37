// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasmgen"
)

const (
	// ShallowStack is a stack budget in bytes with which no program calls deeper
	// than wazero's interpreter can, which has 2,000 frames: a function that
	// calls costs more than 512.
	ShallowStack = 900_000
	// MemoryLimit is the largest linear memory of a case in bytes; a growth
	// beyond it is refused.
	MemoryLimit = 64 * detwasm.PageSize
	// MaxOutput bounds stdout and /out of a case, in bytes.
	MaxOutput = 20_000
)

// Case is one program with all that its run depends on but its world, which is
// the same for all cases.
type Case struct {
	// Code is what runs: the instrumented module, or the original.
	Code []byte
	// Instrumented says which of them Code is.
	Instrumented bool
	// Gas and Stack are what the globals of an instrumented module begin with.
	Gas, Stack int64
	// Memory is the limit of linear memory in bytes, whole pages.
	Memory uint64
	// Globals are the names of the exported globals to look at in the end.
	Globals []string
	// World is what the program is given.
	World wasip1.Config
}

// New makes a case of a generated module: instruments it and chooses its gas
// and stack. Most programs have gas to run to their end.
func New(data []byte) (original, instrumented Case, err error) {
	m := wasmgen.New(data)
	out, err := detwasm.Instrument(m.Code, detwasm.Options{Import: wasip1.CheckImport})
	if err != nil {
		return Case{}, Case{}, fmt.Errorf("instrument: %w", err)
	}
	sum := sha256.Sum256(data)
	draw := func(i int) int64 { return int64(binary.LittleEndian.Uint32(sum[4*i:])) }
	original = Case{Code: m.Code, Gas: 10_000_000, Stack: ShallowStack, Memory: MemoryLimit, Globals: m.Globals, World: World()}
	switch draw(0) % 16 {
	case 0:
		original.Gas = draw(1) % 2_000
	case 1:
		original.Gas = draw(1) % 200_000
	}
	if draw(2)%12 == 0 {
		original.Stack = draw(3) % 20_000
	}
	if draw(4)%4 == 0 {
		original.Memory = 4 * detwasm.PageSize
	}
	instrumented = original
	instrumented.Code, instrumented.Instrumented = out.Code, true
	return original, instrumented, nil
}

// Status says how a program ended.
type Status string

// The ways to end.
const (
	OK         Status = "ok"
	Exit       Status = "exit"
	Trap       Status = "trap"
	OutOfGas   Status = "out_of_gas"
	OutOfDepth Status = "out_of_depth"
)

// Report is everything that is seen of a run.
type Report struct {
	Status     Status
	ExitCode   uint32
	Gas, Stack int64 // what is left of them; 0 for an original module
	Used       int64 // gas used, the limit if it ran out
	Memory     [32]byte
	Pages      int
	Globals    []uint64
	Stdout     string
	Stderr     string
	// Files lists the tree below /out: paths, sizes and contents.
	Files []string
	// Detail is the engine's own words on a trap, for people: engines differ.
	Detail string
}

// Digest is a digest of everything that may not differ between machines.
func (r Report) Digest() [32]byte {
	r.Detail = ""
	return sha256.Sum256(fmt.Appendf(nil, "%+q", fmt.Sprintf("%+v", r)))
}

// Left notes what is left of gas and stack.
func (r *Report) Left(c Case, gas, stack int64) {
	r.Gas, r.Stack, r.Used = gas, stack, c.Gas-max(gas, 0)
}

// Engine runs cases.
type Engine interface {
	// Name names the engine.
	Name() string
	// Run runs a case from its instantiation to its end. An error is a failure of
	// the engine, which is always a finding.
	Run(Case) (Report, error)
}

// Classify tells the status from the error that a run ended with and from the
// globals. Trapped says whether the error, neither an exit nor the end of the
// gas in a host call, is a trap; what is none of these is an error of the engine.
func (r *Report) Classify(ended error, trapped bool) error {
	var exit *wasip1.ExitError
	switch {
	case errors.As(ended, &exit):
		r.ExitCode, r.Status = exit.Code, Exit
		if exit.Code == 0 {
			r.Status = OK
		}
	case ended == nil:
		r.Status = OK
	case trapped:
		r.Status = Trap
	case errors.Is(ended, wasip1.ErrOutOfGas):
	default:
		return ended
	}
	switch {
	case r.Stack < 0:
		r.Status = OutOfDepth
	case r.Gas < 0:
		r.Status = OutOfGas
	}
	return nil
}

// Difference tells how two runs of one program differ; it is empty if they do
// not. What belongs to the instrumentation alone is left out on request.
func Difference(a, b Report, instrumentation bool) string {
	differ := func(what string, a, b any) string { return fmt.Sprintf("%s: %v and %v", what, a, b) }
	switch {
	case a.Status != b.Status:
		return differ("status", a.Status+" "+Status(a.Detail), b.Status+" "+Status(b.Detail))
	case a.ExitCode != b.ExitCode:
		return differ("exit code", a.ExitCode, b.ExitCode)
	case instrumentation && a.Gas != b.Gas:
		return differ("gas left", a.Gas, b.Gas)
	case instrumentation && a.Stack != b.Stack:
		return differ("stack left", a.Stack, b.Stack)
	case a.Pages != b.Pages:
		return differ("pages", a.Pages, b.Pages)
	case !slices.Equal(a.Globals, b.Globals):
		return differ("globals", fmt.Sprintf("%x", a.Globals), fmt.Sprintf("%x", b.Globals))
	case a.Stdout != b.Stdout:
		return differ("stdout", []byte(a.Stdout), []byte(b.Stdout))
	case a.Stderr != b.Stderr:
		return differ("stderr", []byte(a.Stderr), []byte(b.Stderr))
	case !slices.Equal(a.Files, b.Files):
		return differ("files", a.Files, b.Files)
	case a.Memory != b.Memory:
		return differ("memory", fmt.Sprintf("%x", a.Memory[:4]), fmt.Sprintf("%x", b.Memory[:4]))
	}
	return ""
}
