// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package stakingext

import (
	"fmt"

	"cosmossdk.io/math"
)

// backers is what the lists of a genesis state say about pools, and how far the
// lists below them have used that up.
type backers struct {
	// generations by number: that of a pool, or an ended one.
	generations map[uint64]*generation
	// pools by operator.
	pools   map[string]Pool
	batches map[uint64]*batchTally
	// backed operators: with shares in their pool, or a batch.
	backed map[string]bool
	// owed to pools and backers, in 10^-36 of the base unit.
	owed math.Int
}

// generation is what backings are checked against.
type generation struct {
	operator string
	index    math.Int
	missing  math.Int
}

// batchTally is what unbackings are checked against.
type batchTally struct {
	operator string
	missing  math.Int
}

func newBackers() *backers {
	return &backers{
		generations: map[uint64]*generation{},
		pools:       map[string]Pool{},
		batches:     map[uint64]*batchTally{},
		backed:      map[string]bool{},
		owed:        math.ZeroInt(),
	}
}

func (b *backers) isBacked(operator string) bool { return b.backed[operator] }

func (c checker) checkBacking(gs GenesisState) error {
	for _, step := range []func(GenesisState) error{
		c.checkPools, c.checkBackings, c.checkBatches, c.checkUnbackings,
	} {
		if err := step(gs); err != nil {
			return err
		}
	}
	backed, unbacking := math.ZeroInt(), math.ZeroInt()
	for _, p := range gs.Pools {
		backed = backed.Add(p.Tokens)
	}
	for _, b := range gs.UnbackingBatches {
		unbacking = unbacking.Add(b.Tokens)
	}
	if isNegative(gs.Totals.Backed) || !gs.Totals.Backed.Equal(backed) {
		return fmt.Errorf("totals.backed is not the sum of the pools, %s", backed)
	}
	if isNegative(gs.Totals.Unbacking) || !gs.Totals.Unbacking.Equal(unbacking) {
		return fmt.Errorf("totals.unbacking is not the sum of the batches, %s", unbacking)
	}
	return nil
}

func (c checker) checkPools(gs GenesisState) error {
	for _, p := range gs.Pools {
		if err := p.Validate(); err != nil {
			return err
		}
		if c.bonds[p.Operator] == nil {
			return fmt.Errorf("pool is of %q, who has no bond", clip(p.Operator))
		}
		if _, twice := c.pools[p.Operator]; twice {
			return fmt.Errorf("pool of %s is listed twice", p.Operator)
		}
		c.pools[p.Operator] = p
		c.backed[p.Operator] = p.Shares.IsPositive()
		c.owed = c.owed.Add(p.RewardRemainder)
		if err := c.addGeneration(gs, p.Generation, p.Operator, p.RewardIndex, p.Shares); err != nil {
			return err
		}
	}
	for _, g := range gs.EndedGenerations {
		if err := g.Validate(); err != nil {
			return err
		}
		if err := c.addGeneration(gs, g.Generation, g.Operator, g.RewardIndex, g.Shares); err != nil {
			return err
		}
	}
	return nil
}

func (c checker) addGeneration(gs GenesisState, number uint64, operator string, index, shares math.Int) error {
	if number >= gs.NextGeneration || c.generations[number] != nil {
		return fmt.Errorf("generation %d is used twice or not below next_generation", number)
	}
	c.generations[number] = &generation{operator: operator, index: index, missing: shares}
	return c.checkOperator(operator)
}

func (c checker) checkBackings(gs GenesisState) error {
	seen := make(map[[2]string]bool, len(gs.Backings))
	for _, b := range gs.Backings {
		if err := b.Validate(); err != nil {
			return err
		}
		if err := c.checkOperator(b.Backer); err != nil {
			return err
		}
		key := [2]string{b.Operator, b.Backer}
		g := c.generations[b.Generation]
		switch {
		case seen[key]:
			return fmt.Errorf("backing of %s by %s is listed twice", b.Operator, b.Backer)
		case g == nil || g.operator != b.Operator:
			return fmt.Errorf("backing of %q by %s: generation %d is not of that pool", clip(b.Operator), b.Backer, b.Generation)
		case b.RewardIndex.GT(g.index):
			return fmt.Errorf("backing of %s by %s: reward_index is ahead of the pool's", b.Operator, b.Backer)
		}
		seen[key] = true
		g.missing = g.missing.Sub(b.Shares)
		c.owed = c.owed.Add(b.RewardAccrued).Add(earned(b.Shares, b.RewardIndex, g.index))
	}
	for _, p := range gs.Pools {
		if g := c.generations[p.Generation]; !g.missing.IsZero() {
			return fmt.Errorf("pool of %s: shares are not the sum of its backings", p.Operator)
		}
	}
	for _, e := range gs.EndedGenerations {
		if g := c.generations[e.Generation]; !g.missing.IsZero() {
			return fmt.Errorf("ended generation %d: shares are not the sum of its backings", e.Generation)
		}
	}
	return nil
}

