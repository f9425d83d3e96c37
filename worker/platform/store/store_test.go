// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/multiformats/go-multihash"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, WithLogger(slog.New(slog.DiscardHandler)), WithReserve(1<<20))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func block(t *testing.T, data []byte) blocks.Block {
	t.Helper()
	c, err := cid.NewPrefixV1(cid.Raw, multihash.SHA2_256).Sum(data)
	if err != nil {
		t.Fatal(err)
	}
	b, err := blocks.NewBlockWithCid(data, c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBucketsAreApartAndSurviveAReopen(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	a, b := s.Bucket("a"), s.Bucket("ab")
	big := bytes.Repeat([]byte("x"), 100<<10)
	for _, err := range []error{
		a.Set(t.Context(), []byte("k"), []byte("1")),
		b.Set(t.Context(), []byte("k"), big),
		a.Set(t.Context(), []byte("empty"), nil),
		a.Batch(t.Context(), Put([]byte("k2"), []byte("2")), Remove([]byte("k")), Put([]byte("k3"), []byte("3"))),
		a.Delete(t.Context(), []byte("never was")),
		a.Batch(t.Context()),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Get([]byte("k2")); !errors.Is(err, ErrClosed) {
		t.Fatalf("read after close: %v", err)
	}
	if err := a.Set(t.Context(), []byte("k2"), nil); !errors.Is(err, ErrClosed) {
		t.Fatalf("write after close: %v", err)
	}
	s = open(t, dir)
	a, b = s.Bucket("a"), s.Bucket("ab")
	if _, err := a.Get([]byte("k")); !errors.Is(err, ErrNotFound) {
		t.Fatalf("removed key: %v", err)
	}
	if v, err := a.Get([]byte("k3")); err != nil || string(v) != "3" {
		t.Fatalf("k3: %q %v", v, err)
	}
	if v, err := a.Get([]byte("empty")); err != nil || len(v) != 0 {
		t.Fatalf("empty: %q %v", v, err)
	}
	if v, err := b.Get([]byte("k")); err != nil || !bytes.Equal(v, big) {
		t.Fatalf("big: %d bytes %v", len(v), err)
	}
	if ok, err := a.Has([]byte("k")); ok || err != nil {
		t.Fatalf("has: %v %v", ok, err)
	}
}

func TestIterationIsOrderedBoundedAndOnASnapshot(t *testing.T) {
	s := open(t, t.TempDir())
	b := s.Bucket("queue")
	for i := range 300 {
		if err := b.Set(t.Context(), fmt.Appendf(nil, "job/%04d", i), fmt.Append(nil, i)); err != nil {
			t.Fatal(err)
		}
	}
	_ = b.Set(t.Context(), []byte("other"), nil)
	for name, c := range map[string]struct {
		prefix, from string
		want, stop   int
		first        string
	}{
		"the prefix":      {"job/", "", 300, 0, "job/0000"},
		"from a key on":   {"job/", "job/0290", 10, 0, "job/0290"},
		"until it stops":  {"job/", "", 5, 5, "job/0000"},
		"everything":      {"", "", 301, 0, "job/0000"},
		"nothing":         {"none", "", 0, 0, ""},
		"from beyond all": {"job/", "zzz", 0, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var keys []string
			err := b.Iterate([]byte(c.prefix), []byte(c.from), func(k, _ []byte) error {
				keys = append(keys, string(k))
				_ = b.Delete(t.Context(), []byte("not there")) // writing meanwhile is allowed
				if _, err := b.Get(k); err != nil {            // so is reading
					return err
				}
				if len(keys) == c.stop {
					return ErrStop
				}
				return nil
			})
			if err != nil || len(keys) != c.want || (c.want > 0 && keys[0] != c.first) {
				t.Fatalf("%d keys %v", len(keys), err)
			}
		})
	}
	boom := errors.New("boom")
	if err := b.Iterate(nil, nil, func(_, _ []byte) error { return boom }); !errors.Is(err, boom) {
		t.Fatalf("got %v", err)
	}
}

func TestWhoWaitsTogetherSharesASync(t *testing.T) {
	s := open(t, t.TempDir())
	b := s.Bucket("q")
	const writers, each = 64, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				if err := b.Set(t.Context(), fmt.Appendf(nil, "%d/%d", w, i), []byte("v")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	st := s.Stats()
	if st.Writes != writers*each || st.Syncs*4 > st.Writes {
		t.Fatalf("%+v", st)
	}
	t.Logf("%d writes shared %d syncs", st.Writes, st.Syncs)
}

func TestWhatIsTooBigIsRefusedAndWhatIsCancelledReturns(t *testing.T) {
	s := open(t, t.TempDir())
	b := s.Bucket("q")
	if err := b.Set(t.Context(), []byte("k"), make([]byte, MaxValue)); !errors.Is(err, ErrTooBig) {
		t.Fatalf("value: %v", err)
	}
	var many []Change
	for i := range 10000 {
		many = append(many, Put(fmt.Appendf(nil, "%d", i), []byte("0123456789")))
	}
	if err := b.Batch(t.Context(), many...); !errors.Is(err, ErrTooBig) {
		t.Fatalf("batch: %v", err)
	}
	if ok, _ := b.Has([]byte("0")); ok {
		t.Fatal("a part of the refused batch is there")
	}
	if err := b.Batch(t.Context(), many[:4000]...); err != nil {
		t.Fatalf("a large batch: %v", err)
	}
}

func TestD2_TheReserveOfTheDiskIsKept(t *testing.T) {
	s, err := Open(t.TempDir(), WithLogger(slog.New(slog.DiscardHandler)), WithReserve(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Bucket("q").Set(t.Context(), []byte("k"), nil); !errors.Is(err, ErrFull) {
		t.Fatalf("got %v", err)
	}
	s.reserve = 0
	if err := s.Bucket("q").Set(t.Context(), []byte("k"), nil); err != nil {
		t.Fatalf("it did not recover: %v", err)
	}
}

func TestAStoreThatFailedToSyncAcknowledgesNothing(t *testing.T) {
	s := open(t, t.TempDir())
	(&badgerLog{s}).Errorf("Error while curlf sync: %v\n", errors.New("input/output error"))
	if err := s.Bucket("q").Set(t.Context(), []byte("k"), nil); !errors.Is(err, ErrBroken) {
		t.Fatalf("got %v", err)
	}
}

func TestD22_ANewerSchemaIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if err := s.apply(t.Context(), op{[]byte(schemaKey), []byte{Schema + 1}}); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	if _, err := Open(dir, WithLogger(slog.New(slog.DiscardHandler))); !errors.Is(err, ErrNewerSchema) {
		t.Fatalf("got %v", err)
	}
}

func TestBlocksAreABlockstore(t *testing.T) {
	s := open(t, t.TempDir())
	bs := s.Blocks(VerifyPuts())
	one, big, empty := block(t, []byte("one")), block(t, bytes.Repeat([]byte("b"), 1<<20)), block(t, nil)
	if _, err := bs.Get(t.Context(), one.Cid()); !ipld.IsNotFound(err) {
		t.Fatalf("missing: %v", err)
	}
	if _, err := bs.GetSize(t.Context(), one.Cid()); !ipld.IsNotFound(err) {
		t.Fatalf("missing: %v", err)
	}
	if err := bs.PutMany(t.Context(), []blocks.Block{one, big, empty, one}); err != nil {
		t.Fatal(err)
	}
	if err := bs.PutMany(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, b := range []blocks.Block{one, big, empty} {
		got, err := bs.Get(t.Context(), b.Cid())
		if err != nil || !bytes.Equal(got.RawData(), b.RawData()) {
			t.Fatalf("%s: %v", b.Cid(), err)
		}
		if n, err := bs.GetSize(t.Context(), b.Cid()); err != nil || n != len(b.RawData()) {
			t.Fatalf("size %d %v", n, err)
		}
	}
	// The same bytes under another codec are the same block.
	if ok, err := bs.Has(t.Context(), cid.NewCidV1(cid.DagProtobuf, one.Cid().Hash())); !ok || err != nil {
		t.Fatalf("has: %v %v", ok, err)
	}
	keys, err := bs.AllKeysChan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range keys {
		n++
	}
	if n != 3 {
		t.Fatalf("%d keys", n)
	}
	if err := bs.DeleteBlock(t.Context(), one.Cid()); err != nil {
		t.Fatal(err)
	}
	if ok, _ := bs.Has(t.Context(), one.Cid()); ok {
		t.Fatal("the block is still there")
	}
}

func TestD8_ABlockWithTheWrongHashIsRefused(t *testing.T) {
	s := open(t, t.TempDir())
	lie, _ := blocks.NewBlockWithCid([]byte("two"), block(t, []byte("one")).Cid())
	if err := s.Blocks(VerifyPuts()).Put(t.Context(), lie); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("got %v", err)
	}
	if ok, _ := s.Blocks().Has(t.Context(), lie.Cid()); ok {
		t.Fatal("the lie was stored")
	}
}

// flip changes one byte of the first occurrence of mark in the files of dir.
func flip(t *testing.T, dir string, mark []byte) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if i := bytes.Index(data, mark); i >= 0 && strings.HasSuffix(f, ".vlog") {
			data[i] ^= 1
			if err := os.WriteFile(f, data, 0o600); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("the mark is in no value log")
}

func TestD8_AFlippedBitOnDiskIsNoticedAndTheBlockRemoved(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	good := block(t, append(bytes.Repeat([]byte("g"), 8<<10), "mark of the good one"...))
	bad := block(t, append(bytes.Repeat([]byte("b"), 8<<10), "mark of the bad one"...))
	if err := s.Blocks().PutMany(t.Context(), []blocks.Block{good, bad}); err != nil {
		t.Fatal(err)
	}
	kv := append(bytes.Repeat([]byte("v"), 8<<10), "mark of the value"...)
	if err := s.Bucket("q").Set(t.Context(), []byte("k"), kv); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	// Each opening begins a new file of the value log. The newest file is cut at
	// its first damaged record; in older ones only the record itself is lost.
	_ = open(t, dir).Close()
	flip(t, dir, []byte("mark of the bad one"))
	flip(t, dir, []byte("mark of the value"))

	s = open(t, dir)
	if _, err := s.Bucket("q").Get([]byte("k")); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("value: %v", err)
	}
	bs := s.Blocks()
	if _, err := bs.Get(t.Context(), good.Cid()); err != nil {
		t.Fatalf("the good block: %v", err)
	}
	if _, err := bs.Get(t.Context(), bad.Cid()); !errors.Is(err, ErrCorrupt) {
		t.Fatalf("the bad block: %v", err)
	}
	if _, err := bs.Get(t.Context(), bad.Cid()); !ipld.IsNotFound(err) {
		t.Fatalf("it was not removed: %v", err)
	}
	if err := bs.Put(t.Context(), bad); err != nil {
		t.Fatal(err)
	}
	if got, err := bs.Get(t.Context(), bad.Cid()); err != nil || !bytes.Equal(got.RawData(), bad.RawData()) {
		t.Fatalf("after the repair: %v", err)
	}
	if s.Stats().Corrupt != 2 {
		t.Fatalf("%+v", s.Stats())
	}
}

func TestD8_AFlippedBitInTheNewestFileNeverGivesWrongBytes(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var all []blocks.Block
	for i := range 16 {
		all = append(all, block(t, fmt.Appendf(bytes.Repeat([]byte("g"), 8<<10), "mark %02d", i)))
		if err := s.Blocks().Put(t.Context(), all[i]); err != nil {
			t.Fatal(err)
		}
	}
	_ = s.Close()
	flip(t, dir, []byte("mark 07"))
	s = open(t, dir)
	for i, b := range all {
		got, err := s.Blocks().Get(t.Context(), b.Cid())
		switch {
		case err == nil && !bytes.Equal(got.RawData(), b.RawData()):
			t.Fatalf("block %d has other bytes", i)
		case err == nil && i == 7, err != nil && (i < 7 || !errors.Is(err, ErrCorrupt)):
			t.Fatalf("block %d: %v", i, err)
		}
		if err := s.Blocks().Put(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Blocks().Get(t.Context(), b.Cid()); err != nil {
			t.Fatalf("block %d after the repair: %v", i, err)
		}
	}
}

// The child writes and prints what was acknowledged; it is killed while at it.
func TestD1_NothingAcknowledgedIsLostByAKill(t *testing.T) {
	if dir := os.Getenv("TEST_STORE_DIR"); dir != "" {
		s, err := Open(dir, WithLogger(slog.New(slog.DiscardHandler)), WithReserve(0))
		if err != nil {
			fmt.Println("open:", err)
			os.Exit(1)
		}
		var out sync.Mutex
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := 0; ; i++ {
					key := fmt.Sprintf("%d/%d/%d", os.Getpid(), w, i)
					value := bytes.Repeat([]byte(key), 1+(i%3)*400)
					if err := s.Bucket("q").Set(t.Context(), []byte(key), value); err != nil {
						return
					}
					out.Lock()
					fmt.Println("acked", key)
					out.Unlock()
				}
			})
		}
		wg.Wait()
		return
	}
	dir := t.TempDir()
	var acked []string
	for range 3 {
		child := exec.Command(os.Args[0], "-test.run=^TestD1_NothingAcknowledged")
		child.Env = append(os.Environ(), "TEST_STORE_DIR="+dir)
		pipe, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		var seen bytes.Buffer
		buf := make([]byte, 4096)
		for bytes.Count(seen.Bytes(), []byte("\n")) < 400 {
			n, err := pipe.Read(buf)
			if err != nil {
				t.Fatalf("child: %v %s", err, seen.String())
			}
			seen.Write(buf[:n])
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_, _ = seen.ReadFrom(pipe)
		_ = child.Wait()
		lines := strings.Split(seen.String(), "\n")
		for _, line := range lines[:len(lines)-1] { // the last may be cut
			if key, ok := strings.CutPrefix(line, "acked "); ok {
				acked = append(acked, key)
			}
		}
	}
	s := open(t, dir)
	for _, key := range acked {
		v, err := s.Bucket("q").Get([]byte(key))
		if err != nil || !strings.HasPrefix(string(v), key) {
			t.Fatalf("%s was acknowledged and is lost: %v", key, err)
		}
	}
	t.Logf("%d acknowledged writes survived 3 kills", len(acked))
}

func TestReadersAndWritersBesideCloseGetAnErrorAtMost(t *testing.T) {
	s := open(t, t.TempDir())
	b := s.Bucket("q")
	_ = b.Set(t.Context(), []byte("k"), []byte("v"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				if _, err := b.Get([]byte("k")); err != nil {
					if !errors.Is(err, ErrClosed) {
						t.Error(err)
					}
					return
				}
			}
		})
		wg.Go(func() {
			for {
				if err := b.Set(t.Context(), []byte("k"), []byte("v")); err != nil {
					if !errors.Is(err, ErrClosed) {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
}
