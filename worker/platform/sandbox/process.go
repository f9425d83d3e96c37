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
	stderr    head
	lifeline  *os.File
	frames    *os.File
	inherited []*os.File // the child's descriptors, from fdJob on
	end       end        // once done is closed
	done      chan struct{}
}

// end is how a child ended, and what it used.
type end struct {
	Exit   int            // -1 where a signal ended it
	Signal syscall.Signal // 0 where none did
	CPU    time.Duration
	MaxRSS uint64 // bytes
	Text   string
}

func endOf(state *os.ProcessState) *end {
	return &end{
		Exit: state.ExitCode(), Signal: signalOf(state.Sys()), CPU: state.UserTime() + state.SystemTime(),
		MaxRSS: maxRSS(state.SysUsage()), Text: state.String(),
	}
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
		cause := CauseHost
		if errors.Is(err, errProtocol) {
			cause = CauseProtocol
		}
		return verdict{}, Usage{}, &Abstention{Cause: cause, Detail: "start the child", Err: err}
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

	usage := Usage{Wall: time.Since(began), CPU: p.end.CPU, MaxRSS: v.MaxRSS}
	if usage.MaxRSS == 0 {
		usage.MaxRSS = p.end.MaxRSS
	}
	if complete && readErr == nil && v.Cause == "" && p.end.Exit == exitVerdict {
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
		spawning:  s,
		stderr:    head{size: maxDetail},
		lifeline:  jobWrite,
		frames:    framesRead,
		inherited: append([]*os.File{jobRead, framesWrite}, s.files...),
		done:      make(chan struct{}),
	}
	if s.namespaces {
		err = p.launchApart(ctx)
	} else {
		err = p.launch(ctx)
	}
	err = errors.Join(err, jobRead.Close(), framesWrite.Close())
	if err != nil {
		return nil, errors.Join(err, jobWrite.Close(), framesRead.Close())
	}
	return p, nil
}

// env is the child's environment.
func (s spawning) env() []string {
	env := []string{"GOTRACEBACK=none"}
	if s.heap > 0 {
		// One thread for the guest, one that listens for the parent's end; no
		// collector, which would have to wait for a guest that computes.
		env = append(env, "GOMAXPROCS=2", "GOGC=off", fmt.Sprintf("GOMEMLIMIT=%d", s.heap))
	}
	return env
}

// launch starts the child from a thread that lives at least as long as it: the
// kernel sends the parent-death signal when the thread is gone.
func (p *process) launch(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, p.executable)
	cmd.Args, cmd.Env, cmd.Dir = []string{childName, p.mode}, p.env(), "/"
	cmd.Stderr, cmd.ExtraFiles = &p.stderr, p.inherited
	cmd.SysProcAttr = jail.Attributes(false)
	if p.group != nil {
		p.group.Attach(cmd.SysProcAttr)
	}
	cmd.WaitDelay = time.Second
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err != nil {
			started <- err
			return
		}
		if p.group != nil {
			// It has no job yet, so it has not done anything.
			if err := p.group.Add(cmd.Process.Pid); err != nil {
				started <- errors.Join(err, cmd.Process.Kill(), cmd.Wait())
				return
			}
		}
		started <- nil
		_ = cmd.Wait() // how it ended is in ProcessState
		p.end = *endOf(cmd.ProcessState)
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
	firstLine, _, _ := bytes.Cut(bytes.TrimSpace(p.stderr.kept), []byte("\n"))
	said := string(firstLine)
	switch {
	case errors.Is(ended, errTimeout):
		return &Abstention{Cause: CauseTimeout, Err: ended}
	case ended != nil:
		return &Abstention{Cause: CauseCancelled, Err: ended}
	case errors.Is(err, errProtocol):
		return &Abstention{Cause: CauseProtocol, Err: err}
	case complete && v.Cause != "" && p.end.Exit == exitAbstained:
		return &Abstention{Cause: v.Cause, Detail: v.Detail}
	case p.end.Signal == syscall.SIGKILL && killedByGroup(p.group):
		return &Abstention{Cause: CauseMemory, Detail: "killed at the memory limit of its cgroup"}
	case p.end.Signal == syscall.SIGKILL && overCPU(p.end.CPU, p.cpu):
		return &Abstention{Cause: CauseCPU, Detail: "killed at the processor time limit"}
	case p.end.Signal != 0:
		return &Abstention{Cause: CauseKilled, Detail: p.end.Signal.String()}
	case bytes.Contains(p.stderr.kept, []byte("out of memory")) || bytes.Contains(p.stderr.kept, []byte("cannot allocate memory")):
		return &Abstention{Cause: CauseMemory, Detail: said}
	case p.end.Exit == exitVerdict:
		return &Abstention{Cause: CauseProtocol, Detail: "the child left without a verdict", Err: err}
	}
	return &Abstention{Cause: CauseHost, Detail: fmt.Sprintf("%s: %s", p.end.Text, said), Err: err}
}

// killedByGroup says whether the kernel has killed a child at its cgroup's limit.
func killedByGroup(g *jail.Cgroup) bool {
	if g == nil {
		return false
	}
	kills, err := g.OOMKills()
	return err == nil && kills > 0
}
