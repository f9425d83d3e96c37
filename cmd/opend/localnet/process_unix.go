// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// spawner starts processes on one thread that never ends: the kernel kills a
// process whose parent *thread* ends, and Go ends threads as it likes.
var spawner = sync.OnceValue(func() chan<- func() {
	jobs := make(chan func())
	go func() {
		runtime.LockOSThread()
		for job := range jobs {
			job()
		}
	}()
	return jobs
})

func spawn(cmd *exec.Cmd) error {
	started := make(chan error)
	spawner() <- func() { started <- cmd.Start() }
	return <-started
}

// processAttributes put a process into a group of its own, so that it is we who
// stop it when somebody presses Ctrl-C; and let it die with us, if it is not to
// live on.
func processAttributes(detach bool) *syscall.SysProcAttr {
	if detach {
		return &syscall.SysProcAttr{Setsid: true}
	}
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// signalGroup sends a signal to a process and all in its group.
func signalGroup(pid int, signal syscall.Signal) error { return syscall.Kill(-pid, signal) }

// startTime returns when a process was started, in clock ticks since boot; 0 if
// there is none of that id.
func startTime(pid int) uint64 {
	bz, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The second field, the name, may hold blanks and parentheses.
	fields := strings.Fields(string(bz[bytes.LastIndexByte(bz, ')')+1:]))
	const state, started = 0, 19 // fields 3 and 22
	if len(fields) <= started || fields[state] == "Z" {
		return 0
	}
	ticks, err := strconv.ParseUint(fields[started], 10, 64)
	if err != nil {
		return 0
	}
	return ticks
}

// alive says whether it is still that process that runs.
func (p ProcessState) alive() bool {
	return p.PID > 0 && p.Started != 0 && startTime(p.PID) == p.Started
}

// end stops processes that are not our children: all are asked, then waited
// for, then killed.
func end(processes []ProcessState, grace time.Duration) error {
	var failed []error
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		for _, p := range processes {
			if p.alive() {
				if err := signalGroup(p.PID, signal); err != nil && p.alive() {
					failed = append(failed, err)
				}
			}
		}
		deadline := time.Now().Add(grace)
		for anyAlive(processes) && time.Now().Before(deadline) {
			time.Sleep(20 * time.Millisecond)
		}
	}
	if anyAlive(processes) {
		failed = append(failed, errors.New("localnet: a process does not end"))
	}
	return errors.Join(failed...)
}

func anyAlive(processes []ProcessState) bool {
	for _, p := range processes {
		if p.alive() {
			return true
		}
	}
	return false
}
