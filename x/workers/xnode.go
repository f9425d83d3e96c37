// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"fmt"

	"cosmossdk.io/core/address"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// InstanceLength is the length of the id of a daemon's run, in bytes.
	InstanceLength = 8
	// MaxPastSigners bounds Xnode.past_signers; beyond it the oldest is forgotten.
	MaxPastSigners = 16
	// MaxSubjectLength bounds Allocation.subject, in bytes.
	MaxSubjectLength = 128
	// MaxEvidenceLength bounds the id of what showed a capacity, in bytes.
	MaxEvidenceLength = 128
)

// IsRetired says whether only the history of the Xnode is left.
func (x Xnode) IsRetired() bool { return x.Status == XNODE_STATUS_RETIRED }

// TakesWork says whether new work may be given to it.
func (x Xnode) TakesWork() bool { return x.Status == XNODE_STATUS_ACTIVE && x.Online }

// Capacity is what counts of an Xnode: of everything that is claimed, as much as
// is verified. It is what is matched, weighed and paid.
func (x Xnode) Capacity() Resources { return x.Card.Claimed.Min(x.Verified) }

// Free is the capacity that is not allocated; zero of whatever more is allocated
// of than is still verified. What is allocated then goes on.
func (x Xnode) Free() Resources { return x.Capacity().Without(x.Allocated) }

// CanTake says whether it takes work and has that much free.
func (x Xnode) CanTake(need Resources) bool { return x.TakesWork() && x.Free().Fits(need) }

// IsFresh says whether it was heard less than timeout blocks before height.
func (x Xnode) IsFresh(height, timeout int64) bool {
	return x.LastHeartbeat > 0 && height-x.LastHeartbeat < timeout
}

// Weight is what an Xnode with an eligible bond is drawn with: units of free
// bond times free cores, both capped. It is 0 for one that takes no work.
func (x Xnode) Weight(freeBond math.Int, p Params) uint64 {
	if !x.TakesWork() || freeBond.IsNil() || !freeBond.IsPositive() {
		return 0
	}
	units := p.MaxBondUnits
	if n := freeBond.Quo(p.WeightUnit); n.IsUint64() {
		units = min(units, n.Uint64())
	}
	return units * min(x.Free().CpuMillis/MillisPerCore, p.MaxCores)
}

// Beat records a heartbeat. It refuses one of the instance that was replaced
// (ErrInstanceReplaced) and one too soon after the last (ErrTooSoon).
// The instance changes to the newest; replaced says that the one before was fresh.
func (x *Xnode) Beat(height int64, instance []byte, p Params) (replaced bool, err error) {
	if err := ValidateInstance(instance); err != nil {
		return false, err
	}
	if string(instance) == string(x.ReplacedInstance) {
		return false, errorsmod.Wrapf(ErrInstanceReplaced, "instance %x, now %x", instance, x.Instance)
	}
	if x.LastHeartbeat > 0 && height-x.LastHeartbeat < p.MinHeartbeatInterval {
		return false, errorsmod.Wrapf(ErrTooSoon, "heartbeat at height %d, next one from height %d",
			x.LastHeartbeat, x.LastHeartbeat+p.MinHeartbeatInterval)
	}
	if len(x.Instance) > 0 && string(instance) != string(x.Instance) {
		replaced = x.IsFresh(height, p.HeartbeatTimeout)
		x.ReplacedInstance = x.Instance
	}
	x.Instance = instance
	x.LastHeartbeat = height
	return replaced, nil
}

// Retire empties the record down to its history.
func (x *Xnode) Retire(height int64) {
	x.Status, x.RetiredHeight = XNODE_STATUS_RETIRED, height
	x.Card, x.Allocated, x.Verified = emptyCard(), Resources{}, Resources{}
	x.Slot, x.RewardWeight, x.ReclaimHeight = 0, 0, 0
	x.ForgetDaemon()
	x.Version++
}

// ForgetDaemon makes the Xnode one of which no heartbeat was heard.
func (x *Xnode) ForgetDaemon() {
	x.Online, x.Instance, x.ReplacedInstance, x.LastHeartbeat, x.Deadline = false, nil, nil, 0, 0
}

// SetSigner makes another account the signer. It returns the past signer that
// is forgotten to keep their number bounded, or "".
func (x *Xnode) SetSigner(signer string, pubKey []byte) (forgotten string) {
	past := make([]string, 0, len(x.PastSigners)+1)
	for _, s := range x.PastSigners {
		if s != signer {
			past = append(past, s)
		}
	}
	if x.Signer != "" && x.Signer != signer {
		past = append(past, x.Signer)
	}
	if len(past) > MaxPastSigners {
		forgotten, past = past[0], past[1:]
	}
	x.PastSigners, x.Signer, x.SignerPubKey = past, signer, pubKey
	return forgotten
}

// ValidateEvidence refuses an empty, long or unprintable id (ErrInvalidEvidence).
func ValidateEvidence(evidence string) error {
	if evidence == "" || !isPrintable(evidence, MaxEvidenceLength) {
		return errorsmod.Wrapf(ErrInvalidEvidence, "%.32q", evidence)
	}
	return nil
}

