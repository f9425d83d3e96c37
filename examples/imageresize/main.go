// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Imageresize scales PNG, JPEG and GIF images and writes them under their own
// names; of a GIF the first picture, as PNG. It prints one line an image.
//
//	imageresize -width 800 [-height 600] [-stretch] [-quality 85] [-format keep|png|jpeg] [-in /in] [-out /out]
//
// The images fit into the box of width and height and keep their proportions;
// with one of the two the other follows. -stretch takes both as they are.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "imageresize:", err)
		os.Exit(1)
	}
}

// options is a command line.
type options struct {
	width, height int // of the box; 0 follows from the other
	stretch       bool
	quality       int
	format        string
	in, out       string
}

func parseArgs(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("imageresize", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.width, "width", 0, "greatest width in pixels")
	flags.IntVar(&o.height, "height", 0, "greatest height in pixels")
	flags.BoolVar(&o.stretch, "stretch", false, "exactly width × height, whatever the proportions")
	flags.IntVar(&o.quality, "quality", 85, "quality of JPEG, 1 to 100")
	flags.StringVar(&o.format, "format", "keep", "keep, png or jpeg")
	flags.StringVar(&o.in, "in", "/in", "directory of images, or one image")
	flags.StringVar(&o.out, "out", "/out", "directory to write to")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("what is %q?", flags.Arg(0))
	case o.width < 0 || o.height < 0 || o.width > maxSide || o.height > maxSide:
		return o, fmt.Errorf("-width and -height are between 0 and %d", maxSide)
	case o.width == 0 && o.height == 0:
		return o, errors.New("how large? Give -width, -height or both")
	case o.stretch && (o.width == 0 || o.height == 0):
		return o, errors.New("-stretch needs -width and -height")
	case o.quality < 1 || o.quality > 100:
		return o, errors.New("-quality is between 1 and 100")
	case o.format != "keep" && o.format != "png" && o.format != "jpeg":
		return o, fmt.Errorf("-format %q is none of keep, png, jpeg", o.format)
	}
	return o, nil
}

func run(args []string, stdout, stderr io.Writer) error {
	o, err := parseArgs(args, stderr)
	if err != nil {
		return err
	}
	names, err := images(o.in)
	if err != nil {
		return err
	}
	for _, name := range names {
		done, err := o.convert(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, err := fmt.Fprintln(stdout, done); err != nil {
			return err
		}
	}
	return nil
}

// images lists the files of a directory by name, or the one file.
func images(in string) ([]string, error) {
	info, err := os.Stat(in)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{in}, nil
	}
	entries, err := os.ReadDir(in)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, filepath.Join(in, e.Name()))
		}
	}
	return names, nil
}

// convert scales one image and says what it did.
func (o options) convert(name string) (string, error) {
	// Whole and in one piece: decoding needs it twice, for the picture and for
	// how the camera was held.
	code, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	source, kind, err := decode(code)
	if err != nil {
		return "", err
	}
	size := o.fit(source.Bounds().Size())
	format, to := target(kind, o.format, filepath.Base(name))
	// A second image of the same name would be a lost result.
	f, err := os.OpenFile(filepath.Join(o.out, to), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", err
	}
	if err := errors.Join(encode(f, scale(source, size), format, o.quality), f.Close()); err != nil {
		return "", err
	}
	was := source.Bounds().Size()
	return fmt.Sprintf("%s %dx%d -> %s %dx%d", filepath.Base(name), was.X, was.Y, to, size.X, size.Y), nil
}

// target says in which format and under which name an image of a kind is
// written. The old name stays in front, so that two images never become one.
func target(kind, format, name string) (newFormat, newName string) {
	if format == "keep" {
		format = kind
		if kind == "gif" {
			format = "png"
		}
	}
	if format == kind {
		return format, name
	}
	return format, name + "." + format
}
