// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhatIsWrittenIsWhatIsRead(t *testing.T) {
	home := t.TempDir()
	c := Default()
	c.Chain.ChainID = "open-1"
	c.Chain.Nodes = []string{"a:1", "b:2"}
	c.Tasks.MaxTime = 90 * time.Second
	require.NoError(t, Write(home, c))
	got, err := Load(home, nil)
	require.NoError(t, err)
	require.Equal(t, c, got)
	require.NoError(t, got.Validate())
}

func TestAFlagOverridesTheEnvironmentAndThatTheFile(t *testing.T) {
	home := t.TempDir()
	c := Default()
	c.Chain.ChainID, c.API.GRPC, c.API.REST = "file", "file:1", "file:1"
	require.NoError(t, Write(home, c))
	t.Setenv("XWORKER_API__GRPC", "env:1")
	t.Setenv("XWORKER_API__REST", "env:1")
	t.Setenv("XWORKER_HOME", "ignored")
	got, err := Load(home, map[string]string{"api.rest": "flag:1", "tasks.max_time": "3s", "chain.nodes": "a:1,b:2"})
	require.NoError(t, err)
	require.Equal(t, "file", got.Chain.ChainID)
	require.Equal(t, "env:1", got.API.GRPC)
	require.Equal(t, "flag:1", got.API.REST)
	require.Equal(t, 3*time.Second, got.Tasks.MaxTime)
	require.Equal(t, []string{"a:1", "b:2"}, got.Chain.Nodes)
}

func TestD19_AnUnknownKeyIsRefusedByName(t *testing.T) {
	home := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(home, File), []byte("[chain]\nchain_di = \"x\"\n"), 0o600))
	_, err := Load(home, nil)
	require.ErrorContains(t, err, "chain.chain_di")
	require.ErrorContains(t, err, "chain.chain_id")
}

func TestEverythingWrongIsToldAtOnce(t *testing.T) {
	c := Default()
	c.Log.Level, c.Tasks.MaxRunning = "loud", -1
	err := c.Validate()
	require.ErrorContains(t, err, "log.level")
	require.ErrorContains(t, err, "tasks.max_running")
	require.ErrorContains(t, err, "chain.chain_id")
}

func TestD19_AMisspeltVariableIsRefusedByName(t *testing.T) {
	t.Setenv("XWORKER_CHAIN__NODS", "a:1")
	_, err := Load(t.TempDir(), nil)
	require.ErrorContains(t, err, "chain.nods")
	require.ErrorContains(t, err, "chain.nodes")
}

func TestD19_AnUnknownFlagOrSectionIsRefusedByName(t *testing.T) {
	_, err := Load(t.TempDir(), map[string]string{"chian.nodes": "a:1"})
	require.ErrorContains(t, err, "chian.nodes")
	require.ErrorContains(t, err, "chain, claims, host")
	home := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(home, File), []byte("chain = 3\n"), 0o600))
	_, err = Load(home, nil)
	require.ErrorContains(t, err, "chain")
}

func TestD19_AValueOfTheWrongKindIsRefusedByName(t *testing.T) {
	for key, value := range map[string]string{"tasks.max_running": "many", "chain.poll_interval": "often", "host.refuse_private": "perhaps"} {
		_, err := Load(t.TempDir(), map[string]string{key: value})
		_, name, _ := strings.Cut(key, ".")
		require.ErrorContains(t, err, name)
	}
}

func TestD19_SettingsThatContradictEachOtherAreRefused(t *testing.T) {
	sound := Default()
	sound.Chain.ChainID = "open-1"
	require.NoError(t, sound.Validate())
	for want, change := range map[string]func(*Config){
		"api.grpc and api.rest":  func(c *Config) { c.API.REST = c.API.GRPC },
		"api.stale_after":        func(c *Config) { c.Chain.PollInterval, c.API.StaleAfter = time.Minute, time.Second },
		"tasks.max_input_bytes":  func(c *Config) { c.Tasks.MaxInputBytes, c.Blobs.MaxBytes = 2<<20, 1<<20 },
		"chain.nodes":            func(c *Config) { c.Chain.Nodes = nil },
		"chain.gas_price":        func(c *Config) { c.Chain.GasPrice = "cheap" },
		"chain.tx_timeout":       func(c *Config) { c.Chain.TxTimeout = time.Hour },
		"chain.poll_interval":    func(c *Config) { c.Chain.PollInterval = 0 },
		"tasks.max_time":         func(c *Config) { c.Tasks.MaxTime = 0 },
		"log.format":             func(c *Config) { c.Log.Format = "xml" },
		"host.listen":            func(c *Config) { c.Host.Listen = []string{"127.0.0.1:1"} },
		"blobs.max_fetches":      func(c *Config) { c.Blobs.MaxFetches = 0 },
		"tasks.max_running is -": func(c *Config) { c.Tasks.MaxRunning = -1 },
	} {
		c := sound
		change(&c)
		require.ErrorContains(t, c.Validate(), want)
	}
}

func TestTheFileIsForTheOwnerAloneAndIsNotOverwritten(t *testing.T) {
	home := t.TempDir()
	require.NoError(t, Write(home, Default()))
	info, err := os.Stat(filepath.Join(home, File))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.ErrorIs(t, Write(home, Default()), os.ErrExist)
}
