// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	"github.com/openmesh-network/openmesh/x/por"
	stakingext "github.com/openmesh-network/openmesh/x/staking-ext"
)

// concludeSome gives members of a window their verdict, as many as a block may take, in the
// order of operators, and closes the window after the last one.
func (k *Keeper) concludeSome(ctx context.Context, params por.Params, w *por.Window, budget *budget) error {
	members, last, err := k.membersAfter(ctx, w.Class, w.Cursor, int(params.MaxMembersPerBlock))
	if err != nil {
		return err
	}
	for _, operator := range members {
		costly, err := k.costly(ctx, *w, operator)
		if err != nil {
			return err
		}
		if costly && budget.checks == 0 {
			return nil // goes on in the next block
		}
		if costly {
			budget.checks--
		}
		var verdict por.Verdict
		failure := isolate.Run(ctx, func(ctx context.Context) (err error) {
			verdict, err = k.concludeMember(ctx, params, *w, operator)
			return err
		})
		if failure != nil {
			if err := k.tellFailure(ctx, queueConclude, w.Class, w.Number, operator, failure); err != nil {
				return err
			}
			verdict = por.VERDICT_UNKNOWN
		}
		w.Tally.Add(verdict)
		w.Cursor = operator
	}
	if !last {
		return nil
	}
	w.Close(height(ctx), params.FraudBlocks)
	return emit(ctx, &por.EventWindowClosed{Class: w.Class, Window: w.Number, Tally: w.Tally})
}

// membersAfter lists at most limit members of a class that come after one, and says whether
// they are the last.
func (k *Keeper) membersAfter(ctx context.Context, class por.Class, after sdk.AccAddress, limit int) (members []sdk.AccAddress, last bool, err error) {
	rng := collections.NewPrefixedPairRange[uint32, sdk.AccAddress](uint32(class))
	if len(after) > 0 {
		rng = rng.StartExclusive(after)
	}
	iter, err := k.Members.Iterate(ctx, rng)
	if err != nil {
		return nil, false, err
	}
	defer iter.Close()
	for ; iter.Valid(); iter.Next() {
		if len(members) == limit {
			return members, false, nil
		}
		key, err := iter.Key()
		if err != nil {
			return nil, false, err
		}
		members = append(members, key.K2())
	}
	return members, true, nil
}

// concludeMember ends a window for one member.
func (k *Keeper) concludeMember(ctx context.Context, params por.Params, w por.Window, operator sdk.AccAddress) (por.Verdict, error) {
	m, answered, err := k.measurement(ctx, w, operator)
	if err != nil {
		return 0, err
	}
	if answered && m.ConcludedHeight > 0 {
		return m.Verdict, nil
	}
	if !answered {
		capacity, err := k.Capacities.Get(ctx, collections.Join(operator, uint32(w.Class)))
		if err != nil {
			return 0, err
		}
		if capacity.Claimed == 0 || capacity.ClaimedHeight >= w.OpenedHeight {
			return por.VERDICT_UNSPECIFIED, k.setMember(ctx, w.Class, operator, capacity.Claimed > 0)
		}
	}
	finding, err := k.judge(ctx, params, w, operator, m, answered)
	if err != nil {
		return 0, err
	}
	if err := k.conclude(ctx, params, w, operator, finding); err != nil {
		return 0, err
	}
	if finding.Verdict == por.VERDICT_MISMATCH && w.Class.Direct() {
		return finding.Verdict, k.penalise(ctx, params, w, operator, por.KindFalseProof, m.AnsweredHeight, finding.Evidence)
	}
	return finding.Verdict, nil
}

// judge finds out how a window ended for a member.
func (k *Keeper) judge(ctx context.Context, params por.Params, w por.Window, operator sdk.AccAddress, m por.Measurement, answered bool) (por.Finding, error) {
	switch {
	case !w.Class.Direct():
		return k.judgeAttested(ctx, params, w, operator, m)
	case len(w.DrawSeed) == 0: // the beacon stood still
		return por.Finding{Verdict: por.VERDICT_UNKNOWN}, nil
	case !answered:
		return k.silent(ctx, w, operator)
	case w.Class == por.CLASS_STORAGE:
		return k.judgeStorage(ctx, w, operator, m)
	default:
		return k.judgeCpu(ctx, params, w, operator, m)
	}
}

