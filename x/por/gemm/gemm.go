// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gemm

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/openmesh-network/openmesh/x/por/merkle"
)

// Limits. Whatever is beyond them is refused before anything is computed.
const (
	// MinN and MaxN bound the order of the matrices, which is a power of two.
	MinN = 256
	MaxN = 16384
	// MaxSteps is the greatest number of products in one chain.
	MaxSteps = 1 << 20
	// MaxSamples is the greatest number of rows in one opening.
	MaxSamples = 256
	// MaxNode is the greatest length of a node's identity in bytes.
	MaxNode = 64
	// MaxOpening is the greatest size of an opening in bytes.
	MaxOpening = 8 << 20
)

// Errors of this package. ErrProduct, ErrRow and merkle.ErrRoot say that a proof
// is wrong; all others say that it is no proof at all, or that the question was
// none, and cost next to nothing to find.
var (
	ErrChallenge  = errors.New("challenge is not valid")
	ErrCommitment = errors.New("commitment is not valid")
	ErrSamples    = errors.New("samples are not valid")
	ErrSize       = errors.New("opening has the wrong size")
	ErrRange      = errors.New("an entry is out of the range of a product")
	ErrRow        = errors.New("a row is not the one that was committed")
	ErrProduct    = errors.New("a row is not the product that it should be")
)

// A Challenge is what prover and verifiers know when a window opens: it fixes
// every entry of every matrix of an honest chain.
type Challenge struct {
	// Beacon is a seed that nobody knew before the window.
	Beacon [32]byte
	// Node names the prover: its address, 1 to MaxNode bytes.
	Node []byte
	// N is the order of the matrices.
	N int
}

// Validate checks the limits.
func (c Challenge) Validate() error {
	switch {
	case c.N < MinN || c.N > MaxN || c.N&(c.N-1) != 0:
		return fmt.Errorf("%w: order %d is not a power of two from %d to %d", ErrChallenge, c.N, MinN, MaxN)
	case len(c.Node) == 0 || len(c.Node) > MaxNode:
		return fmt.Errorf("%w: node of %d bytes, not 1 to %d", ErrChallenge, len(c.Node), MaxNode)
	}
	return nil
}

// A Commitment is what a prover says at the end of a window, before it knows
// what will be asked.
type Commitment struct {
	// Steps is the number of products in the chain.
	Steps uint32
	// Root is the root of the tree over the chain's step roots.
	Root merkle.Hash
}

// Validate checks the limits.
func (c Commitment) Validate() error {
	if c.Steps == 0 || c.Steps > MaxSteps {
		return fmt.Errorf("%w: %d steps, not 1 to %d", ErrCommitment, c.Steps, MaxSteps)
	}
	return nil
}

// RowDigest is what stands for a row in its step's tree: plain SHA-256, which an
// accelerator can compute where the row is.
func RowDigest(row []byte) [sha256.Size]byte { return sha256.Sum256(row) }

// StepRoot is the root of the tree over the digests of the rows of one matrix.
func StepRoot(digests [][sha256.Size]byte) (merkle.Hash, error) {
	var b merkle.Builder
	for i := range digests {
		if err := b.Add(digests[i][:]); err != nil {
			return merkle.Hash{}, err
		}
	}
	return b.Root()
}

// Root is the root over the step roots of A_1, A_2 and so on.
func Root(steps []merkle.Hash) (merkle.Hash, error) {
	var b merkle.Builder
	for i := range steps {
		if err := b.Add(steps[i][:]); err != nil {
			return merkle.Hash{}, err
		}
	}
	return b.Root()
}

// Ops is the number of operations (multiplications and additions) of that many
// products of order n. It fits 64 bits within the limits of this package.
func Ops(n int, steps uint32) uint64 {
	return 2 * uint64(n) * uint64(n) * uint64(n) * uint64(steps)
}

// GOPS is the rate in 10^9 operations a second, rounded down, of a chain that
// took that many milliseconds. It is 0 if the time is 0.
func GOPS(n int, steps uint32, milliseconds uint64) uint64 {
	hi, unit := bits.Mul64(milliseconds, 1_000_000)
	if unit == 0 || hi != 0 {
		return 0
	}
	return Ops(n, steps) / unit
}

// digest hashes parts of known lengths, each behind its length, under a domain.
func digest(domain string, parts ...[]byte) [sha256.Size]byte {
	h := sha256.New()
	write := func(p []byte) {
		var size [4]byte
		binary.BigEndian.PutUint32(size[:], uint32(len(p)))
		h.Write(size[:])
		h.Write(p)
	}
	write([]byte(domain))
	for _, p := range parts {
		write(p)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

func be32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
