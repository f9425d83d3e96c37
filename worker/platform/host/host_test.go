// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package host

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"

	"github.com/openmesh-network/openmesh/worker/platform/keys"
)

const echo = protocol.ID("/openmesh/test/1")

func start(t *testing.T, listen ...string) (*Host, *keys.Signer) {
	t.Helper()
	cfg := DefaultConfig()
	cfg.Listen = listen
	signer := keys.Generate()
	h, err := New(cfg, signer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h, signer
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestBothEndsKnowTheAccountOfTheOther(t *testing.T) {
	for name, addr := range map[string]string{"tcp": "/ip4/127.0.0.1/tcp/0", "quic": "/ip4/127.0.0.1/udp/0/quic-v1"} {
		t.Run(name, func(t *testing.T) {
			server, serverKey := start(t, addr)
			client, clientKey := start(t, addr)
			seen := make(chan []byte, 1)
			server.SetHandler(echo, func(s Stream) {
				account, err := PeerAccount(s)
				if err != nil {
					t.Error(err)
				}
				seen <- account
				_, _ = io.Copy(s, s)
				_ = s.Close()
			})
			to, err := ParsePeer(server.ID().String(), server.Addrs())
			if err != nil {
				t.Fatal(err)
			}
			s, err := client.NewStream(within(t, 10*time.Second), to, echo)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = s.Write([]byte("hello"))
			_ = s.CloseWrite()
			if got, err := io.ReadAll(s); err != nil || string(got) != "hello" {
				t.Fatalf("echo %q %v", got, err)
			}
			if account := <-seen; !bytes.Equal(account, clientKey.Address()) {
				t.Fatalf("the server saw %x", account)
			}
			if account, err := PeerAccount(s); err != nil || !bytes.Equal(account, serverKey.Address()) {
				t.Fatalf("the client saw %x %v", account, err)
			}
			if !client.Connected(server.ID()) || !bytes.Equal(server.Account(), serverKey.Address()) {
				t.Fatal("not connected")
			}
		})
	}
}

func TestPeersWithoutAnAccountAreNotLetIn(t *testing.T) {
	ours, _ := start(t, "/ip4/127.0.0.1/tcp/0")
	ed, _, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := libp2p.New(libp2p.Identity(ed), libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"), libp2p.DisableMetrics())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.SetStreamHandler(echo, func(s Stream) { _ = s.Close() })

	if _, err := ours.NewStream(within(t, 5*time.Second), peer.AddrInfo{ID: other.ID(), Addrs: other.Addrs()}, echo); err == nil {
		t.Fatal("we dialled an ed25519 peer")
	}
	reached := make(chan struct{}, 1)
	ours.SetHandler(echo, func(s Stream) { reached <- struct{}{}; _ = s.Reset() })
	ctx := within(t, 5*time.Second)
	if err := other.Connect(ctx, ours.Info()); err == nil {
		// The dialler can finish its handshake before it is refused; nothing that
		// it sends may reach a handler.
		if s, err := other.NewStream(ctx, ours.ID(), echo); err == nil {
			_, _ = s.Write([]byte("x"))
			if _, err := s.Read(make([]byte, 1)); err == nil {
				t.Fatal("an ed25519 peer got an answer")
			}
		}
	}
	select {
	case <-reached:
		t.Fatal("an ed25519 peer reached a handler")
	default:
	}
	if ours.Connected(other.ID()) {
		t.Fatal("an ed25519 peer is connected")
	}
}

func TestAPeerThatComesBackIsReachedAtOnce(t *testing.T) {
	client, _ := start(t, "/ip4/127.0.0.1/tcp/0")
	server, key := start(t, "/ip4/127.0.0.1/tcp/0")
	info := server.Info()
	_ = server.Close()
	ctx := within(t, 20*time.Second)
	for range 3 { // the second failure is where a host backs off
		if _, err := client.NewStream(ctx, info, echo); err == nil {
			t.Fatal("reached a closed host")
		}
	}
	cfg := DefaultConfig()
	cfg.Listen = []string{info.Addrs[0].String()}
	again, err := New(cfg, key)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	again.SetHandler(echo, func(s Stream) { _ = s.Close() })
	s, err := client.NewStream(ctx, info, echo)
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Reset()
}

func TestAHostDoesNotDialItself(t *testing.T) {
	h, _ := start(t, "/ip4/127.0.0.1/tcp/0")
	if _, err := h.NewStream(t.Context(), h.Info(), echo); err == nil || !strings.Contains(err.Error(), "itself") {
		t.Fatalf("got %v", err)
	}
}

func TestW2_PrivateAddressesAreNotDialledWhereRefused(t *testing.T) {
	server, _ := start(t, "/ip4/127.0.0.1/tcp/0")
	cfg := DefaultConfig()
	cfg.Listen, cfg.RefusePrivate = nil, true
	client, err := New(cfg, keys.Generate())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.NewStream(within(t, 5*time.Second), server.Info(), echo); err == nil {
		t.Fatal("it dialled loopback")
	}
}

func TestD10_APeerGetsNoMoreStreamsThanItsLimit(t *testing.T) {
	server, _ := start(t, "/ip4/127.0.0.1/tcp/0")
	client, _ := start(t, "/ip4/127.0.0.1/tcp/0")
	server.SetHandler(echo, func(s Stream) {
		_, _ = s.Write([]byte("y"))
		_, _ = s.Read(make([]byte, 1)) // until the other end lets go
		_ = s.Reset()
	})
	ctx := within(t, 30*time.Second)
	var mu sync.Mutex
	var open []Stream
	var wg sync.WaitGroup
	for range 400 {
		wg.Go(func() {
			s, err := client.NewStream(ctx, server.Info(), echo)
			if err != nil {
				return
			}
			_ = s.SetDeadline(time.Now().Add(10 * time.Second))
			_, _ = s.Write(nil)
			if _, err := s.Read(make([]byte, 1)); err != nil {
				_ = s.Reset()
				return
			}
			mu.Lock()
			open = append(open, s)
			mu.Unlock()
		})
	}
	wg.Wait()
	if n := len(open); n == 0 || n > 256 {
		t.Fatalf("%d streams were answered", n)
	}
	for _, s := range open {
		_ = s.Reset()
	}
	if !client.Connected(server.ID()) {
		t.Fatal("the connection was lost")
	}
}

func TestPeersAreReadStrictly(t *testing.T) {
	h, _ := start(t, "/ip4/127.0.0.1/tcp/0")
	id, addrs := h.ID().String(), h.Addrs()
	other := keys.Generate().PeerID().String()
	for name, c := range map[string]struct {
		id    string
		addrs []string
		ok    bool
	}{
		"as it announces itself":   {id, addrs, true},
		"without addresses":        {id, nil, true},
		"without /p2p/":            {id, []string{"/ip4/1.2.3.4/tcp/1"}, true},
		"no id":                    {"", nil, false},
		"an ed25519 id":            {"12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN", nil, false},
		"somebody else's address":  {other, addrs, false},
		"a URL":                    {id, []string{"javascript:alert(1)"}, false},
		"more addresses than sane": {id, make([]string, 500), false},
	} {
		if _, err := ParsePeer(c.id, c.addrs); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAWrongConfigurationNamesItsKey(t *testing.T) {
	for key, change := range map[string]func(*Config){
		"host.listen":                 func(c *Config) { c.Listen = []string{"0.0.0.0:1"} },
		"host.announce":               func(c *Config) { c.Announce = []string{"x"} },
		"host.max_connections":        func(c *Config) { c.MaxConnections = 0 },
		"host.max_connections_per_ip": func(c *Config) { c.MaxConnectionsPerIP = -1 },
	} {
		cfg := DefaultConfig()
		change(&cfg)
		if _, err := New(cfg, keys.Generate()); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
	if err := DefaultConfig().Validate(); err != nil {
		t.Fatal(err)
	}
	for _, a := range DefaultConfig().Listen {
		if !strings.HasPrefix(a, "/ip4/127.") {
			t.Errorf("listens on %s by default", a)
		}
	}
}
