// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/modules/chain"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
	"github.com/openmesh-network/openmesh/worker/platform/proving/machine"
	"github.com/openmesh-network/openmesh/worker/platform/proving/plot"

	"github.com/openmesh-network/openmesh/cmd/xworker/measure"
)

const (
	testChain    = "openmesh-1"
	testOperator = "open1operator"
)

var testTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// patient is an exam in which everything is well; tests make something ill.
type patient struct {
	*Exam
	cfg     config.Config
	daemon  *worker.Addresses
	machine machine.Machine
	free    uint64
	survey  chain.Survey
	terms   chain.Terms
	nodes   map[string]chain.NodeView
	now     time.Time
	height  int64 // that nodes gain with each look, after the first
	lost    error // of the chain

	cpu    measure.CPU
	memory measure.Memory
	gpu    measure.GPU
	gpuErr error
	status plot.Status
	report plot.Report
	plotIs error
	jail   Jail
	jailed error
	taken  map[string]bool // ports
	deaf   bool            // endpoints do not answer
}

func healthy(t *testing.T) *patient {
	t.Helper()
	home := filepath.Join(t.TempDir(), "home")
	require.NoError(t, os.Mkdir(home, 0o700))
	signer, err := keys.Create(filepath.Join(home, worker.SignerFile))
	require.NoError(t, err)
	p := &patient{now: testTime, free: 20 * gib, height: 1, nodes: map[string]chain.NodeView{}, taken: map[string]bool{}}
	p.cfg = config.Default()
	p.cfg.Chain.ChainID, p.cfg.Chain.Nodes, p.cfg.Tasks.MaxRunning = testChain, []string{"a:9090", "b:9090"}, 2
	require.NoError(t, config.Write(home, p.cfg))
	for _, n := range p.cfg.Chain.Nodes {
		p.nodes[n] = chain.NodeView{Node: n, ChainID: testChain, Height: 100, Time: testTime}
	}
	claimed := message.Hardware{CPUMillis: 4000, MemoryBytes: 8 * gib, StorageBytes: 128 * gib, GPUs: 1, GPUMemoryBytes: 80 * gib, GPUClass: "nvidia-h200"}
	p.daemon = &worker.Addresses{PID: 7, GRPC: "127.0.0.1:9191", REST: "127.0.0.1:9192", P2P: []string{"/ip4/8.8.4.4/tcp/4101"}}
	disk := machine.Disk{Path: home, Mount: "/", System: "ext4", Storage: machine.StorageLocal, Total: 1000 * gib, Free: 500 * gib, Fsync: time.Millisecond}
	p.machine = machine.Machine{
		OS: "linux", Arch: "amd64", Kernel: "6.18", CPU: machine.CPU{Threads: 8, Millis: 8000},
		Memory: machine.Memory{Total: 32 * gib, Usable: 32 * gib, Available: 20 * gib},
		Disks:  []machine.Disk{disk, disk}, Clock: machine.Clock{Known: true, Synchronised: true},
		Files: machine.Files{Soft: 65536, Hard: 65536}, Links: []machine.Link{{Name: "eth0", Up: true}},
		GPUs: []gpu.Device{{Class: "nvidia-h200", Memory: 80 * gib}}, GPUsSeen: 1,
	}
	p.survey = chain.Survey{
		Height: 100, Time: testTime, Account: true, Balance: "0", MinBond: "1000",
		Xnode: &chain.XnodeView{
			Operator: testOperator, Status: "active", Online: true, Weight: 9, RatingBps: 5000, Claimed: claimed, Verified: claimed,
			Endpoints: []string{"/ip4/8.8.4.4/tcp/4101/p2p/" + signer.PeerID().String()},
		},
		Bond: &chain.BondView{Amount: "5000", Free: "4000", Status: "active", Eligible: true},
		Fees: &chain.FeesView{},
		Classes: []chain.ClassView{{
			Class: "storage", Mode: "enforced", Claimed: 128 * gib, Verified: 128 * gib, Counted: 128 * gib, Score: 9000, LastWindow: 3, LastVerdict: "ok",
		}},
	}
	p.terms = chain.Terms{
		ChainID: testChain, Modes: map[string]string{"storage": "enforced", "cpu": "enforced", "memory": "shadow", "gpu": "shadow"},
		Storage: chain.StorageTerms{Mode: "enforced", UnitBytes: 64 * gib, PlotBytes: 64 * gib, MinUnits: 1, N: 64, K1: 340, K2: 340, Seconds: 1800},
		CPU:     chain.CPUTerms{Mode: "enforced", MaxLanes: 256, Functions: []chain.CPUFunction{{Function: measure.SHA256, CoreSteps: 1000, MinLaneSteps: 500}}},
	}
	p.cpu = measure.CPU{Function: "sha256", Lanes: 4, Steps: 4100, Slowest: 1000}
	p.memory = measure.Memory{Bytes: dryMemory, FillPerSecond: 1e8, Step: 500, Allowed: 1500, Locked: true}
	p.gpu = measure.GPU{Name: "NVIDIA H200", Memory: 80 * gib, GOPS: 100_000}
	p.status = plot.Status{Spec: plot.Spec{Units: 2, UnitBytes: 64 * gib, N: 64}, Filled: 128 * gib, Units: 2}
	p.report = plot.Report{Scanned: dryPlot, Took: time.Second}
	p.jail = Jail{Layers: "landlock 7, seccomp, namespaces", Outer: true, Took: 50 * time.Millisecond}
	p.Exam = p.exam(home)
	return p
}

