// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// classify turns what the engine said of the run into its end. Only a return,
// an exit, the end of the gas and a trap are the guest's; the globals, which
// every engine computes alike, tell which of the resources a trap was for.
// Everything else is an error of this machine.
func (m *machine) classify(ended error, stackLeft int64, limit uint64) (End, error) {
	var exit *wasip1.ExitError
	exited := errors.As(ended, &exit)
	trap, trapped := trapOf(ended)
	if ended != nil && !exited && !trapped && !errors.Is(ended, wasip1.ErrOutOfGas) {
		return End{}, ended
	}

	left := int64(m.gas.Get())
	end := End{Status: OK, Gas: limit - uint64(max(left, 0))}
	if exited {
		end.ExitCode = exit.Code
	}
	switch {
	case stackLeft < 0:
		end.Status, end.Detail = OutOfDepth, "the calls went too deep"
		end.Gas = min(end.Gas, limit)
	case left < 0:
		return End{Status: OutOfGas, Gas: limit, Detail: outOfGas(limit)}, nil
	case trapped:
		end.Status, end.Detail = Trap, trap
	case end.ExitCode != 0:
		end.Status = Exit
	}
	if m.memory.refused && (end.Status == Trap || end.Status == Exit) {
		end.Status = MemoryLimit
		if end.Detail == "" {
			end.Detail = fmt.Sprintf("exit code %d", end.ExitCode)
		}
		end.Detail += fmt.Sprintf(" after a growth above the memory limit of %d bytes was refused", m.memory.limit)
	}
	return end, nil
}

func outOfGas(limit uint64) string { return fmt.Sprintf("the gas limit of %d was not enough", limit) }

// trapOf tells the guest's traps from faults of the host, by the words of the
// engine, whose error types are internal, and returns those words. A native
// stack that overflows is no trap of the guest: the instrumented depth limit
// comes first on every platform that is allowed.
func trapOf(err error) (words string, trapped bool) {
	if err == nil {
		return "", false
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	words, trapped = strings.CutPrefix(first, "wasm error: ")
	if words == "stack overflow" {
		return "", false
	}
	return words, trapped
}
