// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gpu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// A Driver is what a program of devices serves.
type Driver interface {
	// Devices lists the machine's devices.
	Devices() ([]Device, error)
	// Open makes an engine of one.
	Open(index int) (Engine, error)
}

// Serve answers questions from r on w until r ends, which also ends a run under
// way. It is the whole of xworker-gpu.
func Serve(r io.Reader, w io.Writer, d Driver) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	requests := make(chan request)
	ended := make(chan error, 1)
	go func() {
		defer stop()
		defer close(requests)
		for {
			var q request
			if err := receive(r, &q); err != nil {
				ended <- err
				return
			}
			select {
			case requests <- q:
			case <-ctx.Done():
				return
			}
		}
	}()
	s := &server{driver: d}
	defer s.close()
	for q := range requests {
		answer, body := s.answer(ctx, q)
		answer.Protocol, answer.Bytes = protocol, len(body)
		if err := send(w, answer, body); err != nil {
			return err
		}
	}
	if err := <-ended; !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

type server struct {
	driver Driver
	prover *Local
}

func (s *server) close() {
	if s.prover != nil {
		_ = s.prover.Close() // nobody is left to be told
		s.prover = nil
	}
}

func (s *server) answer(ctx context.Context, q request) (response, []byte) {
	switch {
	case q.Protocol != protocol:
		return refuse(fmt.Errorf("protocol %d is asked for, not %d", q.Protocol, protocol)), nil
	case q.Bytes != 0:
		return refuse(errors.New("no question has raw bytes")), nil
	case q.Op == opDevices:
		devices, err := s.driver.Devices()
		if err != nil && len(devices) == 0 {
			return refuse(err), nil
		}
		return response{Devices: devices}, nil
	case q.Op == opUse:
		return s.use(q), nil
	case s.prover == nil:
		return refuse(fmt.Errorf("%w: none is in use", ErrNone)), nil
	case q.Op == opRun && q.Challenge != nil:
		r, err := s.prover.Run(ctx, *q.Challenge, time.Now().Add(q.Left), q.Steps)
		if err != nil {
			return refuse(err), nil
		}
		return response{Run: &r}, nil
	case q.Op == opOpen && q.Commitment != nil:
		body, err := s.prover.Open(ctx, Run{Commitment: *q.Commitment}, q.Samples)
		if err != nil {
			return refuse(err), nil
		}
		return response{}, body
	}
	return refuse(fmt.Errorf("no such question: %q", q.Op)), nil
}

func (s *server) use(q request) response {
	s.close()
	e, err := s.driver.Open(q.Device)
	if err != nil {
		return refuse(err)
	}
	if err := SelfTest(e); err != nil {
		return refuse(errors.Join(err, e.Close()))
	}
	s.prover = New(e, q.Options)
	info := s.prover.Info()
	return response{Info: &info}
}
