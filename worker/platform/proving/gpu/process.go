// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gpu

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/openmesh-network/openmesh/x/por/gemm"
)

// ProgramName is the name of the program that speaks with devices.
const ProgramName = "xworker-gpu"

// How long the program may take for what has no deadline of its own.
const (
	devicesTime = 30 * time.Second
	useTime     = 2 * time.Minute // a first translation of kernels, and a self-test
	graceTime   = 30 * time.Second
)

// Find answers the path of the program: configured if that is not empty, else
// the one beside this program's own. ErrNone says that there is none.
func Find(configured string) (string, error) {
	path := configured
	if path == "" {
		own, err := os.Executable()
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrNone, err)
		}
		path = filepath.Join(filepath.Dir(own), ProgramName)
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNone, err)
	}
	if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return "", fmt.Errorf("%w: %s is no program", ErrNone, path)
	}
	return path, nil
}

// List asks the program what devices there are.
func List(ctx context.Context, program string) ([]Device, error) {
	p, err := start(program)
	if err != nil {
		return nil, err
	}
	answer, _, err := p.ask(ctx, devicesTime, request{Op: opDevices})
	return answer.Devices, errors.Join(err, p.Close())
}

// A Process is a prover whose engine is in a process of its own: a driver that
// crashes or hangs takes that process and nothing else. After such an end all
// methods answer ErrDevice; Start another one.
type Process struct {
	mu     sync.Mutex
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.ReadCloser
	log    tail
	info   Info
	broken error
}

var _ Prover = (*Process)(nil)

// Start starts the program, has it take a device and test that against the CPU.
// ErrNone says that there is no such device, ErrDevice that it is not fit.
func Start(ctx context.Context, program string, device int, opts Options) (*Process, error) {
	p, err := start(program)
	if err != nil {
		return nil, err
	}
	answer, _, err := p.ask(ctx, useTime, request{Op: opUse, Device: device, Options: opts})
	if err == nil && answer.Info == nil {
		err = fmt.Errorf("%w: %s answered without a device", ErrDevice, ProgramName)
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	p.info = *answer.Info
	return p, nil
}

func start(program string) (*Process, error) {
	p := &Process{cmd: exec.CommandContext(context.Background(), program)} // ask ends it, and Close
	p.cmd.Stderr = &p.log
	for _, v := range os.Environ() { // nothing of the worker's that the driver does not need
		for _, name := range []string{"PATH=", "HOME=", "LD_LIBRARY_PATH=", "CUDA_", "NVIDIA_"} {
			if strings.HasPrefix(v, name) {
				p.cmd.Env = append(p.cmd.Env, v)
			}
		}
	}
	p.cmd.Env = append(p.cmd.Env, "CUDA_DEVICE_ORDER=PCI_BUS_ID") // the order of List
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDevice, err)
	}
	if p.out, err = p.cmd.StdoutPipe(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDevice, err)
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	}
	return p, nil
}

// Info describes the device.
func (p *Process) Info() Info { return p.info }

// Run has the program compute a chain.
func (p *Process) Run(ctx context.Context, c gemm.Challenge, deadline time.Time, steps uint32) (Run, error) {
	begun := time.Now()
	left := max(0, time.Until(deadline))
	answer, _, err := p.ask(ctx, left+graceTime, request{Op: opRun, Challenge: &c, Left: left, Steps: steps})
	if err != nil {
		return Run{}, err
	}
	if answer.Run == nil {
		return Run{}, fmt.Errorf("%w: %s answered without a run", ErrDevice, ProgramName)
	}
	r := *answer.Run
	r.Challenge, r.Elapsed = c, time.Since(begun)
	return r, nil
}

// Open has the program answer samples. Give ctx a deadline.
func (p *Process) Open(ctx context.Context, r Run, samples []gemm.Sample) ([]byte, error) {
	size, err := gemm.OpeningSize(r.Challenge, r.Commitment, samples)
	if err != nil {
		return nil, err
	}
	_, body, err := p.ask(ctx, 0, request{Op: opOpen, Commitment: &r.Commitment, Samples: samples})
	if err != nil {
		return nil, err
	}
	if len(body) != size {
		return nil, fmt.Errorf("%w: an opening of %d bytes, want %d", ErrDevice, len(body), size)
	}
	return body, nil
}

// ask asks one question. limit bounds the time besides the context; 0 is no bound.
// A question that is not answered ends the process.
func (p *Process) ask(ctx context.Context, limit time.Duration, q request) (response, []byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken != nil {
		return response{}, nil, p.broken
	}
	if err := ctx.Err(); err != nil {
		return response{}, nil, err
	}
	if limit > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, limit)
		defer stop()
	}
	killed := context.AfterFunc(ctx, func() { _ = p.cmd.Process.Kill() }) // its pipes end with it
	answer, body, err := p.exchange(q)
	if !killed() {
		err = errors.Join(context.Cause(ctx), err)
	}
	if err != nil {
		p.broken = fmt.Errorf("%w: %s: %w", ErrDevice, ProgramName, errors.Join(err, p.end()))
		return response{}, nil, p.broken
	}
	return answer, body, answer.failed()
}

func (p *Process) exchange(q request) (response, []byte, error) {
	q.Protocol = protocol
	var answer response
	if err := send(p.in, q, nil); err != nil {
		return answer, nil, err
	}
	if err := receive(p.out, &answer); err != nil {
		return answer, nil, err
	}
	if answer.Bytes < 0 || answer.Bytes > gemm.MaxOpening {
		return answer, nil, fmt.Errorf("%d bytes behind a header", answer.Bytes)
	}
	body := make([]byte, answer.Bytes)
	_, err := io.ReadFull(p.out, body)
	return answer, body, err
}

// end kills the process, if it is there still, and says how it ended.
func (p *Process) end() error {
	_ = p.cmd.Process.Kill()
	err := p.cmd.Wait()
	if said := p.log.String(); said != "" {
		err = errors.Join(err, errors.New(said))
	}
	return err
}

// Close ends the process.
func (p *Process) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken != nil {
		return nil // it has ended
	}
	p.broken = fmt.Errorf("%w: the prover is closed", ErrDevice)
	_ = p.in.Close() // it ends when it sees this
	timer := time.AfterFunc(graceTime, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDevice, ProgramName, err)
	}
	return nil
}

// tail keeps the last of what a program says.
type tail struct {
	mu   sync.Mutex
	said []byte
}

const tailBytes = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.said = append(t.said, b...)
	if extra := len(t.said) - tailBytes; extra > 0 {
		t.said = append([]byte(nil), t.said[extra:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.said))
}
