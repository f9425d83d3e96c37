// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package mesh

import (
	"context"
	"fmt"
	"time"
)

// pollEvery is the pause between two looks at the same thing.
const pollEvery = 50 * time.Millisecond

// Poll calls check until it is true, fails, or ctx ends. What names the thing
// that is waited for.
func Poll(ctx context.Context, what string, check func() (bool, error)) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		ok, err := check()
		switch {
		case ok:
			return nil
		case err != nil:
			return fmt.Errorf("waiting for %s: %w", what, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		case <-tick.C:
		}
	}
}
