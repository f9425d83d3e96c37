// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por/corechain"
)

func TestARecordIsReadAsItWasWritten(t *testing.T) {
	r := records{t.TempDir()}
	spec := corechain.Spec{Function: corechain.SHA256, Interval: 1}
	record, err := corechain.Compute(spec, corechain.Challenge{Seed: [32]byte{1}, Operator: testOperator, Window: 9}, []uint64{5_000, 3, 1})
	require.NoError(t, err)
	require.NoError(t, r.write(record))
	got, err := r.read(spec, record.Challenge)
	require.NoError(t, err)
	require.Equal(t, record, got)
}

func TestD18_ARecordThatIsNotWhatWasWrittenIsRefused(t *testing.T) {
	r := records{t.TempDir()}
	spec := corechain.Spec{Function: corechain.SHA256, Interval: 1}
	record, err := corechain.Compute(spec, corechain.Challenge{Seed: [32]byte{1}, Operator: testOperator, Window: 9}, []uint64{5, 3})
	require.NoError(t, err)
	require.NoError(t, r.write(record))
	path := r.name(9, record.Challenge.Seed)
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	for name, bad := range map[string][]byte{
		"empty": nil, "cut": good[:len(good)-1], "longer": append(append([]byte{}, good...), 0),
		"a wrong bit":    append(append([]byte{}, good[:len(good)-40]...), append([]byte{good[len(good)-40] ^ 1}, good[len(good)-39:]...)...),
		"a great number": append(append([]byte{}, good[:len(recordMagic)+24+32]...), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
	} {
		require.NoError(t, os.WriteFile(path, bad, 0o600))
		_, err := r.read(spec, record.Challenge)
		require.ErrorIs(t, err, errDamaged, name)
	}
	require.NoError(t, os.WriteFile(path, good, 0o600))
	_, err = r.read(corechain.Spec{Function: corechain.SHA256, Interval: 2}, record.Challenge)
	require.ErrorIs(t, err, errDamaged, "another interval")
}