// ValidateInstance refuses what is not 8 bytes, or all zero (ErrInvalidInstance).
func ValidateInstance(instance []byte) error {
	if len(instance) != InstanceLength || string(instance) == string(make([]byte, InstanceLength)) {
		return errorsmod.Wrapf(ErrInvalidInstance, "%d bytes: %.16x", len(instance), instance)
	}
	return nil
}

// ValidateSubject refuses an empty, long or unprintable subject (ErrInvalidSubject).
func ValidateSubject(subject string) error {
	if subject == "" || !isPrintable(subject, MaxSubjectLength) {
		return errorsmod.Wrapf(ErrInvalidSubject, "%.32q", subject)
	}
	return nil
}

// Validate checks a stored Xnode: every field, and that they agree (ErrInvalidGenesis).
func (x Xnode) Validate(ac address.Codec) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: Xnode of %.128q: "+format, append([]any{ErrInvalidGenesis, x.Operator}, args...)...)
	}
	if err := x.validateIdentity(ac); err != nil {
		return bad("%w", err)
	}
	if x.RegisteredHeight < 0 || x.UpdatedHeight < x.RegisteredHeight || x.RetiredHeight < 0 ||
		x.LastHeartbeat < 0 || x.ReclaimHeight < 0 {
		return bad("heights must not be negative or out of order")
	}
	if x.Registrations == 0 || x.Version == 0 {
		return bad("registrations and version count from 1")
	}
	if x.Rating > MaxRating {
		return bad("a rating of %d", x.Rating)
	}
	if err := x.validateLiveness(); err != nil {
		return bad("%w", err)
	}
	if x.IsRetired() {
		if !x.Card.isEmpty() || x.Allocated != (Resources{}) || x.Verified != (Resources{}) || x.RewardWeight != 0 ||
			x.ReclaimHeight != 0 || x.Slot != 0 || len(x.Instance) != 0 || x.RetiredHeight < x.RegisteredHeight {
			return bad("retired, but not empty")
		}
		return nil
	}
	if x.Status != XNODE_STATUS_ACTIVE && x.Status != XNODE_STATUS_DRAINING {
		return bad("unknown status %d", x.Status)
	}
	if x.RetiredHeight > x.RegisteredHeight || (x.RetiredHeight > 0 && x.Registrations == 1) {
		return bad("retired_height %d without a later registration", x.RetiredHeight)
	}
	peerID, err := PeerID(x.SignerPubKey)
	if err != nil {
		return bad("%w", err)
	}
	if err := x.Card.Validate(peerID); err != nil {
		return bad("%w", err)
	}
	if err := x.Verified.Validate(); err != nil {
		return bad("verified: %w", err)
	}
	if x.Allocated.GpuClass != "" {
		return bad("the sum of allocations has no GPU class")
	}
	if !x.Card.Claimed.Fits(x.Allocated) {
		return bad("more is allocated than claimed")
	}
	return nil
}

func (x Xnode) validateIdentity(ac address.Codec) error {
	operator, err := ac.StringToBytes(x.Operator)
	if err != nil {
		return errorsmod.Wrap(err, "operator")
	}
	signer, err := SignerAddress(x.SignerPubKey)
	if err != nil {
		return err
	}
	if text, err := ac.BytesToString(signer); err != nil || text != x.Signer {
		return errorsmod.Wrap(ErrInvalidSigner, "signer is not the account of signer_pub_key")
	}
	if signer.Equals(sdk.AccAddress(operator)) {
		return errorsmod.Wrap(ErrInvalidSigner, "operator and signer are the same account")
	}
	if len(x.PastSigners) > MaxPastSigners {
		return errorsmod.Wrap(ErrInvalidSigner, "too many past signers")
	}
	for i, past := range x.PastSigners {
		if _, err := ac.StringToBytes(past); err != nil {
			return errorsmod.Wrap(err, "past signer")
		}
		for _, other := range append([]string{x.Signer}, x.PastSigners[:i]...) {
			if other == past {
				return errorsmod.Wrapf(ErrInvalidSigner, "%s comes twice", past)
			}
		}
	}
	return nil
}

func (x Xnode) validateLiveness() error {
	if (len(x.Instance) == 0) != (x.LastHeartbeat == 0) {
		return errorsmod.Wrap(ErrInvalidInstance, "instance and last_heartbeat come together")
	}
	if len(x.Instance) != 0 {
		if err := ValidateInstance(x.Instance); err != nil {
			return err
		}
	}
	if len(x.ReplacedInstance) != 0 {
		if err := ValidateInstance(x.ReplacedInstance); err != nil {
			return err
		}
		if len(x.Instance) == 0 || string(x.Instance) == string(x.ReplacedInstance) {
			return errorsmod.Wrap(ErrInvalidInstance, "replaced_instance without a newer one")
		}
	}
	if x.Online != (x.Deadline > 0) || x.Deadline < 0 {
		return errorsmod.Wrap(ErrInvalidInstance, "online and deadline come together")
	}
	if x.Online && x.LastHeartbeat == 0 {
		return errorsmod.Wrap(ErrInvalidInstance, "online without a heartbeat")
	}
	return nil
}
