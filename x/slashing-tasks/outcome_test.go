// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package slashingtasks_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

const (
	cidA = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"
	cidB = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
)

// The vectors stand in README.md too: daemons in other languages are held to them.
func TestTheHashesAreThoseOfTheTestVectors(t *testing.T) {
	operator := bytes.Repeat([]byte{0x11}, 20)
	salt := bytes.Repeat([]byte{0x22}, 32)
	seed := bytes.Repeat([]byte{0x33}, 32)
	outcome := slashingtasks.Outcome{Status: slashingtasks.OUTCOME_STATUS_OK, Gas: 12_345, OutputRoot: cidB}
	digest := outcome.Digest()
	commitment := slashingtasks.Commitment("openmesh-1", 7, operator, outcome, salt)
	for _, v := range []struct {
		name string
		got  []byte
		want string
	}{
		{"outcome digest", digest[:], "016637652a0fdf4aa4de8f6380fdd71aa26010fe9240d4858f553a2d275385f8"},
		{"commitment", commitment, "2919a18611c54b922d34bba4cf9ca987370b33e3cbc09d3d1ed3e4f8f0c8633f"},
		{"sign bytes", slashingtasks.CommitSignBytes("openmesh-1", 7, operator, commitment), "6f70656e6d6573682f636f6d6d69742d73746174656d656e742f310000000a6f70656e6d6573682d3100000000000000070000001411111111111111111111111111111111111111112919a18611c54b922d34bba4cf9ca987370b33e3cbc09d3d1ed3e4f8f0c8633f"},
		{"draw seed", slashingtasks.DrawSeed(seed, 7, 1, 0, 0), "2f9b0223748111f1dbfa7ca934e1fef3c0ffe40131b5f4d786b26f8332c073d3"},
	} {
		require.Equal(t, v.want, hex.EncodeToString(v.got), v.name)
	}
	require.False(t, slashingtasks.AuditCoin(seed, 7, 0, 583), "the coin shows 583")
	require.True(t, slashingtasks.AuditCoin(seed, 7, 0, 584))
	fallen := 0
	for id := range uint64(10_000) {
		if slashingtasks.AuditCoin(seed, id, 0, 500) {
			fallen++
		}
	}
	require.InDelta(t, 500, fallen, 100, "five in a hundred")
	require.False(t, slashingtasks.AuditCoin(seed, 7, 0, 0))
	require.True(t, slashingtasks.AuditCoin(seed, 7, 0, 10_000))
}

func TestC16_ACommitmentBindsChainTaskOperatorOutcomeAndSalt(t *testing.T) {
	operator, salt := []byte("operator"), make([]byte, 32)
	outcome := slashingtasks.Outcome{Status: slashingtasks.OUTCOME_STATUS_OK}
	base := slashingtasks.Commitment("a", 1, operator, outcome, salt)
	exit := slashingtasks.Outcome{Status: slashingtasks.OUTCOME_STATUS_EXIT, ExitCode: 1}
	for name, c := range map[string][]byte{
		"chain":    slashingtasks.Commitment("b", 1, operator, outcome, salt),
		"task":     slashingtasks.Commitment("a", 2, operator, outcome, salt),
		"operator": slashingtasks.Commitment("a", 1, []byte("another"), outcome, salt),
		"outcome":  slashingtasks.Commitment("a", 1, operator, exit, salt),
		"salt":     slashingtasks.Commitment("a", 1, operator, outcome, bytes.Repeat([]byte{1}, 32)),
		"lengths":  slashingtasks.Commitment("", 1, append([]byte("a"), operator...), outcome, salt),
	} {
		require.NotEqual(t, base, c, name)
	}
}

func TestAnOutcomeIsWhatAProgramsEndCanBe(t *testing.T) {
	type outcome = slashingtasks.Outcome
	for _, test := range []struct {
		name string
		o    outcome
		ok   bool
	}{
		{"ok without output", outcome{Status: slashingtasks.OUTCOME_STATUS_OK}, true},
		{"ok with output", outcome{Status: slashingtasks.OUTCOME_STATUS_OK, Gas: 1, OutputRoot: cidB}, true},
		{"an exit code", outcome{Status: slashingtasks.OUTCOME_STATUS_EXIT, ExitCode: 3}, true},
		{"an invalid module", outcome{Status: slashingtasks.OUTCOME_STATUS_INVALID_MODULE}, true},
		{"an invalid module that used gas", outcome{Status: slashingtasks.OUTCOME_STATUS_INVALID_MODULE, Gas: 1}, false},
		{"an invalid module with output", outcome{Status: slashingtasks.OUTCOME_STATUS_INVALID_MODULE, OutputRoot: cidB}, false},
		{"no status", outcome{}, false},
		{"an unknown status", outcome{Status: 8}, false},
		{"a negative status", outcome{Status: -1}, false},
		{"exit with code 0 is ok", outcome{Status: slashingtasks.OUTCOME_STATUS_EXIT}, false},
		{"a trap has no exit code", outcome{Status: slashingtasks.OUTCOME_STATUS_TRAP, ExitCode: 1}, false},
		{"a root that is no CID", outcome{Status: slashingtasks.OUTCOME_STATUS_OK, OutputRoot: "root"}, false},
	} {
		err := test.o.Validate()
		if test.ok {
			require.NoError(t, err, test.name)
			continue
		}
		require.ErrorIs(t, err, slashingtasks.ErrInvalidOutcome, test.name)
	}
}

func TestAnOutcomeIsWhatItsProgramCanHaveEndedWith(t *testing.T) {
	type outcome = slashingtasks.Outcome
	p := slashingtasks.Program{GasLimit: 1_000}
	for _, test := range []struct {
		name string
		o    outcome
		ok   bool
	}{
		{"gas below the limit", outcome{Status: slashingtasks.OUTCOME_STATUS_OK, Gas: 999}, true},
		{"gas to the last unit", outcome{Status: slashingtasks.OUTCOME_STATUS_OK, Gas: 1_000}, true},
		{"gas beyond the limit", outcome{Status: slashingtasks.OUTCOME_STATUS_OK, Gas: 1_001}, false},
		{"more gas than there is", outcome{Status: slashingtasks.OUTCOME_STATUS_TRAP, Gas: 1<<64 - 1}, false},
		{"out of gas at the limit", outcome{Status: slashingtasks.OUTCOME_STATUS_OUT_OF_GAS, Gas: 1_000}, true},
		{"out of gas before the limit", outcome{Status: slashingtasks.OUTCOME_STATUS_OUT_OF_GAS, Gas: 999}, false},
		{"out of gas after the limit", outcome{Status: slashingtasks.OUTCOME_STATUS_OUT_OF_GAS, Gas: 1_001}, false},
		{"out of depth", outcome{Status: slashingtasks.OUTCOME_STATUS_OUT_OF_DEPTH, Gas: 500}, true},
		{"out of memory", outcome{Status: slashingtasks.OUTCOME_STATUS_MEMORY_LIMIT, Gas: 500}, true},
		{"an invalid module", outcome{Status: slashingtasks.OUTCOME_STATUS_INVALID_MODULE}, true},
		{"an end that no program has", outcome{Status: slashingtasks.OUTCOME_STATUS_OK, ExitCode: 1}, false},
	} {
		err := test.o.ValidateFor(p)
		if test.ok {
			require.NoError(t, err, test.name)
			continue
		}
		require.ErrorIs(t, err, slashingtasks.ErrInvalidOutcome, test.name)
	}
}
