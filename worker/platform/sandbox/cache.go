// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox/engine"
)

// codeCache keeps compiled modules: one folder a module, named by the digest of
// its bytes, under a folder named by the engine and the profile. A folder counts
// once it has a verdict; run children only read. Several processes may share it.
type codeCache struct {
	dir   string
	limit uint64
}

const (
	codeName         = "code"              // the engine's folder
	instrumentedName = "instrumented.wasm" // what the engine loads
	verdictName      = "verdict.json"
	lockSuffix       = ".lock"
)

func newCodeCache(dir string, limit uint64) (*codeCache, error) {
	// Compiling children get absolute paths: their working directory is the root.
	dir, err := filepath.Abs(filepath.Join(dir, fmt.Sprintf("%s-detwasm%d", engine.ID(), detwasm.Version)))
	if err != nil {
		return nil, err
	}
	return &codeCache{dir: dir, limit: limit}, os.MkdirAll(dir, 0o700)
}

// digestOf returns the SHA-256 of a file's bytes in hex.
func digestOf(f *os.File, size int64) (string, error) {
	digest := sha256.New()
	if _, err := io.Copy(digest, io.NewSectionReader(f, 0, size)); err != nil {
		return "", err
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

func (c *codeCache) folder(key string) string  { return filepath.Join(c.dir, key) }
func (c *codeCache) codeDir(key string) string { return filepath.Join(c.dir, key, codeName) }
func (c *codeCache) instrumentedPath(key string) string {
	return filepath.Join(c.dir, key, codeName, instrumentedName)
}
func (c *codeCache) verdictPath(key string) string { return filepath.Join(c.dir, key, verdictName) }

// lookup returns what compiling the module came to, if it is known here.
func (c *codeCache) lookup(key string) (verdict, bool) {
	body, err := os.ReadFile(c.verdictPath(key))
	if err != nil {
		return verdict{}, false
	}
	v, err := decodeVerdict(body)
	if err != nil || v.Cause != "" || v.Status == StatusOK && !c.complete(key, v) {
		return verdict{}, false
	}
	now := time.Now()
	_ = os.Chtimes(c.verdictPath(key), now, now) // last use, for prune; nothing depends on it
	return v, true
}

// clear makes room for a compilation.
func (c *codeCache) clear(key string) error {
	if err := os.RemoveAll(c.folder(key)); err != nil {
		return err
	}
	return os.MkdirAll(c.codeDir(key), 0o700)
}

// store records what compiling the module came to and drops what was used
// longest ago if the cache is over its limit.
func (c *codeCache) store(key string, v verdict) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	temporary := c.verdictPath(key) + ".tmp"
	if err := os.WriteFile(temporary, body, 0o600); err != nil {
		return err
	}
	if err := os.Rename(temporary, c.verdictPath(key)); err != nil {
		return err
	}
	return c.prune(key)
}

// prune drops modules until the cache fits its limit, the fresh one never.
func (c *codeCache) prune(fresh string) error {
	folders, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	type item struct {
		key  string
		used time.Time
		size uint64
	}
	var items []item
	var total uint64
	for _, folder := range folders {
		info, err := os.Stat(c.verdictPath(folder.Name()))
		if err != nil {
			continue // being compiled
		}
		i := item{key: folder.Name(), used: info.ModTime(), size: 8 << 10}
		i.size += sizeOf(filepath.Join(c.dir, folder.Name()))
		items = append(items, i)
		total += i.size
	}
	slices.SortFunc(items, func(a, b item) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.key, b.key)) })
	for _, i := range items {
		if total <= c.limit {
			break
		}
		if i.key == fresh {
			continue
		}
		// A child that is about to read it abstains with CauseCache, and its task is tried again.
		if err := os.RemoveAll(filepath.Join(c.dir, i.key)); err != nil {
			return err
		}
		total -= i.size
	}
	return nil
}

func sizeOf(dir string) (size uint64) {
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // gone meanwhile: it takes no space any more
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			size += uint64(info.Size())
		}
		return nil
	})
	return size
}

// complete says whether all that a run needs is there.
func (c *codeCache) complete(key string, v verdict) bool {
	info, err := os.Stat(c.instrumentedPath(key))
	return err == nil && v.Module != nil && info.Size() == v.Module.Size && engine.Cached(c.codeDir(key))
}
