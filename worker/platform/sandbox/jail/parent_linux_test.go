// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && (amd64 || arm64)

package jail

import (
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// spawn starts a child that waits, and waits too. The child has the report.
func (p *prisoner) spawn() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := &exec.Cmd{Path: "/proc/self/exe", Args: []string{jailedName, "{\"Do\":\"wait\"}"}}
	cmd.Stdin = os.Stdin
	cmd.ExtraFiles = []*os.File{os.NewFile(fdReport, "report"), os.NewFile(fdInput, "input")}
	cmd.SysProcAttr = Attributes(p.Namespaces)
	p.must("start", cmd.Start())
	_ = cmd.Wait()
	os.Exit(95)
}

func TestAChildDiesWithItsParent(t *testing.T) {
	h := newHost(t)
	for _, u := range users() {
		for _, namespaces := range []bool{false, true} {
			t.Run(map[bool]string{false: "plain", true: "in namespaces"}[namespaces]+", as "+u.name, func(t *testing.T) {
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				cmd, report := h.command(t, u, spec{Do: "spawn", Namespaces: namespaces}, &syscall.SysProcAttr{})
				in, err := cmd.StdinPipe() // stays open: nothing else ends the child
				ok(t, err)
				ok(t, cmd.Start())
				ok(t, cmd.ExtraFiles[0].Close())
				line := make([]byte, 256)
				n, err := report.Read(line)
				ok(t, err)
				if !strings.Contains(string(line[:n]), "waits") {
					t.Fatalf("got %s", line[:n])
				}
				ok(t, cmd.Process.Kill())
				if _, err := io.Copy(io.Discard, report); err != nil { // until the child is gone as well
					t.Error(err)
				}
				_ = cmd.Wait()
				_ = in.Close()
			})
		}
	}
}

func TestNamespacesChangeNothingForTheChild(t *testing.T) {
	needLandlock(t)
	if !namespacesAvailable() {
		t.Skip("this host permits no namespaces")
	}
	h := newHost(t)
	limits := Limits{Data: 1 << 30, CPUSeconds: 60, FileSize: 1 << 20, Files: 64}
	for _, s := range []spec{
		{Limits: &limits, Landlock: true, Profile: Run, Do: "go on"},
		{Limits: &limits, Landlock: true, Profile: Compile, Do: "compile"},
	} {
		findings, state := h.run(t, users()[0], s, Attributes(true))
		for _, f := range ended(t, findings, state) {
			if f.Text != "" {
				t.Errorf("%s: %s", f.Name, f.Text)
			}
		}
	}
	// It is the first process of its namespace, which signals can be kept from.
	_, state := h.run(t, users()[0], spec{Profile: Run, Do: "crash"}, Attributes(true))
	if state.ExitCode() != 2 {
		t.Errorf("a crash: got %v", state)
	}
	_, state = h.run(t, users()[0], spec{Limits: &Limits{Data: 1 << 30, CPUSeconds: 1}, Do: "limits"}, Attributes(true))
	if state.Sys().(syscall.WaitStatus).Signal() != unix.SIGKILL {
		t.Errorf("a loop: got %v", state)
	}
	if machineCode != nil {
		_, state = h.run(t, users()[0], spec{Profile: Run, Do: "foreign"}, Attributes(true))
		if state.Sys().(syscall.WaitStatus).Signal() != unix.SIGSYS {
			t.Errorf("a call of another architecture: got %v", state)
		}
	}
}

func TestAChildDiesWithTheThreadThatStartedIt(t *testing.T) {
	h := newHost(t)
	cmd, report := h.command(t, users()[0], spec{Do: "wait"}, Attributes(false))
	in, err := cmd.StdinPipe()
	ok(t, err)
	started := make(chan error)
	ended := make(chan struct{})
	defer close(ended)
	var start func()
	start = func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		if unix.Gettid() == os.Getpid() {
			go start() // but not the process's first
			<-ended
			runtime.UnlockOSThread()
			return
		}
		started <- cmd.Start()
	}
	go start()
	ok(t, <-started)
	ok(t, cmd.ExtraFiles[0].Close())
	if _, err := io.Copy(io.Discard, report); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait()
	_ = in.Close()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != unix.SIGKILL {
		t.Errorf("got %v", cmd.ProcessState)
	}
}
