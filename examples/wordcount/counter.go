// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"strconv"
)

// counter counts words. A word is a run of ASCII letters, digits and bytes of
// other scripts (UTF-8 from 0x80 up), with ASCII letters in lower case.
type counter struct {
	counts map[string]*uint64 // pointers, so that counting a known word allocates nothing
	word   []byte             // the word being read
	buffer []byte
}

const readSize = 256 << 10

func newCounter() *counter {
	return &counter{counts: make(map[string]*uint64), buffer: make([]byte, readSize)}
}

// fold maps a byte to what it is in a word, and to 0 if it separates words.
var fold = func() (table [256]byte) {
	for b := range table {
		switch {
		case b >= 'a' && b <= 'z', b >= '0' && b <= '9', b >= 0x80:
			table[b] = byte(b)
		case b >= 'A' && b <= 'Z':
			table[b] = byte(b) + 'a' - 'A'
		}
	}
	return table
}()

// read counts the words of one file.
func (c *counter) read(r io.Reader) error {
	for {
		n, err := r.Read(c.buffer)
		for _, b := range c.buffer[:n] {
			if f := fold[b]; f != 0 {
				c.word = append(c.word, f)
			} else if len(c.word) > 0 {
				c.count()
			}
		}
		if err != nil {
			if len(c.word) > 0 {
				c.count()
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// count adds the word being read.
func (c *counter) count() {
	if n, found := c.counts[string(c.word)]; found {
		*n++
	} else {
		one := uint64(1)
		c.counts[string(c.word)] = &one
	}
	c.word = c.word[:0]
}

// print writes one line a word, "count word", by falling count and then by word.
func (c *counter) print(w io.Writer) error {
	type entry struct {
		word  string
		count uint64
	}
	entries := make([]entry, 0, len(c.counts))
	for word, n := range c.counts {
		entries = append(entries, entry{word, *n})
	}
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.word, b.word))
	})
	var line []byte
	for _, e := range entries {
		line = strconv.AppendUint(line[:0], e.count, 10)
		line = append(line, ' ')
		line = append(line, e.word...)
		line = append(line, '\n')
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}
