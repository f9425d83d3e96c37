// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package blobs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/openmesh-network/openmesh/worker/platform/host"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

// admission counts the streams that are served.
type admission struct {
	mu            sync.Mutex
	total         int
	peers         map[peer.ID]int
	limit, byPeer int
}

func (a *admission) enter(p peer.ID) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.total >= a.limit || a.peers[p] >= a.byPeer {
		return false
	}
	a.total++
	a.peers[p]++
	return true
}

func (a *admission) leave(p peer.ID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.total--
	if a.peers[p]--; a.peers[p] == 0 {
		delete(a.peers, p)
	}
}

func (a *admission) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.total
}

// serve answers one stream.
func (m *Module) serve(ctx context.Context, s host.Stream) {
	p := s.Conn().RemotePeer()
	_ = s.SetDeadline(time.Now().Add(m.cfg.Progress))
	if !m.admission.enter(p) {
		m.stats.refused.Add(1)
		m.dismiss(s, statusBusy)
		return
	}
	defer m.admission.leave(p)
	defer context.AfterFunc(ctx, func() { _ = s.Reset() })()

	req, err := readRequest(s)
	if err != nil {
		m.stats.refused.Add(1)
		m.dismiss(s, statusRefused)
		return
	}
	if !m.appears(ctx, req) {
		m.dismiss(s, statusNotFound)
		return
	}
	if err := m.send(ctx, s, req); err != nil {
		// Not an end, or the asker would take the rest for missing.
		_ = s.Reset()
		m.log.Debug("blob not sent to its end", "cid", req.root.String(), "peer", p.String(), "error", err.Error())
		return
	}
	_ = s.Close()
}

func (m *Module) dismiss(s host.Stream, status byte) {
	_ = s.SetWriteDeadline(time.Now().Add(m.cfg.Progress))
	if _, err := s.Write([]byte{status}); err != nil {
		_ = s.Reset()
		return
	}
	_ = s.Close()
}

// appears waits for the blob's first block, or our own fetch of it, to be here.
func (m *Module) appears(ctx context.Context, req request) bool {
	deadline := time.NewTimer(req.wait)
	defer deadline.Stop()
	poll := time.NewTicker(100 * time.Millisecond) // an import tells nobody
	defer poll.Stop()
	for {
		f, change := m.flights.of(req.root)
		if f != nil {
			return true
		}
		if have, err := m.blocks.Has(ctx, req.root); err == nil && have {
			return true
		}
		select {
		case <-change:
		case <-poll.C:
		case <-deadline.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// send writes the status and the blocks.
func (m *Module) send(ctx context.Context, s host.Stream, req request) error {
	walk, err := dag.NewWalk(req.root, int(min(req.depth, uint64(m.cfg.MaxDepth))), m.cfg.MaxBlocks)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(s, 64<<10)
	_ = s.SetWriteDeadline(time.Now().Add(m.cfg.Progress))
	if err := out.WriteByte(statusOK); err != nil {
		return err
	}
	waits := func() error {
		_ = s.SetWriteDeadline(time.Now().Add(m.cfg.Progress))
		return errors.Join(writePatience(out), out.Flush())
	}
	for {
		c, more := walk.Next()
		if !more {
			_ = s.SetWriteDeadline(time.Now().Add(m.cfg.Progress))
			return out.Flush()
		}
		skip := walk.Entered() < req.skip
		if skip && c.Prefix().Codec == cid.Raw {
			if err := walk.Enter(nil); err != nil {
				return err
			}
			continue
		}
		data, err := m.blockFor(ctx, req.root, c, out, waits)
		if err != nil {
			return err
		}
		if len(data) > MaxBlock {
			return fmt.Errorf("block %s has %d bytes, more than may travel", c, len(data))
		}
		if !skip {
			_ = s.SetWriteDeadline(time.Now().Add(m.cfg.Progress))
			if err := writeFrame(out, data); err != nil {
				return err
			}
			m.stats.sentBytes.Add(uint64(len(data)))
			m.stats.sentBlocks.Add(1)
		}
		if err := walk.Enter(data); err != nil {
			return err
		}
	}
}

// blockFor returns a block of the blob. While our own fetch of the blob is under
// way it waits for it, and tells the asker so.
func (m *Module) blockFor(ctx context.Context, root, c cid.Cid, out *bufio.Writer, waits func() error) ([]byte, error) {
	patience := time.NewTimer(m.cfg.Progress / 3)
	defer patience.Stop()
	giveUp := time.Now().Add(m.cfg.Stall)
	for {
		// In this order: a block leaves the hand only after it is on disk.
		f, _ := m.flights.of(root)
		var change <-chan struct{}
		if f != nil {
			b, ch := f.look(c)
			if b != nil {
				return b.RawData(), nil
			}
			change = ch
		}
		b, err := m.blocks.Get(ctx, c)
		if err == nil {
			return b.RawData(), nil
		}
		if f == nil || !ipld.IsNotFound(err) {
			return nil, err
		}
		if time.Now().After(giveUp) {
			return nil, fmt.Errorf("our own fetch stands still: %w", err)
		}
		if err := out.Flush(); err != nil {
			return nil, err
		}
		select {
		case <-change:
		case <-patience.C:
			if err := waits(); err != nil {
				return nil, err
			}
			patience.Reset(m.cfg.Progress / 3)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
