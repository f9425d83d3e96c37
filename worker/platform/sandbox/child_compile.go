// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	wasi "github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

const (
	compileHeadroom = 1 << 30
	compileFileSize = 4 << 30
)

// compile checks a module, writes its native code to the cache and concludes.
func (c *child) compile() {
	c.limit(limits{
		data:     64*uint64(c.job.ModuleSize) + compileHeadroom,
		cpu:      c.job.CPUSeconds,
		fileSize: compileFileSize,
	})
	ctx := experimental.WithCompilationWorkers(context.Background(), runtime.GOMAXPROCS(0))
	code := c.module()

	cache, err := wazero.NewCompilationCacheWithDir(c.job.CacheDir)
	if err != nil {
		c.abandon(CauseCache, err)
	}
	engine := wazero.NewRuntimeWithConfig(ctx, engineConfig().WithCompilationCache(cache))
	compiled, err := engine.CompileModule(ctx, code)
	if err != nil {
		// The module's fault or the cache's? Without a cache it is the module's.
		if _, again := wazero.NewRuntimeWithConfig(ctx, engineConfig()).CompileModule(ctx, code); again == nil {
			c.abandon(CauseCache, err)
		}
		c.conclude(verdict{Status: StatusInvalidModule, Detail: err.Error()})
	}
	host, err := wasi.NewBuilder(engine).Compile(ctx)
	if err != nil {
		c.abandon(CauseHost, err)
	}
	if err := checkCommand(compiled, host); err != nil {
		c.conclude(verdict{Status: StatusInvalidModule, Detail: err.Error()})
	}
	c.conclude(verdict{Status: StatusOK})
}

// checkCommand says whether a module is a WASI command that imports nothing
// but functions of preview 1.
func checkCommand(module, host wazero.CompiledModule) error {
	start, found := module.ExportedFunctions()["_start"]
	if !found || len(start.ParamTypes())+len(start.ResultTypes()) > 0 {
		return fmt.Errorf("no function _start without parameters and results")
	}
	if _, found := module.ExportedMemories()["memory"]; !found {
		return fmt.Errorf("no memory is exported as %q", "memory")
	}
	if len(module.ImportedMemories()) > 0 {
		return fmt.Errorf("the module imports a memory")
	}
	offered := host.ExportedFunctions()
	for _, f := range module.ImportedFunctions() {
		from, name, _ := f.Import()
		offer, found := offered[name]
		if from != wasi.ModuleName || !found {
			return fmt.Errorf("unknown import %q.%q", from, name)
		}
		if !sameSignature(f, offer) {
			return fmt.Errorf("import %q.%q has another signature", from, name)
		}
	}
	return nil
}

func sameSignature(a, b api.FunctionDefinition) bool {
	return slices.Equal(a.ParamTypes(), b.ParamTypes()) && slices.Equal(a.ResultTypes(), b.ResultTypes())
}
