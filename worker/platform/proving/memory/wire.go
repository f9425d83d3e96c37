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

	"github.com/openmesh-network/openmesh/x/por/ramwalk"
)

// kind is the first byte of a message.
type kind byte

// The messages. Each has a body of one length, but for the proof, whose length
// follows from what was drawn.
const (
	msgPing   kind = 1 // 8 bytes
	msgPong   kind = 2 // 8 bytes
	msgWalk   kind = 3 // id of spec and fill, seed of the walk
	msgAnswer kind = 4 // root
	msgDraw   kind = 5 // seed of the draw, be16 samples
	msgProof  kind = 6
	msgRefuse kind = 7 // a Refusal
)

const (
	pingSize = 8
	walkSize = 64
	drawSize = 34
	// MaxPings is the greatest number of pings in one session.
	MaxPings = 64
	// MaxSamples is the greatest number of segments that are opened in one session.
	MaxSamples = 256
)

// ErrProtocol says that the other end does not speak the protocol.
var ErrProtocol = errors.New("memory session: unexpected message")

// Refusal says why a prover does not walk.
type Refusal byte

// The refusals.
const (
	// NotHeld is a prover that does not hold what is asked for.
	NotHeld Refusal = 1
	// Busy is a prover that walks for others.
	Busy Refusal = 2
)

// Error implements error.
func (r Refusal) Error() string {
	switch r {
	case NotHeld:
		return "prover does not hold this memory"
	case Busy:
		return "prover walks for others"
	}
	return fmt.Sprintf("prover refuses with code %d", byte(r))
}

// id names a spec and a fill.
func id(spec ramwalk.Spec, f ramwalk.Fill) [32]byte {
	b := append([]byte("openmesh/memory/1"), f.Seed[:]...)
	b = append(b, byte(len(f.Operator)))
	b = append(b, f.Operator...)
	for _, n := range []uint64{f.Window, f.Cells, uint64(spec.Rounds), spec.Steps, spec.Interval} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return sha256.Sum256(b)
}

// write sends one message.
func write(w io.Writer, k kind, body ...[]byte) error {
	message := []byte{byte(k)}
	for _, b := range body {
		message = append(message, b...)
	}
	_, err := w.Write(message)
	return err
}

// read reads a message of a kind into body, or the refusal that came instead.
func read(r io.Reader, want kind, body []byte) error {
	got, err := readKind(r)
	if err != nil {
		return err
	}
	if got == msgRefuse {
		var why [1]byte
		if _, err := io.ReadFull(r, why[:]); err != nil {
			return err
		}
		return Refusal(why[0])
	}
	if got != want {
		return fmt.Errorf("%w: %d, want %d", ErrProtocol, got, want)
	}
	_, err = io.ReadFull(r, body)
	return err
}

func readKind(r io.Reader) (kind, error) {
	var k [1]byte
	_, err := io.ReadFull(r, k[:])
	return kind(k[0]), err
}

// closing closes a stream when ctx ends, which ends whoever reads or writes it, and
// when the session does.
func closing(ctx context.Context, stream io.Closer) (end func()) {
	stop := context.AfterFunc(ctx, func() { _ = stream.Close() })
	return func() {
		stop()
		_ = stream.Close()
	}
}
