// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// listen makes the host have what a jailed process could reach: a TCP and an
// abstract socket that listen.
func (h *host) listen(t *testing.T) {
	t.Helper()
	var config net.ListenConfig
	tcp, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	ok(t, err)
	t.Cleanup(func() { _ = tcp.Close() })
	h.Port = tcp.Addr().(*net.TCPAddr).Port
	h.Abstract = fmt.Sprintf("openmesh-jail-%d", h.Port)
	socket, err := config.Listen(t.Context(), "unix", "@"+h.Abstract)
	ok(t, err)
	t.Cleanup(func() { _ = socket.Close() })
}

func (p *prisoner) escape() {
	for _, a := range slices.Concat(attempts, attemptsHere) {
		// Where nothing is in force only what comes to nothing is tried.
		if a.control || p.Profile != 0 || p.Landlock && a.landlock > 0 {
			p.say(a.name, a.do(p), "")
		}
	}
}

// refusals are the answers of a jail. EMFILE and the like would be accidents.
var refusals = []syscall.Errno{unix.EPERM, unix.EACCES, unix.ENOSYS}

func TestD7_NativeCodeInTheJailReachesNothingOfTheHost(t *testing.T) {
	h := newHost(t)
	h.listen(t)
	report, _ := Probe() // what is missing is skipped below
	abi := report.LandlockABI
	if !report.Signals {
		abi = min(abi, 5)
	}
	full := &Limits{Data: 1 << 30, CPUSeconds: 60, Files: 64}
	for _, c := range []struct {
		name   string
		spec   spec
		denied func(attempt) bool
	}{
		{"with everything in force, a run child is denied every attempt",
			spec{Limits: full, Landlock: true, WorkReadOnly: true, Profile: Run},
			func(attempt) bool { return true }},
		{"with everything in force, a compile child is denied all but its directory",
			spec{Limits: full, Landlock: true, Profile: Compile},
			func(a attempt) bool { return !a.compile }},
		{"seccomp alone denies a run child every attempt",
			spec{Profile: Run},
			func(attempt) bool { return true }},
		{"seccomp alone denies a compile child all but files",
			spec{Profile: Compile},
			func(a attempt) bool { return !a.compile && !a.file }},
		{"Landlock alone denies files, exec, TCP, abstract sockets, debugging and signals",
			spec{Landlock: true, WorkReadOnly: true},
			func(a attempt) bool { return a.landlock > 0 && a.landlock <= abi }},
		{"without a jail the same attempts succeed",
			spec{},
			func(attempt) bool { return false }},
	} {
		for _, u := range users() {
			t.Run(c.name+", as "+u.name, func(t *testing.T) {
				if c.spec.Landlock {
					needLandlock(t)
				}
				c.spec.Do = "escape"
				findings, state := h.run(t, u, c.spec, Attributes(false))
				findings = ended(t, findings, state)
				byName := make(map[string]syscall.Errno)
				for _, f := range findings {
					byName[f.Name] = f.Errno
				}
				for _, a := range slices.Concat(attempts, attemptsHere) {
					errno, tried := byName[a.name]
					switch {
					case c.denied(a) && !tried:
						t.Errorf("%s: not tried", a.name)
					case c.denied(a) && !slices.Contains(refusals, errno):
						t.Errorf("%s: got %d (%v), want it denied", a.name, errno, errno)
					case !c.denied(a) && a.control && tried && errno != 0 && c.spec.Profile == 0 && !c.spec.Landlock:
						t.Errorf("%s: without a jail got %d (%v): the attempt proves nothing", a.name, errno, errno)
					}
				}
			})
		}
	}
}

func TestD7_SystemCallsOfAnotherArchitectureKillTheProcess(t *testing.T) {
	if machineCode == nil {
		t.Skip("no other architecture's calls can be made here")
	}
	h := newHost(t)
	for _, u := range users() {
		for _, profile := range []Profile{Run, Compile} {
			findings, state := h.run(t, u, spec{Profile: profile, Do: "foreign"}, Attributes(false))
			if status := state.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != unix.SIGSYS {
				t.Errorf("as %s with profile %d: got %v, %v, want SIGSYS", u.name, profile, state, findings)
			}
		}
		findings, state := h.run(t, u, spec{Do: "foreign"}, Attributes(false))
		ended(t, findings, state) // without a jail it is an ordinary call
	}
}

// needLandlock skips where Landlock is out of reach.
func needLandlock(t *testing.T) {
	t.Helper()
	if _, err := Probe(); err != nil {
		var missing *MissingError
		if !errors.As(err, &missing) {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}