// silent is the finding about a member that did not answer: it missed the window if it was
// online when that opened.
func (k *Keeper) silent(ctx context.Context, w por.Window, operator sdk.AccAddress) (por.Finding, error) {
	online, err := k.wasOnline(ctx, w, operator)
	if err != nil {
		return por.Finding{}, err
	}
	if online {
		return por.Finding{Verdict: por.VERDICT_MISSED}, nil
	}
	return por.Finding{Verdict: por.VERDICT_ABSENT}, nil
}

// conclude is how every measurement ends: it writes the verdict, moves score and capacity, and
// tells x/workers what counts now. It reports no fault: penalise does.
func (k *Keeper) conclude(ctx context.Context, params por.Params, w por.Window, operator sdk.AccAddress, f por.Finding) error {
	key := collections.Join(operator, uint32(w.Class))
	capacity, err := k.Capacities.Get(ctx, key)
	if err != nil {
		return err
	}
	m, found, err := k.measurement(ctx, w, operator)
	if err != nil {
		return err
	}
	if !found {
		m = por.Measurement{Class: w.Class, Window: w.Number, Operator: capacity.Operator, Claimed: capacity.Claimed}
	}
	if len(f.Evidence) == 0 {
		f.Evidence = por.Evidence(w.Class, w.Number, operator, []byte{byte(f.Verdict)})
	}
	m.Conclude(height(ctx), f)
	if f.Verdict != por.VERDICT_ABSENT { // nothing happened: no record of it
		if err := k.setMeasurement(ctx, operator, m); err != nil {
			return err
		}
	}
	before := capacity.Verified
	capacity.Conclude(w, height(ctx), f)
	if err := k.Capacities.Set(ctx, key, capacity); err != nil {
		return err
	}
	if err := k.setMember(ctx, w.Class, operator, capacity.Claimed > 0); err != nil {
		return err
	}
	mode := params.Mode(w.Class)
	err = emit(ctx, &por.EventMeasured{
		Class: w.Class, Window: w.Number, Operator: capacity.Operator, Verdict: f.Verdict, Value: f.Value,
		Verified: capacity.Verified, VerifiedBefore: before, Score: capacity.Score, Evidence: f.Evidence, Mode: mode,
	})
	if err != nil || mode != por.MODE_ENFORCED || capacity.Verified == before {
		return err
	}
	return k.tell(ctx, params, operator, por.EvidenceID(w.Class, w.Number, f.Evidence))
}

// penalise reports a fault to x/staking-ext on the track of wrong data, where proofs of the
// class were enforced when the window opened and still are. at is the height of the infraction.
// What x/staking-ext refuses, because there is no bond any more or the fault is known, is told
// by an event and changes nothing here.
func (k *Keeper) penalise(
	ctx context.Context, params por.Params, w por.Window, operator sdk.AccAddress, kind string, at int64, evidence []byte,
) error {
	if w.Terms.Mode != por.MODE_ENFORCED || params.Mode(w.Class) != por.MODE_ENFORCED {
		return nil
	}
	return k.report(ctx, w.Class, w.Number, operator, stakingext.Fault{
		Subject: por.Subject(w.Class, w.Number), Kind: kind, Track: stakingext.TrackWrongData, Height: at,
	}, evidence)
}

// costly says whether judging a member takes one of the block's checks.
func (k *Keeper) costly(ctx context.Context, w por.Window, operator sdk.AccAddress) (bool, error) {
	if w.Class != por.CLASS_STORAGE {
		return false, nil
	}
	m, found, err := k.measurement(ctx, w, operator)
	return found && m.ConcludedHeight == 0, err
}

// capacity returns what is known of a class, if there is anything.
func (k *Keeper) capacity(ctx context.Context, operator sdk.AccAddress, class por.Class) (por.Capacity, bool, error) {
	c, err := k.Capacities.Get(ctx, collections.Join(operator, uint32(class)))
	if errors.Is(err, collections.ErrNotFound) {
		return c, false, nil
	}
	return c, err == nil, err
}
