// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package beacon carries a proposer's contribution into its block: the envelope that holds
// it, the proposal handlers that put it in and check it, the pre-blocker that feeds it to the
// keeper, the runner that keeps it away from the transaction machinery, and the key file.
//
// It is not responsible for seeds and keys in state: that is x/por/keeper.
package beacon
