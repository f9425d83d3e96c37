// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"errors"
	"fmt"
)

// Machine is the guest as its engine sees it.
type Machine interface {
	// Memory is the whole linear memory, a view and not a copy. It is asked for
	// once in a call and not kept beyond it, as memory may move when it grows.
	Memory() []byte
	// Charge takes gas. Its error, ErrOutOfGas when there is not enough, ends
	// the guest; the call that charged has had no effect.
	Charge(gas uint64) error
}

// ErrOutOfGas is what Machine.Charge returns when gas has run out.
var ErrOutOfGas = errors.New("out of gas")

// ExitError is the guest's own end: proc_exit.
type ExitError struct {
	// Code is what the guest gave; 0 is success.
	Code uint32
}

func (e *ExitError) Error() string { return fmt.Sprintf("exit with code %d", e.Code) }

// HostError is a failure of this machine: an input that cannot be read, a
// stdout that cannot be written. There is no result then; whoever runs the
// guest abstains.
type HostError struct {
	// Op says what failed.
	Op string
	// Err is why.
	Err error
}

func (e *HostError) Error() string { return e.Op + ": " + e.Err.Error() }

// Unwrap returns the underlying error.
func (e *HostError) Unwrap() error { return e.Err }

// call is one call of a function under way.
type call struct {
	*World
	machine Machine
	args    []uint64
	mem     []byte
	// end is why the guest ends with this call; the error code means nothing then.
	end error
}

// charge takes gas. When it says no, the guest is at its end and the function
// returns at once.
func (c *call) charge(gas uint64) bool {
	if err := c.machine.Charge(gas); err != nil {
		c.end = err
		return false
	}
	return true
}

// fail ends the guest for a reason of this machine.
func (c *call) fail(op string, err error) Errno {
	c.end = &HostError{Op: op, Err: err}
	return 0
}

func (c *call) u32(i int) uint32 { return uint32(c.args[i]) }
func (c *call) u64(i int) uint64 { return c.args[i] }

// size returns parameter i as a number of bytes.
func (c *call) size(i int) uint64 { return uint64(uint32(c.args[i])) }

// view returns n bytes of memory at the pointer in parameter i.
func (c *call) view(i int, n uint64) ([]byte, Errno) { return c.at(c.u32(i), n) }

// at returns n bytes of memory at ptr. All of the guest's pointers come through
// here: the sum cannot wrap, and an empty range must lie in memory too.
func (c *call) at(ptr uint32, n uint64) ([]byte, Errno) {
	end := uint64(ptr) + n
	if end > uint64(len(c.mem)) {
		return nil, EFAULT
	}
	return c.mem[ptr:end:end], 0
}
