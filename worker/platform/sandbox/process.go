// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/jail"
)

// errTimeout is the cause of a context whose time ran out.
var errTimeout = errors.New("out of time")

// childCauses are what a child may say of itself.
var childCauses = []Cause{CauseHost, CauseMemory, CauseCache, CauseProtocol}

// statuses are what a child may conclude with.
var statuses = []Status{
	StatusOK, StatusExit, StatusTrap, StatusOutOfGas, StatusOutOfDepth, StatusMemoryLimit, StatusInvalidModule,
}

// spawning is how a child is started.
type spawning struct {
	executable string
	mode       string
	cpu        uint64       // seconds
	heap       uint64       // bytes of the child's own heap from which on it is collected; 0 is as usual
	group      *jail.Cgroup // nil is none
	namespaces bool
	files      []*os.File // from fdModule on; they stay the caller's
}

// process is one child.
type process struct {
	spawning
	cmd      *exec.Cmd
	stderr   head
	lifeline *os.File
	frames   *os.File
	done     chan struct{}
}

// spawn runs a child with a job, hands its frames to take, and returns its
// verdict once it is gone. No child outlives the call.
func (s spawning) spawn(ctx context.Context, j job, take func(byte, []byte) error) (verdict, Usage, *Abstention) {
	// The child's end comes with the end of this context, whatever the reason.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	began := time.Now()
	p, err := s.start(ctx)
	if err != nil {
		return verdict{}, Usage{}, &Abstention{Cause: CauseHost, Detail: "start the child", Err: err}
	}
	j.CPUSeconds = s.cpu
	jobErr := writeJob(p.lifeline, j)
	v, complete, readErr := p.read(take)
	ended := context.Cause(ctx)
	if readErr != nil {
		cancel(readErr)
	}
	<-p.done
	readErr = errors.Join(readErr, p.frames.Close(), p.lifeline.Close())

	state := p.cmd.ProcessState
	usage := Usage{Wall: time.Since(began), CPU: state.UserTime() + state.SystemTime(), MaxRSS: v.MaxRSS}
	if usage.MaxRSS == 0 {
		usage.MaxRSS = maxRSS(state.SysUsage())
	}
	if complete && readErr == nil && v.Cause == "" && state.ExitCode() == exitVerdict {
		return v, usage, nil
	}
	if ended == nil && readErr == nil {
		ended = context.Cause(ctx)
	}
	return verdict{}, usage, p.abstention(v, complete, ended, errors.Join(readErr, jobErr))
}

func (s spawning) start(ctx context.Context) (*process, error) {
	jobRead, jobWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	framesRead, framesWrite, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, jobRead.Close(), jobWrite.Close())
	}
	p := &process{
		spawning: s,
		cmd:      exec.CommandContext(ctx, s.executable),
		stderr:   head{size: maxDetail},
		lifeline: jobWrite,
		frames:   framesRead,
		done:     make(chan struct{}),
	}
	p.cmd.Args = []string{childName, s.mode}
	p.cmd.Env = []string{"GOTRACEBACK=none"}
	if s.heap > 0 {
		// One thread for the guest, one that listens for the parent's end; no
		// collector, which would have to wait for a guest that computes.
		p.cmd.Env = append(p.cmd.Env, "GOMAXPROCS=2", "GOGC=off", fmt.Sprintf("GOMEMLIMIT=%d", s.heap))
	}
	p.cmd.Dir = "/"
	p.cmd.Stderr = &p.stderr
	p.cmd.ExtraFiles = append([]*os.File{jobRead, framesWrite}, s.files...)
	p.cmd.SysProcAttr = jail.Attributes(s.namespaces)
	if s.group != nil {
		s.group.Attach(p.cmd.SysProcAttr)
	}
	p.cmd.WaitDelay = time.Second

	err = p.launch()
	err = errors.Join(err, jobRead.Close(), framesWrite.Close())
	if err != nil {
		return nil, errors.Join(err, jobWrite.Close(), framesRead.Close())
	}
	return p, nil
}

