// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package dag

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs"
	uio "github.com/ipfs/boxo/ipld/unixfs/io"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
)

var (
	// ErrBadName is returned for a directory entry whose name is no plain file
	// name.
	ErrBadName = errors.New("bad name in a directory")
	// ErrTooLarge is returned by Export for more bytes than allowed.
	ErrTooLarge = errors.New("larger than allowed")
)

// Limits of a tree of directories. A few blocks that name each other many times
// can describe a tree that no disk holds.
const (
	maxNesting = 64
	maxEntries = 1 << 16
)

// Open opens a file for reading. Close it.
func (d *DAG) Open(ctx context.Context, c cid.Cid) (io.ReadSeekCloser, error) {
	node, err := d.node(ctx, c)
	if err != nil {
		return nil, err
	}
	r, err := uio.NewDagReader(ctx, node, d.serv)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", c, err)
	}
	return r, nil
}

// Size returns the bytes of a file, or of all files below a directory, as the
// graph states them.
func (d *DAG) Size(ctx context.Context, c cid.Cid) (uint64, error) {
	var total uint64
	err := d.tree(ctx, c, func(_ string, file ipld.Node) error {
		if file == nil {
			return nil
		}
		n, err := fileSize(file)
		if total+n < total {
			return ErrTooLarge
		}
		total += n
		return err
	})
	return total, err
}

// Export writes the file, or the directory with all below it, to dest, which
// must not exist. At most maxBytes are written: ErrTooLarge. Whatever names the
// graph has in it, nothing is written outside dest. After an error the part
// that was written is still there.
func (d *DAG) Export(ctx context.Context, c cid.Cid, dest string, maxBytes uint64) error {
	parent, err := os.OpenRoot(filepath.Dir(dest))
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	defer parent.Close()
	base := filepath.Base(dest)
	left := maxBytes
	err = d.tree(ctx, c, func(name string, file ipld.Node) error {
		to := path.Join(base, name)
		if file == nil {
			return parent.Mkdir(to, 0o755)
		}
		return d.exportFile(ctx, parent, to, file, &left)
	})
	if err != nil {
		return fmt.Errorf("export %s: %w", c, err)
	}
	return nil
}

func (d *DAG) exportFile(ctx context.Context, root *os.Root, name string, node ipld.Node, left *uint64) error {
	r, err := uio.NewDagReader(ctx, node, d.serv)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	// Not what the graph says of its size counts, but what comes out of it.
	n, err := io.Copy(f, io.LimitReader(r, int64(min(*left, 1<<62))+1))
	if uint64(n) > *left {
		err = ErrTooLarge
	} else {
		*left -= uint64(n)
	}
	return errors.Join(err, f.Close())
}

// tree calls visit for every directory, with no node, and then for what is in
// it; names are relative paths of checked elements.
func (d *DAG) tree(ctx context.Context, c cid.Cid, visit func(name string, file ipld.Node) error) error {
	t := &treeWalk{d: d, left: maxEntries, visit: visit}
	return t.walk(ctx, c, "", 0)
}

type treeWalk struct {
	d     *DAG
	left  int // entries
	visit func(string, ipld.Node) error
}

func (t *treeWalk) walk(ctx context.Context, c cid.Cid, name string, depth int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if t.left--; t.left < 0 {
		return fmt.Errorf("%w: more than %d files and directories", ErrTooMany, maxEntries)
	}
	node, err := t.d.node(ctx, c)
	if err != nil {
		return err
	}
	isDir, err := isDirectory(node)
	if err != nil {
		return fmt.Errorf("%q: %w", name, err)
	}
	if !isDir {
		return t.visit(name, node)
	}
	if depth >= maxNesting {
		return fmt.Errorf("%w: more than %d nested directories", ErrTooDeep, maxNesting)
	}
	if err := t.visit(name, nil); err != nil {
		return err
	}
	dir, err := uio.NewDirectoryFromNode(t.d.serv, node)
	if err != nil {
		return err
	}
	return dir.ForEachLink(ctx, func(l *ipld.Link) error {
		if !plainName(l.Name) {
			return fmt.Errorf("%w: %q", ErrBadName, l.Name)
		}
		return t.walk(ctx, l.Cid, path.Join(name, l.Name), depth+1)
	})
}

// plainName tells whether a name is one element of a path on any system.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && len(name) <= 255 && !strings.ContainsAny(name, "/\\\x00")
}

func (d *DAG) node(ctx context.Context, c cid.Cid) (ipld.Node, error) {
	if err := CheckKind(c); err != nil {
		return nil, err
	}
	return d.serv.Get(ctx, c)
}

func isDirectory(node ipld.Node) (bool, error) {
	pb, ok := node.(*merkledag.ProtoNode)
	if !ok {
		return false, nil
	}
	f, err := unixfs.FSNodeFromBytes(pb.Data())
	if err != nil {
		return false, err
	}
	switch f.Type() {
	case unixfs.TDirectory, unixfs.THAMTShard:
		return true, nil
	case unixfs.TFile, unixfs.TRaw:
		return false, nil
	default:
		return false, ErrNotAFile
	}
}

func fileSize(node ipld.Node) (uint64, error) {
	pb, ok := node.(*merkledag.ProtoNode)
	if !ok {
		return uint64(len(node.RawData())), nil
	}
	f, err := unixfs.FSNodeFromBytes(pb.Data())
	if err != nil {
		return 0, err
	}
	return f.FileSize(), nil
}
