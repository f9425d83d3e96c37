// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package blobs

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/ipfs/boxo/blockstore"
	"github.com/ipfs/boxo/ipld/merkledag"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/multiformats/go-multihash"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/host"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

const chunk = dag.ChunkSize

func TestABlobIsFetchedOnceAndAnnounced(t *testing.T) {
	from, to := newNode(t, quick(), memory()), newNode(t, quick(), memory())
	data := random(3*chunk + 5)
	c := from.give(t, data)
	q := message.FetchBlob{CID: c.String(), Sources: sources(from)}
	got, err := to.fetch(t, 10*time.Second, q)
	if err != nil || got.Blocks != 5 || got.ReceivedBytes != got.Bytes || got.Bytes <= uint64(len(data)) {
		t.Fatalf("%+v %v", got, err)
	}
	to.mustHave(t, c, data)
	if s := <-to.stored.C(); s.CID != c.String() || s.Blocks != 5 {
		t.Fatalf("said %+v", s)
	}
	// What is here is not fetched again, and needs no source.
	got, err = to.fetch(t, 10*time.Second, message.FetchBlob{CID: c.String()})
	if err != nil || got.ReceivedBytes != 0 || got.Blocks != 5 {
		t.Fatalf("again: %+v %v", got, err)
	}
}

func TestEveryShapeOfBlobTravels(t *testing.T) {
	from, to := newNode(t, quick(), memory()), newNode(t, quick(), memory())
	var roots []cid.Cid
	for _, n := range []int{0, 1, chunk, 180 * chunk} { // the last has two levels
		roots = append(roots, from.give(t, random(n)))
	}
	zeros := from.give(t, make([]byte, 400*chunk)) // one leaf, many times
	roots = append(roots, zeros)
	for _, c := range roots {
		if _, err := to.fetch(t, 20*time.Second, message.FetchBlob{CID: c.String(), Sources: sources(from)}); err != nil {
			t.Fatal(err)
		}
		if ok, err := to.dag.Complete(t.Context(), c); !ok || err != nil {
			t.Fatal(err)
		}
	}
	before := from.module.Stats().SentBytes
	third := newNode(t, quick(), memory())
	if _, err := third.fetch(t, 20*time.Second, message.FetchBlob{CID: zeros.String(), Sources: sources(from)}); err != nil {
		t.Fatal(err)
	}
	if sent := from.module.Stats().SentBytes - before; sent > 3*chunk {
		t.Fatalf("a file of one block many times took %d bytes", sent)
	}
}

