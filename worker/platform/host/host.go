// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package host

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p"
	corehost "github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/net/connmgr"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	tls "github.com/libp2p/go-libp2p/p2p/security/tls"
	quic "github.com/libp2p/go-libp2p/p2p/transport/quic"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	ma "github.com/multiformats/go-multiaddr"

	"github.com/openmesh-network/openmesh/worker/platform/keys"
)

// Stream is one stream to an authenticated peer.
type Stream = network.Stream

// Host is the open libp2p host. It is safe for concurrent use.
type Host struct {
	h       corehost.Host
	account []byte
}

// New starts listening with the signer's identity.
func New(cfg Config, signer *keys.Signer) (*Host, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	limits, err := resourceManager(cfg)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	conns, err := connmgr.NewConnManager(cfg.MaxConnections*3/4, cfg.MaxConnections, connmgr.WithGracePeriod(time.Minute))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("host: %w", err), limits.Close())
	}
	opts := []libp2p.Option{
		libp2p.Identity(signer.PeerKey()),
		libp2p.ListenAddrStrings(cfg.Listen...),
		libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Transport(quic.NewTransport),
		libp2p.Security(tls.ID, tls.New), // the cheaper handshake, so the first choice
		libp2p.Security(noise.ID, noise.New),
		libp2p.ResourceManager(limits),
		libp2p.ConnectionManager(conns),
		libp2p.ConnectionGater(gater{refusePrivate: cfg.RefusePrivate}),
		libp2p.DisableRelay(),
		libp2p.DisableMetrics(),
		libp2p.UserAgent("openmesh"),
	}
	if len(cfg.Announce) > 0 {
		announce := make([]ma.Multiaddr, len(cfg.Announce))
		for i, a := range cfg.Announce {
			announce[i] = ma.StringCast(a) // checked by Validate
		}
		opts = append(opts, libp2p.AddrsFactory(func([]ma.Multiaddr) []ma.Multiaddr { return announce }))
	}
	h, err := libp2p.New(opts...)
	if err != nil {
		return nil, fmt.Errorf("host: listen on %v: %w", cfg.Listen, err)
	}
	return &Host{h: h, account: signer.Address()}, nil
}

// Close stops listening and closes all connections.
func (h *Host) Close() error { return h.h.Close() }

// ID is the peer id of this host.
func (h *Host) ID() peer.ID { return h.h.ID() }

// Account is the account address of this host.
func (h *Host) Account() []byte { return h.account }

// Info is what another host needs to connect: the id and the addresses.
func (h *Host) Info() peer.AddrInfo {
	return peer.AddrInfo{ID: h.h.ID(), Addrs: h.h.Addrs()}
}

// Addrs returns the addresses as text, each with /p2p/ and the peer id.
func (h *Host) Addrs() []string {
	full, err := peer.AddrInfoToP2pAddrs(&peer.AddrInfo{ID: h.h.ID(), Addrs: h.h.Addrs()})
	if err != nil { // only for an id that is no multihash, and ours is one
		return nil
	}
	out := make([]string, len(full))
	for i, a := range full {
		out[i] = a.String()
	}
	return out
}

// NewStream opens a stream to the peer, and connects first where needed. A
// recent failure does not keep it from dialling again: the caller asked for now,
// and has to pace itself. Read a first answer before relying on the stream: a
// peer that is over its limits resets it only later.
func (h *Host) NewStream(ctx context.Context, to peer.AddrInfo, proto protocol.ID) (Stream, error) {
	if to.ID == h.h.ID() {
		return nil, fmt.Errorf("peer %s is this host itself", to.ID)
	}
	err := h.h.Connect(ctx, to)
	if errors.Is(err, swarm.ErrDialBackoff) {
		if s, ok := h.h.Network().(*swarm.Swarm); ok {
			s.Backoff().Clear(to.ID)
			err = h.h.Connect(ctx, to)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", to.ID, err)
	}
	s, err := h.h.NewStream(ctx, to.ID, proto)
	if err != nil {
		return nil, fmt.Errorf("open %s to %s: %w", proto, to.ID, err)
	}
	return s, nil
}

// SetHandler lets handle answer streams of the protocol, each on a goroutine of
// its own. The handler closes or resets the stream.
func (h *Host) SetHandler(proto protocol.ID, handle func(Stream)) {
	h.h.SetStreamHandler(proto, func(s network.Stream) { handle(s) })
}

// RemoveHandler undoes SetHandler.
func (h *Host) RemoveHandler(proto protocol.ID) { h.h.RemoveStreamHandler(proto) }

// Connected tells whether there is a connection to the peer.
func (h *Host) Connected(id peer.ID) bool {
	return h.h.Network().Connectedness(id) == network.Connected
}

// Disconnect closes all connections to the peer.
func (h *Host) Disconnect(id peer.ID) error { return h.h.Network().ClosePeer(id) }

// PeerAccount returns the account address of the stream's other end.
func PeerAccount(s Stream) ([]byte, error) { return keys.AddressOfPeer(s.Conn().RemotePeer()) }

// maxAddrs is how many addresses of one peer are looked at.
const maxAddrs = 16

// ParsePeer reads a peer id and its addresses, with or without /p2p/. It fails
// for an id that is no account, and for addresses of somebody else.
func ParsePeer(id string, addrs []string) (peer.AddrInfo, error) {
	pid, err := peer.Decode(id)
	if err != nil {
		return peer.AddrInfo{}, fmt.Errorf("peer id %q: %w", id, err)
	}
	if _, err := keys.AddressOfPeer(pid); err != nil {
		return peer.AddrInfo{}, err
	}
	if len(addrs) > maxAddrs {
		return peer.AddrInfo{}, fmt.Errorf("peer %s has %d addresses, at most %d are allowed", id, len(addrs), maxAddrs)
	}
	info := peer.AddrInfo{ID: pid}
	for _, text := range addrs {
		full, err := ma.NewMultiaddr(text)
		if err != nil {
			return peer.AddrInfo{}, fmt.Errorf("address %q of peer %s: %w", text, id, err)
		}
		addr, owner := peer.SplitAddr(full)
		if owner != "" && owner != pid {
			return peer.AddrInfo{}, fmt.Errorf("address %q is not of peer %s", text, id)
		}
		if addr != nil {
			info.Addrs = append(info.Addrs, addr)
		}
	}
	return info, nil
}
