// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package dag

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"

	"github.com/ipfs/boxo/blockstore"
	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs"
	blocks "github.com/ipfs/go-block-format"
	"github.com/ipfs/go-cid"
	"github.com/ipfs/go-datastore"
	dssync "github.com/ipfs/go-datastore/sync"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/multiformats/go-multihash"
	"golang.org/x/crypto/chacha20"

	"github.com/openmesh-network/openmesh/worker/platform/store"
)

func memory() blockstore.Blockstore {
	return blockstore.NewBlockstore(dssync.MutexWrap(datastore.NewMapDatastore()))
}

// discard forgets blocks: for big files of which only the CID matters.
type discard struct{ blockstore.Blockstore }

func (discard) Has(context.Context, cid.Cid) (bool, error)    { return false, nil }
func (discard) Put(context.Context, blocks.Block) error       { return nil }
func (discard) PutMany(context.Context, []blocks.Block) error { return nil }

func random(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(b)
	return b
}

// What kubo prints for these inputs with `ipfs add --cid-version=1`, from the
// data of kubo's own tests.
func TestCIDsAreKubos(t *testing.T) {
	tree := func(files map[string]string) fs.FS {
		m := fstest.MapFS{}
		for name, text := range files {
			m[name] = &fstest.MapFile{Data: []byte(text)}
		}
		return m
	}
	for name, c := range map[string]struct {
		file string
		tree fs.FS
		want string
	}{
		"a word":          {"hello world", nil, "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"},
		"a line":          {"hello\n", nil, "bafkreicysg23kiwv34eg2d7qweipxwosdo2py4ldv42nbauguluen5v6am"},
		"an empty file":   {"", nil, "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"},
		"an empty folder": {"", tree(nil), "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"},
		"folders of files": {"", tree(map[string]string{
			"hello": "hello\n", "ipfs/ipns/bar": "text-file-content\n",
			"api/file.txt": "I am a txt file\n", "ipfs/file.txt": "I am a txt file\n",
		}), "bafybeiht6dtwk3les7vqm6ibpvz6qpohidvlshsfyr7l5mpysdw2vmbbhe"},
		"nested folders": {"", tree(map[string]string{"root2/root3/root4/index.html": "hello\n"}),
			"bafybeib3ffl2teiqdncv3mkz4r23b5ctrwkzrrhctdbne6iboayxuxk5ui"},
	} {
		t.Run(name, func(t *testing.T) {
			d := New(memory())
			var got cid.Cid
			var err error
			if c.tree != nil {
				got, _, err = d.ImportFS(t.Context(), c.tree)
			} else {
				got, _, err = d.Import(t.Context(), strings.NewReader(c.file))
			}
			if err != nil || got.String() != c.want {
				t.Fatalf("got %s %v, want %s", got, err, c.want)
			}
		})
	}
}

// kubo's tests have big files only for other settings than `--cid-version=1`;
// the same code with those settings must give their CIDs: the layout is the
// same. 44,800 KiB is the first size that needs a second level.
func TestTheLayoutOfBigFilesIsKubos(t *testing.T) {
	v0 := layout{chunk: 256 << 10, maxLinks: 174, prefix: cid.Prefix{Codec: cid.DagProtobuf, MhType: multihash.SHA2_256, MhLength: 32}}
	v1 := New(memory()).layout
	v1.chunk = 1 << 20
	for _, c := range []struct {
		name   string
		layout layout
		size   int64
		seed   string
		want   string
	}{
		{"one level of 256 KiB", v0, 44544 << 10, "v0-seed", "QmUbBALi174SnogsUzLpYbD4xPiBSFANF4iztWCsHbMKh2"},
		{"two levels of 256 KiB", v0, 44800 << 10, "v0-seed", "QmepeWtdmS1hHXx1oZXsPUv6bMrfRRKfZcoPPU4eEfjnbf"},
		{"two levels of raw leaves", v1, 175 << 20, "v1-seed", "bafybeidhd7lo2n2v7lta5yamob3xwhbxcczmmtmhquwhjesi35jntf7mpu"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() {
				t.Skip("hashes up to 175 MiB")
			}
			key := sha256.Sum256([]byte(c.seed))
			cipher, err := chacha20.NewUnauthenticatedCipher(key[:], make([]byte, chacha20.NonceSize))
			if err != nil {
				t.Fatal(err)
			}
			d := New(discard{memory()})
			d.layout = c.layout
			got, size, err := d.Import(t.Context(), io.LimitReader(stream{cipher}, c.size))
			if err != nil || got.String() != c.want || size != uint64(c.size) {
				t.Fatalf("got %s of %d bytes, %v, want %s", got, size, err, c.want)
			}
		})
	}
}

