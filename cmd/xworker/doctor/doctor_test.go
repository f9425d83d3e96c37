// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/modules/chain"
	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
	"github.com/openmesh-network/openmesh/worker/platform/proving/machine"
	"github.com/openmesh-network/openmesh/worker/platform/proving/plot"
)

func TestAHealthyXnodeHasNothingToMend(t *testing.T) {
	p := healthy(t)
	var told []string
	r := Run(t.Context(), inOrder(), p.Exam, func(done, total int, last string) { told = append(told, last) })
	for _, f := range r.Findings {
		require.Equal(t, OK, f.Level, "%s: %s", f.Check, f.What)
		require.Empty(t, f.Fix, f.What)
	}
	require.Equal(t, ExitGood, r.ExitCode())
	require.Len(t, told, len(Checks()), "progress names each check")
	entries, err := os.ReadDir(p.Home)
	require.NoError(t, err)
	require.Len(t, entries, 2, "it leaves nothing behind")
}

func TestChecks(t *testing.T) {
	tests := map[string]struct {
		check string
		level Level
		want  string // in what it says
		fix   string
		ill   func(p *patient)
	}{
		"the home is not there":                     {"home", Failure, "is not there", "xworker init", func(p *patient) { p.Home = "/nowhere/at/all" }},
		"D16 others can look into the home":         {"home", Warning, "mode 0755", "chmod 700", func(p *patient) { chmod(p.Home, 0o755) }},
		"there is no configuration":                 {"config", Failure, "config.toml is not there", "xworker init", func(p *patient) { remove(p.Home, config.File) }},
		"D19 the configuration contradicts itself":  {"config", Failure, "chain.nodes is empty", "edit", func(p *patient) { p.cfg.Chain.Nodes = nil }},
		"there is no key":                           {"signer", Failure, "signer.key is not there", "xworker init", func(p *patient) { remove(p.Home, worker.SignerFile) }},
		"D16 others can read the key":               {"signer", Failure, "readable by others", "chmod 600", func(p *patient) { chmod(filepath.Join(p.Home, worker.SignerFile), 0o644) }},
		"the key is damaged":                        {"signer", Failure, "64 hex digits", "rotate-signer", func(p *patient) { overwrite(p.Home, worker.SignerFile, "zz") }},
		"few files may be open":                     {"system", Warning, "1024 files", "LimitNOFILE", func(p *patient) { p.machine.Files.Hard = 1024 }},
		"no interface is up":                        {"system", Failure, "interfaces is up", "ip link", func(p *patient) { p.machine.Links[0].Up = false }},
		"D2 the disk is read-only":                  {"disk", Failure, "cannot be written", "mount", func(p *patient) { p.machine.Disks[0].Problem = "read-only file system" }},
		"D2 the home is nearly full":                {"disk", Failure, "0.1 GiB free", "free some", func(p *patient) { p.machine.Disks[0].Free = gib / 8 }},
		"D2 the home has little room":               {"disk", Warning, "1.0 GiB free", "free some", func(p *patient) { p.machine.Disks[0].Free = gib }},
		"the plot would be in memory":               {"disk", Failure, "is in memory", "put it on a disk", func(p *patient) { p.machine.Disks[1].Storage = machine.StorageMemory }},
		"the plot would be in a container's layer":  {"disk", Failure, "container's own layer", "volume", func(p *patient) { p.machine.Disks[1].Storage = machine.StorageOverlay }},
		"the plot would be on the network":          {"disk", Warning, "on the network", "disk of this machine", func(p *patient) { p.machine.Disks[1].Storage = machine.StorageNetwork }},
		"the disk is slow":                          {"disk", Warning, "1s to write", "faster disk", func(p *patient) { p.machine.Disks[0].Fsync = time.Second }},
		"W3 more storage is claimed than is free":   {"disk", Failure, "do not fit", "claim less", func(p *patient) { p.machine.Disks[1].Free = 100 * gib }},
		"W3 more memory is claimed than there is":   {"memory", Failure, "has 4.0 GiB", "claim less", func(p *patient) { p.machine.Memory.Usable = 4 * gib }},
		"memory is in use":                          {"memory", Warning, "4.0 GiB are free", "ps aux", func(p *patient) { p.free = 4 * gib }},
		"W3 more cores are claimed than there are":  {"cores", Failure, "2.00 cores may be used", "claim less", func(p *patient) { p.machine.CPU.Millis = 2000 }},
		"a port is taken":                           {"ports", Failure, "api.grpc", "ss -lntup", func(p *patient) { p.daemon, p.taken["127.0.0.1:9191"] = nil, true }},
		"a peer's port is taken":                    {"ports", Failure, "host.listen: tcp", "ss -lntup", func(p *patient) { p.daemon, p.taken["127.0.0.1:4101"] = nil, true }},
		"D15 metrics are for everybody":             {"ports", Warning, "0.0.0.0:9192", "127.0.0.1", func(p *patient) { p.daemon, p.cfg.API.REST = nil, "0.0.0.0:9192" }},
		"W2 the card has a private address":         {"endpoints", Failure, "which is private", "update-xnode", endpoint("/ip4/10.0.0.7/tcp/4101")},
		"W2 the card has a loopback address":        {"endpoints", Failure, "which is private", "update-xnode", endpoint("/ip4/127.0.0.1/tcp/4101")},
		"W2 the card means every address":           {"endpoints", Failure, "every address", "update-xnode", endpoint("/ip4/0.0.0.0/tcp/4101")},
		"W2 the card has no multiaddr":              {"endpoints", Failure, "no multiaddr", "update-xnode", endpoint("javascript:alert(1)")},
		"W1 the card is of another key":             {"endpoints", Failure, "another key", "update-xnode", endpoint("/ip4/8.8.4.4/tcp/4101/p2p/16Uiu2HAmTBFMjPaXZq3SkLBe3hELTEWijsvxNDYFdzNtEGCetHk6")},
		"before registering the configuration is":   {"endpoints", Failure, "host.listen", "host.announce", func(p *patient) { p.survey.Xnode = nil }},
		"nothing answers at the endpoint":           {"reach", Warning, "does not answer from here", "nc -vz 8.8.4.4 4101", func(p *patient) { p.deaf = true }},
		"D3 no node answers":                        {"nodes", Failure, "does not answer", "start opend", func(p *patient) { p.nodes = nil }},
		"D3 one of two nodes answers":               {"nodes", Warning, "b:9090 does not answer", "start opend", func(p *patient) { delete(p.nodes, "b:9090") }},
		"D3 a node is of another chain":             {"nodes", Failure, `of chain "forked"`, "chain.chain_id", func(p *patient) { p.node("b:9090", "forked", 100, testTime) }},
		"D3 a node lags":                            {"nodes", Warning, "20 blocks behind", "give it time", func(p *patient) { p.node("b:9090", testChain, 80, testTime) }},
		"D3 the newest block is old":                {"nodes", Warning, "2m0s old", "chain.nodes", func(p *patient) { p.node("b:9090", testChain, 100, testTime.Add(-2*time.Minute)) }},
		"D6 nobody keeps the clock":                 {"clock", Warning, "no program keeps the clock", "set-ntp", func(p *patient) { p.machine.Clock.Synchronised = false }},
		"D6 the clock is 5 s behind":                {"clock", Warning, "5s behind", "set-ntp", func(p *patient) { p.now = testTime.Add(-5 * time.Second) }},
		"D6 the clock is 10 minutes behind":         {"clock", Failure, "10m0s behind", "set-ntp", func(p *patient) { p.now = testTime.Add(-10 * time.Minute) }},
		"D6 the clock is 10 minutes ahead":          {"clock", Failure, "ahead of", "set-ntp", func(p *patient) { p.now = testTime.Add(10 * time.Minute) }},
		"D6 a chain that stands still tells little": {"clock", Skipped, "no node told of a new block", "", func(p *patient) { p.height = 0; p.now = testTime.Add(time.Second) }},
		"D6 even one that stands still tells that":  {"clock", Failure, "behind", "set-ntp", func(p *patient) { p.height = 0; p.now = testTime.Add(-time.Minute) }},
		"the signer speaks for nobody":              {"registered", Failure, "speaks for no Xnode", "xworker register", func(p *patient) { p.survey.Xnode = nil }},
		"a consumer needs no Xnode":                 {"registered", OK, "takes no tasks", "", func(p *patient) { p.survey.Xnode, p.cfg.Tasks.MaxRunning = nil, 0 }},
		"the Xnode is retired":                      {"registered", Failure, "retired", "xworker register", func(p *patient) { p.survey.Xnode.Status = "retired" }},
		"the Xnode drains":                          {"registered", Warning, "draining", "resume-xnode", func(p *patient) { p.survey.Xnode.Status = "draining" }},
		"the daemon runs and is not heard":          {"registered", Failure, "no heartbeat", "xworker status", func(p *patient) { p.survey.Xnode.Online = false }},
		"no daemon runs":                            {"registered", Warning, "no daemon runs", "xworker start", func(p *patient) { p.survey.Xnode.Online, p.daemon = false, nil }},
		"the Xnode has no weight":                   {"registered", Warning, "weight is 0", "capacity", func(p *patient) { p.survey.Xnode.Weight = 0 }},
		"a reclaim is announced":                    {"registered", Warning, "height 500", "cancel-reclaim", func(p *patient) { p.survey.Xnode.ReclaimHeight = 500 }},
		"the node is older than the daemon":         {"registered", Warning, "does not tell", "update opend", func(p *patient) { p.survey.Unknown = []string{"what is proven: unknown service"} }},
		"there is no bond":                          {"bond", Failure, "has no bond", "bond 1000uopen", func(p *patient) { p.survey.Bond = nil }},
		"the bond is too small":                     {"bond", Failure, "not eligible: free bond below", "stakingext bond", func(p *patient) { p.survey.Bond.Eligible, p.survey.Bond.Reason = false, "free bond below the minimum" }},
		"the operator is jailed":                    {"bond", Failure, "jailed until", "unjail", func(p *patient) { p.survey.Bond.Status, p.survey.Bond.Eligible = "jailed", false }},
		"the operator is tombstoned":                {"bond", Failure, "tombstoned", "another operator", func(p *patient) { p.survey.Bond.Status, p.survey.Bond.Eligible = "tombstoned", false }},
		"the operator is suspended": {"bond", Warning, "por/silent", "by itself", func(p *patient) {
			p.survey.Bond.Suspensions, p.survey.Bond.Eligible = []string{"por/silent until height 9"}, false
		}},
		"all of the bond is locked":       {"bond", Warning, "locked by work", "stakingext bond", func(p *patient) { p.survey.Bond.Free = "0" }},
		"nobody pays fees":                {"fees", Failure, "has 0 uopen", "feegrant grant", func(p *patient) { p.survey.Fees = nil }},
		"the signer pays its fees":        {"fees", Warning, "its own 5000000", "feegrant grant", func(p *patient) { p.survey.Fees, p.survey.Balance = nil, "5000000" }},
		"the account is not there":        {"fees", Failure, "not on the chain", "feegrant grant", func(p *patient) { p.survey.Fees, p.survey.Account = nil, false }},
		"the grant expired":               {"fees", Failure, "expired", "feegrant grant", func(p *patient) { p.survey.Fees.Expires = testTime.Add(-time.Hour) }},
		"the grant expires soon":          {"fees", Warning, "expires in 24h", "feegrant grant", func(p *patient) { p.survey.Fees.Expires = testTime.Add(24 * time.Hour) }},
		"the grant is nearly spent":       {"fees", Warning, "has 5 uopen left", "feegrant grant", func(p *patient) { p.survey.Fees.Left = "5" }},
		"the grant does not cover proofs": {"fees", Failure, "MsgProveStorage", "--allowed-messages", func(p *patient) { p.survey.Fees.Missing = []string{"/openmesh.por.v1.MsgProveStorage"} }},
		"a window was missed":             {"capacity", Warning, "last verdict missed", "xworker status", verdict("missed", "enforced")},
		"a window in shadow was missed":   {"capacity", Warning, "last verdict missed", "xworker status", verdict("missed", "shadow")},
		"what was signed is false":        {"capacity", Failure, "last verdict mismatch", "query por proofs", verdict("mismatch", "enforced")},
		"no window was concluded yet": {"capacity", Warning, "0.0 GiB verified", "keep the daemon running", func(p *patient) {
			c := &p.survey.Classes[0]
			c.LastWindow, c.Verified, c.Counted, c.LastVerdict = 0, 0, 0, "none"
		}},
		"no program can be run":                   {"sandbox", Failure, "no landlock", "Landlock", func(p *patient) { p.jailed = errors.New("no landlock") }},
		"the jail has one layer":                  {"sandbox", Warning, "one layer only", "Delegate", func(p *patient) { p.jail.Outer = false }},
		"the jail is weak":                        {"sandbox", Warning, "weak jail", "weak_jail = false", func(p *patient) { p.cfg.Tasks.WeakJail = true }},
		"a consumer needs no sandbox":             {"sandbox", Skipped, "runs no programs", "", func(p *patient) { p.cfg.Tasks.MaxRunning = 0 }},
		"there is no plot":                        {"prove-storage", Warning, "1h8m16s", "xworker plot make", func(p *patient) { p.plotIs, p.status = plot.ErrNone, plot.Status{} }},
		"the daemon has the plot":                 {"prove-storage", OK, "running daemon", "", func(p *patient) { p.plotIs = plot.ErrInUse }},
		"half of the plot is made":                {"prove-storage", Warning, "1 of 2 units", "xworker plot make", func(p *patient) { p.status.Units = 1 }},
		"the plot rots":                           {"prove-storage", Failure, "labels do not hold", "plot verify", func(p *patient) { p.plotIs = errors.New("plot: 3 labels do not hold") }},
		"the disk is too slow for the claim":      {"prove-storage", Failure, "MB a second", "claim less", func(p *patient) { p.report.Took = 10 * time.Second }},
		"W3 the cores compute too little":         {"prove-cpu", Warning, "3.00 cores of 4.00", "update-xnode", func(p *patient) { p.cpu.Steps = 3000 }},
		"W3 a lane is too slow to count":          {"prove-cpu", Failure, "sha256", "xworker drain", func(p *patient) { p.cpu.Slowest = 100 }},
		"memory is too slow":                      {"prove-memory", Warning, "are allowed", "swaps", func(p *patient) { p.memory.Step = 3000 }},
		"memory can be swapped":                   {"prove-memory", Warning, "not kept out of swap", "LimitMEMLOCK", func(p *patient) { p.memory.Locked = false }},
		"no GPU program is installed":             {"prove-gpu", Failure, "none can be used", "install xworker-gpu", func(p *patient) { p.gpuErr = gpu.ErrNone }},
		"the GPU computes wrongly":                {"prove-gpu", Failure, "does not prove itself", "nvidia-smi", func(p *patient) { p.gpuErr = gpu.ErrDevice }},
		"W3 more GPUs are claimed than there are": {"prove-gpu", Failure, "2 GPUs are claimed, 1", "nvidia-smi", func(p *patient) { p.survey.Xnode.Claimed.GPUs = 2 }},
	}
	seen := map[string]bool{}
	for name, tt := range tests {
		seen[tt.check] = true
		t.Run(name, func(t *testing.T) {
			p := healthy(t)
			tt.ill(p)
			found := p.check(t, tt.check)
			for _, f := range found {
				if f.Level == Warning || f.Level == Failure {
					require.NotEmpty(t, f.Why, f.What)
					require.NotEmpty(t, f.Fix, f.What)
				}
				if f.Level == tt.level && strings.Contains(f.What, tt.want) {
					require.Contains(t, f.Fix, tt.fix)
					return
				}
			}
			t.Fatalf("no %s with %q in %+v", tt.level, tt.want, found)
		})
	}
	for _, c := range Checks() {
		require.True(t, seen[c.Name], "%s has no bad case", c.Name)
	}
}

