// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package blobs

import (
	"bytes"
	"context"
	"errors"
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
