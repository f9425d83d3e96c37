// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/engine"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/jail"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/wasip1"
)

// compile checks and instruments a module, writes that and its native code to
// the cache and concludes. Whether a module is valid is the profile's word
// alone: an engine that refuses what the profile accepts is a fault of this
// machine.
func (c *child) compile() {
	c.jail(
		jail.Limits{FileSize: compileFileSize},
		jail.Paths{ReadWrite: []string{c.job.CacheDir}},
	)
	c.seal(jail.Compile)
	original := c.module(CauseHost)
	instrumented, err := detwasm.Instrument(original, detwasm.Options{Import: wasip1.CheckImport})
	var refused *detwasm.Error
	switch {
	case errors.As(err, &refused):
		c.succeed(verdict{Status: StatusInvalidModule, Detail: err.Error()})
	case err != nil:
		c.abandon(CauseHost, fmt.Errorf("instrument: %w", err))
	}
	if err := checkCommand(instrumented); err != nil {
		c.succeed(verdict{Status: StatusInvalidModule, Detail: err.Error()})
	}
	if err := os.WriteFile(filepath.Join(c.job.CacheDir, instrumentedName), instrumented.Code, 0o600); err != nil {
		c.abandon(CauseCache, err)
	}
	ctx := context.Background()
	e, err := engine.New(ctx, engine.Compiler, engine.Options{CacheDir: c.job.CacheDir, Workers: runtime.GOMAXPROCS(0)})
	if err != nil {
		c.abandon(CauseCache, err)
	}
	if _, err := e.Load(ctx, instrumented.Code); err != nil {
		c.abandon(CauseHost, fmt.Errorf("the engine refuses a valid module, or cannot keep its code: %w", err))
	}
	c.succeed(verdict{Status: StatusOK, Module: &module{
		Digest:    hexDigest(instrumented.Code),
		Size:      int64(len(instrumented.Code)),
		StartGas:  instrumented.StartGas,
		MemoryMin: instrumented.MemoryMin,
	}})
}

// checkCommand says whether a module is a WASI command.
func checkCommand(m *detwasm.Module) error {
	start, found := m.Exports["_start"]
	switch {
	case !found:
		return errors.New("no function is exported as \"_start\"")
	case start.Kind != detwasm.ExternFunc:
		return fmt.Errorf("the export \"_start\" is a %v and not a function", start.Kind)
	case len(start.Func.Params)+len(start.Func.Results) > 0:
		return errors.New("the function \"_start\" has parameters or results")
	}
	memory, found := m.Exports["memory"]
	switch {
	case !found:
		return errors.New("no memory is exported as \"memory\"")
	case memory.Kind != detwasm.ExternMemory:
		return fmt.Errorf("the export \"memory\" is a %v and not a memory", memory.Kind)
	}
	return nil
}
