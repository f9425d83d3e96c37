// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package tasks

import "github.com/openmesh-network/openmesh/worker/message"

// fanOut is how many seats fetch from the same one. The requester then sends
// its blobs twice, whatever the size of the committee.
const fanOut = 2

// route orders where a seat fetches from: its parent in the tree whose root is
// the requester, then the parent's parents, the requester, and at last every
// other seat, so that whoever has the blobs is found as long as anybody does.
func route(seat message.Seat) []message.Source {
	var out []message.Source
	seen := map[string]bool{}
	add := func(s message.Source) {
		if s.PeerID != "" && len(s.Addrs) > 0 && !seen[s.PeerID] {
			seen[s.PeerID] = true
			out = append(out, s)
		}
	}
	byIndex := map[uint32]message.Source{}
	for _, p := range seat.Peers {
		byIndex[p.Index] = p.Source
	}
	for i := seat.Index; i >= fanOut; {
		i = i/fanOut - 1
		add(byIndex[i])
	}
	for _, o := range seat.Origins {
		add(o)
	}
	for _, p := range seat.Peers {
		add(p.Source)
	}
	return out
}
