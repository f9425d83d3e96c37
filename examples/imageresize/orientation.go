// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation returns how a JPEG's pixels have to be turned, 1 to 8 as the tag
// 0x0112 of Exif 2.32 (section 4.6.4) has it, and 1 where nothing is said:
// cameras store what the sensor saw and note how they were held.
func orientation(code []byte) int {
	// Segments of JPEG (ITU-T T.81, B.1.1): 0xff, marker, length with itself.
	for at := 2; at+4 <= len(code) && code[at] == 0xff; {
		marker, size := code[at+1], int(binary.BigEndian.Uint16(code[at+2:]))
		if marker == 0xda || size < 2 || at+2+size > len(code) {
			return 1 // the pixels begin, or the file is broken
		}
		body := code[at+4 : at+2+size]
		if tiff, found := bytes.CutPrefix(body, []byte("Exif\x00\x00")); marker == 0xe1 && found {
			return tiffOrientation(tiff)
		}
		at += 2 + size
	}
	return 1
}

// tiffOrientation looks for the tag in the first directory of a TIFF file.
func tiffOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at:]
	n := int(order.Uint16(entries))
	for entries = entries[2:]; n > 0 && len(entries) >= 12; n, entries = n-1, entries[12:] {
		if order.Uint16(entries) != 0x0112 {
			continue
		}
		if v := int(order.Uint16(entries[8:])); v >= 1 && v <= 8 {
			return v
		}
	}
	return 1
}

// upright turns and mirrors an image as its orientation asks.
func upright(m image.Image, orientation int) image.Image {
	if orientation == 1 {
		return m
	}
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Pt(w, h)
	if orientation >= 5 {
		size = image.Pt(h, w)
	}
	to := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			fromX, fromY := x, y
			switch orientation {
			case 2:
				fromX = w - 1 - x
			case 3:
				fromX, fromY = w-1-x, h-1-y
			case 4:
				fromY = h - 1 - y
			case 5:
				fromX, fromY = y, x
			case 6:
				fromX, fromY = y, h-1-x
			case 7:
				fromX, fromY = w-1-y, h-1-x
			case 8:
				fromX, fromY = w-1-y, x
			}
			to.Set(x, y, m.At(b.Min.X+fromX, b.Min.Y+fromY))
		}
	}
	return to
}
