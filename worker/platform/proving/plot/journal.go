// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
)

// A journal says how far a segment is: a row of records, each with the number of cells that
// were on the disk when it was written, ascending. What cannot be read as a record, and all
// behind it, counts as not written.
//
// A record is the number of cells (8 bytes), the number of the segment (4 bytes) and the CRC-32C
// of these 12 bytes; big endian.
const recordBytes = 16

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func record(segment int, cells uint64) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, recordBytes), cells)
	b = binary.BigEndian.AppendUint32(b, uint32(segment))
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// records reads the valid part of a journal.
func records(segment int, text []byte) (counts []uint64) {
	for ; len(text) >= recordBytes; text = text[recordBytes:] {
		count := binary.BigEndian.Uint64(text)
		last := uint64(0)
		if len(counts) > 0 {
			last = counts[len(counts)-1]
		}
		if count <= last || string(record(segment, count)) != string(text[:recordBytes]) {
			break
		}
		counts = append(counts, count)
	}
	return counts
}

func cellsName(segment int) string { return fmt.Sprintf("seg-%06d.cells", segment) }
func logName(segment int) string   { return fmt.Sprintf("seg-%06d.log", segment) }

const logTemp = "seg.log.new"

// maxJournalBytes bounds what is read of a log: more records than any segment gets.
const maxJournalBytes = 1 << 22

func readJournal(root *os.Root, segment int) ([]uint64, error) {
	f, err := root.Open(logName(segment))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxJournalBytes))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", logName(segment), err)
	}
	return records(segment, text), nil
}

// writeJournal replaces the journal as a whole.
func writeJournal(root *os.Root, segment int, counts []uint64) error {
	var text []byte
	for _, count := range counts {
		text = append(text, record(segment, count)...)
	}
	return replace(root, logTemp, logName(segment), text)
}
