// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package dag

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	uio "github.com/ipfs/boxo/ipld/unixfs/io"
	"github.com/ipfs/go-cid"
)

// Resolve returns the CID of what path names below the directory root, such as
// "out/report.csv". A name that is not there is fs.ErrNotExist.
func (d *DAG) Resolve(ctx context.Context, root cid.Cid, path string) (cid.Cid, error) {
	at := root
	for name := range strings.SplitSeq(path, "/") {
		node, err := d.node(ctx, at)
		if err != nil {
			return cid.Undef, err
		}
		dir, err := uio.NewDirectoryFromNode(d.serv, node)
		if err != nil {
			return cid.Undef, fmt.Errorf("%s is no directory: %w", at, errors.Join(os.ErrNotExist, err))
		}
		child, err := dir.Find(ctx, name)
		if err != nil {
			return cid.Undef, fmt.Errorf("%q in %s: %w", name, root, err)
		}
		at = child.Cid()
	}
	return at, nil
}
