// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keeper

import (
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/internal/isolate"
	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/workers"
)

const (
	// maxDrawRounds bounds how often verifiers are drawn anew for those that had to be passed over.
	maxDrawRounds = 4
	// drawSpare is how many more are drawn in a round than there are seats to fill.
	drawSpare = 4
)

// Committee returns who measures a subject in a window (ErrNoCommittee).
func (k *Keeper) Committee(ctx context.Context, class por.Class, window uint64, subject sdk.AccAddress) (por.Committee, error) {
	c, err := k.Committees.Get(ctx, memberKey(class, window, subject))
	if errors.Is(err, collections.ErrNotFound) {
		return c, errorsmod.Wrapf(por.ErrNoCommittee, "%s, window %d, subject %s", class, window, subject)
	}
	return c, err
}

// DrawCommittees draws the committees of at most max_committees_per_block members, in the order of
// classes, windows and operators. It runs at the beginning of a block and only where the block's
// seed is fresh: what is drawn from was settled by the block before, so that nobody who knew the
// seed could still change it. A member for whom no committee can be drawn stays without one.
func (k *Keeper) DrawCommittees(ctx context.Context) error {
	seed, err := k.LatestBeacon(ctx)
	if err != nil || !seed.Fresh || seed.Height != height(ctx) {
		return ignore(err, por.ErrSeedNotFound)
	}
	params, err := k.Params.Get(ctx)
	if err != nil {
		return err
	}
	for left := int(params.MaxCommitteesPerBlock); left > 0; {
		key, after, err := k.nextDraw(ctx)
		if err != nil || key == nil {
			return err
		}
		class, window := por.Class(key.K1()), key.K2()
		w, err := k.window(ctx, class, window)
		if errors.Is(err, por.ErrWindowNotFound) || err == nil && !w.Reveals(height(ctx)) {
			if err := k.DrawCursors.Remove(ctx, *key); err != nil { // too late
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		batch, last, err := k.membersAfter(ctx, class, after, left)
		if err != nil {
			return err
		}
		left -= max(len(batch), 1)
		for _, subject := range batch {
			failure := isolate.Run(ctx, func(ctx context.Context) error {
				return k.drawCommittee(ctx, params, seed.Seed, w, subject)
			})
			if failure == nil {
				continue
			}
			if err := k.tellFailure(ctx, queueDraw, class, window, subject, failure); err != nil {
				return err
			}
		}
		if !last {
			if err := k.DrawCursors.Set(ctx, *key, batch[len(batch)-1]); err != nil {
				return err
			}
			continue
		}
		if err := k.DrawCursors.Remove(ctx, *key); err != nil {
			return err
		}
		if err := emit(ctx, &por.EventCommitteesDrawn{Class: class, Window: window}); err != nil {
			return err
		}
	}
	return nil
}

// nextDraw returns the first window with committees to draw, and after whom; nil if there is none.
func (k *Keeper) nextDraw(ctx context.Context) (*collections.Pair[uint32, uint64], sdk.AccAddress, error) {
	it, err := k.DrawCursors.Iterate(ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	defer it.Close()
	if !it.Valid() {
		return nil, nil, nil
	}
	entry, err := it.KeyValue()
	return &entry.Key, entry.Value, err
}

// drawCommittee draws and seats one committee. One that judges a disputed verdict is larger, and has
// those who gave it only where there are too few others.
func (k *Keeper) drawCommittee(
	ctx context.Context, params por.Params, seed []byte, w por.Window, subject sdk.AccAddress,
) error {
	class, window := w.Class, w.Number
	claim, _, err := k.capacity(ctx, subject, class)
	if err != nil || claim.Claimed == 0 || claim.ClaimedHeight >= w.OpenedHeight {
		return err // the window does not concern it
	}
	x, err := k.workers.Xnode(ctx, subject)
	if err != nil {
		return err
	}
	charge, err := k.appealOf(ctx, class, window, subject)
	if err != nil {
		return err
	}
	d := drawing{k: k, params: params, seed: seed, class: class, window: window, subject: subject}
	size, least := params.CommitteeSizeOf(class), int(params.MinCommitteeSize)
	d.exclude = []sdk.AccAddress{subject}
	if charge != nil {
		size, least = int(params.DisputeCommitteeSize), max(least, len(charge.Seated)+1)
		for _, text := range charge.Seated {
			operator, err := k.account(text)
			if err != nil {
				return err
			}
			d.exclude = append(d.exclude, operator)
		}
	}
	if err := d.fill(ctx, size); err != nil {
		return err
	}
	if charge != nil && len(d.seats) < size {
		d.exclude = append([]sdk.AccAddress{subject}, d.taken...)
		if err := d.fill(ctx, size); err != nil {
			return err
		}
	}
	if len(d.seats) < least {
		return emit(ctx, &por.EventCommitteeMissing{
			Class: class, Window: window, Subject: x.Operator, Found: uint32(len(d.seats)), Least: uint32(least),
		})
	}
	c := por.Committee{
		Class: class, Window: window, Subject: x.Operator, SubjectKey: x.SignerPubKey,
		Seats: d.seats, DrawnHeight: height(ctx), Appeal: charge != nil,
	}
	if err := k.seat(ctx, c, subject, d.taken); err != nil {
		return err
	}
	if charge != nil {
		charge.AppealWindow = window
		if err := k.Charges.Set(ctx, chargeKey(class, subject), *charge); err != nil {
			return err
		}
	}
	return emit(ctx, &por.EventCommitteeDrawn{Class: class, Window: window, Subject: c.Subject, Verifiers: c.Verifiers(), Appeal: c.Appeal})
}

// seat stores a committee and the duties of its members.
func (k *Keeper) seat(ctx context.Context, c por.Committee, subject sdk.AccAddress, verifiers []sdk.AccAddress) error {
	for _, verifier := range verifiers {
		if err := k.Duties.Set(ctx, collections.Join4(verifier, uint32(c.Class), c.Window, subject)); err != nil {
			return err
		}
		key := memberKey(c.Class, c.Window, verifier)
		n, err := orZero(k.DutyCounts.Get(ctx, key))
		if err != nil {
			return err
		}
		if err := k.DutyCounts.Set(ctx, key, n+1); err != nil {
			return err
		}
	}
	return k.Committees.Set(ctx, memberKey(c.Class, c.Window, subject), c)
}

// drawing is a committee in the making.
type drawing struct {
	k       *Keeper
	params  por.Params
	seed    []byte
	class   por.Class
	window  uint64
	subject sdk.AccAddress

	round   uint32
	exclude []sdk.AccAddress
	seats   []por.Seat
	taken   []sdk.AccAddress
}

// fill draws until there are size seats, nobody is left, or the rounds are used up.
func (d *drawing) fill(ctx context.Context, size int) error {
	for range maxDrawRounds {
		missing := size - len(d.seats)
		if missing <= 0 {
			return nil
		}
		seed := por.CommitteeSeed(d.seed, d.class, d.window, d.subject, d.round)
		d.round++
		drawn, err := d.k.workers.DrawXnodes(ctx, seed, missing+drawSpare, workers.Need{}, d.exclude)
		if err != nil {
			return err
		}
		for _, x := range drawn {
			operator, err := d.k.account(x.Operator)
			if err != nil {
				return err
			}
			d.exclude = append(d.exclude, operator)
			serves, err := d.serves(ctx, operator)
			if err != nil {
				return err
			}
			if serves && len(d.seats) < size {
				d.seats = append(d.seats, por.Seat{Verifier: x.Operator, PubKey: x.SignerPubKey})
				d.taken = append(d.taken, operator)
			}
		}
		if len(drawn) < missing+drawSpare {
			return nil
		}
	}
	return nil
}

// serves says whether somebody who was drawn can take the seat: with fewer duties than the limit,
// a score that is not too low, and no stake in the subject.
func (d *drawing) serves(ctx context.Context, operator sdk.AccAddress) (bool, error) {
	duties, err := orZero(d.k.DutyCounts.Get(ctx, memberKey(d.class, d.window, operator)))
	if err != nil || duties >= d.params.MaxVerifierDuties {
		return false, err
	}
	if d.params.MinVerifierScoreBps > 0 {
		score, err := d.k.VerifierScore(ctx, operator)
		if err != nil || score.Score < d.params.MinVerifierScoreBps {
			return false, err
		}
	}
	backs, err := d.k.bonds.Backs(ctx, operator, d.subject)
	return !backs, err
}

// dropCommittees forgets the committees of an expired window, and what was proven in it, at most limit
// of either. It says whether some may be left.
func (k *Keeper) dropCommittees(ctx context.Context, w por.Window, limit int) (bool, error) {
	rng := collections.NewSuperPrefixedTripleRange[uint32, uint64, sdk.AccAddress](uint32(w.Class), w.Number)
	sat, err := k.Committees.Iterate(ctx, rng)
	if err != nil {
		return false, err
	}
	committees, err := keysOf(sat, limit)
	if err != nil {
		return false, err
	}
	for _, key := range committees {
		if err := k.dropCommittee(ctx, w.Class, w.Number, key.K3()); err != nil {
			return false, err
		}
	}
	shown, err := k.Frauds.Iterate(ctx, rng)
	if err != nil {
		return false, err
	}
	frauds, err := keysOf(shown, limit)
	if err != nil {
		return false, err
	}
	for _, key := range frauds {
		if err := k.Frauds.Remove(ctx, key); err != nil {
			return false, err
		}
	}
	return len(committees) == limit || len(frauds) == limit, nil
}

// keyIterator is what collections of all kinds give to walk their keys.
type keyIterator[K any] interface {
	Valid() bool
	Next()
	Key() (K, error)
	Close() error
}

// keysOf lists at most limit keys and closes the iterator.
func keysOf[K any](it keyIterator[K], limit int) ([]K, error) {
	defer it.Close()
	var keys []K
	for ; it.Valid() && len(keys) < limit; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// dropCommittee forgets the committee of a member whose window is pruned, and its duties.
func (k *Keeper) dropCommittee(ctx context.Context, class por.Class, window uint64, subject sdk.AccAddress) error {
	key := memberKey(class, window, subject)
	c, err := k.Committees.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := k.closeAudit(ctx, c); err != nil {
		return err
	}
	for i := range c.Seats {
		verifier, err := k.account(c.Seats[i].Verifier)
		if err != nil {
			return err
		}
		if err := k.Duties.Remove(ctx, collections.Join4(verifier, uint32(class), window, subject)); err != nil {
			return err
		}
		if err := k.dropDuty(ctx, memberKey(class, window, verifier)); err != nil {
			return err
		}
	}
	return k.Committees.Remove(ctx, key)
}

func (k *Keeper) dropDuty(ctx context.Context, key placeKey) error {
	n, err := k.DutyCounts.Get(ctx, key)
	if err != nil {
		return err
	}
	if n <= 1 {
		return k.DutyCounts.Remove(ctx, key)
	}
	return k.DutyCounts.Set(ctx, key, n-1)
}

// Sits says whether somebody is the subject, or has a seat or speaks for one.
func (k *Keeper) Sits(ctx context.Context, c por.Committee, sender sdk.AccAddress) (bool, error) {
	known := append(c.Verifiers(), c.Subject)
	text, err := k.accounts.BytesToString(sender)
	if err != nil {
		return false, err
	}
	if slices.Contains(known, text) {
		return true, nil
	}
	operator, err := k.workers.OperatorBySigner(ctx, sender)
	if errors.Is(err, workers.ErrUnknownSigner) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if text, err = k.accounts.BytesToString(operator); err != nil {
		return false, err
	}
	return slices.Contains(known, text), nil
}
