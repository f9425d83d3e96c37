// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package blobs

import (
	"bufio"
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/host"
)

// rogue answers the protocol in its own way.
func rogue(t *testing.T, answer func(host.Stream)) message.Source {
	t.Helper()
	h := newHost(t)
	h.SetHandler(Protocol, func(s host.Stream) {
		defer func() { _ = s.Reset() }()
		answer(s)
	})
	return message.Source{PeerID: h.ID().String(), Addrs: h.Addrs()}
}

func TestD10_RogueSourcesCostTimeOnly(t *testing.T) {
	cfg := quick()
	cfg.Progress, cfg.Stall = time.Second, 2*time.Second
	provider := newNode(t, cfg, memory())
	data := random(4 * chunk)
	c := provider.give(t, data)
	root, err := provider.blocks.Get(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	hold := func(s host.Stream) { _, _ = io.Copy(io.Discard, s) } // until the other end lets go
	for name, answer := range map[string]func(host.Stream){
		"says nothing": hold,
		"trickles a block byte by byte": func(s host.Stream) {
			_, _ = s.Write([]byte{statusOK, 0x80, 0x10})
			for {
				if _, err := s.Write([]byte{1}); err != nil {
					return
				}
				time.Sleep(50 * time.Millisecond)
			}
		},
		"waits for ever": func(s host.Stream) {
			_, _ = s.Write([]byte{statusOK})
			for {
				if _, err := s.Write([]byte{0}); err != nil {
					return
				}
				time.Sleep(50 * time.Millisecond)
			}
		},
		"floods with nothing": func(s host.Stream) {
			_, _ = s.Write([]byte{statusOK})
			for {
				if _, err := s.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		},
		"announces a huge block": func(s host.Stream) {
			_, _ = s.Write([]byte{statusOK, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})
			hold(s)
		},
		"announces a length without end": func(s host.Stream) {
			_, _ = s.Write(append([]byte{statusOK}, bytes.Repeat([]byte{0xff}, 64)...))
			hold(s)
		},
		"has a status of its own": func(s host.Stream) { _, _ = s.Write([]byte{99}); hold(s) },
		"is busy":                 func(s host.Stream) { _, _ = s.Write([]byte{statusBusy}); _ = s.CloseWrite(); hold(s) },
		"ends after the root": func(s host.Stream) {
			out := bufio.NewWriter(s)
			_ = out.WriteByte(statusOK)
			_ = writeFrame(out, root.RawData())
			_ = out.Flush()
			_ = s.CloseWrite()
			hold(s)
		},
		"sends the root twice": func(s host.Stream) {
			out := bufio.NewWriter(s)
			_ = out.WriteByte(statusOK)
			_ = writeFrame(out, root.RawData())
			_ = writeFrame(out, root.RawData())
			_ = out.Flush()
			hold(s)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := newNode(t, cfg, memory())
			src := append([]message.Source{rogue(t, answer)}, provider.source())
			if _, err := to.fetch(t, 15*time.Second, message.FetchBlob{CID: c.String(), Sources: src}); err != nil {
				t.Fatal(err)
			}
			to.mustHave(t, c, data)
		})
	}
}

func TestD10_RogueAskersAreShedAndOthersServed(t *testing.T) {
	cfg := quick()
	cfg.Progress, cfg.Streams, cfg.StreamsPerPeer = time.Second, 6, 3
	provider := newNode(t, cfg, memory())
	data := random(2 * chunk)
	c := provider.give(t, data)
	open := func(h *host.Host, first []byte) host.Stream {
		s, err := h.NewStream(t.Context(), provider.host.Info(), Protocol)
		if err != nil {
			t.Fatal(err)
		}
		_ = s.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := s.Write(first); err != nil {
			t.Fatal(err)
		}
		return s
	}
	status := func(s host.Stream) byte {
		var b [1]byte
		if _, err := io.ReadFull(s, b[:]); err != nil {
			return 0
		}
		return b[0]
	}
	h := newHost(t)
	whole := request{root: c, depth: 32}.marshal()
	for name, bad := range map[string][]byte{
		"too long":              {0xff, 0xff, 0x7f},
		"nothing in it":         {0},
		"no CID":                {3, 1, 2, 3},
		"a CID that is cut off": {5, 36, 1, 0x55, 0x12, 0x20},
		"a tail":                append([]byte{whole[0] + 1}, append(bytes.Clone(whole[1:]), 0)...),
	} {
		if got := status(open(h, bad)); got != statusRefused {
			t.Errorf("%s: status %d", name, got)
		}
	}
	// A peer that begins three requests and does not go on gets no fourth.
	waitFor(t, "the first streams are over", func() bool { return provider.module.admission.count() == 0 })
	for range 3 {
		open(h, whole[:1])
	}
	waitFor(t, "three streams are held", func() bool { return provider.module.admission.count() == 3 })
	if got := status(open(h, whole)); got != statusBusy {
		t.Fatalf("the fourth stream: status %d", got)
	}
	// Others are served meanwhile, and the held ones end by their deadline.
	other := newNode(t, cfg, memory())
	if _, err := other.fetch(t, 10*time.Second, message.FetchBlob{CID: c.String(), Sources: sources(provider)}); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the held streams are shed", func() bool { return provider.module.admission.count() == 0 })
	// An asker who does not read is shed as well.
	big := provider.give(t, random(100*chunk))
	open(h, request{root: big, depth: 32}.marshal())
	waitFor(t, "it is served", func() bool { return provider.module.admission.count() == 1 })
	waitFor(t, "it is shed", func() bool { return provider.module.admission.count() == 0 })
}

func TestRequestsComeThroughAndOthersAreRefused(t *testing.T) {
	hash, _ := multihash.Sum([]byte("x"), multihash.SHA2_256, -1)
	for _, want := range []request{
		{root: cid.NewCidV1(cid.Raw, hash)},
		{root: cid.NewCidV1(cid.DagProtobuf, hash), skip: 1 << 60, depth: 1 << 40, wait: time.Second},
		{root: cid.NewCidV0(hash), skip: 1},
	} {
		in := bytes.NewReader(append(want.marshal(), "rest"...))
		got, err := readRequest(in)
		if err != nil || got != want || in.Len() != 4 {
			t.Fatalf("%+v became %+v %v, %d bytes left", want, got, err, in.Len())
		}
	}
	long := request{root: cid.NewCidV1(cid.Raw, hash), wait: time.Hour}
	if got, err := readRequest(bytes.NewReader(long.marshal())); err != nil || got.wait != maxWait {
		t.Fatalf("%+v %v", got, err)
	}
}

func FuzzReadRequest(f *testing.F) {
	hash, _ := multihash.Sum([]byte("x"), multihash.SHA2_256, -1)
	f.Add(request{root: cid.NewCidV1(cid.Raw, hash), skip: 3, depth: 4, wait: time.Second}.marshal())
	f.Add([]byte{0})
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := readRequest(bytes.NewReader(data))
		if err != nil {
			return
		}
		again, err := readRequest(bytes.NewReader(r.marshal()))
		if err != nil || again != r {
			t.Fatalf("%+v became %+v %v", r, again, err)
		}
	})
}
