// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"image"
	_ "image/gif" // decodes the first picture
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
)

const (
	// maxSide is the longest side of a result in pixels: JPEG's own limit.
	maxSide = 65535
	// maxPixels bounds what is decoded: four bytes of memory for each, and a few
	// bytes of input can claim billions of them.
	maxPixels = 1 << 28
)

// decode reads an image and turns it as its metadata says.
func decode(code []byte) (image.Image, string, error) {
	config, kind, err := image.DecodeConfig(bytes.NewReader(code))
	if err != nil {
		return nil, "", err
	}
	if pixels := int64(config.Width) * int64(config.Height); pixels == 0 || pixels > maxPixels {
		return nil, "", fmt.Errorf("%d × %d pixels are not between 1 and %d", config.Width, config.Height, maxPixels)
	}
	m, _, err := image.Decode(bytes.NewReader(code))
	if err != nil {
		return nil, "", err
	}
	if kind == "jpeg" {
		m = upright(m, orientation(code))
	}
	return m, kind, nil
}

// fit returns the size that an image of size s gets.
func (o options) fit(s image.Point) image.Point {
	if o.stretch {
		return image.Pt(o.width, o.height)
	}
	// Whichever side is short decides: width/s.X <= height/s.Y, in integers.
	byWidth := o.height == 0 || o.width != 0 && o.width*s.Y <= o.height*s.X
	if byWidth {
		return image.Pt(o.width, side(s.Y, o.width, s.X))
	}
	return image.Pt(side(s.X, o.height, s.Y), o.height)
}

// side is length × to / from, rounded, at least 1.
func side(length, to, from int) int {
	return min(max((2*length*to+from)/(2*from), 1), maxSide)
}

// scale resamples with the Catmull-Rom kernel, 8 bits a channel.
func scale(m image.Image, size image.Point) *image.RGBA {
	to := image.NewRGBA(image.Rectangle{Max: size})
	draw.CatmullRom.Scale(to, to.Bounds(), m, m.Bounds(), draw.Src, nil)
	return to
}

func encode(w io.Writer, m image.Image, format string, quality int) error {
	var out bytes.Buffer // one write in the end: every write is a call to the host
	var err error
	if format == "jpeg" {
		err = jpeg.Encode(&out, m, &jpeg.Options{Quality: quality})
	} else {
		err = png.Encode(&out, m)
	}
	if err != nil {
		return err
	}
	_, err = w.Write(out.Bytes())
	return err
}
