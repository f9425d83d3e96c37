// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

// The vectors of README.md. The peer id is what go-libp2p gives, the stream and
// the draw are what a second implementation in another language gives.

func TestPossessionVector(t *testing.T) {
	key := secp256k1.GenPrivKeyFromSecret([]byte("signer 1"))
	pub := key.PubKey().Bytes()
	require.Equal(t, "03e064764307c375af2d1e8b6b37280fb728638195b06a94f8a9972420ad0f2cbf", hex.EncodeToString(pub))
	operator, err := hex.DecodeString("0102030405060708090a0b0c0d0e0f1011121314")
	require.NoError(t, err)
	msg := workers.PossessionSignBytes("openmesh-1", operator)
	require.Equal(t, "6f70656e6d6573682f786e6f64652d706f7373657373696f6e2f31"+
		"0000000a"+"6f70656e6d6573682d31"+"00000014"+"0102030405060708090a0b0c0d0e0f1011121314", hex.EncodeToString(msg))
	proof, err := key.Sign(msg)
	require.NoError(t, err)
	require.Equal(t, "79ec77b6f35fda398590ae4c8cc41a65c6bf650464ba6ee483f376456994f366"+
		"37688e96ce3c00b89b1a4d8e0b06a4a5f08f130ae4b5bb06fd0d77c2888460f2", hex.EncodeToString(proof))
	require.NoError(t, workers.VerifyPossession("openmesh-1", operator, pub, proof))
	require.ErrorIs(t, workers.VerifyPossession("openmesh-2", operator, pub, proof), workers.ErrBadPossession)

	peerID, err := workers.PeerID(pub)
	require.NoError(t, err)
	require.Equal(t, self, peerID)
	addr, err := workers.SignerAddress(pub)
	require.NoError(t, err)
	require.Equal(t, sdk.AccAddress(key.PubKey().Address()), addr)
}

func TestDrawStreamVector(t *testing.T) {
	s := workers.NewDrawStream([]byte("openmesh"))
	for _, want := range []uint64{
		0xc7807666f8a37bc5, 0xdc155ffa8bc1be57, 0xd707e6e762853b8f, 0x67134435d18261a3, 0x15d2b849b09f235c,
	} {
		require.Equal(t, want, s.Uint64())
	}
}

func TestBelowStaysBelowAndReachesEveryNumber(t *testing.T) {
	s := workers.NewDrawStream([]byte("seed"))
	var seen [7]int
	for range 7000 {
		seen[s.Below(7)]++
	}
	for _, n := range seen {
		require.InDelta(t, 1000, n, 150)
	}
	for range 1000 {
		require.Zero(t, s.Below(1))
		require.Less(t, s.Below(1<<63+1), uint64(1<<63+1), "half of the numbers are passed over")
	}
}
