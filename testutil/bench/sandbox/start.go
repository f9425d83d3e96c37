// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/tetratelabs/wazero"

	"github.com/openmesh-network/openmesh/testutil/bench/measure"
)

// StartRow is what a module takes before its first instruction. Times are CPU
// time in ms, on the engine alone, in this process.
type StartRow struct {
	Name string `json:"name"`
	// Bytes of the module as it came, and instrumented.
	Bytes        int `json:"bytes"`
	Instrumented int `json:"instrumented_bytes"`
	// Instrument is validating and rewriting it.
	Instrument measure.Stat `json:"instrument_ms"`
	// CompileRaw and Compile are to machine code, of the raw module and of the
	// instrumented one; Load is the latter from the cache on disk. No rounds for
	// modules that are there to be instrumented only.
	CompileRaw measure.Stat `json:"compile_raw_ms"`
	Compile    measure.Stat `json:"compile_ms"`
	Load       measure.Stat `json:"load_ms"`
	// Instantiate is up to the first instruction of the guest's own start.
	Instantiate measure.Stat `json:"instantiate_ms"`
}

// starter is a module and what was measured of it.
type starter struct {
	name                                            string
	code, ready                                     []byte
	cache                                           string // folder; empty: only instrument it
	instrument, compileRaw, compile, load, instance []float64
}

// starts measures the modules' ways to their first instruction, by turns.
func starts(ctx context.Context, done []built, dir string, rounds int) ([]StartRow, error) {
	guest := done[len(done)-1].wasm
	var all []*starter
	for _, b := range done {
		if b.kernels[0].Kind == JSON {
			all = append(all, &starter{name: "C, JSON tokens", code: b.wasm, cache: filepath.Join(dir, "cache-c")})
		}
	}
	all = append(all, &starter{name: "Go, five kernels", code: guest, cache: filepath.Join(dir, "cache-go")})
	for _, times := range []int{2, 4} {
		code, err := repeated(guest, times)
		if err != nil {
			return nil, err
		}
		all = append(all, &starter{name: fmt.Sprintf("Go, every function %d times", times), code: code})
	}
	for range rounds {
		for _, s := range all {
			if err := s.round(ctx); err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	rows := make([]StartRow, len(all))
	for i, s := range all {
		rows[i] = StartRow{
			Name: s.name, Bytes: len(s.code), Instrumented: len(s.ready), Instrument: measure.NewStat(s.instrument),
			CompileRaw: measure.NewStat(s.compileRaw), Compile: measure.NewStat(s.compile),
			Load: measure.NewStat(s.load), Instantiate: measure.NewStat(s.instance),
		}
	}
	return rows, nil
}

func (s *starter) round(ctx context.Context) error {
	err := timed(&s.instrument, func() (err error) {
		s.ready, err = instrument(s.code)
		return err
	})
	if err != nil || s.cache == "" {
		return err
	}
	// compile, and instantiate if the times of that are wanted.
	compile := func(code []byte, config wazero.RuntimeConfig, times, instance *[]float64) (err error) {
		r := wazero.NewRuntimeWithConfig(ctx, config)
		defer func() { err = errors.Join(err, r.Close(ctx)) }()
		var module wazero.CompiledModule
		if err := timed(times, func() (err error) {
			module, err = r.CompileModule(ctx, code)
			return err
		}); err != nil || instance == nil {
			return err
		}
		return timed(instance, func() error {
			_, err := instantiate(ctx, r, module)
			return err
		})
	}
	if err := compile(s.code, wazero.NewRuntimeConfigCompiler(), &s.compileRaw, nil); err != nil {
		return err
	}
	if err := compile(s.ready, wazero.NewRuntimeConfigCompiler(), &s.compile, nil); err != nil {
		return err
	}
	for i := range 2 { // the first fills the cache if it is empty
		cache, err := wazero.NewCompilationCacheWithDir(s.cache)
		if err != nil {
			return err
		}
		var filled []float64
		times, instance := &filled, (*[]float64)(nil)
		if i > 0 {
			times, instance = &s.load, &s.instance
		}
		err = compile(s.ready, wazero.NewRuntimeConfigCompiler().WithCompilationCache(cache), times, instance)
		if err = errors.Join(err, cache.Close(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// timed adds the CPU time of do, in ms, without the garbage of others.
func timed(times *[]float64, do func() error) error {
	runtime.GC()
	cost, err := measure.Run(do)
	*times = append(*times, milliseconds(cost.CPU))
	return err
}

// repeated is a module with every function some times over: a larger program of
// the same kind. Nobody calls the copies.
func repeated(module []byte, times int) ([]byte, error) {
	const functions, code = 3, 10 // sections
	out := slices.Clone(module[:8])
	for rest := module[8:]; len(rest) > 0; {
		id := rest[0]
		size, n := binary.Uvarint(rest[1:])
		if n <= 0 || size > uint64(len(rest)-1-n) {
			return nil, errors.New("the module is cut off")
		}
		body := rest[1+n : 1+n+int(size)]
		rest = rest[1+n+int(size):]
		if id == functions || id == code {
			count, n := binary.Uvarint(body)
			body = append(binary.AppendUvarint(nil, count*uint64(times)), bytes.Repeat(body[n:], times)...)
		}
		out = append(binary.AppendUvarint(append(out, id), uint64(len(body))), body...)
	}
	return out, nil
}
