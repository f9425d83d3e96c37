// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package tasks

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/message"
)

func TestRoutesFollowATreeWithTwoChildrenASeat(t *testing.T) {
	source := func(id string) message.Source {
		return message.Source{PeerID: id, Addrs: []string{"/ip4/1.2.3.4/tcp/1"}}
	}
	tests := map[string]struct {
		index uint32
		seats int
		away  string // a seat without addresses
		want  []string
	}{
		"the first seat asks the requester first":  {index: 0, seats: 3, want: []string{"origin", "1", "2"}},
		"the second one too":                       {index: 1, seats: 3, want: []string{"origin", "0", "2"}},
		"the third has the first for its parent":   {index: 2, seats: 3, want: []string{"0", "origin", "1"}},
		"the fourth too":                           {index: 3, seats: 4, want: []string{"0", "origin", "1", "2"}},
		"the fifth has the second":                 {index: 4, seats: 5, want: []string{"1", "origin", "0", "2", "3"}},
		"the seventh has its parent's parent next": {index: 6, seats: 7, want: []string{"2", "0", "origin", "1", "3", "4", "5"}},
		"a parent that is away is passed over":     {index: 6, seats: 7, away: "2", want: []string{"0", "origin", "1", "3", "4", "5"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			seat := message.Seat{Index: tt.index, Origins: []message.Source{source("origin"), source("origin"), {PeerID: "no address"}}}
			for i := range uint32(tt.seats) {
				if i == tt.index {
					continue
				}
				p := message.Peer{Operator: fmt.Sprint(i), Index: i, Source: source(fmt.Sprint(i))}
				if p.Operator == tt.away {
					p.Source.Addrs = nil
				}
				seat.Peers = append(seat.Peers, p)
			}
			var got []string
			for _, s := range route(seat) {
				got = append(got, s.PeerID)
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestNoSeatHasMoreThanTwoChildren(t *testing.T) {
	children := map[string]int{}
	for index := range uint32(31) {
		seat := message.Seat{Index: index, Origins: []message.Source{{PeerID: "origin", Addrs: []string{"/a"}}}}
		for i := range uint32(31) {
			if i != index {
				seat.Peers = append(seat.Peers, message.Peer{Index: i, Source: message.Source{PeerID: fmt.Sprint(i), Addrs: []string{"/a"}}})
			}
		}
		children[route(seat)[0].PeerID]++
	}
	for parent, n := range children {
		require.LessOrEqual(t, n, fanOut, parent)
	}
}
