// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"fmt"
	"time"
)

// Status says how a guest ended. Every status is deterministic: it follows from
// the task alone.
type Status string

// The ways a guest ends.
const (
	// StatusOK is a return from _start or an exit with code 0.
	StatusOK Status = "ok"
	// StatusExit is an exit with another code, in Outcome.ExitCode.
	StatusExit Status = "exit"
	// StatusTrap is a WebAssembly trap: unreachable, a bad access, a division by zero...
	StatusTrap Status = "trap"
	// StatusOutOfGas is a guest that used up Task.GasLimit, or whose module
	// alone costs more than that before its first instruction.
	StatusOutOfGas Status = "out_of_gas"
	// StatusOutOfDepth is a guest whose calls went deeper than
	// detwasm.StackBudget allows.
	StatusOutOfDepth Status = "out_of_depth"
	// StatusMemoryLimit is a guest that needs more memory than the task allows
	// from its start, or that trapped or left with a code other than 0 after the
	// limit had refused a growth. Outcome.ExitCode keeps the code if there was one.
	StatusMemoryLimit Status = "memory_limit"
	// StatusInvalidModule is a module that nobody can run: larger than
	// MaxModuleSize, not WebAssembly, outside the profile of package detwasm, no
	// _start, no memory, imports that package wasip1 does not offer.
	StatusInvalidModule Status = "invalid_module"
)

// Outcome is what a task came to; with the files of the result it is all that
// workers agree on.
type Outcome struct {
	// Status says how the guest ended.
	Status Status
	// ExitCode is the guest's exit code, 0 unless it left by proc_exit.
	ExitCode uint32
	// Gas is what the run used, at most Task.GasLimit: exactly that if it ran
	// out of gas, 0 for an invalid module, and what is charged before the first
	// instruction for a first memory above the limit. One unit is about 0.05 ns of
	// a server core; package detwasm has the table of weights.
	Gas uint64
}

// Result is a complete run. Whatever its status, the files hold what the guest
// had written when it ended: gas and depth are deterministic, so that is too.
type Result struct {
	Outcome Outcome
	// Dir is Task.ResultDir, which now holds the file stdout and the directory out.
	Dir string
	// StdoutBytes and OutBytes are the sizes of stdout and of all files in out.
	StdoutBytes, OutBytes uint64
	// OutFiles counts the regular files in out.
	OutFiles int
	// Stderr is the first MaxStderr bytes of it; not part of what workers agree on.
	Stderr []byte
	// Detail tells people more: the kind of trap, the limit that was met, the
	// refused construct and its offset in the module. Never compared or published.
	Detail string
	// Usage is what the run cost this machine.
	Usage Usage
}

// Usage is what a run cost this machine. It differs from run to run.
type Usage struct {
	// Wall is the child's life in wall-clock time, CPU its user and system time.
	Wall, CPU time.Duration
	// Compile is the wall-clock time of compilation, 0 if the cache had the module.
	Compile time.Duration
	// MaxRSS is the child's largest resident set in bytes, as it said itself;
	// where it could not, the kernel's count, which includes pages of the parent
	// from before exec.
	MaxRSS uint64
}

// Cause says why there is no result.
type Cause string

// The causes of an abstention.
const (
	// CauseTimeout is a run or compilation that took longer than this host waits.
	CauseTimeout Cause = "timeout"
	// CauseCancelled is a caller that no longer wants the result.
	CauseCancelled Cause = "cancelled"
	// CauseKilled is a signal that somebody else sent.
	CauseKilled Cause = "killed"
	// CauseCPU is the processor time limit of the child.
	CauseCPU Cause = "cpu"
	// CauseMemory is a host that gave the child too little memory.
	CauseMemory Cause = "host_memory"
	// CauseCache is compiled code that could not be read back.
	CauseCache Cause = "cache"
	// CauseProtocol is a child that did not keep to the protocol of its pipe.
	CauseProtocol Cause = "protocol"
	// CauseHost is everything else: files, processes, a fault in the sandbox itself.
	CauseHost Cause = "host"
)

// Abstention is the error of a run that ended without a result for a reason of
// this machine. The worker abstains; it has nothing to say about the task.
type Abstention struct {
	// Task is the id of the task.
	Task string
	// Cause is the class of the reason.
	Cause Cause
	// Detail tells people more.
	Detail string
	// Err is the underlying error, if there is one.
	Err error
}

func (a *Abstention) Error() string {
	text := fmt.Sprintf("task %q has no result here: %s", a.Task, a.Cause)
	if a.Detail != "" {
		text += ": " + a.Detail
	}
	if a.Err != nil {
		text += ": " + a.Err.Error()
	}
	return text
}

// Unwrap returns the underlying error.
func (a *Abstention) Unwrap() error { return a.Err }
