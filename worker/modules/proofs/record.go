// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/openmesh-network/openmesh/x/por/corechain"
)

// errDamaged says that a record is not what was written.
var errDamaged = errors.New("the record of the window is damaged")

// recordMagic begins a record; its last digit is the format.
const recordMagic = "openmesh cpu record 1\n"

// records keeps what commitments rest on, in files: one window's take megabytes.
//
// A file is the magic, function, interval, window, seed, the operator behind its
// length, the number of lanes, of each lane the number of segments and their ends,
// and the SHA-256 of all that. Numbers are 8 bytes, big endian.
type records struct{ dir string }

// name tells window and seed, so that another chain's window is another file.
func (r records) name(window uint64, seed [32]byte) string {
	return filepath.Join(r.dir, fmt.Sprintf("cpu-%d-%x.record", window, seed[:8]))
}

func (r records) has(window uint64, seed [32]byte) bool {
	_, err := os.Stat(r.name(window, seed))
	return err == nil
}

// write returns once the record is on disk.
func (r records) write(record *corechain.Record) error {
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return err
	}
	path := r.name(record.Challenge.Window, record.Challenge.Seed)
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	buffered := bufio.NewWriterSize(f, 1<<20)
	err = put(io.MultiWriter(buffered, sum), record)
	if err == nil {
		_, err = buffered.Write(sum.Sum(nil))
	}
	if err := errors.Join(err, buffered.Flush(), f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path+".new"))
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	dir, err := os.Open(r.dir)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func put(w io.Writer, record *corechain.Record) error {
	number := binary.BigEndian.AppendUint64
	out := number([]byte(recordMagic), uint64(record.Spec.Function))
	out = number(out, record.Spec.Interval)
	out = number(out, record.Challenge.Window)
	out = append(out, record.Challenge.Seed[:]...)
	out = number(out, uint64(len(record.Challenge.Operator)))
	out = append(out, record.Challenge.Operator...)
	out = number(out, uint64(len(record.Ends)))
	for _, lane := range record.Ends {
		out = number(out, uint64(len(lane)))
		for i := range lane {
			if out = append(out, lane[i][:]...); len(out) < 64<<10 {
				continue
			}
			if _, err := w.Write(out); err != nil {
				return err
			}
			out = out[:0]
		}
	}
	_, err := w.Write(out)
	return err
}

// read returns the record of a window, ErrNotExist, or errDamaged.
func (r records) read(spec corechain.Spec, challenge corechain.Challenge) (*corechain.Record, error) {
	f, err := os.Open(r.name(challenge.Window, challenge.Seed))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	g := &getter{r: bufio.NewReaderSize(f, 1<<20), sum: sha256.New(), left: uint64(info.Size())}
	record := g.record()
	want := g.sum.Sum(nil)
	got := g.bytes(sha256.Size)
	switch {
	case g.err != nil || g.left != 0 || !slices.Equal(want, got):
		return nil, fmt.Errorf("%w: %s", errors.Join(errDamaged, g.err), f.Name())
	case record.Spec != spec || record.Challenge.Window != challenge.Window || record.Challenge.Seed != challenge.Seed ||
		!slices.Equal(record.Challenge.Operator, challenge.Operator):
		return nil, fmt.Errorf("%w: %s is about something else", errDamaged, f.Name())
	}
	return record, nil
}

// getter reads a record; the first error ends it.
type getter struct {
	r    io.Reader
	sum  hash.Hash
	left uint64
	err  error
}

// bytes reads n bytes, of no more than there are.
func (g *getter) bytes(n uint64) []byte {
	if g.err == nil && n > g.left {
		g.err = io.ErrUnexpectedEOF
	}
	if g.err != nil {
		return nil
	}
	out := make([]byte, n)
	if _, g.err = io.ReadFull(g.r, out); g.err != nil {
		return nil
	}
	g.left -= n
	g.sum.Write(out)
	return out
}

func (g *getter) number() uint64 {
	if b := g.bytes(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

func (g *getter) record() *corechain.Record {
	if string(g.bytes(uint64(len(recordMagic)))) != recordMagic && g.err == nil {
		g.err = errors.New("it is none")
	}
	r := &corechain.Record{}
	r.Spec.Function, r.Spec.Interval = corechain.Function(g.number()), g.number()
	r.Challenge.Window = g.number()
	copy(r.Challenge.Seed[:], g.bytes(uint64(len(r.Challenge.Seed))))
	r.Challenge.Operator = g.bytes(g.number())
	lanes := g.number()
	for range lanes {
		n := g.number()
		if g.err == nil && n > g.left/corechain.StateSize {
			g.err = io.ErrUnexpectedEOF
		}
		if g.err != nil {
			return r
		}
		lane := make([]corechain.State, n)
		for i := range lane {
			copy(lane[i][:], g.bytes(corechain.StateSize))
		}
		r.Ends = append(r.Ends, lane)
	}
	return r
}

// keep removes the records of all windows but these.
func (r records) keep(windows []uint64) error {
	entries, err := os.ReadDir(r.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		var window uint64
		if _, err := fmt.Sscanf(e.Name(), "cpu-%d-", &window); err != nil || slices.Contains(windows, window) {
			continue
		}
		if err := os.Remove(filepath.Join(r.dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
