// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package dag

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/ipfs/boxo/blockservice"
	"github.com/ipfs/boxo/blockstore"
	chunk "github.com/ipfs/boxo/chunker"
	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs/importer/balanced"
	"github.com/ipfs/boxo/ipld/unixfs/importer/helpers"
	uio "github.com/ipfs/boxo/ipld/unixfs/io"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/multiformats/go-multihash"
)

// The layout of imported files, as kubo has it.
const (
	// ChunkSize is the size of a leaf, in bytes.
	ChunkSize = 256 << 10
	// MaxLinks is the number of children of an inner node.
	MaxLinks = 174
)

// ErrNotAFile is returned where a file or directory is needed and something
// else was found: a symbolic link, a device, a shard.
var ErrNotAFile = errors.New("neither a file nor a directory")

// DAG reads and writes graphs in one block store. It is safe for concurrent use.
type DAG struct {
	bs     blockstore.Blockstore
	serv   ipld.DAGService
	layout layout
}

type layout struct {
	chunk     int64
	maxLinks  int
	rawLeaves bool
	prefix    cid.Prefix
}

// New returns the graphs of a block store.
func New(bs blockstore.Blockstore) *DAG {
	return &DAG{
		bs:   bs,
		serv: merkledag.NewDAGService(blockservice.New(bs, nil)), // no exchange: local only
		layout: layout{chunk: ChunkSize, maxLinks: MaxLinks, rawLeaves: true,
			prefix: cid.NewPrefixV1(cid.DagProtobuf, multihash.SHA2_256)},
	}
}

// Import stores what r gives as one file and returns its CID and its size in
// bytes. When it returns, all blocks are on disk.
func (d *DAG) Import(ctx context.Context, r io.Reader) (cid.Cid, uint64, error) {
	node, size, err := d.batch(ctx, func(serv ipld.DAGService) (ipld.Node, uint64, error) {
		return d.importFile(serv, r)
	})
	if err != nil {
		return cid.Undef, 0, fmt.Errorf("import: %w", err)
	}
	return node.Cid(), size, nil
}

// ImportDir stores the directory on disk, with all below it, and returns its
// CID and the sum of its files in bytes. Names are kept, modes and times are
// not. A symbolic link or anything else that is no file and no directory is
// ErrNotAFile, and so is not left out in silence.
func (d *DAG) ImportDir(ctx context.Context, dir string) (cid.Cid, uint64, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return cid.Undef, 0, fmt.Errorf("import: %w", err)
	}
	defer root.Close()
	return d.ImportFS(ctx, root.FS())
}

// ImportFS is ImportDir for any file system.
func (d *DAG) ImportFS(ctx context.Context, fsys fs.FS) (cid.Cid, uint64, error) {
	node, size, err := d.batch(ctx, func(serv ipld.DAGService) (ipld.Node, uint64, error) {
		return d.importTree(ctx, serv, fsys, ".")
	})
	if err != nil {
		return cid.Undef, 0, fmt.Errorf("import: %w", err)
	}
	return node.Cid(), size, nil
}

// batch runs write with a service that groups blocks, and flushes it.
func (d *DAG) batch(ctx context.Context, write func(ipld.DAGService) (ipld.Node, uint64, error)) (ipld.Node, uint64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	serv := ipld.NewBufferedDAG(ctx, d.serv)
	node, size, err := write(serv)
	if err != nil {
		return nil, 0, err
	}
	return node, size, serv.Commit()
}

func (d *DAG) importFile(serv ipld.DAGService, r io.Reader) (ipld.Node, uint64, error) {
	counted := &counter{r: r}
	params := helpers.DagBuilderParams{
		Dagserv:    serv,
		Maxlinks:   d.layout.maxLinks,
		RawLeaves:  d.layout.rawLeaves,
		CidBuilder: d.layout.prefix,
	}
	builder, err := params.New(chunk.NewSizeSplitter(counted, d.layout.chunk))
	if err != nil {
		return nil, 0, err
	}
	node, err := balanced.Layout(builder)
	return node, counted.n, err
}

func (d *DAG) importTree(ctx context.Context, serv ipld.DAGService, fsys fs.FS, name string) (ipld.Node, uint64, error) {
	dir, err := uio.NewDirectory(serv, uio.WithCidBuilder(d.layout.prefix))
	if err != nil {
		return nil, 0, err
	}
	entries, err := fs.ReadDir(fsys, name) // sorted by name
	if err != nil {
		return nil, 0, err
	}
	var total uint64
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		below := path.Join(name, e.Name())
		var node ipld.Node
		var size uint64
		switch {
		case e.IsDir():
			node, size, err = d.importTree(ctx, serv, fsys, below)
		case e.Type().IsRegular():
			node, size, err = d.importNamed(serv, fsys, below)
		default:
			err = fmt.Errorf("%s: %w", below, ErrNotAFile)
		}
		if err != nil {
			return nil, 0, err
		}
		if err := dir.AddChild(ctx, e.Name(), node); err != nil {
			return nil, 0, err
		}
		total += size
	}
	node, err := dir.GetNode()
	if err != nil {
		return nil, 0, err
	}
	return node, total, serv.Add(ctx, node)
}

func (d *DAG) importNamed(serv ipld.DAGService, fsys fs.FS, name string) (ipld.Node, uint64, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	// What was a file when the directory was read may be something else now.
	if info, err := f.Stat(); err != nil {
		return nil, 0, err
	} else if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s: %w", name, ErrNotAFile)
	}
	return d.importFile(serv, f)
}

type counter struct {
	r io.Reader
	n uint64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += uint64(n)
	return n, err
}
