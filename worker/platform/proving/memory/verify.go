// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package memory

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/openmesh-network/openmesh/x/por/merkle"
	"github.com/openmesh-network/openmesh/x/por/ramwalk"
)

// DefaultMaxRTT is half way around the world.
const DefaultMaxRTT = 300 * time.Millisecond

// Session is what a verifier asks a prover.
type Session struct {
	Spec   ramwalk.Spec
	Fill   ramwalk.Fill
	Timing ramwalk.Timing
	// WalkSeed is the seed of the walk, and DrawSeed that of the draw: nobody but
	// the verifier knows the first before the walk and the second before the answer.
	WalkSeed, DrawSeed [32]byte
	// Samples is the number of segments to open, 1 to MaxSamples.
	Samples int
	// Pings is the number of pings before and again after the walk, 1 to MaxPings.
	Pings int
	// MaxRTT is the longest round trip that is believed; 0 is DefaultMaxRTT. A prover
	// can pretend to be farther away than it is, and has so much more time to gain.
	MaxRTT time.Duration
	// Timeout bounds the whole session; 0 is DefaultSession.
	Timeout time.Duration
}

// Report is what a verifier saw and says.
type Report struct {
	Verdict ramwalk.Verdict
	// Bytes is what the verdict is worth.
	Bytes uint64
	// Seen is what the verdict was made from.
	Seen ramwalk.Observation
	// Root is the prover's answer, if there was one.
	Root merkle.Hash
	// Err is why the session did not come to its end, or the proof was not right;
	// for people.
	Err error
}

// Validate checks a session's ranges.
func (s Session) Validate() error {
	if err := errors.Join(s.Spec.Validate(), s.Fill.Validate()); err != nil {
		return err
	}
	if s.Samples < 1 || s.Samples > MaxSamples || s.Pings < 1 || s.Pings > MaxPings {
		return fmt.Errorf("%d samples, %d pings: want 1 to %d and 1 to %d", s.Samples, s.Pings, MaxSamples, MaxPings)
	}
	return nil
}

// Verify runs a session with the prover at the other end of the stream and closes
// it. Whatever the prover does, there is a report; the error is for a session that
// is not valid.
func (s Session) Verify(ctx context.Context, stream io.ReadWriteCloser) (Report, error) {
	if err := s.Validate(); err != nil {
		return Report{}, errors.Join(fmt.Errorf("memory session: %w", err), stream.Close())
	}
	timeout := s.Timeout
	if timeout == 0 {
		timeout = DefaultSession
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer closing(ctx, stream)()
	var r Report
	r.Err = s.run(stream, &r)
	r.Seen.Opened = r.Err
	r.Verdict, r.Bytes = s.Timing.Judge(s.Spec, s.Fill, r.Seen)
	return r, nil
}

// run speaks with the prover and notes what it sees.
func (s Session) run(stream io.ReadWriter, r *Report) error {
	least, most := time.Duration(1<<62), time.Duration(0)
	if err := s.pings(stream, 0, &least, &most); err != nil {
		return err
	}
	name := id(s.Spec, s.Fill)
	start := time.Now()
	if err := write(stream, msgWalk, name[:], s.WalkSeed[:]); err != nil {
		return err
	}
	if err := read(stream, msgAnswer, r.Root[:]); err != nil {
		return err
	}
	r.Seen.Elapsed = uint64(time.Since(start))
	r.Seen.Answered = true
	if err := s.pings(stream, s.Pings, &least, &most); err != nil {
		return err
	}
	longest := s.MaxRTT
	if longest == 0 {
		longest = DefaultMaxRTT
	}
	r.Seen.RTT, r.Seen.Jitter = uint64(min(least, longest)), uint64(most-least)

	drawn, err := ramwalk.Draw(s.DrawSeed, s.Spec, r.Root, s.Samples)
	if err != nil {
		return err
	}
	size, err := ramwalk.ProofSize(s.Spec, drawn)
	if err != nil {
		return err
	}
	if err := write(stream, msgDraw, s.DrawSeed[:], binary.BigEndian.AppendUint16(nil, uint16(s.Samples))); err != nil {
		return err
	}
	proof := make([]byte, size)
	if err := read(stream, msgProof, proof); err != nil {
		return err
	}
	_, err = ramwalk.Verify(s.Spec, s.Fill, s.WalkSeed, r.Root, drawn, proof)
	return err
}

// pings measures round trips.
func (s Session) pings(stream io.ReadWriter, first int, least, most *time.Duration) error {
	for i := range s.Pings {
		// Nobody can send the pong before the ping is there.
		secret := sha256.Sum256(binary.BigEndian.AppendUint64(append([]byte("openmesh/memory/ping/1"), s.DrawSeed[:]...), uint64(first+i)))
		ping := secret[:pingSize]
		start := time.Now()
		if err := write(stream, msgPing, ping); err != nil {
			return err
		}
		var pong [pingSize]byte
		if err := read(stream, msgPong, pong[:]); err != nil {
			return err
		}
		took := time.Since(start)
		if [pingSize]byte(ping) != pong {
			return fmt.Errorf("%w: wrong pong", ErrProtocol)
		}
		*least, *most = min(*least, took), max(*most, took)
	}
	return nil
}
