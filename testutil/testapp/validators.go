// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package testapp

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	cmttypes "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"
)

// validatorSet stands in for consensus: all validators sign every block, and
// propose in turns.
type validatorSet struct {
	members []abci.Validator // by address
	changes map[int64][]abci.ValidatorUpdate
}

func newValidatorSet(tb testing.TB, updates []abci.ValidatorUpdate) *validatorSet {
	s := &validatorSet{changes: make(map[int64][]abci.ValidatorUpdate)}
	s.apply(tb, updates)
	return s
}

// update takes the changes that the block of a height made; consensus follows
// them two blocks later.
func (s *validatorSet) update(tb testing.TB, height int64, updates []abci.ValidatorUpdate) {
	s.changes[height+2] = updates
	s.apply(tb, s.changes[height+1])
	delete(s.changes, height+1)
}

func (s *validatorSet) apply(tb testing.TB, updates []abci.ValidatorUpdate) {
	for _, u := range updates {
		key, err := cryptoenc.PubKeyFromProto(u.PubKey)
		require.NoError(tb, err)
		addr := key.Address()
		s.members = slices.DeleteFunc(s.members, func(v abci.Validator) bool { return bytes.Equal(v.Address, addr) })
		if u.Power > 0 {
			s.members = append(s.members, abci.Validator{Address: addr, Power: u.Power})
		}
	}
	slices.SortFunc(s.members, func(a, b abci.Validator) int { return bytes.Compare(a.Address, b.Address) })
}

// proposer returns the consensus address of the validator whose turn it is.
func (s *validatorSet) proposer(height int64) []byte {
	return s.members[int(height)%len(s.members)].Address
}

// commit is what the block of a height knows of the signatures under the one before.
func (s *validatorSet) commit(height int64) abci.CommitInfo {
	if height == 1 {
		return abci.CommitInfo{}
	}
	var votes []abci.VoteInfo
	for _, v := range s.members {
		votes = append(votes, abci.VoteInfo{Validator: v, BlockIdFlag: cmttypes.BlockIDFlagCommit})
	}
	return abci.CommitInfo{Votes: votes}
}

// hashOf stands in for the hash of a block.
func hashOf(height int64, appHash []byte) []byte {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(bytes.Clone(appHash), uint64(height)))
	return sum[:]
}
