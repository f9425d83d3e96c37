// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/openmesh-network/openmesh/x/por/ramwalk"
)

// Walker walks: a Hold, or a test's.
type Walker interface {
	Spec() ramwalk.Spec
	Fill() ramwalk.Fill
	// Walk gives the states after all segments of the walk with this seed.
	Walk(ctx context.Context, seed [32]byte) ([]ramwalk.State, error)
}

// Limits bound what verifiers can make a prover do. The zero value has defaults.
type Limits struct {
	// Walks is how many walks there are at a time; 0 is 1. Walks share the
	// machine's memory bus and are slower together.
	Walks int
	// Total is how many walks there are for one Server; 0 is 64.
	Total int
	// Session is how long a session may take; 0 is DefaultSession.
	Session time.Duration
}

// DefaultSession is how long a session may take.
const DefaultSession = 30 * time.Second

// Server answers the sessions of one Walker. Several goroutines may use it.
type Server struct {
	walker Walker
	limits Limits

	mu    sync.Mutex
	now   int // walks under way
	total int // walks ever
}

// NewServer makes a Server.
func NewServer(w Walker, limits Limits) *Server {
	if limits.Walks == 0 {
		limits.Walks = 1
	}
	if limits.Total == 0 {
		limits.Total = 64
	}
	if limits.Session == 0 {
		limits.Session = DefaultSession
	}
	return &Server{walker: w, limits: limits}
}

// take takes a turn to walk.
func (s *Server) take() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now >= s.limits.Walks || s.total >= s.limits.Total {
		return false
	}
	s.now++
	s.total++
	return true
}

func (s *Server) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now--
}

// Serve answers one session and closes the stream. A nil error is a session that
// was answered to its end.
func (s *Server) Serve(ctx context.Context, stream io.ReadWriteCloser) error {
	ctx, cancel := context.WithTimeout(ctx, s.limits.Session)
	defer cancel()
	defer closing(ctx, stream)()
	if err := s.serve(ctx, stream); err != nil {
		return fmt.Errorf("memory session: %w", errors.Join(err, ctx.Err()))
	}
	return nil
}

func (s *Server) serve(ctx context.Context, stream io.ReadWriter) error {
	var walk [walkSize]byte
	if err := pongs(stream, msgWalk, walk[:]); err != nil {
		return err
	}
	spec, fill := s.walker.Spec(), s.walker.Fill()
	if [32]byte(walk[:32]) != id(spec, fill) {
		return errors.Join(NotHeld, write(stream, msgRefuse, []byte{byte(NotHeld)}))
	}
	if !s.take() {
		return errors.Join(Busy, write(stream, msgRefuse, []byte{byte(Busy)}))
	}
	ends, err := s.walker.Walk(ctx, [32]byte(walk[32:]))
	s.release()
	if err != nil {
		return errors.Join(err, write(stream, msgRefuse, []byte{byte(NotHeld)}))
	}
	root, err := ramwalk.Root(ends)
	if err != nil {
		return err
	}
	if err := write(stream, msgAnswer, root[:]); err != nil {
		return err
	}
	var draw [drawSize]byte
	if err := pongs(stream, msgDraw, draw[:]); err != nil {
		return err
	}
	samples := int(binary.BigEndian.Uint16(draw[32:]))
	if samples < 1 || samples > MaxSamples {
		return fmt.Errorf("%w: %d samples", ErrProtocol, samples)
	}
	drawn, err := ramwalk.Draw([32]byte(draw[:32]), spec, root, samples)
	if err != nil {
		return err
	}
	proof, err := ramwalk.Open(ends, drawn)
	if err != nil {
		return err
	}
	return write(stream, msgProof, proof)
}

// pongs answers pings until the message after them is there, and reads that.
func pongs(stream io.ReadWriter, after kind, body []byte) error {
	for range MaxPings + 1 {
		k, err := readKind(stream)
		if err != nil {
			return err
		}
		switch k {
		case after:
			_, err := io.ReadFull(stream, body)
			return err
		case msgPing:
		default:
			return fmt.Errorf("%w: %d, want %d", ErrProtocol, k, after)
		}
		var ping [pingSize]byte
		if _, err := io.ReadFull(stream, ping[:]); err != nil {
			return err
		}
		if err := write(stream, msgPong, ping[:]); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: more than %d pings", ErrProtocol, MaxPings)
}
