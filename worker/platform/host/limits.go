// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package host

import (
	"math"
	"net/netip"
	"time"

	"github.com/libp2p/go-libp2p/core/control"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/x/rate"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"github.com/openmesh-network/openmesh/worker/platform/keys"
)

// Networks whose connections are not counted by address.
var (
	private4 = []string{"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}
	private6 = []string{"::1/128", "fc00::/7"}
)

// resourceManager sizes libp2p's limits. The library's own would hold 252
// inbound connections and reset the rest.
//
// The muxer reserves 256 KiB of "memory" for every open stream and loses the
// whole connection where that fails; so memory is nominal, and large enough for
// the streams that are allowed.
func resourceManager(cfg Config) (network.ResourceManager, error) {
	conns := rcmgr.LimitVal(2 * cfg.MaxConnections)
	limits := rcmgr.PartialLimitConfig{
		System: rcmgr.ResourceLimits{
			Conns: 2 * conns, ConnsInbound: conns, ConnsOutbound: conns,
			Streams: 16 * conns, StreamsInbound: 8 * conns, StreamsOutbound: 8 * conns,
			FD: conns, Memory: 32 << 30,
		},
		Transient: rcmgr.ResourceLimits{
			Conns: max(64, conns/4), ConnsInbound: max(64, conns/4), ConnsOutbound: max(64, conns/4),
			FD: max(64, conns/4), Memory: 1 << 30,
		},
		PeerDefault: rcmgr.ResourceLimits{
			Conns: 8, ConnsInbound: 8, ConnsOutbound: 8,
			Streams: 1024, StreamsInbound: 512, StreamsOutbound: 512, Memory: 1 << 30,
		},
		ProtocolPeerDefault: rcmgr.ResourceLimits{
			Streams: 512, StreamsInbound: 256, StreamsOutbound: 256, Memory: 512 << 20,
		},
	}
	scaled := rcmgr.DefaultLimits
	return rcmgr.NewResourceManager(rcmgr.NewFixedLimiter(limits.Build(scaled.AutoScale())),
		rcmgr.WithNetworkPrefixLimit(unlimited(private4), unlimited(private6)),
		rcmgr.WithLimitPerSubnet(
			[]rcmgr.ConnLimitPerSubnet{{PrefixLength: 32, ConnCount: cfg.MaxConnectionsPerIP}},
			[]rcmgr.ConnLimitPerSubnet{{PrefixLength: 56, ConnCount: cfg.MaxConnectionsPerIP}}),
		rcmgr.WithConnRateLimiters(&rate.Limiter{
			NetworkPrefixLimits: unlimitedRate(append(private4, private6...)),
			SubnetRateLimiter: rate.SubnetLimiter{
				IPv4SubnetLimits: []rate.SubnetLimit{{PrefixLength: 32, Limit: rate.Limit{RPS: 5, Burst: 128}}},
				IPv6SubnetLimits: []rate.SubnetLimit{{PrefixLength: 56, Limit: rate.Limit{RPS: 5, Burst: 128}}},
				GracePeriod:      time.Minute,
			},
		}),
	)
}

func unlimited(networks []string) []rcmgr.NetworkPrefixLimit {
	var out []rcmgr.NetworkPrefixLimit
	for _, n := range networks {
		out = append(out, rcmgr.NetworkPrefixLimit{Network: netip.MustParsePrefix(n), ConnCount: math.MaxInt})
	}
	return out
}

func unlimitedRate(networks []string) []rate.PrefixLimit {
	var out []rate.PrefixLimit
	for _, n := range networks {
		out = append(out, rate.PrefixLimit{Prefix: netip.MustParsePrefix(n)}) // no limit is the zero limit
	}
	return out
}

// gater lets in whoever has an account: a peer id with another kind of key leads
// to an account address that is not its owner's.
type gater struct{ refusePrivate bool }

func hasAccount(id peer.ID) bool {
	_, err := keys.AddressOfPeer(id)
	return err == nil
}

// InterceptPeerDial refuses peers that cannot have an account.
func (gater) InterceptPeerDial(id peer.ID) bool { return hasAccount(id) }

// InterceptAddrDial refuses private addresses where the configuration says so.
func (g gater) InterceptAddrDial(_ peer.ID, addr ma.Multiaddr) bool {
	return !g.refusePrivate || manet.IsPublicAddr(addr)
}

// InterceptAccept allows: the limits are the resource manager's.
func (gater) InterceptAccept(network.ConnMultiaddrs) bool { return true }

// InterceptSecured refuses peers that proved a key which is no account's.
func (gater) InterceptSecured(_ network.Direction, id peer.ID, _ network.ConnMultiaddrs) bool {
	return hasAccount(id)
}

// InterceptUpgraded allows.
func (gater) InterceptUpgraded(network.Conn) (bool, control.DisconnectReason) { return true, 0 }
