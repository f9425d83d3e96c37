// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/workers"
)

const (
	// seedPollBlocks is how long a replica waits before it asks for its seed again.
	seedPollBlocks = 2
	// placeCandidates is how many Xnodes are drawn for one replica: the first that
	// has room for one more replica takes it.
	placeCandidates = 3

	noMatch = "no Xnode matched: see explain-placement"
)

// place is the turn of a replica without a place: what it depends on is fixed
// first; once the beacon has gone on, its place is drawn.
func (k *Keeper) place(ctx context.Context, params workers.Params, r workers.Replica) error {
	s, err := k.Service(ctx, r.ServiceId)
	if err != nil {
		return err
	}
	if !s.IsActive() {
		return k.forget(ctx, params, r)
	}
	now := height(ctx)
	if r.LockHeight == 0 || r.LockHeight < s.PlacementHeight {
		r.LockHeight, r.Deadline = now, now+seedPollBlocks
		return k.put(ctx, r)
	}
	seed, ready, err := k.drawSeed(ctx, r.LockHeight)
	if err != nil { // the lock is too old
		r.LockHeight = now
	}
	if err != nil || !ready {
		r.Deadline = now + seedPollBlocks
		return k.put(ctx, r)
	}
	x, found, err := k.drawPlace(ctx, params, s, r, r.DrawSeed(seed))
	if err != nil {
		return err
	}
	if !found {
		r.Misses = min(r.Misses+1, 1_000)
		r.LastCause, r.LastError, r.Avoid, r.LockHeight = workers.REPLICA_CAUSE_NO_MATCH, noMatch, nil, 0
		r.Deadline = now + params.Backoff(r.Misses)
		return k.put(ctx, r)
	}
	operator, err := k.address(x.Operator)
	if err != nil {
		return err
	}
	if err := k.Allocate(ctx, operator, r.Subject(), s.Spec.Resources, 0); err != nil {
		return err
	}
	enter(ctx, &r, workers.REPLICA_STATE_PLACED, now+params.StartTimeout)
	r.Operator, r.Region, r.Misses, r.ReportedHeight = x.Operator, x.Card.Region, 0, 0
	r.Version, r.PlacedVersion = s.Version, s.PlacementVersion
	return k.put(ctx, r)
}

func (k *Keeper) drawSeed(ctx context.Context, lock int64) ([]byte, bool, error) {
	if k.seeds == nil {
		return nil, false, nil
	}
	return k.seeds.DrawSeed(ctx, lock)
}

// drawPlace draws an Xnode for a replica: none that has one of the service, or on
// which this one came to nothing lately.
func (k *Keeper) drawPlace(
	ctx context.Context, params workers.Params, s workers.Service, r workers.Replica, seed []byte,
) (x workers.Xnode, found bool, err error) {
	taken, exclude, err := k.neighbours(ctx, r)
	if err != nil {
		return x, false, err
	}
	candidates, err := k.candidates(ctx, s, seed, s.Spec.Need(taken), exclude)
	if err != nil {
		return x, false, err
	}
	for _, x := range candidates {
		operator, err := k.address(x.Operator)
		if err != nil {
			return x, false, err
		}
		hosted, err := k.hostedOn(ctx, operator, int(params.MaxReplicasPerXnode))
		if err != nil {
			return x, false, err
		}
		if len(hosted) < int(params.MaxReplicasPerXnode) {
			return x, true, nil
		}
	}
	return x, false, nil
}

// neighbours lists the regions that the other replicas of a service take, and the
// operators that are no place for this one.
func (k *Keeper) neighbours(ctx context.Context, r workers.Replica) (taken []string, exclude []sdk.AccAddress, err error) {
	rs, err := k.replicasOf(ctx, r.ServiceId)
	if err != nil {
		return nil, nil, err
	}
	operators := slices.Clone(r.Avoid)
	for _, other := range rs {
		if !other.Holds() {
			continue
		}
		operators = append(operators, other.Operator)
		if other.Counts() {
			taken = append(taken, other.Region)
		}
	}
	slices.Sort(operators)
	for _, text := range slices.Compact(operators) {
		operator, err := k.address(text)
		if err != nil {
			return nil, nil, err
		}
		exclude = append(exclude, operator)
	}
	return taken, exclude, nil
}

// candidates draws among all Xnodes, or orders those that the service names.
func (k *Keeper) candidates(
	ctx context.Context, s workers.Service, seed []byte, need workers.Need, exclude []sdk.AccAddress,
) ([]workers.Xnode, error) {
	pinned := slices.Clone(s.Spec.Constraints.Operators)
	if len(pinned) == 0 {
		return k.DrawXnodes(ctx, seed, placeCandidates, need, exclude)
	}
	stream := workers.NewDrawStream(seed)
	for i := len(pinned) - 1; i > 0; i-- {
		j := stream.Below(uint64(i) + 1)
		pinned[i], pinned[j] = pinned[j], pinned[i]
	}
	var xs []workers.Xnode
	for _, text := range pinned {
		operator, err := k.address(text)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(exclude, func(e sdk.AccAddress) bool { return e.Equals(operator) }) {
			continue
		}
		x, found, err := k.stored(ctx, operator)
		if err != nil {
			return nil, err
		}
		if !found || !x.Meets(need) || isFull(need, x.Card.Region) {
			continue
		}
		eligible, err := k.bonds.Eligible(ctx, operator)
		if err != nil {
			return nil, err
		}
		if eligible {
			xs = append(xs, x)
		}
	}
	return xs, nil
}

