// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/openmesh-network/openmesh/x/por/attestation"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/host"
)

const (
	// blockSize is the size of a pushed block in bytes.
	blockSize = 32 << 10
	// checkOneIn is how many echoed blocks there are to one that is compared, on
	// average; the first one always is.
	checkOneIn = 100
	// buckets is how many parts a measurement has, of which the median counts: 10 of
	// a second each.
	buckets = 10
	// connectBefore is how long before the start members connect, and startSlack by
	// how much one may be late.
	connectBefore, startSlack = 3 * time.Second, 500 * time.Millisecond
	// push is by how much more than its share a member pushes, in percent: what is
	// lost on the way must not count against the subject.
	push = 125
)

// errNoStart says that members do not know yet when to begin.
var errNoStart = errors.New("the start is not settled yet")

// shareOf is what one member pushes of a claim, in bytes a second.
func shareOf(c message.Committee) uint64 {
	return c.Claimed / 8 / uint64(max(len(c.Members), 1)) * push / 100
}

func measureTime(c message.Committee) time.Duration {
	return time.Duration(min(c.Terms.MeasureMillis, 60_000)) * time.Millisecond
}

// pushLimit bounds what a member may make the subject echo, in bytes.
func pushLimit(c message.Committee) uint64 {
	return 2*shareOf(c)*c.Terms.MeasureMillis/1000 + 16*blockSize
}

// answerBandwidth echoes what a member pushes, and signs how much that was.
func (m *Module) answerBandwidth(s host.Stream, c message.Committee, place attestation.Place) error {
	if err := writeFrame(s, kindWelcome, make([]byte, 8)); err != nil {
		return err
	}
	_ = s.SetDeadline(time.Now().Add(connectBefore + 2*startSlack + 2*measureTime(c) + talk))
	frame := make([]byte, frameHead+blockSize)
	for total, limit := uint64(0), pushLimit(c); ; {
		if _, err := io.ReadFull(s, frame[:frameHead]); err != nil {
			return err
		}
		size := binary.BigEndian.Uint32(frame[1:])
		switch {
		case frame[0] == kindBlock && size == blockSize && total+blockSize <= limit:
			if _, err := io.ReadFull(s, frame[frameHead:]); err != nil {
				return err
			}
			if _, err := s.Write(frame); err != nil {
				return err
			}
			total += blockSize
		case frame[0] == kindNonce && size == attestation.NonceSize:
			nonce := frame[frameHead : frameHead+attestation.NonceSize]
			if _, err := io.ReadFull(s, nonce); err != nil {
				return err
			}
			answer := binary.BigEndian.AppendUint64(nil, total)
			signature, err := m.signer.SignText(attestation.StatementSignBytes(place, nonce, answer))
			if err != nil {
				return err
			}
			return writeFrame(s, kindStatement, statementBody(answer, signature))
		default:
			return fmt.Errorf("%w: kind %d of %d bytes after %d", ErrProtocol, frame[0], size, total)
		}
	}
}

// awaitStart waits until it is time to connect, and gives the committee as it is
// then. Without a start, or after it, there is nothing to be measured.
func (m *Module) awaitStart(ctx context.Context, k key) (message.Committee, error) {
	m.mu.Lock()
	c := m.courts[k]
	if c == nil {
		m.mu.Unlock()
		return message.Committee{}, errNoStart
	}
	now := c.Committee
	m.mu.Unlock()
	if now.Start.IsZero() {
		return now, errNoStart
	}
	if time.Since(now.Start) > startSlack {
		return now, errors.New("the start was missed")
	}
	if !wait(ctx, max(time.Until(now.Start)-connectBefore, 0)) {
		return now, ctx.Err()
	}
	return now, nil
}

// stream makes blocks that nobody can foresee, and makes them again to compare.
type stream struct{ key [32]byte }

func (b stream) fill(i uint64, out []byte) {
	seed := sha256.Sum256(binary.BigEndian.AppendUint64(b.key[:], i))
	_, _ = mrand.NewChaCha8(seed).Read(out) // never fails
}

// checked says whether block i is compared: for the pusher to know alone.
func (b stream) checked(i uint64) bool {
	h := sha256.Sum256(binary.BigEndian.AppendUint64(append([]byte("check"), b.key[:]...), i))
	return i == 0 || binary.BigEndian.Uint64(h[:])%checkOneIn == 0
}

