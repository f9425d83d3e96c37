// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClaimsAreWrittenWithWhatTheyMeanAndReadBack(t *testing.T) {
	home := t.TempDir()
	c := Default()
	c.Claims = Claims{
		CPUMillis: 7_200, MemoryBytes: 16 << 30, StorageBytes: 3 << 29, GPUCount: 2, GPUMemoryBytes: 282 << 30, GPUClass: "nvidia-h200",
		Region: "eu-west", Attributes: []string{"disk=nvme"},
	}
	require.NoError(t, Write(home, c))
	body, err := os.ReadFile(filepath.Join(home, File))
	require.NoError(t, err)
	for _, want := range []string{"[claims]", "# What `xworker register` claims", "cpu_millis = 7200 # 7.2 cores", "storage_bytes = 1610612736 # 1.5 GiB"} {
		require.Contains(t, string(body), want)
	}
	got, err := Load(home, nil)
	require.NoError(t, err)
	require.Equal(t, c, got)
	require.True(t, got.Claims.Hardware())
	require.False(t, Default().Claims.Hardware())
}

func TestD19_ImpossibleClaimsAreRefusedByName(t *testing.T) {
	require.NoError(t, Default().Claims.Validate())
	for want, c := range map[string]Claims{
		"claims.cpu_millis":    {CPUMillis: 1 << 63},
		"claims.gpu_class":     {GPUCount: 1},
		"claims.gpu_count":     {GPUClass: "nvidia-h200"},
		"claims.region":        {Region: "Europe"},
		"is no key=value":      {Attributes: []string{"disk"}},
		"is there twice":       {Attributes: []string{"a=1", "a=2"}},
		"17 attributes":        {Attributes: strings.Split(strings.Repeat("a=1,", 16)+"a=1", ",")},
		"is no key=value: a k": {Attributes: []string{"a=\n"}},
	} {
		require.ErrorContains(t, c.Validate(), want)
	}
}
