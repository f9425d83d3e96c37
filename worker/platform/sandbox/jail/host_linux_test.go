// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestTheReportNamesWhatIsThere(t *testing.T) {
	for want, r := range map[string]Report{
		"no landlock, no seccomp, no namespaces, no cgroups": {},
		"landlock 7, seccomp, namespaces, cgroups v2":        {LandlockABI: 7, Signals: true, Seccomp: true, Namespaces: true, Cgroups: "v2"},
		"landlock 5, seccomp, no namespaces, no cgroups":     {LandlockABI: 5, Seccomp: true},
	} {
		if got := r.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAMissingLayerIsNamedWithItsRemedy(t *testing.T) {
	for errno, remedy := range map[syscall.Errno]string{
		unix.ENOSYS: "Linux 5.13",
		unix.EPERM:  "container",
	} {
		var missing *MissingError
		err := missingLandlock(errno)
		if !errors.As(err, &missing) || !errors.Is(err, errno) || missing.Layer != "landlock" || !strings.Contains(err.Error(), remedy) {
			t.Errorf("%v: got %v", errno, err)
		}
	}
}

func TestLandlockDeniesWhatItsVersionKnows(t *testing.T) {
	for abi, want := range map[int]uint64{1: 0x1fff, 2: 0x3fff, 3: 0x7fff, 4: 0x7fff, 5: 0xffff, 7: 0xffff, 99: 0xffff} {
		got := landlockRights(abi)
		if got.Access_fs != want || (got.Access_net == 3) != (abi >= 4) || (got.Scoped&1 == 1) != (abi >= 6) {
			t.Errorf("ABI %d: got %+v", abi, got)
		}
	}
}

// TestD8_ACgroupBoundsAChild needs a host that lends cgroups: root and version 1,
// or a delegated version 2.
func TestD8_ACgroupBoundsAChild(t *testing.T) {
	groups, err := FindCgroups("")
	if err != nil {
		t.Skip(err)
	}
	if groups.Version() == "v1" { // not inside whatever group the test runs in
		groups = &Cgroups{memory: filepath.Join(cgroupRoot, "memory"), pids: filepath.Join(cgroupRoot, "pids")}
	}
	h := newHost(t)
	for _, c := range []struct {
		name string
		do   spec
		want func(*testing.T, *Cgroup, *os.ProcessState)
	}{
		{"a child above the memory limit is killed, and counted", spec{Do: "limits", Limits: &Limits{Data: 4 << 30, CPUSeconds: 60}},
			func(t *testing.T, g *Cgroup, s *os.ProcessState) {
				kills, err := g.OOMKills()
				if err != nil || kills == 0 || s.Sys().(syscall.WaitStatus).Signal() != unix.SIGKILL {
					t.Errorf("got %v, %d kills, %v", s, kills, err)
				}
			}},
		{"a child gets no thread above the limit, as root too", spec{Do: "go on"},
			func(t *testing.T, g *Cgroup, s *os.ProcessState) {
				if kills, err := g.OOMKills(); err != nil || kills > 0 || s.ExitCode() != 2 {
					t.Errorf("got %v, %d kills, %v", s, kills, err)
				}
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := groups.Create("openmesh-test-"+strconv.Itoa(os.Getpid()), 64<<20, 16)
			ok(t, err)
			attributes := Attributes(false)
			g.Attach(attributes)
			c.do.Hold = true
			_, state := h.runIn(t, users()[0], c.do, attributes, g.Add)
			c.want(t, g, state)
			ok(t, g.Remove())
		})
	}
}
