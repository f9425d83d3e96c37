// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package beacon

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// ErrKeyMismatch is returned when a node could not make the contribution that its validator owes.
var ErrKeyMismatch = errors.New("the node cannot contribute to the beacon")

// CheckKeyFile compares the keys that a validating node holds with the one that its validator
// has to use at height, the next block's. Without it every block that the node proposes would
// be rejected. It returns ErrKeyMismatch with the way out, and nil for a node that owes
// nothing. Path is the key file's, for the error.
func CheckKeyFile(ctx context.Context, k Keeper, signer *Signer, path string, consAddr sdk.ConsAddress, height int64) error {
	duty, err := k.Duty(ctx, consAddr, height)
	if err != nil {
		return err
	}
	if !duty.Owed() || signer.Has(duty.PubKey) {
		return nil
	}
	held := "there is no key file"
	if keys := signer.PubKeys(); len(keys) > 0 {
		held = fmt.Sprintf("the key file holds %X", keys)
	}
	return fmt.Errorf("%w: validator %s has beacon key %X on chain, but %s (%s); every block it proposes would be rejected. "+
		"Restore the file of that key (mode 0600), or, if it is lost, give up the key with: opend tx por deactivate-beacon-key --from <operator>",
		ErrKeyMismatch, duty.Operator, duty.PubKey, held, path)
}
