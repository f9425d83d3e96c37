// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// World is the world of generated programs: something of everything.
func World() wasip1.Config {
	stdin := strings.Repeat("all the world's a stage\n", 20)
	file := func(name, content string) wasip1.File {
		return wasip1.File{Name: name, Content: strings.NewReader(content), Size: int64(len(content))}
	}
	return wasip1.Config{
		Args:        []string{"program", "a", "", "b c"},
		Env:         []string{"KEY=value", "EMPTY="},
		Stdin:       strings.NewReader(stdin),
		StdinSize:   int64(len(stdin)),
		Inputs:      []wasip1.File{file("a", "the first file"), file("b", strings.Repeat("x", 5000)), file("out", "")},
		OutputLimit: MaxOutput,
		Seed:        [32]byte{1, 2, 3},
	}
}

// Run is the world of one run and what came out of it.
type Run struct {
	World          *wasip1.World
	stdout, stderr bytes.Buffer
}

// NewRun makes the world of a case.
func NewRun(c Case) *Run {
	r := &Run{}
	config := c.World
	config.Stdout, config.Stderr = &r.stdout, &r.stderr
	r.World = wasip1.New(config)
	return r
}

// Finish puts what the program gave out into the report.
func (r *Run) Finish(report *Report, memory []byte) error {
	report.Memory, report.Pages = sha256.Sum256(memory), len(memory)>>16
	report.Stdout, report.Stderr = r.stdout.String(), r.stderr.String()
	for _, o := range r.World.Out() {
		if o.Dir {
			report.Files = append(report.Files, o.Path+"/")
			continue
		}
		var content bytes.Buffer
		if _, err := o.WriteTo(&content); err != nil {
			return err
		}
		report.Files = append(report.Files, fmt.Sprintf("%s %d %x", o.Path, o.Size, sha256.Sum256(content.Bytes())))
	}
	return nil
}