// Seven fetchers in a tree of two: the provider sends the file to its two
// children, and they pass it on while they receive it.
func TestATreeOfFetchersUnloadsTheProvider(t *testing.T) {
	const size = 20 << 20
	data := random(size)
	tree := []*node{newNode(t, DefaultConfig(), memory())}
	c := tree[0].give(t, data)
	for range 7 {
		tree = append(tree, newNode(t, DefaultConfig(), memory()))
	}
	var wg sync.WaitGroup
	start := time.Now()
	for i := 7; i > 0; i-- { // the leaves first: they wait for their parents
		wg.Go(func() {
			var path []*node
			for p := i; p > 0; {
				p = (p - 1) / 2
				path = append(path, tree[p])
			}
			if _, err := tree[i].fetch(t, time.Minute, message.FetchBlob{CID: c.String(), Sources: sources(path...)}); err != nil {
				t.Errorf("fetcher %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	took := time.Since(start)
	for _, n := range tree[1:] {
		n.mustHave(t, c, data)
		if got := n.module.Stats().ReceivedBytes; got > size*101/100 {
			t.Errorf("a fetcher received %d bytes", got)
		}
	}
	sent := tree[0].module.Stats().SentBytes
	if sent > size*2*101/100 {
		t.Fatalf("the provider sent %.2f times the file", float64(sent)/size)
	}
	t.Logf("7 fetchers of %d MiB in %s, the provider sent %.2f times the file", size>>20, took.Round(time.Millisecond), float64(sent)/size)
}

// gated lets blocks out only up to a number, until it is opened.
type gated struct {
	blockstore.Blockstore
	mu   sync.Mutex
	left int
	open chan struct{}
	hit  chan struct{} // closed when the gate shuts
}

func newGate(bs blockstore.Blockstore, left int) *gated {
	return &gated{Blockstore: bs, left: left, open: make(chan struct{}), hit: make(chan struct{})}
}

func (g *gated) Get(ctx context.Context, c cid.Cid) (blocks.Block, error) {
	g.mu.Lock()
	g.left--
	if g.left == 0 {
		close(g.hit)
	}
	shut := g.left < 0
	g.mu.Unlock()
	if shut {
		select {
		case <-g.open:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return g.Blockstore.Get(ctx, c)
}

func TestAParentThatDiesIsReplacedWhereItStopped(t *testing.T) {
	provider := newNode(t, quick(), memory())
	data := random(60 * chunk)
	c := provider.give(t, data)
	inner := memory()
	gate := newGate(inner, 30)
	if _, _, err := dag.New(inner).Import(t.Context(), bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	parent := newNode(t, quick(), gate)
	child := newNode(t, quick(), memory())
	go func() {
		<-gate.hit
		parent.stop()
	}()
	got, err := child.fetch(t, 20*time.Second, message.FetchBlob{CID: c.String(), Sources: sources(parent, provider)})
	if err != nil {
		t.Fatal(err)
	}
	child.mustHave(t, c, data)
	st := child.module.Stats()
	if st.ReceivedBlocks != 61 || got.ReceivedBytes != got.Bytes {
		t.Fatalf("received %d blocks of 61, %+v", st.ReceivedBlocks, got)
	}
	if up := provider.module.Stats().SentBlocks; up == 0 || up >= 61 {
		t.Fatalf("the second source sent %d blocks", up)
	}
	t.Logf("the first source sent %d blocks, the second %d", parent.module.Stats().SentBlocks, provider.module.Stats().SentBlocks)
}

func TestAFrozenParentIsReplacedAfterItsDeadline(t *testing.T) {
	provider := newNode(t, quick(), memory())
	data := random(20 * chunk)
	c := provider.give(t, data)
	inner := memory()
	gate := newGate(inner, 10)
	if _, _, err := dag.New(inner).Import(t.Context(), bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	parent := newNode(t, quick(), gate)
	child, grandchild := newNode(t, quick(), memory()), newNode(t, quick(), memory())
	done := make(chan error, 1)
	go func() {
		// It waits behind the child, longer than the deadline, and stays with it.
		_, err := grandchild.fetch(t, 20*time.Second, message.FetchBlob{CID: c.String(), Sources: sources(child, parent)})
		done <- err
	}()
	start := time.Now()
	if _, err := child.fetch(t, 20*time.Second, message.FetchBlob{CID: c.String(), Sources: sources(parent, provider)}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took < quick().Progress || took > 3*quick().Progress {
		t.Fatalf("it took %s", took)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	child.mustHave(t, c, data)
	grandchild.mustHave(t, c, data)
	if sent := child.module.Stats().SentBlocks; sent != 21 {
		t.Fatalf("the child passed on %d blocks of 21", sent)
	}
	close(gate.open)
}

// falsified gives every fifth block with a wrong byte in it.
type falsified struct {
	blockstore.Blockstore
	n int
}

func (f *falsified) Get(ctx context.Context, c cid.Cid) (blocks.Block, error) {
	b, err := f.Blockstore.Get(ctx, c)
	if f.n++; err != nil || f.n%5 != 0 {
		return b, err
	}
	data := bytes.Clone(b.RawData())
	data[len(data)/2] ^= 1
	return blocks.NewBlockWithCid(data, c)
}

func TestD8_ALyingSourceIsDroppedAndItsBlockNotStored(t *testing.T) {
	provider := newNode(t, quick(), memory())
	data := random(20 * chunk)
	c := provider.give(t, data)
	inner := memory()
	if _, _, err := dag.New(inner).Import(t.Context(), bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	liar := newNode(t, quick(), &falsified{Blockstore: inner})
	child := newNode(t, quick(), memory())
	if _, err := child.fetch(t, 20*time.Second, message.FetchBlob{CID: c.String(), Sources: sources(liar, provider)}); err != nil {
		t.Fatal(err)
	}
	child.mustHave(t, c, data)
	if st := child.module.Stats(); st.Liars != 1 || st.ReceivedBlocks != 21 {
		t.Fatalf("%+v", st)
	}
	alone := newNode(t, quick(), memory())
	if _, err := alone.fetch(t, 20*time.Second, message.FetchBlob{CID: c.String(), Sources: sources(liar)}); !errors.Is(err, message.ErrBlobUnreachable) {
		t.Fatalf("with liars only: %v", err)
	}
	keys, _ := alone.blocks.AllKeysChan(t.Context())
	for k := range keys {
		if have, err := provider.blocks.Has(t.Context(), k); !have || err != nil {
			t.Fatalf("a block that is none of the blob was stored: %s", k)
		}
	}
}

func TestWhatNobodyHasIsNotFoundSoon(t *testing.T) {
	a, b, c := newNode(t, quick(), memory()), newNode(t, quick(), memory()), newNode(t, quick(), memory())
	missing := newNode(t, quick(), memory()).give(t, random(10))
	start := time.Now()
	_, err := c.fetch(t, 20*time.Second, message.FetchBlob{CID: missing.String(), Sources: sources(a, b)})
	if !errors.Is(err, message.ErrBlobNotFound) || time.Since(start) > 4*time.Second {
		t.Fatalf("%v after %s", err, time.Since(start))
	}
	for name, q := range map[string]message.FetchBlob{
		"no source":   {CID: missing.String()},
		"only itself": {CID: missing.String(), Sources: sources(c)},
		"no peers":    {CID: missing.String(), Sources: []message.Source{{PeerID: "x"}, {}}},
	} {
		if _, err := c.fetch(t, 5*time.Second, q); !errors.Is(err, message.ErrBlobNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	gone := newNode(t, quick(), memory())
	src := gone.source()
	gone.stop()
	if _, err := c.fetch(t, 20*time.Second, message.FetchBlob{CID: missing.String(), Sources: []message.Source{src}}); !errors.Is(err, message.ErrBlobUnreachable) {
		t.Fatalf("a dead source: %v", err)
	}
}

func TestBadQuestionsAreRefused(t *testing.T) {
	n := newNode(t, quick(), memory())
	hash, _ := multihash.Sum([]byte("x"), multihash.SHA2_256, -1)
	for name, c := range map[string]string{
		"empty": "", "garbage": "../etc/passwd", "another kind": cid.NewCidV1(cid.DagCBOR, hash).String(), "NUL": "baf\x00",
	} {
		if _, err := n.fetch(t, 5*time.Second, message.FetchBlob{CID: c}); !errors.Is(err, message.ErrBlobCID) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestABlobLargerThanAllowedIsGivenUp(t *testing.T) {
	from, to := newNode(t, quick(), memory()), newNode(t, quick(), memory())
	c := from.give(t, random(10*chunk))
	q := message.FetchBlob{CID: c.String(), Sources: sources(from), MaxBytes: 5 * chunk}
	if _, err := to.fetch(t, 10*time.Second, q); !errors.Is(err, message.ErrBlobTooBig) {
		t.Fatalf("got %v", err)
	}
	if got := to.module.Stats().ReceivedBytes; got > 7*chunk {
		t.Fatalf("it received %d bytes", got)
	}
	q.MaxBytes = 11 * chunk
	if _, err := to.fetch(t, 10*time.Second, q); err != nil {
		t.Fatal(err)
	}
	q.MaxBytes = 5 * chunk // here by now, and too big all the same
	if _, err := to.fetch(t, 10*time.Second, q); !errors.Is(err, message.ErrBlobTooBig) {
		t.Fatalf("got %v", err)
	}
}

func TestD8_AGraphBeyondTheLimitsIsGivenUp(t *testing.T) {
	cfg := quick()
	cfg.MaxBlocks = 50
	from, to := newNode(t, quick(), memory()), newNode(t, cfg, memory())
	wide := from.give(t, random(100*chunk))
	var deep ipld.Node = merkledag.NewRawNode([]byte("leaf"))
	serv := []ipld.Node{deep}
	for range 40 {
		n := merkledag.NodeWithData(nil)
		_ = n.SetCidBuilder(cid.NewPrefixV1(cid.DagProtobuf, multihash.SHA2_256))
		if err := n.AddNodeLink("", deep); err != nil {
			t.Fatal(err)
		}
		deep = n
		serv = append(serv, n)
	}
	for _, n := range serv {
		if err := from.blocks.Put(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]cid.Cid{"wide": wide, "deep": deep.Cid()} {
		_, err := to.fetch(t, 20*time.Second, message.FetchBlob{CID: c.String(), Sources: sources(from)})
		if !errors.Is(err, message.ErrBlobMalformed) && !errors.Is(err, message.ErrBlobUnreachable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARestartGoesOnWithWhatIsOnDisk(t *testing.T) {
	provider := newNode(t, quick(), memory())
	data := random(60 * chunk)
	c := provider.give(t, data)
	inner := memory()
	gate := newGate(inner, 40)
	if _, _, err := dag.New(inner).Import(t.Context(), bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	slow := newNode(t, quick(), gate)
	dir := t.TempDir()
	s, bs := badger(t, dir)
	first := newNode(t, quick(), bs)
	asked := make(chan error, 1)
	go func() {
		_, err := first.fetch(t, 20*time.Second, message.FetchBlob{CID: c.String(), Sources: sources(slow)})
		asked <- err
	}()
	waitFor(t, "some blocks have come", func() bool { return first.module.Stats().ReceivedBlocks >= 30 })
	first.stop()
	if err := <-asked; err == nil {
		t.Fatal("the fetch succeeded")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s, bs = badger(t, dir)
	held := count(t, bs)
	second := newNode(t, quick(), bs)
	t.Cleanup(func() { second.stop(); _ = s.Close() })
	got, err := second.fetch(t, 20*time.Second, message.FetchBlob{CID: c.String(), Sources: sources(provider)})
	if err != nil {
		t.Fatal(err)
	}
	second.mustHave(t, c, data)
	if st := second.module.Stats(); held < 30 || int(st.ReceivedBlocks) != 61-held || got.Blocks != 61 {
		t.Fatalf("held %d, received %d, %+v", held, st.ReceivedBlocks, got)
	}
	t.Logf("%d of 61 blocks were on disk, %d were fetched", held, 61-held)
}

func TestManyWhoAskForOneBlobShareOneFetch(t *testing.T) {
	from, to := newNode(t, quick(), memory()), newNode(t, quick(), memory())
	data := random(40 * chunk)
	c := from.give(t, data)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if got, err := to.fetch(t, 20*time.Second, message.FetchBlob{CID: c.String(), Sources: sources(from)}); err != nil || got.Blocks != 41 {
				t.Errorf("%+v %v", got, err)
			}
		})
	}
	wg.Wait()
	if n := to.module.Stats().ReceivedBlocks; n != 41 {
		t.Fatalf("received %d blocks", n)
	}
}

func TestAnAskerWhoLeavesDoesNotTakeTheFetchFromTheOthers(t *testing.T) {
	inner := memory()
	data := random(10 * chunk)
	c, _, err := dag.New(inner).Import(t.Context(), bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	gate := newGate(inner, 4)
	cfg := quick()
	cfg.Progress = 10 * time.Second
	from, to := newNode(t, cfg, gate), newNode(t, cfg, memory())
	q := message.FetchBlob{CID: c.String(), Sources: sources(from)}
	ctx, leave := context.WithTimeout(t.Context(), 20*time.Second)
	impatient := make(chan error, 1)
	go func() { _, err := to.ask.Ask(ctx, q); impatient <- err }()
	<-gate.hit
	patient := make(chan error, 1)
	go func() { _, err := to.fetch(t, 20*time.Second, q); patient <- err }()
	waitFor(t, "the second question has arrived", func() bool { return waiters(to) == 2 })
	leave()
	if err := <-impatient; !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	close(gate.open)
	if err := <-patient; err != nil {
		t.Fatal(err)
	}
	to.mustHave(t, c, data)
}

func TestAFetchForWhichNobodyWaitsIsGivenUpAndCanBeginAgain(t *testing.T) {
	inner := memory()
	data := random(10 * chunk)
	c, _, err := dag.New(inner).Import(t.Context(), bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	gate := newGate(inner, 4)
	cfg := quick()
	cfg.Progress = 10 * time.Second
	from, to := newNode(t, cfg, gate), newNode(t, cfg, memory())
	q := message.FetchBlob{CID: c.String(), Sources: sources(from)}
	ctx, leave := context.WithTimeout(t.Context(), 20*time.Second)
	asked := make(chan error, 1)
	go func() { _, err := to.ask.Ask(ctx, q); asked <- err }()
	<-gate.hit
	leave()
	<-asked
	waitFor(t, "the fetch is given up", func() bool { f, _ := to.module.flights.of(c); return f == nil })
	close(gate.open)
	if _, err := to.fetch(t, 20*time.Second, q); err != nil {
		t.Fatal(err)
	}
	to.mustHave(t, c, data)
}

// waiters is how many questions the module has taken, while all are in its
// hands.
func waiters(n *node) int {
	q := n.bus.Queues()[0]
	if q.Depth > 0 {
		return 0
	}
	return int(q.Total)
}

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
