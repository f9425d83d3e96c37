// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cellpost

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// simulated is a proof as a plot of that size would give, without the plot: the encoding does
// not look at labels.
func simulated(p Plot, seed uint64) Proof {
	r := rand.New(rand.NewPCG(seed, 0))
	proof := Proof{Nonce: uint8(r.IntN(Nonces))}
	for len(proof.Indices) < int(p.K2) {
		proof.Indices = append(proof.Indices, r.Uint64N(p.Labels()))
		slices.Sort(proof.Indices)
		proof.Indices = slices.Compact(proof.Indices)
	}
	return proof
}

func sized(bytes uint64) Plot {
	return Plot{Params: Params{N: 2, K1: DefaultK, K2: DefaultK}, Cells: bytes / CellBytes}
}

func TestEncodingGoesThereAndBack(t *testing.T) {
	for _, bytes := range []uint64{1 << 20, 8 << 20, 64 << 30, 1 << 40, MaxPlotBytes} {
		p := sized(bytes)
		for seed := range uint64(20) {
			proof := simulated(p, seed)
			encoded, err := p.Encode(proof)
			require.NoError(t, err)
			require.LessOrEqual(t, len(encoded), p.MaxProofBytes())
			decoded, err := p.Decode(encoded)
			require.NoError(t, err)
			require.Equal(t, proof, decoded)
		}
	}
}

func TestExtremeProofsFitTheCap(t *testing.T) {
	for _, cells := range []uint64{171, 255, 256, 257, 2048, 1<<38 - 1, 1 << 38} {
		for _, k2 := range []uint32{1, 2, 339, 340, 341, 20000} {
			p := Plot{Params: Params{N: 2, K1: 340, K2: k2}, Cells: cells}
			if p.Validate() != nil {
				continue
			}
			first, last, step := Proof{}, Proof{}, Proof{}
			for i := range uint64(k2) {
				first.Indices = append(first.Indices, i)
				last.Indices = append(last.Indices, p.Labels()-uint64(k2)+i)
				step.Indices = append(step.Indices, (i+1)*(p.Labels()/uint64(k2))-1)
			}
			for _, proof := range []Proof{first, last, step} {
				encoded, err := p.Encode(proof)
				require.NoError(t, err)
				require.LessOrEqual(t, len(encoded), p.MaxProofBytes())
				decoded, err := p.Decode(encoded)
				require.NoError(t, err)
				require.Equal(t, proof, decoded)
			}
		}
	}
}

func TestP3_DecodeRefusesWhatEncodeDoesNotWrite(t *testing.T) {
	p := sized(8 << 20)
	good, err := p.Encode(simulated(p, 1))
	require.NoError(t, err)
	with := func(change func([]byte) []byte) []byte { return change(slices.Clone(good)) }
	for _, c := range []struct {
		name  string
		bytes []byte
		want  error
	}{
		{"nothing", nil, ErrTruncated},
		{"only a nonce", good[:1], ErrTruncated},
		{"half of it", good[:len(good)/2], ErrTruncated},
		{"all but a byte", good[:len(good)-1], ErrTruncated},
		{"a zero more", append(slices.Clone(good), 0), ErrTrailing},
		{"10 MB", make([]byte, 10<<20), ErrTooLong},
		{"one more than the cap", make([]byte, p.MaxProofBytes()+1), ErrTooLong},
		{"a nonce that does not exist", with(func(b []byte) []byte { b[0] = Nonces; return b }), ErrNonce},
		{"ones without end", with(func(b []byte) []byte {
			for i := range b[1:] {
				b[i+1] = 0xff
			}
			return b
		}), ErrTruncated},
		{"a distance beyond the plot", with(func(b []byte) []byte {
			b = append(b, make([]byte, p.MaxProofBytes()-len(b))...)
			for i := range 100 { // 800 ones: 800 * 2^9 is beyond 2^18 labels
				b[i+1] = 0xff
			}
			return b
		}), ErrRange},
	} {
		_, err := p.Decode(c.bytes)
		require.ErrorIs(t, err, c.want, c.name)
	}
	// The filling of the last byte has to be zeros.
	for seed := range uint64(20) {
		encoded, err := p.Encode(simulated(p, seed))
		require.NoError(t, err)
		encoded[len(encoded)-1] |= 1
		proof, err := p.Decode(encoded)
		if err != nil {
			require.ErrorIs(t, err, ErrTrailing)
			continue
		}
		again, err := p.Encode(proof) // the last bit belonged to the last index
		require.NoError(t, err)
		require.Equal(t, encoded, again)
	}
}

func TestEncodeRefusesWhatIsNoProof(t *testing.T) {
	p := sized(8 << 20)
	proof := simulated(p, 1)
	proof.Indices = proof.Indices[1:]
	_, err := p.Encode(proof)
	require.ErrorIs(t, err, ErrCount)
}

// FuzzDecode: whatever is accepted has the shape of a proof and no other encoding, and nothing
// else happens to a decoder.
func FuzzDecode(f *testing.F) {
	plots := []Plot{smallPlot(13), sized(8 << 20), sized(1 << 40), sized(MaxPlotBytes)}
	for i, p := range plots {
		encoded, err := p.Encode(simulated(p, 1))
		require.NoError(f, err)
		f.Add(uint8(i), encoded)
	}
	f.Fuzz(func(t *testing.T, which uint8, encoded []byte) {
		p := plots[int(which)%len(plots)]
		proof, err := p.Decode(encoded)
		if err != nil {
			return
		}
		require.NoError(t, p.Check(proof))
		again, err := p.Encode(proof)
		require.NoError(t, err)
		require.Equal(t, encoded, again)
	})
}