type stream struct{ c *chacha20.Cipher }

func (s stream) Read(p []byte) (int, error) {
	clear(p)
	s.c.XORKeyStream(p, p)
	return len(p), nil
}

func TestAFileComesBackFromDisk(t *testing.T) {
	s, err := store.Open(t.TempDir(), store.WithLogger(slog.New(slog.DiscardHandler)), store.WithReserve(0))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	d := New(s.Blocks())
	for _, n := range []int{0, 1, ChunkSize - 1, ChunkSize, ChunkSize + 1, 5*ChunkSize + 7} {
		want := random(n)
		// A reader that gives single bytes or halves must not change the chunks.
		c, size, err := d.Import(t.Context(), iotest.HalfReader(bytes.NewReader(want)))
		if err != nil || size != uint64(n) {
			t.Fatalf("%d bytes: %d %v", n, size, err)
		}
		r, err := d.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes came back as %d: %v", n, len(got), err)
		}
		if n > 10 {
			if _, err := r.Seek(int64(n-10), io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if tail, err := io.ReadAll(r); err != nil || !bytes.Equal(tail, want[n-10:]) {
				t.Fatalf("tail %x %v", tail, err)
			}
		}
		_ = r.Close()
		if got, err := d.Size(t.Context(), c); err != nil || got != uint64(n) {
			t.Fatalf("size %d %v", got, err)
		}
		if ok, err := d.Complete(t.Context(), c); !ok || err != nil {
			t.Fatalf("complete %v %v", ok, err)
		}
	}
}

