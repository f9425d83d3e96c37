// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package blobs

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ipfs/go-cid"
	"github.com/libp2p/go-libp2p/core/protocol"

	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

// Protocol is the libp2p protocol of this package.
const Protocol protocol.ID = "/openmesh/dag/1"

// MaxBlock is the largest block that travels, in bytes.
const MaxBlock = 2 << 20

const (
	maxRequest = 128             // bytes
	maxWait    = 5 * time.Second // that an asker can make us wait for a blob to appear
)

// The first byte of an answer.
const (
	statusOK       = 1
	statusNotFound = 2
	statusBusy     = 3
	statusRefused  = 4
)

var (
	errNotFound = errors.New("the source does not have it")
	errBusy     = errors.New("the source is busy")
	errRefused  = errors.New("the source refused the request")
	// errLied: the source sent what it must not; it is not asked again.
	errLied = errors.New("the source sent wrong data")
)

// request asks for the blocks of a graph after the first skip ones.
type request struct {
	root  cid.Cid
	skip  uint64
	depth uint64        // at most so many levels are wanted
	wait  time.Duration // for the blob to appear, in whole milliseconds
}

func (r request) marshal() []byte {
	body := binary.AppendUvarint(nil, uint64(r.root.ByteLen()))
	body = append(body, r.root.Bytes()...)
	body = binary.AppendUvarint(body, r.skip)
	body = binary.AppendUvarint(body, r.depth)
	body = binary.AppendUvarint(body, uint64(r.wait.Milliseconds()))
	return append(binary.AppendUvarint(nil, uint64(len(body))), body...)
}

// readRequest reads no byte beyond the request.
func readRequest(in io.Reader) (request, error) {
	var r request
	size, err := binary.ReadUvarint(oneByOne{in})
	if err != nil {
		return r, err
	}
	if size > maxRequest {
		return r, fmt.Errorf("a request of %d bytes, at most %d", size, maxRequest)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(in, body); err != nil {
		return r, err
	}
	number := func() uint64 {
		v, n := binary.Uvarint(body)
		if n <= 0 {
			err = errors.New("a request that is cut off")
			return 0
		}
		body = body[n:]
		return v
	}
	cidSize := number()
	if err != nil || cidSize > uint64(len(body)) {
		return r, errors.New("a request that is cut off")
	}
	if r.root, err = cid.Cast(body[:cidSize]); err != nil {
		return r, err
	}
	body = body[cidSize:]
	r.skip, r.depth = number(), number()
	r.wait = time.Duration(min(number(), uint64(maxWait.Milliseconds()))) * time.Millisecond
	if err == nil && len(body) > 0 {
		err = errors.New("a request with something behind it")
	}
	if err != nil {
		return r, err
	}
	return r, dag.CheckKind(r.root)
}

type oneByOne struct{ io.Reader }

func (o oneByOne) ReadByte() (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(o.Reader, b[:])
	return b[0], err
}

// writeFrame writes one block; writePatience says that the sender waits.
func writeFrame(out *bufio.Writer, data []byte) error {
	if _, err := out.Write(binary.AppendUvarint(nil, uint64(len(data))+1)); err != nil {
		return err
	}
	_, err := out.Write(data)
	return err
}

func writePatience(out *bufio.Writer) error { return out.WriteByte(0) }

// readFrame reads one block, or nil for patience.
func readFrame(in *bufio.Reader) ([]byte, error) {
	size, err := binary.ReadUvarint(in)
	switch {
	case err != nil:
		return nil, err
	case size == 0:
		return nil, nil
	case size-1 > MaxBlock:
		return nil, fmt.Errorf("%w: a block of %d bytes, at most %d", errLied, size-1, MaxBlock)
	}
	data := make([]byte, size-1)
	_, err = io.ReadFull(in, data)
	return data, err
}
