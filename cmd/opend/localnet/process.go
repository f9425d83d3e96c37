// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// ErrExited is returned when a process ended that should run.
var ErrExited = errors.New("the process has ended")

// Process is a program that the network runs, in a process group of its own.
type Process struct {
	Name string
	// Log is the file with its output; starts append to it.
	Log string

	network *Network
	cmd     *exec.Cmd
	done    chan struct{} // closed when it has ended
	err     error         // why; set before done is closed
}

// StartProcess runs a program as part of the network: its output goes to
// logs/<name>.log, and Down stops it. Env is added to this process's environment.
func (n *Network) StartProcess(name, program string, args, env []string) (*Process, error) {
	path := filepath.Join(n.state.Home, "logs", name+".log")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the process has its own descriptor

	cmd := exec.CommandContext(context.Background(), program, args...) // it ends when it is stopped
	cmd.Dir = n.state.Home
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = processAttributes(n.detach)
	if err := spawn(cmd); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &Process{Name: name, Log: path, network: n, cmd: cmd, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	if err := n.started(p); err != nil {
		return nil, errors.Join(err, p.Kill())
	}
	return p, nil
}

// PID returns the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Running says whether the process has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// exited explains the end of a process that should run.
func (p *Process) exited() error {
	cause := ErrExited
	if p.err != nil {
		cause = fmt.Errorf("%w: %w", ErrExited, p.err)
	}
	return fmt.Errorf("%s: %w; its last words, in %s:\n%s", p.Name, cause, p.Log, tail(p.Log))
}

// Stop asks the process to end and waits for it; it is killed when ctx is done.
func (p *Process) Stop(ctx context.Context) error {
	if err := signalGroup(p.PID(), syscall.SIGTERM); err != nil && p.Running() {
		return err
	}
	select {
	case <-p.done:
	case <-ctx.Done():
	}
	return p.Kill()
}

// Kill ends the process and all that it started at once, as a power cut would.
func (p *Process) Kill() error {
	err := signalGroup(p.PID(), syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) || errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	<-p.done
	return errors.Join(err, p.network.ended(p.Name))
}

// tail returns the end of a log file.
func tail(path string) string {
	const size = 2048
	bz, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(bz[max(0, len(bz)-size):])
}

// stopGrace is how long a process may take to end in good order.
const stopGrace = 15 * time.Second
