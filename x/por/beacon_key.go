// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"bytes"

	"cosmossdk.io/core/address"
	"cosmossdk.io/errors"
)

// KeyAt returns the key in force at height, which must not lie before the last change; nil if
// there is none. A pending change counts from its height on, whether it has been settled or not.
func (k BeaconKey) KeyAt(height int64) []byte {
	if k.due(height) {
		return k.Pending.PubKey
	}
	if height < k.ActiveFrom {
		return nil
	}
	return k.PubKey
}

// Settle puts a change that is due at height in force. A record that ends up with neither key
// nor change is empty and need not be kept.
func (k BeaconKey) Settle(height int64) (settled BeaconKey, changed bool) {
	if !k.due(height) {
		return k, false
	}
	settled = BeaconKey{Operator: k.Operator, PubKey: k.Pending.PubKey, ActiveFrom: k.Pending.Height}
	return settled, true
}

// Empty says that there is neither a key nor a change to come.
func (k BeaconKey) Empty() bool {
	return len(k.PubKey) == 0 && k.Pending == nil
}

// Announce makes pubKey the key from height on; an empty one deactivates. Until then nothing
// can be announced again: a change that could be taken back at the last moment would let a
// validator choose whether to contribute after it has seen the seed.
func (k BeaconKey) Announce(pubKey []byte, height int64) (BeaconKey, error) {
	switch {
	case k.Pending != nil:
		return k, errors.Wrapf(ErrChangePending, "at height %d", k.Pending.Height)
	case len(pubKey) == 0 && len(k.PubKey) == 0:
		return k, errors.Wrap(ErrNoBeaconKey, k.Operator)
	case bytes.Equal(pubKey, k.PubKey):
		return k, errors.Wrapf(ErrKeyUnchanged, "%X", pubKey)
	}
	k.Pending = &PendingKey{PubKey: pubKey, Height: height}
	return k, nil
}

// Validate checks the record.
func (k BeaconKey) Validate(validators address.Codec) error {
	if err := canonical(validators, k.Operator); err != nil {
		return err
	}
	if k.Empty() {
		return errors.Wrapf(ErrInvalidKey, "%s has neither a key nor a change to come", k.Operator)
	}
	if k.ActiveFrom < 0 {
		return errors.Wrapf(ErrInvalidHeight, "key of %s active from %d", k.Operator, k.ActiveFrom)
	}
	if len(k.PubKey) > 0 {
		if err := ValidatePubKey(k.PubKey); err != nil {
			return errors.Wrap(err, k.Operator)
		}
	}
	if k.Pending == nil {
		return nil
	}
	if k.Pending.Height <= k.ActiveFrom {
		return errors.Wrapf(ErrInvalidHeight, "change of %s at %d, key active from %d", k.Operator, k.Pending.Height, k.ActiveFrom)
	}
	if len(k.Pending.PubKey) > 0 {
		if err := ValidatePubKey(k.Pending.PubKey); err != nil {
			return errors.Wrap(err, k.Operator)
		}
	}
	if bytes.Equal(k.Pending.PubKey, k.PubKey) {
		return errors.Wrap(ErrKeyUnchanged, k.Operator)
	}
	return nil
}

func (k BeaconKey) due(height int64) bool {
	return k.Pending != nil && height >= k.Pending.Height
}