// exam looks at the patient.
func (p *patient) exam(home string) *Exam {
	whole := New(home, nil, nil)
	return &Exam{
		Home: home, PlotDir: func(config.Config) string { return filepath.Join(home, "plot") }, GPUProgram: func(config.Config) string { return "" },
		Sources: Sources{
			Config:  func() (config.Config, error) { return p.cfg, p.cfg.Validate() },
			Signer:  whole.Signer,
			Daemon:  func() *worker.Addresses { return p.daemon },
			Machine: func(context.Context, []string, string) machine.Machine { return p.machine },
			Free:    func() (uint64, error) { return p.free, nil },
			Listen: func(_ context.Context, _, addr string) error {
				if p.taken[addr] {
					return errors.New("address already in use")
				}
				return nil
			},
			Dial: func(context.Context, string) error {
				if p.deaf {
					return errors.New("i/o timeout")
				}
				return nil
			},
			// Each look at a node takes no time; the clock and the chain go on with it.
			Peek: func(_ context.Context, node string) (chain.NodeView, error) {
				v, ok := p.nodes[node]
				if !ok {
					return v, errors.New("connection refused")
				}
				v.Asked, v.Answered = p.now, p.now
				return v, nil
			},
			Survey: func(context.Context, config.Config, string) (chain.Survey, error) { return p.survey, p.lost },
			Terms:  func(context.Context, config.Config) (chain.Terms, error) { return p.terms, p.lost },
			Processors: func(context.Context, uint32, int, time.Duration) (measure.CPU, error) {
				return p.cpu, nil
			},
			Plotting: func(context.Context, uint32, int, time.Duration) (uint64, error) { return 32 << 20, nil },
			Walk:     func(context.Context, uint64) (measure.Memory, error) { return p.memory, nil },
			Device:   func(context.Context, string, int, time.Duration) (measure.GPU, error) { return p.gpu, p.gpuErr },
			Plot: func(context.Context, string, uint64) (plot.Status, plot.Report, error) {
				return p.status, p.report, p.plotIs
			},
			Sandbox: func(context.Context, config.Config, string) (Jail, error) { return p.jail, p.jailed },
			Now:     func() time.Time { return p.now },
			// Waiting makes a block of one second.
			Wait: func(context.Context, time.Duration) {
				p.now = p.now.Add(time.Second)
				for n, v := range p.nodes {
					v.Height += p.height
					v.Time = v.Time.Add(time.Duration(p.height) * time.Second)
					p.nodes[n] = v
				}
			},
		},
	}
}

// check runs one check of the table.
func (p *patient) check(t *testing.T, name string) []Finding {
	t.Helper()
	for _, c := range Checks() {
		if c.Name == name {
			return c.Run(t.Context(), p.Exam)
		}
	}
	t.Fatalf("there is no check %q", name)
	return nil
}
