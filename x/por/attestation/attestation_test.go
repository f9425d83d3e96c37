// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package attestation

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/merkle"
)

func testPlace() Place {
	return Place{
		ChainID: "openmesh-test", Class: ClassMemory, Window: 7, Challenge: bytes.Repeat([]byte{1}, 32),
		Subject: bytes.Repeat([]byte{2}, 20), Seat: 3, Verifier: bytes.Repeat([]byte{4}, 20),
	}
}

func TestVectors(t *testing.T) {
	p, nonce := testPlace(), bytes.Repeat([]byte{5}, 32)
	question := Question(p, nonce)
	require.Equal(t, questionVector, hex.EncodeToString(question[:]))
	answer := MemoryAnswer(9, merkle.Hash{6})
	id := StatementID(p, nonce, answer, make([]byte, 64))
	require.Equal(t, statementVector, hex.EncodeToString(id[:]))
	text := SignBytes(p, Report{Result: OK, Value: 36_864, Evidence: id[:]})
	require.Equal(t, append([]byte{0, 0, 0, 27}, domainAttestation...), text[:31])
	require.Equal(t, signVector, hex.EncodeToString(text))
}

func TestEveryPartOfAPlaceIsSigned(t *testing.T) {
	p := testPlace()
	seen := map[string]bool{string(SignBytes(p, Report{})): true}
	for name, change := range map[string]func(*Place){
		"chain":     func(p *Place) { p.ChainID += "x" },
		"class":     func(p *Place) { p.Class = ClassGPU },
		"window":    func(p *Place) { p.Window++ },
		"challenge": func(p *Place) { p.Challenge = bytes.Repeat([]byte{9}, 32) },
		"subject":   func(p *Place) { p.Subject = bytes.Repeat([]byte{9}, 20) },
		"seat":      func(p *Place) { p.Seat++ },
		"verifier":  func(p *Place) { p.Verifier = bytes.Repeat([]byte{9}, 20) },
		"a shift between two parts": func(p *Place) {
			p.Subject, p.Verifier = append(p.Subject, p.Verifier[0]), p.Verifier[1:]
		},
	} {
		other := testPlace()
		change(&other)
		text := string(SignBytes(other, Report{}))
		require.False(t, seen[text], name)
		seen[text] = true
	}
}

func TestP3_MalformedAnswersAreRefused(t *testing.T) {
	cells, root, err := ParseMemoryAnswer(MemoryAnswer(9, merkle.Hash{6}))
	require.NoError(t, err)
	require.Equal(t, uint64(9), cells)
	require.Equal(t, merkle.Hash{6}, root)
	for _, n := range []int{0, 39, 41, 1 << 20} {
		_, _, err := ParseMemoryAnswer(make([]byte, n))
		require.ErrorIs(t, err, ErrAnswer)
	}
}

func TestAQuorumIsMoreThanTwoThirds(t *testing.T) {
	for n, want := range map[int]int{4: 3, 5: 4, 6: 5, 7: 5, 15: 11} {
		require.Equal(t, want, Quorum(n))
	}
}

// The vectors are of another implementation.
const (
	questionVector  = "d3ff00c306089f370dc007f16f10ee28838288c9383f5958d62865cc03631eca"
	statementVector = "a8d137b1ec685f73146e56d146883dc4b35b57baec6b86aece74b18a9c8ef3af"
	signVector      = "0000001b6f70656e6d6573682f706f722f76312f6174746573746174696f6e0000000d6f70656e6d6573682d746573740000" +
		"0004000000030000000800000000000000070000002001010101010101010101010101010101010101010101010101010101" +
		"0101010100000014020202020202020202020202020202020202020200000004000000030000001404040404040404040404" +
		"04040404040404040404000000040000000100000008000000000000900000000020a8d137b1ec685f73146e56d146883dc4" +
		"b35b57baec6b86aece74b18a9c8ef3af"
)
