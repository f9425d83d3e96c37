// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package beacon_test

import (
	"bytes"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

func TestAnEnvelopeIsATransactionWithoutMessages(t *testing.T) {
	n := start(t, newValidator(t, 1))
	envelope := n.envelope(newValidator(t, 1))
	require.Len(t, envelope, beacon.EnvelopeSize)
	require.Equal(t, 179, beacon.EnvelopeSize)
	tx, err := n.txConfig.TxDecoder()(envelope)
	require.NoError(t, err)
	require.Empty(t, tx.GetMsgs())
	require.Equal(t, "beacon/1:", tx.(sdk.TxWithMemo).GetMemo()[:9])
	_, err = n.txConfig.TxJSONEncoder()(tx) // what explorers do with it
	require.NoError(t, err)
}

func TestAnEnvelopeOfAUserIsRefused(t *testing.T) {
	n := start(t, newValidator(t, 1))
	n.decide(newValidator(t, 1), nil)
	res, err := n.CheckTx(&abci.RequestCheckTx{Tx: n.envelope(newValidator(t, 1)), Type: abci.CheckTxType_New})
	require.NoError(t, err)
	require.EqualValues(t, 18, res.Code)
	require.Contains(t, res.Log, "must contain at least one message")
}

func TestP3_OnlyTheExactBytesAreAnEnvelope(t *testing.T) {
	proof := bytes.Repeat([]byte{0xab}, por.ProofSize)
	good := beacon.Encode(proof)
	decoded, ok := beacon.Decode(good)
	require.True(t, ok)
	require.Equal(t, proof, decoded)
	change := func(at int, to byte) []byte {
		bad := bytes.Clone(good)
		bad[at] = to
		return bad
	}
	for name, bad := range map[string][]byte{
		"nothing":               nil,
		"a prefix":              good[:15],
		"a byte too few":        good[:len(good)-1],
		"a byte too many":       append(bytes.Clone(good), 0),
		"an upper-case digit":   change(20, 'A'),
		"no digit":              change(20, 'g'),
		"another version":       change(13, '2'),
		"another suffix":        change(len(good)-1, 1),
		"another length prefix": change(1, 0xad),
		"zeros":                 make([]byte, beacon.EnvelopeSize),
	} {
		t.Run(name, func(t *testing.T) {
			_, ok := beacon.Decode(bad)
			require.False(t, ok)
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(beacon.Encode(make([]byte, por.ProofSize)))
	f.Add([]byte{0x0a, 0xac, 0x01})
	f.Fuzz(func(t *testing.T, tx []byte) {
		if proof, ok := beacon.Decode(tx); ok {
			require.Equal(t, tx, beacon.Encode(proof))
		}
	})
}
