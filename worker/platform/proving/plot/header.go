// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

const (
	headerName = "plot.json"
	headerTemp = "plot.json.new"
	lockName   = "plot.lock"
	format     = 1

	// DefaultSegmentBytes is the size of a segment where Spec gives none.
	DefaultSegmentBytes = 1 << 30
	maxSegments         = 1 << 20
	maxHeaderBytes      = 4096
)

// Spec says what a plot is. All sizes are multiples of 4096 bytes.
type Spec struct {
	Key          cellpost.Key
	N            uint32
	UnitBytes    uint64
	Units        uint64
	SegmentBytes uint64 // size of all segments but the last; 0 stands for DefaultSegmentBytes
}

func (s Spec) withDefaults() Spec {
	if s.SegmentBytes == 0 {
		s.SegmentBytes = DefaultSegmentBytes
	}
	return s
}

// Validate returns an error unless there can be such a plot.
func (s Spec) Validate() error {
	s = s.withDefaults()
	if err := cellpost.ValidN(s.N); err != nil {
		return fmt.Errorf("%w: %w", ErrSpec, err)
	}
	if _, err := cellpost.Cells(s.Units, s.UnitBytes); err != nil {
		return fmt.Errorf("%w: %w", ErrSpec, err)
	}
	if s.Units == 0 {
		return fmt.Errorf("%w: it has no units", ErrSpec)
	}
	if s.SegmentBytes%cellpost.CellBytes != 0 || s.Bytes()/s.SegmentBytes >= maxSegments {
		return fmt.Errorf("%w: segments of %d bytes for %d bytes, must be a multiple of %d and at most %d segments",
			ErrSpec, s.SegmentBytes, s.Bytes(), cellpost.CellBytes, maxSegments)
	}
	return nil
}

// Bytes is the size of the whole plot.
func (s Spec) Bytes() uint64 { return s.Units * s.UnitBytes }

// cells is how many cells the whole plot has.
func (s Spec) cells() uint64 { return s.Bytes() / cellpost.CellBytes }

// segmentCells is how many cells all segments but the last have.
func (s Spec) segmentCells() uint64 { return s.SegmentBytes / cellpost.CellBytes }

// segments is how many segments the plot has.
func (s Spec) segments() int { return int((s.cells() + s.segmentCells() - 1) / s.segmentCells()) }

// cellsOf is how many cells belong into a segment.
func (s Spec) cellsOf(segment int) uint64 {
	return min(s.segmentCells(), s.cells()-uint64(segment)*s.segmentCells())
}

// header is plot.json.
type header struct {
	Format       int    `json:"format"`
	Key          string `json:"key"`
	N            uint32 `json:"n"`
	UnitBytes    uint64 `json:"unit_bytes"`
	Units        uint64 `json:"units"`
	SegmentBytes uint64 `json:"segment_bytes"`
}

// writeHeader replaces plot.json as a whole.
func writeHeader(root *os.Root, s Spec) error {
	text, err := json.MarshalIndent(header{format, hex.EncodeToString(s.Key[:]), s.N, s.UnitBytes, s.Units, s.SegmentBytes}, "", "  ")
	if err != nil {
		return err
	}
	return replace(root, headerTemp, headerName, append(text, '\n'))
}

// replace writes a file so that at any time the old one or the new one is there in full.
func replace(root *os.Root, temp, name string, content []byte) error {
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return explain(err)
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return explain(err)
	}
	if err := root.Rename(temp, name); err != nil {
		return explain(err)
	}
	return syncDir(root)
}

// syncDir makes names last: new files, renamed ones, removed ones.
func syncDir(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return explain(err)
	}
	return explain(errors.Join(dir.Sync(), dir.Close()))
}

// readHeader reads plot.json. ErrNone says that there is none.
func readHeader(root *os.Root) (Spec, error) {
	f, err := root.Open(headerName)
	if errors.Is(err, fs.ErrNotExist) {
		return Spec{}, fmt.Errorf("%w: %s", ErrNone, root.Name())
	}
	if err != nil {
		return Spec{}, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxHeaderBytes))
	if err != nil {
		return Spec{}, err
	}
	var h header
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&h); err != nil {
		return Spec{}, fmt.Errorf("%w: %w", ErrHeader, err)
	}
	if h.Format != format {
		return Spec{}, fmt.Errorf("%w: format is %d, this program knows %d", ErrHeader, h.Format, format)
	}
	key, err := hex.DecodeString(h.Key)
	if err != nil || len(key) != len(cellpost.Key{}) {
		return Spec{}, fmt.Errorf("%w: the key is not %d bytes in hexadecimal", ErrHeader, len(cellpost.Key{}))
	}
	s := Spec{cellpost.Key(key), h.N, h.UnitBytes, h.Units, h.SegmentBytes}
	if err := s.Validate(); err != nil {
		return Spec{}, fmt.Errorf("%w: %w", ErrHeader, err)
	}
	return s, nil
}
