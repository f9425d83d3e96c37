// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/difftest"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// example is a run of one of the programs in examples/.
type example struct {
	difftest.Case

	name string
	err  error
}

// exampleCases makes cases of the programs that have been built into dir.
func exampleCases(dir string) []example {
	text := []byte(strings.Repeat("It was the best of times, it was the worst of times, it was the age of wisdom.\n", 2000))
	var lines, table bytes.Buffer
	table.WriteString("country,product,price\n")
	for i := range 3000 {
		fmt.Fprintf(&lines, `{"id":%d,"name":"item %d","price":%d.%02d,"tags":["a","b%d"],"of":{"x":%g}}`+"\n", i, i%97, i%50, i%100, i%7, float64(i)/3)
		fmt.Fprintf(&table, "C%d,p%d,%d.%03d\n", i%11, i%5, i%90, i%1000)
	}
	return []example{
		load(dir, "wordcount", nil, text),
		load(dir, "jsonquery", []string{`select(.price > 20) | [.name, .of.x * 2, (.tags | length)]`}, lines.Bytes()),
		load(dir, "jsonquery", []string{"-n", "[inputs | .of.x] | add / length | sqrt"}, lines.Bytes()),
		load(dir, "jsonquery", []string{".["}, lines.Bytes()),
		load(dir, "csvaggregate", []string{"-by", "country,product", "count", "sum:price", "avg:price"}, table.Bytes()),
		load(dir, "imageresize", []string{"-width", "60"}, picture(png.Encode), picture(func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) })),
		load(dir, "imageresize", []string{"-width", "60"}, text),
		load(dir, "csum", []string{"sha256"}, text, lines.Bytes()),
		load(dir, "csum", []string{"crc32"}, text, lines.Bytes()),
	}
}

// picture encodes a picture with something of every colour in it.
func picture(encode func(io.Writer, image.Image) error) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 300, 200))
	for y := range 200 {
		for x := range 300 {
			m.Set(x, y, color.RGBA{uint8(x), uint8(y), uint8(x * y), 255})
		}
	}
	var b bytes.Buffer
	if err := encode(&b, m); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// load makes the case of one program.
func load(dir, name string, args []string, inputs ...[]byte) example {
	e := example{name: strings.Join(append([]string{name}, args...), " ")}
	if len(e.name) > 32 {
		e.name = e.name[:29] + "..."
	}
	code, err := os.ReadFile(filepath.Join(dir, name+".wasm"))
	if err != nil {
		e.err = err
		return e
	}
	out, err := detwasm.Instrument(code, detwasm.Options{Import: wasip1.CheckImport})
	if err != nil {
		e.err = err
		return e
	}
	e.Case = difftest.Case{
		Code: out.Code, Instrumented: true, Gas: 50_000_000_000, Stack: 8 * difftest.ShallowStack, Memory: 1 << 30,
		World: wasip1.Config{Args: append([]string{name}, args...), OutputLimit: 1 << 24},
	}
	for i, input := range inputs {
		e.World.Inputs = append(e.World.Inputs, wasip1.File{Name: fmt.Sprint("input-", i), Content: bytes.NewReader(input), Size: int64(len(input))})
	}
	return e
}
