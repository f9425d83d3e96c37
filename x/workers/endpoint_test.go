// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/workers"
)

const self = "16Uiu2HAmTkvXLy5t6guaoWquBXaZjcpAciuk7U2SCdpRYS4YbG4N"

func TestW2_EndpointsOfTheGrammarAreAccepted(t *testing.T) {
	for _, prefix := range []string{
		"/ip4/203.0.113.7/tcp/4001",
		"/ip4/127.0.0.1/tcp/4001", // well-formed: whoever dials refuses private ranges
		"/ip6/2001:db8::1/udp/4001/quic-v1",
		"/dns/node.example.org/tcp/443/wss",
		"/dns4/a-b.example/tcp/443/tls/ws",
		"/dns4/a-b.example/tcp/443/tls/sni/a-b.example/ws",
		"/dns6/localhost/tcp/65535",
		"/ip4/203.0.113.7/udp/4001/quic-v1/webtransport/certhash/uEiA-_abc/certhash/uEiB",
		"/ip4/203.0.113.7/udp/4001/webrtc-direct/certhash/uEiA",
		"/ip4/203.0.113.7/tcp/4001/p2p/16Uiu2HAmRelay/p2p-circuit",
	} {
		require.NoError(t, workers.ValidateEndpoint(prefix+"/p2p/"+self, self), prefix)
	}
	require.NoError(t, workers.ValidateEndpoints(nil, self))
}

func TestW2_OtherEndpointsAreRefused(t *testing.T) {
	for _, endpoint := range []string{
		"",
		"/",
		"javascript:alert(1)",
		"https://node.example.org",
		"/p2p/" + self,
		"/ip4/203.0.113.7/tcp/4001",
		"/ip4/203.0.113.7/tcp/4001/p2p/16Uiu2HAmOther",
		"/ip4/203.0.113.7/tcp/4001/p2p/" + self + "/",
		"ip4/203.0.113.7/tcp/4001/p2p/" + self,
		"//ip4/203.0.113.7/tcp/4001/p2p/" + self,
		"/ip4/203.0.113.7/tcp//p2p/" + self,
		"/ip4/203.0.113.7/tcp/0/p2p/" + self,
		"/ip4/203.0.113.7/tcp/04001/p2p/" + self,
		"/ip4/203.0.113.7/tcp/+4001/p2p/" + self,
		"/ip4/203.0.113.7/tcp/65536/p2p/" + self,
		"/ip4/203.0.113.7/sctp/4001/p2p/" + self,
		"/ip4/203.0.113.300/tcp/4001/p2p/" + self,
		"/ip4/203.0.113.07/tcp/4001/p2p/" + self,
		"/ip4/0.0.0.0/tcp/4001/p2p/" + self,
		"/ip4/224.0.0.1/tcp/4001/p2p/" + self,
		"/ip4/::1/tcp/4001/p2p/" + self,
		"/ip6/::/tcp/4001/p2p/" + self,
		"/ip6/2001:DB8::1/tcp/4001/p2p/" + self,
		"/ip6/fe80::1%eth0/tcp/4001/p2p/" + self,
		"/ip6/127.0.0.1/tcp/4001/p2p/" + self,
		"/dns/-bad.example/tcp/4001/p2p/" + self,
		"/dns/bad..example/tcp/4001/p2p/" + self,
		"/dns/Upper.example/tcp/4001/p2p/" + self,
		"/dns/b\u0430d.example/tcp/4001/p2p/" + self,
		"/dns/a\nb/tcp/4001/p2p/" + self,
		"/dns/" + strings.Repeat("a", 64) + "/tcp/4001/p2p/" + self,
		"/unix/tmp/tcp/4001/p2p/" + self,
		"/ip4/203.0.113.7/tcp/4001/onion3/p2p/" + self,
		"/ip4/203.0.113.7/tcp/4001/certhash/p2p/" + self,
		"/ip4/203.0.113.7/tcp/4001/p2p/16Uiu2HAmRelay/p2p/" + self,
		"/ip4/203.0.113.7/tcp/4001/p2p-circuit/ws/p2p/" + self,
		"/ip4/203.0.113.7/tcp/4001" + strings.Repeat("/ws", 90) + "/p2p/" + self,
	} {
		require.ErrorIs(t, workers.ValidateEndpoint(endpoint, self), workers.ErrInvalidEndpoint, endpoint)
	}
}

func TestW2_FiveHundredEndpointsAreRefusedAndOneThatComesTwice(t *testing.T) {
	one := "/ip4/203.0.113.7/tcp/4001/p2p/" + self
	many := make([]string, 500)
	for i := range many {
		many[i] = one
	}
	require.ErrorIs(t, workers.ValidateEndpoints(many, self), workers.ErrInvalidEndpoint)
	require.ErrorIs(t, workers.ValidateEndpoints([]string{one, one}, self), workers.ErrInvalidEndpoint)
	require.NoError(t, workers.ValidateEndpoints([]string{one}, self))
}
