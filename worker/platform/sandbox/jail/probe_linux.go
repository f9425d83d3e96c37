// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"errors"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// Probe says which layers this host has. The error joins a *MissingError for
// each that the jail is built on (Landlock and seccomp) and the host has not.
func Probe() (Report, error) {
	var r Report
	abi, err := landlockABI()
	if err == nil && isCgo() {
		abi, err = 0, missingLandlock(unix.EOPNOTSUPP)
	}
	r.LandlockABI = abi
	r.Signals = landlockRights(abi).Scoped&unix.LANDLOCK_SCOPE_SIGNAL != 0
	noSeccomp := seccompAvailable()
	r.Seccomp = noSeccomp == nil
	r.Namespaces = namespacesAvailable()
	if groups, err := FindCgroups(""); err == nil {
		r.Cgroups = groups.Version()
	}
	return r, errors.Join(err, noSeccomp)
}

// Attributes returns what a child is started with. It is killed when the thread
// that started it ends, so that thread has to live as long as the child: lock the
// goroutine that starts it to its thread until the child is gone. It is the leader
// of its process group, so a terminal's signals do not reach it.
//
// With namespaces, and where the host permits them, it also gets its own of
// users, network, IPC, host name, mounts and processes. It keeps its user and
// group there, and with them the files it may read.
func Attributes(namespaces bool) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if namespaces && namespacesAvailable() {
		isolate(a)
	}
	return a
}

func isolate(a *syscall.SysProcAttr) {
	a.Cloneflags |= unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWNS | unix.CLONE_NEWPID
	a.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}}
	a.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
}

// namespacesAvailable starts a process with namespaces that has nothing to
// execute: how it fails tells whether it came as far as that.
var namespacesAvailable = sync.OnceValue(func() bool {
	a := &syscall.SysProcAttr{}
	isolate(a)
	_, err := os.StartProcess("", []string{""}, &os.ProcAttr{Sys: a})
	return errors.Is(err, syscall.ENOENT)
})
