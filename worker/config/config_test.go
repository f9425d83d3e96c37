// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"os"
	"path/filepath"
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
	c.Log.Level, c.Tasks.MaxRunning = "loud", 0
	err := c.Validate()
	require.ErrorContains(t, err, "log.level")
	require.ErrorContains(t, err, "tasks.max_running")
	require.ErrorContains(t, err, "chain.chain_id")
}
