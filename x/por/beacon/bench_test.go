// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package beacon_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

func BenchmarkProve(b *testing.B) {
	v := newValidator(b, 1)
	alpha := por.Alpha(chainID, 1, make([]byte, por.SeedSize))
	for b.Loop() {
		if _, err := v.signer.Prove(v.pubKey, alpha); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	v := newValidator(b, 1)
	alpha := por.Alpha(chainID, 1, make([]byte, por.SeedSize))
	proof, err := v.signer.Prove(v.pubKey, alpha)
	require.NoError(b, err)
	duty := por.Duty{PubKey: v.pubKey, Alpha: alpha}
	envelope := beacon.Encode(proof)
	for b.Loop() {
		if _, absence := beacon.Judge(duty, envelope); absence != por.ABSENCE_UNSPECIFIED {
			b.Fatal(absence)
		}
	}
}