func (c checker) checkBatches(gs GenesisState) error {
	for _, b := range gs.UnbackingBatches {
		if err := b.Validate(); err != nil {
			return err
		}
		if c.bonds[b.Operator] == nil {
			return fmt.Errorf("batch %d is of %q, who has no bond", b.Id, clip(b.Operator))
		}
		if c.batches[b.Id] != nil || b.Id >= gs.NextBatchId {
			return fmt.Errorf("batch id %d is used twice or not below next_batch_id", b.Id)
		}
		if b.Cursor != "" {
			if err := c.checkOperator(b.Cursor); err != nil {
				return err
			}
		}
		c.batches[b.Id] = &batchTally{operator: b.Operator, missing: b.Shares}
		c.backed[b.Operator] = true
	}
	return nil
}

func (c checker) checkUnbackings(gs GenesisState) error {
	type key struct {
		batch  uint64
		backer string
	}
	seen := make(map[key]bool, len(gs.Unbackings))
	for _, u := range gs.Unbackings {
		if err := c.checkOperator(u.Backer); err != nil {
			return err
		}
		batch := c.batches[u.BatchId]
		switch {
		case batch == nil || batch.operator != u.Operator:
			return fmt.Errorf("unbacking by %s: operator %q has no batch %d", u.Backer, clip(u.Operator), u.BatchId)
		case isNegative(u.Shares) || u.Shares.IsZero():
			return fmt.Errorf("unbacking of batch %d by %s: shares are not positive", u.BatchId, u.Backer)
		case seen[key{u.BatchId, u.Backer}]:
			return fmt.Errorf("unbacking of batch %d by %s is listed twice", u.BatchId, u.Backer)
		}
		seen[key{u.BatchId, u.Backer}] = true
		batch.missing = batch.missing.Sub(u.Shares)
	}
	for _, b := range gs.UnbackingBatches {
		if !c.batches[b.Id].missing.IsZero() {
			return fmt.Errorf("batch %d: shares are not the sum of its unbackings", b.Id)
		}
	}
	return nil
}

// checkRewards holds what came in as rewards to exactly what is owed to
// operators, to backers and to the remainders.
func (c checker) checkRewards(gs GenesisState) error {
	if err := gs.RewardState.Validate(); err != nil {
		return err
	}
	weight, owed := math.ZeroInt(), gs.RewardState.Remainder.Add(c.owed)
	seen := make(map[string]bool, len(gs.RewardRecords))
	for _, r := range gs.RewardRecords {
		if err := r.Validate(); err != nil {
			return err
		}
		if err := c.checkOperator(r.Operator); err != nil {
			return err
		}
		bond := c.bonds[r.Operator]
		switch {
		case seen[r.Operator]:
			return fmt.Errorf("reward record of %s is listed twice", r.Operator)
		case r.Index.GT(gs.RewardState.Index):
			return fmt.Errorf("reward record of %s: index is ahead of the state's", r.Operator)
		case bond == nil && (r.Counted != 0 || r.Own.IsPositive()):
			return fmt.Errorf("reward record of %s earns without a bond", r.Operator)
		case bond != nil && !bond.bond.Amount.Equal(r.Own):
			return fmt.Errorf("reward record of %s: own is not its bond", r.Operator)
		case r.Backing.IsPositive() && (c.pools[r.Operator].Tokens.IsNil() || r.Backing.GT(c.pools[r.Operator].Tokens)):
			return fmt.Errorf("reward record of %s: backing is more than its pool has", r.Operator)
		}
		seen[r.Operator] = true
		counted := math.NewIntFromUint64(r.Counted)
		weight = weight.Add(counted)
		owed = owed.Add(r.Accrued).Add(earned(counted, r.Index, gs.RewardState.Index))
	}
	if !gs.RewardState.TotalWeight.Equal(weight) {
		return fmt.Errorf("reward_state.total_weight is not the sum of the records, %s", weight)
	}
	if isNegative(gs.Totals.Rewards) || !gs.Totals.Rewards.Mul(RewardScale()).Equal(owed) {
		return fmt.Errorf("totals.rewards is not what is owed, %s of 10^-36 of the base unit", owed)
	}
	return nil
}