func TestD3_WithoutANodeOneCheckFailsAndTheOthersSaySo(t *testing.T) {
	p := healthy(t)
	p.nodes, p.lost, p.gpuErr = nil, chain.ErrUnreachable, nil
	p.survey.Xnode = nil
	r := Run(t.Context(), inOrder(), p.Exam, func(int, int, string) {})
	failed := map[string]bool{}
	for _, f := range r.Findings {
		if f.Level == Failure {
			failed[f.Check] = true
		}
	}
	require.Equal(t, map[string]bool{"nodes": true, "endpoints": true}, failed) // the default listens on loopback
	require.Equal(t, ExitFailures, r.ExitCode())
}

func TestAnEmptyHomeIsReadAndNotWritten(t *testing.T) {
	home := filepath.Join(t.TempDir(), "none")
	e := New(home, func(config.Config) string { return filepath.Join(home, "plot") }, func(config.Config) string { return "" })
	r := Run(t.Context(), Quick(), e, func(int, int, string) {})
	require.GreaterOrEqual(t, r.Failures, 3, "home, configuration, key")
	require.NoDirExists(t, home)
	left, err := os.ReadDir(filepath.Dir(home))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestACheckThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		hangs := Check{Name: "hangs", About: "a disk", Timeout: time.Second, Run: func(context.Context, *Exam) []Finding { <-release; return nil }}
		heeds := Check{Name: "heeds", About: "a node", Timeout: time.Second, Run: func(ctx context.Context, _ *Exam) []Finding { <-ctx.Done(); return good("late") }}
		r := Run(t.Context(), []Check{hangs, heeds}, &Exam{}, func(int, int, string) {})
		require.Equal(t, 1, r.Failures)
		require.Equal(t, "a disk did not end within 1s", r.Findings[0].What)
		require.Equal(t, "late", r.Findings[1].What)
	})
}

func TestWhatMeasuresRunsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		running, most, alone := 0, 0, true
		var checks []Check
		for i := range 12 {
			checks = append(checks, Check{Name: "c", Timeout: time.Minute, Alone: i%3 == 0, Run: func(context.Context, *Exam) []Finding {
				running++ // one goroutine runs at a time between the sleeps of a bubble
				most = max(most, running)
				if i%3 == 0 && running > 1 {
					alone = false
				}
				time.Sleep(time.Second)
				running--
				return nil
			}})
		}
		Run(t.Context(), checks, &Exam{}, func(int, int, string) {})
		require.True(t, alone)
		require.LessOrEqual(t, most, beside)
	})
}

func TestTheReportIsAGolden(t *testing.T) {
	p := healthy(t)
	p.survey.Xnode.Online = false
	p.survey.Fees.Expires = testTime.Add(24 * time.Hour)
	p.machine.Disks[1].Free = 100 * gib
	p.cpu.Steps = 3000
	delete(p.nodes, "b:9090")
	signer, err := p.Signer()
	require.NoError(t, err)
	r := Run(t.Context(), inOrder(), p.Exam, func(int, int, string) {})
	body, err := json.MarshalIndent(r, "", "  ")
	require.NoError(t, err)
	text := strings.NewReplacer(p.Home, "HOME", signer.Account(), "SIGNER", signer.PeerID().String(), "PEER").Replace(string(body)) + "\n"
	const golden = "testdata/report.json"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(golden, []byte(text), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), text, "UPDATE_GOLDEN=1 go test writes it")
}

// inOrder is the table, one check after the other: a patient's clock goes on while
// one of them waits.
func inOrder() []Check {
	checks := Checks()
	for i := range checks {
		checks[i].Alone = true
	}
	return checks
}

func chmod(path string, mode os.FileMode) {
	if err := os.Chmod(path, mode); err != nil {
		panic(err)
	}
}

func remove(home, name string) {
	if err := os.Remove(filepath.Join(home, name)); err != nil {
		panic(err)
	}
}

func overwrite(home, name, text string) {
	if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
		panic(err)
	}
}

func endpoint(text string) func(*patient) {
	return func(p *patient) { p.survey.Xnode.Endpoints = []string{text} }
}

func (p *patient) node(name, id string, height int64, at time.Time) {
	p.nodes[name] = chain.NodeView{Node: name, ChainID: id, Height: height, Time: at}
}

func verdict(verdict, mode string) func(*patient) {
	return func(p *patient) {
		c := &p.survey.Classes[0]
		c.Mode, c.LastVerdict, c.Why = mode, verdict, "window 3 was not answered in time"
		if mode == "enforced" {
			c.Counted = 0
		}
	}
}
