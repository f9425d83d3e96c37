// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestD16_TheTokenIsMadeOnceAndForTheOwnerAlone(t *testing.T) {
	home := t.TempDir()
	_, err := LoadToken(home)
	require.ErrorContains(t, err, "did the daemon of this home ever start")
	first, err := LoadOrCreateToken(home)
	require.NoError(t, err)
	require.Len(t, first, 64)
	info, err := os.Stat(filepath.Join(home, TokenFile))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	again, err := LoadOrCreateToken(home)
	require.NoError(t, err)
	require.Equal(t, first, again)
}

func TestD16_ATokenThatOthersMayReadIsRefusedWithTheRemedy(t *testing.T) {
	home := t.TempDir()
	_, err := LoadOrCreateToken(home)
	require.NoError(t, err)
	path := filepath.Join(home, TokenFile)
	require.NoError(t, os.Chmod(path, 0o644))
	_, err = LoadOrCreateToken(home)
	require.ErrorContains(t, err, "chmod 600 "+path)
	require.NoError(t, os.Chmod(path, 0o600))
	require.NoError(t, os.WriteFile(path, []byte("\n"), 0o600))
	_, err = LoadOrCreateToken(home)
	require.ErrorContains(t, err, "is empty: remove it")
}

func TestD19_EachSettingIsCheckedByName(t *testing.T) {
	require.NoError(t, DefaultConfig().Validate())
	for want, change := range map[string]func(*Config){
		"api.grpc":           func(c *Config) { c.GRPC = "9191" },
		"api.rest":           func(c *Config) { c.REST = "" },
		"api.grpc and":       func(c *Config) { c.REST = c.GRPC },
		"api.stale_after":    func(c *Config) { c.StaleAfter = time.Millisecond },
		"api.max_blob_bytes": func(c *Config) { c.MaxBlobBytes = 0 },
	} {
		c := DefaultConfig()
		change(&c)
		require.ErrorContains(t, c.Validate(), want)
	}
}