// probeBandwidth pushes from the start on and counts what comes back.
func (m *Module) probeBandwidth(ctx context.Context, s host.Stream, c message.Committee, place attestation.Place) (finding, error) {
	none := finding{}
	if _, err := expect(s, kindWelcome); err != nil {
		return none, err
	}
	if !wait(ctx, max(time.Until(c.Start), 0)) {
		return none, ctx.Err()
	}
	if time.Since(c.Start) > startSlack {
		return none, errors.New("connected after the start")
	}
	var b stream
	nonce := make([]byte, attestation.NonceSize)
	if _, err := rand.Read(b.key[:]); err != nil {
		return none, err
	}
	if _, err := rand.Read(nonce); err != nil {
		return none, err
	}
	took := measureTime(c)
	_ = s.SetDeadline(time.Now().Add(2*took + talk))
	begun := time.Now()
	var sent atomic.Uint64
	pushed := make(chan error, 1)
	m.work.Go(func() { pushed <- pushBlocks(ctx, s, b, c, begun, took, nonce, &sent) })
	counts, total, body, err := countBlocks(s, b, begun, took, &sent)
	if err != nil {
		_ = s.Reset() // ends the pusher
	}
	if err := errors.Join(err, <-pushed); err != nil {
		return none, err
	}
	answer, signature, err := parseStatement(body)
	if err != nil {
		return none, err
	}
	if !bytes.Equal(answer, binary.BigEndian.AppendUint64(nil, total)) ||
		!verifyText(c.SubjectKey, attestation.StatementSignBytes(place, nonce, answer), signature) {
		return none, fmt.Errorf("%w: it does not sign for what came back", ErrProtocol)
	}
	f := finding{statement: statement{Nonce: nonce, Body: answer, Signature: signature}, result: attestation.OK}
	if f.value = bandwidth(counts, took, len(c.Members), c.Claimed); f.value == 0 {
		f.result = attestation.Unknown
	}
	return f, nil
}

// bandwidth is what a member attests, in bits a second: the median part of the
// measurement, times the number of members, at most the claim.
func bandwidth(counts [buckets]uint64, took time.Duration, members int, claimed uint64) uint64 {
	sorted := slices.Sorted(slices.Values(counts[:]))
	median := sorted[(buckets-1)/2]
	perSecond := median * 8 * uint64(time.Second) / uint64(max(took/buckets, 1))
	return min(perSecond*uint64(members), claimed)
}

// pushBlocks pushes at the member's share until the time is over, and then the nonce.
func pushBlocks(ctx context.Context, s io.Writer, b stream, c message.Committee, begun time.Time, took time.Duration, nonce []byte, sent *atomic.Uint64) error {
	frame := make([]byte, frameHead+blockSize)
	frame[0] = kindBlock
	binary.BigEndian.PutUint32(frame[1:], blockSize)
	rate, limit := float64(shareOf(c)), pushLimit(c)
	for i := uint64(0); (i+1)*blockSize <= limit; {
		passed := time.Since(begun)
		if passed >= took {
			break
		}
		if ahead := float64(i*blockSize) - rate*passed.Seconds(); ahead > 0 {
			if !wait(ctx, min(time.Duration(ahead/rate*float64(time.Second))+time.Millisecond, took-passed)) {
				return ctx.Err()
			}
			continue
		}
		b.fill(i, frame[frameHead:])
		sent.Add(blockSize)
		if _, err := s.Write(frame); err != nil {
			return err
		}
		i++
	}
	if !wait(ctx, max(took-time.Since(begun), 0)) {
		return ctx.Err()
	}
	return writeFrame(s, kindNonce, nonce)
}

// countBlocks counts what comes back by parts of the measurement, until the
// statement comes, whose body it returns.
func countBlocks(s io.Reader, b stream, begun time.Time, took time.Duration, sent *atomic.Uint64) (counts [buckets]uint64, total uint64, statement []byte, err error) {
	block, want := make([]byte, blockSize), make([]byte, blockSize)
	var head [frameHead]byte
	for i := uint64(0); ; i++ {
		if _, err := io.ReadFull(s, head[:]); err != nil {
			return counts, total, nil, err
		}
		size := binary.BigEndian.Uint32(head[1:])
		switch {
		case head[0] == kindStatement && size <= maxFrame:
			statement = make([]byte, size)
			_, err = io.ReadFull(s, statement)
			return counts, total, statement, err
		case head[0] != kindBlock || size != blockSize:
			return counts, total, nil, fmt.Errorf("%w: kind %d of %d bytes among echoes", ErrProtocol, head[0], size)
		}
		if _, err := io.ReadFull(s, block); err != nil {
			return counts, total, nil, err
		}
		if total += blockSize; total > sent.Load() {
			return counts, total, nil, fmt.Errorf("%w: more came back than was sent", ErrProtocol)
		}
		if b.checked(i) {
			if b.fill(i, want); !bytes.Equal(block, want) {
				return counts, total, nil, fmt.Errorf("%w: block %d is not what was sent", ErrProtocol, i)
			}
		}
		if at := int(time.Since(begun) * buckets / took); at >= 0 && at < buckets {
			counts[at] += blockSize
		}
	}
}