func TestADirectoryComesBack(t *testing.T) {
	src := t.TempDir()
	want := map[string][]byte{"a.txt": []byte("a"), "sub/b": random(600 << 10), "sub/deep/c": nil, "ünï cödé": []byte("u")}
	for name, data := range want {
		_ = os.MkdirAll(filepath.Dir(filepath.Join(src, name)), 0o755)
		if err := os.WriteFile(filepath.Join(src, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d := New(memory())
	c, size, err := d.ImportDir(t.Context(), src)
	if err != nil || size != 600<<10+2 {
		t.Fatalf("%d bytes %v", size, err)
	}
	if n, err := d.Size(t.Context(), c); err != nil || n != size {
		t.Fatalf("size %d %v", n, err)
	}
	dest := filepath.Join(t.TempDir(), "out")
	if err := d.Export(t.Context(), c, dest, size); err != nil {
		t.Fatal(err)
	}
	for name, data := range want {
		if got, err := os.ReadFile(filepath.Join(dest, name)); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%s: %d bytes %v", name, len(got), err)
		}
	}
	if again, _, err := d.ImportDir(t.Context(), dest); err != nil || again != c {
		t.Fatalf("imported again: %s %v, want %s", again, err, c)
	}
	if err := d.Export(t.Context(), c, dest, size); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("over what is there: %v", err)
	}
	if err := d.Export(t.Context(), c, dest+"2", size-1); !errors.Is(err, ErrTooLarge) {
		t.Fatalf("over the limit: %v", err)
	}
	if _, err := d.Open(t.Context(), c); err == nil {
		t.Fatal("a directory was opened as a file")
	}
}

func TestAHugeDirectoryIsSharded(t *testing.T) {
	m := fstest.MapFS{}
	for i := range 6000 {
		m[fmt.Sprintf("a rather long name of a file %06d", i)] = &fstest.MapFile{Data: fmt.Append(nil, i)}
	}
	d := New(memory())
	c, _, err := d.ImportFS(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	dest := filepath.Join(t.TempDir(), "out")
	if err := d.Export(t.Context(), c, dest, 1<<20); err != nil {
		t.Fatal(err)
	}
	if again, _, err := d.ImportDir(t.Context(), dest); err != nil || again != c {
		t.Fatalf("imported again: %s %v", again, err)
	}
}

func TestD9_LinksAndDevicesAreNotImported(t *testing.T) {
	for name, make := range map[string]func(dir string) error{
		"a link to a file outside": func(dir string) error { return os.Symlink("/etc/passwd", filepath.Join(dir, "l")) },
		"a link to a file inside":  func(dir string) error { return os.Symlink("f", filepath.Join(dir, "l")) },
		"a link to a directory":    func(dir string) error { return os.Symlink(".", filepath.Join(dir, "l")) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			_ = os.WriteFile(filepath.Join(dir, "f"), nil, 0o644)
			if err := make(dir); err != nil {
				t.Fatal(err)
			}
			if _, _, err := New(memory()).ImportDir(t.Context(), dir); !errors.Is(err, ErrNotAFile) {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// put stores a hand-made node and returns its CID.
func put(t *testing.T, d *DAG, data []byte, links map[string]cid.Cid) cid.Cid {
	t.Helper()
	n := merkledag.NodeWithData(data)
	_ = n.SetCidBuilder(d.layout.prefix)
	for name, c := range links {
		if err := n.AddRawLink(name, &ipld.Link{Cid: c}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.serv.Add(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	return n.Cid()
}

func TestD9_NothingIsExportedOutsideItsDirectory(t *testing.T) {
	for _, name := range []string{"..", ".", "", "../x", "/etc/x", "a/b", "a\x00b", `a\b`, strings.Repeat("n", 256)} {
		d := New(memory())
		leaf, _, _ := d.Import(t.Context(), strings.NewReader("evil"))
		c := put(t, d, unixfs.FolderPBData(), map[string]cid.Cid{name: leaf})
		parent := t.TempDir()
		if err := d.Export(t.Context(), c, filepath.Join(parent, "out"), 1<<20); !errors.Is(err, ErrBadName) {
			t.Errorf("name %q: %v", name, err)
		}
		if left, _ := os.ReadDir(filepath.Join(parent, "out")); len(left) != 0 {
			t.Errorf("name %q wrote %v", name, left)
		}
	}
	d := New(memory())
	link, err := unixfs.SymlinkData("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	c := put(t, d, unixfs.FolderPBData(), map[string]cid.Cid{"l": put(t, d, link, nil)})
	if err := d.Export(t.Context(), c, filepath.Join(t.TempDir(), "out"), 1<<20); !errors.Is(err, ErrNotAFile) {
		t.Fatalf("symbolic link: %v", err)
	}
}

func TestD8_FewBlocksThatDescribeATreeWithoutEndAreRefused(t *testing.T) {
	d := New(memory())
	c := put(t, d, unixfs.FolderPBData(), nil)
	deep := c
	for range 20 {
		c = put(t, d, unixfs.FolderPBData(), map[string]cid.Cid{"a": c, "b": c, "c": c})
	}
	if _, err := d.Size(t.Context(), c); !errors.Is(err, ErrTooMany) {
		t.Fatalf("wide: %v", err)
	}
	if ok, err := d.Complete(t.Context(), c); !ok || err != nil { // 21 blocks are 21 steps
		t.Fatalf("complete: %v %v", ok, err)
	}
	for range 70 {
		deep = put(t, d, unixfs.FolderPBData(), map[string]cid.Cid{"a": deep})
	}
	if _, err := d.Size(t.Context(), deep); !errors.Is(err, ErrTooDeep) {
		t.Fatalf("deep: %v", err)
	}
}

func TestAnIncompleteGraphIsSeen(t *testing.T) {
	bs := memory()
	d := New(bs)
	c, _, err := d.Import(t.Context(), bytes.NewReader(random(3*ChunkSize)))
	if err != nil {
		t.Fatal(err)
	}
	root, _ := bs.Get(t.Context(), c)
	links, err := Links(c, root.RawData())
	if err != nil || len(links) != 3 {
		t.Fatalf("%d links %v", len(links), err)
	}
	_ = bs.DeleteBlock(t.Context(), links[1])
	if ok, err := d.Complete(t.Context(), c); ok || err != nil {
		t.Fatalf("complete: %v %v", ok, err)
	}
	if r, err := d.Open(t.Context(), c); err == nil {
		if _, err := io.ReadAll(r); err == nil {
			t.Fatal("it was read")
		}
	}
}

func TestUnknownKindsAreRefused(t *testing.T) {
	sum := func(code uint64, length int) multihash.Multihash {
		m, err := multihash.Sum([]byte("x"), code, length)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for name, c := range map[string]cid.Cid{
		"dag-cbor":       cid.NewCidV1(cid.DagCBOR, sum(multihash.SHA2_256, -1)),
		"sha-512":        cid.NewCidV1(cid.Raw, sum(multihash.SHA2_512, -1)),
		"identity":       cid.NewCidV1(cid.Raw, sum(multihash.IDENTITY, -1)),
		"a cut sha-256":  cid.NewCidV1(cid.Raw, sum(multihash.SHA2_256, 16)),
		"nothing at all": cid.Undef,
	} {
		if err := CheckKind(c); !errors.Is(err, ErrKind) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := NewWalk(c, 1, 1); !errors.Is(err, ErrKind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