// isFull says whether a region has all the seats that it may have.
func isFull(need workers.Need, region string) bool {
	n := uint32(0)
	for _, taken := range need.Taken {
		if taken == region {
			n++
		}
	}
	return need.MaxPerRegion > 0 && n >= need.MaxPerRegion
}

// reportable returns a replica that the signer's Xnode has, to say something of it.
func (k *Keeper) reportable(ctx context.Context, params workers.Params, signer sdk.AccAddress, service, index uint64) (workers.Replica, error) {
	_, x, err := k.bySigner(ctx, signer)
	if err != nil {
		return workers.Replica{}, err
	}
	r, err := k.replica(ctx, service, index)
	if err != nil {
		return r, err
	}
	if r.Operator != x.Operator {
		return r, workers.ErrNotYourReplica.Wrapf("replica %d of service %d is on %q", index, service, r.Operator)
	}
	if !x.Online {
		return r, workers.ErrInvalidStatus.Wrap("the Xnode is offline: send a heartbeat first")
	}
	if now := height(ctx); r.ReportedHeight > 0 && now-r.ReportedHeight < params.MinReportInterval {
		return r, workers.ErrTooSoon.Wrapf("reported at height %d, next report from height %d", r.ReportedHeight, r.ReportedHeight+params.MinReportInterval)
	}
	r.ReportedHeight = height(ctx)
	return r, nil
}

// DeclineReplica gives back a replica that does not run yet. The rating stays.
func (k *Keeper) DeclineReplica(ctx context.Context, signer sdk.AccAddress, service, index uint64, reason string) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	r, err := k.reportable(ctx, params, signer, service, index)
	if err != nil {
		return err
	}
	if workers.Reason(reason) != reason {
		return workers.ErrInvalidReason
	}
	if r.State != workers.REPLICA_STATE_PLACED && r.State != workers.REPLICA_STATE_STARTING {
		return workers.ErrReplicaState.Wrapf("%s: only what does not run yet can be declined", r.State)
	}
	return k.await(ctx, params, r, workers.REPLICA_CAUSE_DECLINED, reason, true)
}

// ReportReplica says what became of a replica.
func (k *Keeper) ReportReplica(
	ctx context.Context, signer sdk.AccAddress, service, index uint64, to workers.ReplicaState, version uint64, reason string,
) error {
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	r, err := k.reportable(ctx, params, signer, service, index)
	if err != nil {
		return err
	}
	if workers.Reason(reason) != reason {
		return workers.ErrInvalidReason
	}
	s, err := k.Service(ctx, service)
	if err != nil {
		return err
	}
	if version < r.Version || version > s.Version {
		return workers.ErrVersionMismatch.Wrapf("of service %d: %d is not in %d to %d", service, version, r.Version, s.Version)
	}
	newer := version > r.Version
	r.Version = version
	switch {
	case r.State == workers.REPLICA_STATE_DRAINING:
		if to == workers.REPLICA_STATE_STOPPED || to == workers.REPLICA_STATE_FAILED {
			return k.forget(ctx, params, r)
		}
	case r.State == workers.REPLICA_STATE_LOST: // the chain decides at the end of the block
	case to == workers.REPLICA_STATE_FAILED || to == workers.REPLICA_STATE_STOPPED:
		return k.await(ctx, params, r, workers.REPLICA_CAUSE_FAILED, reason, true)
	case to == workers.REPLICA_STATE_STARTING && r.State == workers.REPLICA_STATE_PLACED:
		enter(ctx, &r, to, height(ctx)+params.StartTimeout)
		return k.put(ctx, r)
	case to == workers.REPLICA_STATE_RUNNING && r.State != workers.REPLICA_STATE_RUNNING:
		return k.runs(ctx, params, r)
	case to == workers.REPLICA_STATE_RUNNING && newer:
		return k.put(ctx, r)
	}
	return workers.ErrReplicaState.Wrapf("from %s to %s", r.State, to)
}

// RunningOf says how many replicas of a service run.
func (k *Keeper) RunningOf(ctx context.Context, service uint64) (n uint32, err error) {
	err = k.Replicas.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint64](service),
		func(_ replicaKey, r workers.Replica) (bool, error) {
			if r.State == workers.REPLICA_STATE_RUNNING {
				n++
			}
			return false, nil
		})
	return n, err
}