// launch starts the child from a thread that lives at least as long as it: the
// kernel sends the parent-death signal when the thread is gone.
func (p *process) launch() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		if err != nil {
			started <- err
			return
		}
		if p.group != nil {
			// It has no job yet, so it has not done anything.
			if err := p.group.Add(p.cmd.Process.Pid); err != nil {
				started <- errors.Join(err, p.cmd.Process.Kill(), p.cmd.Wait())
				return
			}
		}
		started <- nil
		// How it ended is in ProcessState.
		_ = p.cmd.Wait()
		close(p.done)
	}()
	return <-started
}

// read takes frames until the child closes its end. complete says that there
// was a verdict and nothing behind it.
func (p *process) read(take func(byte, []byte) error) (v verdict, complete bool, err error) {
	frames := bufio.NewReaderSize(p.frames, 64<<10)
	buf := make([]byte, maxFrame)
	for {
		kind, payload, err := readFrame(frames, buf)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return v, complete && errors.Is(err, io.EOF), nil
		case err != nil:
			return v, false, err
		case complete:
			return v, false, fmt.Errorf("%w: something follows the verdict", errProtocol)
		case kind != frameVerdict:
			if err := take(kind, payload); err != nil {
				return v, false, err
			}
		default:
			if v, err = decodeVerdict(payload); err != nil {
				return v, false, err
			}
			complete = true
		}
	}
}

func decodeVerdict(payload []byte) (verdict, error) {
	var v verdict
	if err := json.Unmarshal(payload, &v); err != nil {
		return v, fmt.Errorf("%w: verdict: %w", errProtocol, err)
	}
	if v.Cause == "" && !slices.Contains(statuses, v.Status) || v.Cause != "" && !slices.Contains(childCauses, v.Cause) {
		return v, fmt.Errorf("%w: verdict %q %q", errProtocol, v.Status, v.Cause)
	}
	return v, nil
}

// abstention says why a child that has ended left no result.
func (p *process) abstention(v verdict, complete bool, ended, err error) *Abstention {
	state := p.cmd.ProcessState
	signal := signalOf(state.Sys())
	firstLine, _, _ := bytes.Cut(bytes.TrimSpace(p.stderr.kept), []byte("\n"))
	said := string(firstLine)
	switch {
	case errors.Is(ended, errTimeout):
		return &Abstention{Cause: CauseTimeout, Err: ended}
	case ended != nil:
		return &Abstention{Cause: CauseCancelled, Err: ended}
	case errors.Is(err, errProtocol):
		return &Abstention{Cause: CauseProtocol, Err: err}
	case complete && v.Cause != "" && state.ExitCode() == exitAbstained:
		return &Abstention{Cause: v.Cause, Detail: v.Detail}
	case signal == syscall.SIGKILL && killedByGroup(p.group):
		return &Abstention{Cause: CauseMemory, Detail: "killed at the memory limit of its cgroup"}
	case signal == syscall.SIGKILL && overCPU(state.UserTime()+state.SystemTime(), p.cpu):
		return &Abstention{Cause: CauseCPU, Detail: "killed at the processor time limit"}
	case signal != 0:
		return &Abstention{Cause: CauseKilled, Detail: signal.String()}
	case bytes.Contains(p.stderr.kept, []byte("out of memory")) || bytes.Contains(p.stderr.kept, []byte("cannot allocate memory")):
		return &Abstention{Cause: CauseMemory, Detail: said}
	case state.ExitCode() == exitVerdict:
		return &Abstention{Cause: CauseProtocol, Detail: "the child left without a verdict", Err: err}
	}
	return &Abstention{Cause: CauseHost, Detail: fmt.Sprintf("%s: %s", state, said), Err: err}
}

// killedByGroup says whether the kernel has killed a child at its cgroup's limit.
func killedByGroup(g *jail.Cgroup) bool {
	if g == nil {
		return false
	}
	kills, err := g.OOMKills()
	return err == nil && kills > 0
}
