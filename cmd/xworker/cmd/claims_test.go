// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/modules/chain"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
	"github.com/openmesh-network/openmesh/worker/platform/proving/plot"

	"github.com/openmesh-network/openmesh/cmd/xworker/measure"
)

func TestInitMeasuresTheMachineAndWritesWhatItCanClaim(t *testing.T) {
	home := filepath.Join(t.TempDir(), "new")
	out, notes, err := run(t, home, "init", "--chain-id", "open-test", "--region", "eu-west")
	require.NoError(t, err)
	require.Contains(t, notes, "making cells of a plot")
	require.Contains(t, out, "xworker register --home "+home)
	cfg, err := config.Load(home, nil)
	require.NoError(t, err)
	require.NotZero(t, cfg.Claims.CPUMillis)
	require.Equal(t, "eu-west", cfg.Claims.Region)
	report, found, err := measure.Read(home)
	require.NoError(t, err)
	require.True(t, found)
	require.NotZero(t, report.PlotBytesPerSecond)
	require.NotZero(t, report.CPU.Steps)
	require.Empty(t, report.Beyond(cfg.Claims), "what is proposed is not above what there is")
	require.LessOrEqual(t, cfg.Claims.MemoryBytes, report.MemoryBytes/2)

	out, notes, err = run(t, filepath.Join(t.TempDir(), "json"), "init", "--chain-id", "open-test", "-o", "json")
	require.NoError(t, err)
	require.Empty(t, notes)
	var made struct {
		Claims   config.Claims  `json:"claims"`
		Measured measure.Report `json:"measured"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &made))
	require.NotZero(t, made.Claims.CPUMillis)
	require.NotZero(t, made.Measured.CPU.Lanes)
}

// emptyHome makes a home without measuring.
func emptyHome(t *testing.T) string {
	t.Helper()
	home := filepath.Join(t.TempDir(), "home")
	_, _, err := run(t, home, "init", "--chain-id", "open-test", "--node", "127.0.0.1:1", "--no-measure")
	require.NoError(t, err)
	return home
}

func TestW3_ImpossibleClaimsAreRefusedBeforeTheOperatorSigns(t *testing.T) {
	home := emptyHome(t)
	for name, tt := range map[string]struct{ args, want string }{
		"more cores than there are":        {"--cpu-millis 99999999", "--cpu-millis claims 100000.00 cores"},
		"more memory than there is":        {"--memory-bytes 1048576GiB", "--memory-bytes claims"},
		"an exabyte":                       {"--storage-bytes 1073741824GiB", "--storage-bytes claims"},
		"GPUs that are not there":          {"--gpu-count 128 --gpu-class nvidia-h200", "--gpu-count claims 128.00 GPUs"},
		"GPUs of no model":                 {"--gpu-count 1 --force", "claims.gpu_class"},
		"a size that is none":              {"--storage-bytes much", "--storage-bytes"},
		"an attribute that is none":        {"--attribute nvme", "is no key=value"},
		"an attribute twice":               {"--attribute a=1 --attribute a=2", "twice"},
		"a region that is none":            {"--region Europe", "claims.region"},
		"with force it is up to the chain": {"--cpu-millis 99999999 --force", `key "alice"`},
		"what is possible is not refused":  {"--cpu-millis 100 --attribute disk=nvme", `key "alice"`},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"register", "--operator", "alice", "--keyring-backend", "test", "--keyring-dir", t.TempDir()}, strings.Fields(tt.args)...)
			_, _, err := run(t, home, args...)
			require.ErrorContains(t, err, tt.want)
			if strings.Contains(tt.want, "claims 1") {
				require.ErrorContains(t, err, "--force")
			}
		})
	}
}

func TestRegistersClaimsAreTheConfigurationsAndFlagsOverrideEach(t *testing.T) {
	home := t.TempDir()
	cfg := config.Default()
	cfg.Chain.ChainID = "open-test"
	cfg.Claims = config.Claims{CPUMillis: 100, MemoryBytes: 1 << 20, StorageBytes: 4096, Region: "eu-west", Attributes: []string{"disk=nvme"}}
	cmd := registerCommand(&globals{home: home})
	require.NoError(t, cmd.ParseFlags([]string{"--memory-bytes", "2MiB", "--bandwidth-bps", "1000"}))
	r := registration{memory: "2MiB", claims: config.Claims{BandwidthBps: 1000}}
	_, claims, err := r.claim(cmd, home, cfg)
	require.NoError(t, err)
	require.Equal(t, config.Claims{
		CPUMillis: 100, MemoryBytes: 2 << 20, StorageBytes: 4096, BandwidthBps: 1000, Region: "eu-west", Attributes: []string{"disk=nvme"},
	}, claims)
}

func TestRegisterSaysWhatWillHaveToBeProved(t *testing.T) {
	terms := chain.Terms{
		Modes:   map[string]string{"storage": "enforced", "cpu": "enforced", "memory": "shadow", "gpu": "off"},
		Storage: chain.StorageTerms{Mode: "enforced", UnitBytes: 64 << 30, PlotBytes: 64 << 30, MinUnits: 1, N: 64},
	}
	report := measure.Report{PlotBytesPerSecond: 32 << 20}
	got := toProve(terms, config.Claims{CPUMillis: 1500, StorageBytes: 100 << 30, MemoryBytes: 8 << 30, GPUCount: 1}, report)
	require.Len(t, got, 3)
	require.Contains(t, got[0], "a plot of 128.0 GiB in 2 units, made once, about 69 minutes on all idle processors")
	require.Contains(t, got[1], "cpu (what is not proved brings no work): 1.5 cores")
	require.Contains(t, got[2], "memory (measured, not enforced yet)")

	terms.Storage.MinUnits = 2
	got = toProve(terms, config.Claims{StorageBytes: 1 << 30}, report)
	require.Contains(t, got[0], "at least 128.0 GiB has to be claimed")
	require.Empty(t, toProve(chain.Terms{}, config.Claims{CPUMillis: 1}, report), "a chain that does not tell")
}

func TestDurationsAndAmountsAreForPeople(t *testing.T) {
	for d, want := range map[time.Duration]string{
		3 * time.Second: "4 seconds", 90 * time.Second: "2 minutes", 5 * time.Hour: "5.0 hours", 96 * time.Hour: "4.0 days",
	} {
		require.Equal(t, want, durationText(d))
	}
	for n, want := range map[uint64]string{5: "5 bytes", 2048: "2.0 KiB", 3 << 20: "3.0 MiB", 1 << 40: "1.0 TiB"} {
		require.Equal(t, want, bytesText(n))
	}
}

func TestThePlotIsToldCheckedAndRemoved(t *testing.T) {
	home := emptyHome(t)
	_, _, err := run(t, home, "plot", "status")
	require.ErrorContains(t, err, "xworker plot make --home "+home)
	_, _, err = run(t, home, "plot", "make")
	require.ErrorContains(t, err, "asked of the chain")

	dir := filepath.Join(home, "plot")
	p, err := plot.Create(dir, plot.Spec{Key: [32]byte{1}, N: 2, UnitBytes: 64 << 10, Units: 8}, plot.Options{Reserve: 1})
	require.NoError(t, err)
	require.NoError(t, p.Fill(t.Context()))
	out, _, err := run(t, home, "plot", "status")
	require.NoError(t, err)
	require.Contains(t, out, "open      by the running daemon")
	_, _, err = run(t, home, "plot", "verify")
	require.ErrorIs(t, err, plot.ErrInUse)
	require.NoError(t, p.Close())

	out, _, err = run(t, home, "plot", "status")
	require.NoError(t, err)
	require.Contains(t, out, "made      512.0 KiB of 512.0 KiB (100.0 %)")
	require.Contains(t, out, "provable  8 of 8 units")
	out, _, err = run(t, home, "plot", "verify", "--cells", "50", "-o", "json")
	require.NoError(t, err)
	require.Contains(t, out, `"checked":50`)
	require.NotContains(t, out, "repaired", "there was nothing to mend")

	lock, err := keys.LockHome(home)
	require.NoError(t, err)
	for _, args := range [][]string{{"make"}, {"verify"}, {"remove", "--yes"}} {
		_, _, err = run(t, home, append([]string{"plot"}, args...)...)
		require.ErrorIs(t, err, keys.ErrHomeInUse, args)
		require.ErrorContains(t, err, "xworker status")
	}
	require.NoError(t, lock.Release())

	_, _, err = run(t, home, "plot", "remove")
	require.ErrorContains(t, err, "add --yes")
	_, _, err = run(t, home, "plot", "remove", "--yes")
	require.NoError(t, err)
	require.NoDirExists(t, dir)
}

func TestDoctorsExitCodeIsThatOfTheWorstFinding(t *testing.T) {
	home := filepath.Join(t.TempDir(), "none")
	out, _, err := run(t, home, "doctor", "--quick")
	var coded *codedError
	require.ErrorAs(t, err, &coded)
	require.Equal(t, 2, coded.code)
	require.Contains(t, out, "FAILURE  home")
	require.Contains(t, out, "fix: xworker init --home "+home)
	require.Contains(t, out, "(--all tells why)")
	require.NoDirExists(t, home)

	home = emptyHome(t)
	out, _, err = run(t, home, "doctor", "--quick", "--output", "json")
	require.Error(t, err)
	var report struct {
		Failures int
		Findings []struct{ Check, Level, Fix string }
	}
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Positive(t, report.Failures)
	for _, f := range report.Findings {
		if f.Check == "nodes" {
			require.Equal(t, "failure", f.Level)
			require.Contains(t, f.Fix, "chain.nodes")
		}
	}
	left, err := os.ReadDir(home)
	require.NoError(t, err)
	for _, entry := range left {
		require.Contains(t, []string{config.File, "signer.key"}, entry.Name(), "doctor leaves nothing behind")
	}
}
