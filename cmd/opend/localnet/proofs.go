// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"fmt"
	"slices"
	"time"

	"github.com/openmesh-network/openmesh/x/por"
)

// What proofs of resources are good for in a network.
const (
	// ProofsEnforced: only what is proven counts. Xnodes are matched after their first windows.
	ProofsEnforced = "enforced"
	// ProofsShadow: everything is measured, claims count.
	ProofsShadow = "shadow"
	// ProofsOff: there are no windows.
	ProofsOff = "off"
)

var proofModes = map[string]por.Mode{
	ProofsEnforced: por.MODE_ENFORCED, ProofsShadow: por.MODE_SHADOW, ProofsOff: por.MODE_OFF,
}

func checkProofs(name string) error {
	if _, known := proofModes[name]; !known {
		return fmt.Errorf("localnet: proofs %q; %s, %s or %s can be had", name, ProofsEnforced, ProofsShadow, ProofsOff)
	}
	return nil
}

// proofParams are the params of proofs for blocks of that time: processors and
// storage in the mode given, and windows long enough for messages to arrive.
func proofParams(mode string, blockTime time.Duration) por.Params {
	const window = 5 * time.Second // for an answer, and for a reveal
	p := por.LocalnetParams()
	p.BlockMillis = uint64(max(blockTime.Milliseconds(), 10))
	p.Classes = slices.Clone(p.Classes)
	for i := range p.Classes {
		c := &p.Classes[i]
		if !c.Class.Direct() {
			if mode == ProofsOff {
				c.Mode = por.MODE_OFF
			}
			continue
		}
		c.Mode = proofModes[mode]
		least := int64((window + blockTime - 1) / blockTime)
		c.AnswerBlocks = max(c.AnswerBlocks, least)
		if c.RevealBlocks > 0 {
			c.RevealBlocks = max(c.RevealBlocks, least)
		}
		c.PeriodBlocks = max(c.PeriodBlocks, c.AnswerBlocks+c.RevealBlocks+least/2)
		if c.Cpu != nil {
			terms := *c.Cpu // what is counted leaves time for the commitment
			terms.WorkMillis = min(terms.WorkMillis, uint64(c.AnswerBlocks)*p.BlockMillis*6/10)
			c.Cpu = &terms
		}
	}
	return p
}
