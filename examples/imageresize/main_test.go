// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFit(t *testing.T) {
	for _, test := range []struct {
		name       string
		o          options
		size, want image.Point
	}{
		{"the height follows the width", options{width: 100}, image.Pt(400, 300), image.Pt(100, 75)},
		{"the width follows the height", options{height: 100}, image.Pt(400, 300), image.Pt(133, 100)},
		{"a wide image fills the box's width", options{width: 100, height: 100}, image.Pt(400, 300), image.Pt(100, 75)},
		{"a tall image fills the box's height", options{width: 100, height: 100}, image.Pt(300, 400), image.Pt(75, 100)},
		{"a small image grows", options{width: 100}, image.Pt(10, 20), image.Pt(100, 200)},
		{"no side vanishes", options{width: 10}, image.Pt(1000, 3), image.Pt(10, 1)},
		{"stretching takes both", options{width: 7, height: 9, stretch: true}, image.Pt(400, 300), image.Pt(7, 9)},
	} {
		if got := test.o.fit(test.size); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

// picture is red on the left and blue on the right.
func picture(w, h int) *image.Paletted {
	m := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}})
	for y := range h {
		for x := w / 2; x < w; x++ {
			m.SetColorIndex(x, y, 1)
		}
	}
	return m
}

// withExif puts an orientation into a JPEG.
func withExif(code []byte, order binary.AppendByteOrder, head string, value uint16) []byte {
	tiff := order.AppendUint32([]byte(head), 8)
	tiff = order.AppendUint16(tiff, 1) // entries
	tiff = order.AppendUint16(tiff, 0x0112)
	tiff = order.AppendUint16(tiff, 3) // SHORT
	tiff = order.AppendUint32(tiff, 1)
	tiff = order.AppendUint16(tiff, value)
	tiff = append(tiff, 0, 0)
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return bytes.Join([][]byte{code[:2], segment, body, code[2:]}, nil)
}

func TestDecodeTurnsPhotographsUpright(t *testing.T) {
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, picture(32, 16), nil); err != nil {
		t.Fatal(err)
	}
	left, right, top, bottom := image.Pt(0, 8), image.Pt(31, 8), image.Pt(8, 0), image.Pt(8, 31)
	for value, red := range map[uint16]image.Point{1: left, 2: right, 3: right, 4: left, 5: top, 6: top, 7: bottom, 8: bottom, 9: left} {
		for head, order := range map[string]binary.AppendByteOrder{"II*\x00": binary.LittleEndian, "MM\x00*": binary.BigEndian} {
			m, _, err := decode(withExif(plain.Bytes(), order, head, value))
			if err != nil {
				t.Fatal(err)
			}
			wide := red == left || red == right
			if size := m.Bounds().Size(); (size == image.Pt(32, 16)) != wide {
				t.Errorf("orientation %d: %v", value, size)
			}
			if r, _, b, _ := m.At(red.X, red.Y).RGBA(); r < 0xc000 || b > 0x4000 {
				t.Errorf("orientation %d: %v is not red", value, red)
			}
		}
	}
}

func TestOrientationOfBrokenFilesIsUpright(t *testing.T) {
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, picture(8, 8), nil); err != nil {
		t.Fatal(err)
	}
	whole := withExif(plain.Bytes(), binary.LittleEndian, "II*\x00", 6)
	const end = 2 + 4 + 6 + 8 + 2 + 12 // of the segment that says 6
	for n := range end {
		if got := orientation(whole[:n]); got != 1 {
			t.Errorf("the first %d bytes: %d", n, got)
		}
	}
	far := bytes.Replace(whole, []byte("II*\x00\x08\x00\x00\x00"), []byte("II*\x00\xff\xff\xff\xff"), 1)
	if got := orientation(far); got != 1 {
		t.Errorf("a directory beyond the end: %d", got)
	}
}

func TestRunKeepsFormatsAndNames(t *testing.T) {
	in, out := t.TempDir(), t.TempDir()
	write := func(name string, encode func(io.Writer) error) {
		t.Helper()
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(in, name), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.png", func(w io.Writer) error { return png.Encode(w, picture(40, 20)) })
	write("b.jpg", func(w io.Writer) error { return jpeg.Encode(w, picture(40, 20), nil) })
	write("c.gif", func(w io.Writer) error { return gif.Encode(w, picture(40, 20), nil) })
	var said bytes.Buffer
	if err := run([]string{"-width", "10", "-in", in, "-out", out}, &said, io.Discard); err != nil {
		t.Fatal(err)
	}
	if want := "a.png 40x20 -> a.png 10x5\nb.jpg 40x20 -> b.jpg 10x5\nc.gif 40x20 -> c.gif.png 10x5\n"; said.String() != want {
		t.Errorf("got %q, want %q", &said, want)
	}
	for name, kind := range map[string]string{"a.png": "png", "b.jpg": "jpeg", "c.gif.png": "png"} {
		code, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if m, got, err := decode(code); err != nil || got != kind || m.Bounds().Size() != image.Pt(10, 5) {
			t.Errorf("%s is %s: %v", name, got, err)
		}
	}
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	huge := filepath.Join(dir, "huge.gif") // six bytes claim four billion pixels
	if err := os.WriteFile(huge, []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, args, want string }{
		{"no size", "", "how large"},
		{"a size beyond all limits", "-width 70000", "between 0 and"},
		{"stretching by one side", "-width 1 -stretch", "needs"},
		{"a quality that is none", "-width 1 -quality 0", "between 1 and 100"},
		{"a format that is none", "-width 1 -format webp", "none of"},
		{"an argument too many", "-width 1 photo.png", "photo.png"},
		{"a file that is no image", "-width 1 -in " + text, "notes.txt: image: unknown format"},
		{"an image that claims too much", "-width 1 -in " + huge, "65535 × 65535 pixels"},
		{"nothing there", "-width 1 -in " + filepath.Join(dir, "absent"), "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := run(append(strings.Fields(test.args), "-out", t.TempDir()), io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
