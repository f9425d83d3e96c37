// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux

package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

// children returns the sandbox children of a process, and of its launcher.
func children(t *testing.T, parent int) (pids []int) {
	t.Helper()
	for _, launcher := range inMode(t, parent, childModeLaunch) {
		pids = append(pids, inMode(t, launcher, childModeRun)...)
	}
	return append(pids, inMode(t, parent, childModeRun)...)
}

func inMode(t *testing.T, parent int, mode string) (pids []int) {
	t.Helper()
	found, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		cmdline, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(cmdline, []byte(childName+"\x00"+mode+"\x00")) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			continue
		}
		status, err := os.ReadFile(filepath.Join(filepath.Dir(path), "status"))
		if err == nil && strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", parent)) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func noChildren(t *testing.T, parent int) {
	t.Helper()
	if left := children(t, parent); len(left) > 0 {
		t.Errorf("children %v are left", left)
	}
}

// eventually waits for a condition of the system.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s", what)
		}
	}
}

// endlessTask is a task that does not end by itself.
func endlessTask(t *testing.T) Task {
	task := guestTask(t, "loop")
	task.GasLimit = MaxGas
	return task
}

func TestAKilledChildIsAnAbstention(t *testing.T) {
	task, runner := endlessTask(t), newRunner(t)
	ended := make(chan error)
	go func() {
		_, err := runner.Run(context.Background(), task)
		ended <- err
	}()
	eventually(t, "child", func() bool {
		pids := children(t, os.Getpid())
		return len(pids) == 1 && syscall.Kill(pids[0], syscall.SIGKILL) == nil
	})
	mustAbstain(t, <-ended, CauseKilled, task)
}

func TestAKilledLauncherTakesItsChildrenAlongAndIsReplaced(t *testing.T) {
	task, runner := endlessTask(t), newRunner(t)
	if !runner.Jail().Namespaces {
		t.Skip("children are started without a launcher where there are no namespaces")
	}
	ended := make(chan error)
	go func() {
		_, err := runner.Run(context.Background(), task)
		ended <- err
	}()
	var launchers []int
	eventually(t, "child", func() bool {
		launchers = inMode(t, os.Getpid(), childModeLaunch)
		return len(children(t, os.Getpid())) == 1
	})
	for _, pid := range launchers {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	mustAbstain(t, <-ended, CauseKilled, task)
	eventually(t, "end of the children", func() bool {
		for _, pid := range launchers {
			if len(inMode(t, pid, childModeRun)) > 0 {
				return false
			}
		}
		return true
	})
	if _, err := runner.Run(context.Background(), guestTask(t, "hello")); err != nil {
		t.Errorf("the next task: %v", err)
	}
}

func TestAChildIsInItsJailWhileTheGuestRuns(t *testing.T) {
	task, runner := endlessTask(t), newRunner(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error)
	go func() {
		_, err := runner.Run(ctx, task)
		ended <- err
	}()
	read := func(pid int, name string) string {
		body, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, name))
		if err != nil {
			t.Error(err)
		}
		return strings.Join(strings.Fields(string(body)), " ")
	}
	var child int
	eventually(t, "jailed child", func() bool {
		pids := children(t, os.Getpid())
		if len(pids) != 1 {
			return false
		}
		child = pids[0]
		return strings.Contains(read(child, "status"), " Seccomp: 2 ")
	})
	for _, want := range []string{" NoNewPrivs: 1 ", " CapEff: 0000000000000000 ", " CapPrm: 0000000000000000 "} {
		if !strings.Contains(read(child, "status"), want) {
			t.Errorf("no %q", want)
		}
	}
	for _, want := range []string{"Max open files 0 0 ", "Max file size 0 0 ", "Max core file size 0 0 "} {
		if !strings.Contains(read(child, "limits"), want) {
			t.Errorf("no %q", want)
		}
	}
	cancel()
	mustAbstain(t, <-ended, CauseCancelled, task)
}

func TestACancelledRunLeavesNoChild(t *testing.T) {
	task, runner := endlessTask(t), newRunner(t)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() {
		_, err := runner.Run(ctx, task)
		ended <- err
	}()
	eventually(t, "child", func() bool { return len(children(t, os.Getpid())) == 1 })
	cancel()
	err := <-ended
	mustAbstain(t, err, CauseCancelled, task)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	noChildren(t, os.Getpid())
}

const parentEnv = "SANDBOX_TEST_PARENT"

// beParent is a process that runs an endless task until it is killed.
func beParent(dir string) {
	r, err := New(Config{CacheDir: filepath.Join(dir, "cache"), Executable: os.Getenv(parentEnv + "_CHILD")})
	if err != nil {
		panic(err)
	}
	_, err = r.Run(context.Background(), Task{
		ID: "orphan", Module: filepath.Join(dir, "module.wasm"), MemoryLimit: detwasm.PageSize, GasLimit: MaxGas,
		Timeout: time.Minute, ResultDir: filepath.Join(dir, "result"),
	})
	panic(err)
}

func TestTheDeathOfTheParentIsTheDeathOfTheChild(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "module.wasm"), wasmModule{pages: 1, code: endless}.bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(self)
	parent.Env = append(os.Environ(), parentEnv+"="+dir, parentEnv+"_CHILD="+childPath)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var child int
	eventually(t, "child", func() bool {
		if pids := children(t, parent.Process.Pid); len(pids) == 1 {
			child = pids[0]
		}
		return child != 0
	})
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // killed
	eventually(t, "end of the child", func() bool {
		cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child))
		return err != nil || len(cmdline) == 0 // gone, or a zombie of init
	})
}
