// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/libp2p/go-libp2p/core/protocol"

	"github.com/openmesh-network/openmesh/x/por/attestation"

	"github.com/openmesh-network/openmesh/worker/message"
)

// Protocol is the wire protocol, described in the package comment.
const Protocol protocol.ID = "/openmesh/proof/1"

// The kinds of frames.
const (
	kindHello     byte = 1
	kindWelcome   byte = 2
	kindBusy      byte = 3
	kindRefuse    byte = 4
	kindNonce     byte = 5
	kindStatement byte = 6
	kindShare     byte = 7
	kindBlock     byte = 8
)

const (
	frameHead     = 5
	maxFrame      = 8 << 10
	helloSize     = 16
	signatureSize = 64
	itemSize      = 4 + 4 + 8 + attestation.HashSize + signatureSize
	maxSeats      = 31 // of a committee, as in x/por
	maxAddress    = 64
	maxBody       = 1 << 10 // of a statement, as in x/por
)

var (
	// ErrProtocol says that the other end does not speak the protocol.
	ErrProtocol = errors.New("unexpected frame")
	// ErrRefused says that the other end does not answer us at all.
	ErrRefused = errors.New("refused")
)

// busyError says that the other end asks to come back later.
type busyError struct{ after time.Duration }

func (b busyError) Error() string { return fmt.Sprintf("busy, come back in %s", b.after) }

func writeFrame(w io.Writer, kind byte, body []byte) error {
	frame := make([]byte, frameHead, frameHead+len(body))
	frame[0] = kind
	binary.BigEndian.PutUint32(frame[1:], uint32(len(body)))
	_, err := w.Write(append(frame, body...))
	return err
}

// readFrame reads one frame, of at most maxFrame bytes, and no byte more.
func readFrame(r io.Reader) (kind byte, body []byte, err error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxFrame {
		return 0, nil, fmt.Errorf("%w: %d bytes", ErrProtocol, n)
	}
	body = make([]byte, n)
	_, err = io.ReadFull(r, body)
	return head[0], body, err
}

// expect reads a frame of a kind and a size, or what was said instead of it.
func expect(r io.Reader, want byte) ([]byte, error) {
	kind, body, err := readFrame(r)
	switch {
	case err != nil:
		return nil, err
	case kind == kindBusy && len(body) == 4:
		return nil, busyError{time.Duration(binary.BigEndian.Uint32(body)) * time.Millisecond}
	case kind == kindRefuse:
		return nil, fmt.Errorf("%w: %.80q", ErrRefused, body)
	case kind != want:
		return nil, fmt.Errorf("%w: kind %d, want %d", ErrProtocol, kind, want)
	}
	return body, nil
}

func busyBody(after time.Duration) []byte {
	return binary.BigEndian.AppendUint32(nil, uint32(min(max(after, 0), time.Hour).Milliseconds()))
}

// hello names the seat that asks; the subject is who is asked.
type hello struct {
	class  uint32
	window uint64
	seat   uint32
}

func (h hello) encode() []byte {
	b := binary.BigEndian.AppendUint32(nil, h.class)
	b = binary.BigEndian.AppendUint64(b, h.window)
	return binary.BigEndian.AppendUint32(b, h.seat)
}

func parseHello(b []byte) (h hello, err error) {
	if len(b) != helloSize {
		return h, fmt.Errorf("%w: a hello of %d bytes", ErrProtocol, len(b))
	}
	return hello{binary.BigEndian.Uint32(b), binary.BigEndian.Uint64(b[4:]), binary.BigEndian.Uint32(b[12:])}, nil
}

// statementBody writes what a subject signed: 2 bytes of length, the answer, the signature.
func statementBody(answer, signature []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(len(answer)))
	return append(append(b, answer...), signature...)
}

func parseStatement(b []byte) (answer, signature []byte, err error) {
	if len(b) < 2 {
		return nil, nil, fmt.Errorf("%w: a statement of %d bytes", ErrProtocol, len(b))
	}
	n := int(binary.BigEndian.Uint16(b))
	if b = b[2:]; n == 0 || n > maxBody || len(b) != n+signatureSize {
		return nil, nil, fmt.Errorf("%w: a statement of %d bytes", ErrProtocol, len(b))
	}
	return b[:n], b[n:], nil
}

// share is attestations of one committee.
type share struct {
	class   uint32
	window  uint64
	subject []byte
	items   []message.Attestation
}

func (s share) encode() []byte {
	b := binary.BigEndian.AppendUint32(nil, s.class)
	b = binary.BigEndian.AppendUint64(b, s.window)
	b = append(b, byte(len(s.subject)))
	b = append(b, s.subject...)
	b = append(b, byte(len(s.items)))
	for _, a := range s.items {
		b = binary.BigEndian.AppendUint32(b, a.Seat)
		b = binary.BigEndian.AppendUint32(b, a.Result)
		b = binary.BigEndian.AppendUint64(b, a.Value)
		b = append(append(b, a.Evidence...), a.Signature...)
	}
	return b
}

func parseShare(b []byte) (s share, err error) {
	bad := fmt.Errorf("%w: malformed attestations", ErrProtocol)
	if len(b) < 13 {
		return s, bad
	}
	s.class, s.window = binary.BigEndian.Uint32(b), binary.BigEndian.Uint64(b[4:])
	n := int(b[12])
	if b = b[13:]; n == 0 || n > maxAddress || len(b) < n+1 {
		return s, bad
	}
	s.subject, b = b[:n], b[n:]
	count := int(b[0])
	if b = b[1:]; count > maxSeats || len(b) != count*itemSize {
		return s, bad
	}
	for range count {
		a := message.Attestation{
			Seat: binary.BigEndian.Uint32(b), Result: binary.BigEndian.Uint32(b[4:]), Value: binary.BigEndian.Uint64(b[8:]),
			Evidence: b[16 : 16+attestation.HashSize], Signature: b[16+attestation.HashSize : itemSize],
		}
		if a.Result < attestation.OK || a.Result > attestation.Unknown || (a.Result == attestation.OK) != (a.Value > 0) {
			return s, bad
		}
		s.items, b = append(s.items, a), b[itemSize:]
	}
	return s, nil
}
