// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// CPUTime is the CPU time of this process so far, user and system. It is exact,
// where getrusage may count in ticks of some milliseconds.
func CPUTime() (time.Duration, error) {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		return 0, fmt.Errorf("CPU time of this process: %w", err)
	}
	return time.Duration(t.Nano()), nil
}
