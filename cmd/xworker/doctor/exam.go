// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/modules/chain"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
	"github.com/openmesh-network/openmesh/worker/platform/proving/machine"
	"github.com/openmesh-network/openmesh/worker/platform/proving/memory"
	"github.com/openmesh-network/openmesh/worker/platform/proving/plot"

	"github.com/openmesh-network/openmesh/cmd/xworker/measure"
)

// Sources are where an Exam looks. Tests have their own.
type Sources struct {
	// Config reads the configuration, and validates it.
	Config func() (config.Config, error)
	Signer func() (*keys.Signer, error)
	// Daemon finds a daemon that runs in the home; nil where there is none.
	Daemon func() *worker.Addresses
	// Machine looks at the machine and at the disks below folders.
	Machine func(ctx context.Context, paths []string, gpuProgram string) machine.Machine
	// Free is the memory that can be taken.
	Free func() (uint64, error)
	// Listen takes an address and gives it back: "tcp" or "udp", host:port.
	Listen func(ctx context.Context, network, addr string) error
	// Dial connects and hangs up.
	Dial func(ctx context.Context, addr string) error
	// Peek asks one node about itself.
	Peek func(ctx context.Context, node string) (chain.NodeView, error)
	// Survey and Terms ask the chain.
	Survey func(ctx context.Context, cfg config.Config, account string) (chain.Survey, error)
	Terms  func(ctx context.Context, cfg config.Config) (chain.Terms, error)
	// The dry runs.
	Processors func(ctx context.Context, function uint32, lanes int, about time.Duration) (measure.CPU, error)
	Plotting   func(ctx context.Context, n uint32, threads int, about time.Duration) (uint64, error)
	Walk       func(ctx context.Context, bytes uint64) (measure.Memory, error)
	Device     func(ctx context.Context, program string, device int, about time.Duration) (measure.GPU, error)
	Plot       func(ctx context.Context, dir string, bytes uint64) (plot.Status, plot.Report, error)
	// Sandbox runs a trivial module and says which layers hold it.
	Sandbox func(ctx context.Context, cfg config.Config, dir string) (Jail, error)
	Now     func() time.Time
	// Wait passes time between two looks at a node.
	Wait func(ctx context.Context, d time.Duration)
}

// Exam is one look at a home. What several checks ask for is asked once.
type Exam struct {
	Home string
	// PlotDir and GPUProgram follow from the configuration.
	PlotDir    func(config.Config) string
	GPUProgram func(config.Config) string
	Sources

	config  memo[config.Config]
	signer  memo[*keys.Signer]
	daemon  memo[*worker.Addresses]
	machine memo[machine.Machine]
	survey  memo[chain.Survey]
	terms   memo[chain.Terms]
}

// memo holds what was asked for once.
type memo[T any] struct {
	once  sync.Once
	value T
	err   error
}

func (m *memo[T]) get(ask func() (T, error)) (T, error) {
	m.once.Do(func() { m.value, m.err = ask() })
	return m.value, m.err
}

// chainTimeout bounds what is asked of the chain together.
const chainTimeout = 10 * time.Second

// New is an exam of the real thing.
func New(home string, plotDir, gpuProgram func(config.Config) string) *Exam {
	return &Exam{Home: home, PlotDir: plotDir, GPUProgram: gpuProgram, Sources: Sources{
		Config: func() (config.Config, error) {
			c, err := config.Load(home, nil)
			if err != nil {
				return c, err
			}
			return c, c.Validate()
		},
		Signer: func() (*keys.Signer, error) { return keys.Load(filepath.Join(home, worker.SignerFile)) },
		Daemon: func() *worker.Addresses { return running(home) },
		Machine: func(ctx context.Context, paths []string, gpuProgram string) machine.Machine {
			return machine.Look(ctx, machine.Options{Paths: paths, GPUProgram: gpuProgram})
		},
		Free:   memory.Available,
		Listen: listen,
		Dial: func(ctx context.Context, addr string) error {
			conn, err := (&net.Dialer{Timeout: 3 * time.Second}).DialContext(ctx, "tcp", addr)
			if err != nil {
				return err
			}
			return conn.Close()
		},
		Peek: chain.Peek,
		Survey: func(ctx context.Context, cfg config.Config, account string) (chain.Survey, error) {
			return asking(ctx, cfg, func(ctx context.Context, c *chain.Client) (chain.Survey, error) { return c.Survey(ctx, account) })
		},
		Terms: func(ctx context.Context, cfg config.Config) (chain.Terms, error) {
			return asking(ctx, cfg, func(ctx context.Context, c *chain.Client) (chain.Terms, error) { return c.Terms(ctx) })
		},
		Processors: measure.Processors, Plotting: measure.Plotting, Walk: measure.Walk, Device: measure.Device,
		Plot: dryRun, Sandbox: tryJail, Now: time.Now,
		Wait: func(ctx context.Context, d time.Duration) {
			select {
			case <-ctx.Done():
			case <-time.After(d):
			}
		},
	}}
}

// asking connects to a node of the chain for one question.
func asking[T any](ctx context.Context, cfg config.Config, ask func(context.Context, *chain.Client) (T, error)) (T, error) {
	var none T
	client, err := chain.Dial(cfg.Chain.ChainID, cfg.Chain.Nodes)
	if err != nil {
		return none, err
	}
	defer client.Close()
	if err := client.Connect(ctx); err != nil {
		return none, err
	}
	return ask(ctx, client)
}

// running is the daemon whose lock is on the home and which answers.
func running(home string) *worker.Addresses {
	body, err := os.ReadFile(filepath.Join(home, worker.AddressFile))
	if err != nil {
		return nil
	}
	var a worker.Addresses
	if json.Unmarshal(body, &a) != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", a.GRPC)
	if err != nil {
		return nil
	}
	_ = conn.Close()
	return &a
}

func listen(ctx context.Context, network, addr string) error {
	var lc net.ListenConfig
	if strings.HasPrefix(network, "udp") {
		c, err := lc.ListenPacket(ctx, network, addr)
		if err != nil {
			return err
		}
		return c.Close()
	}
	l, err := lc.Listen(ctx, network, addr)
	if err != nil {
		return err
	}
	return l.Close()
}

// dryRun proves a part of the plot.
func dryRun(ctx context.Context, dir string, bytes uint64) (s plot.Status, r plot.Report, err error) {
	p, err := plot.Open(dir, plot.Options{})
	if err != nil {
		return s, r, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	s = p.Status()
	r, err = p.DryRun(ctx, bytes)
	return s, r, err
}

// cfg is the configuration, or the finding that there is none to go by.
func (e *Exam) cfg() (config.Config, []Finding) {
	c, err := e.config.get(e.Config)
	if err != nil {
		return c, skip("not looked at before the configuration is right")
	}
	return c, nil
}

// key is the signer, or the finding that there is none.
func (e *Exam) key() (*keys.Signer, []Finding) {
	s, err := e.signer.get(e.Signer)
	if err != nil {
		return nil, skip("not looked at before there is a signer's key")
	}
	return s, nil
}

// running is the daemon; nil where none runs.
func (e *Exam) running() *worker.Addresses {
	d, _ := e.daemon.get(func() (*worker.Addresses, error) { return e.Daemon(), nil })
	return d
}

// look is the machine, with the disks of the home and of the plot in this order.
func (e *Exam) look(ctx context.Context) machine.Machine {
	m, _ := e.machine.get(func() (machine.Machine, error) {
		paths, program := []string{measure.Existing(e.Home)}, ""
		if c, err := e.config.get(e.Config); err == nil {
			paths, program = append(paths, measure.Existing(e.PlotDir(c))), e.GPUProgram(c)
		}
		return e.Machine(ctx, paths, program), nil
	})
	return m
}

// known is what the chain knows of this home's Xnode.
func (e *Exam) known(ctx context.Context) (config.Config, chain.Survey, []Finding) {
	cfg, f := e.cfg()
	if f != nil {
		return cfg, chain.Survey{}, f
	}
	signer, f := e.key()
	if f != nil {
		return cfg, chain.Survey{}, f
	}
	s, err := e.survey.get(func() (chain.Survey, error) {
		ctx, cancel := context.WithTimeout(ctx, chainTimeout)
		defer cancel()
		return e.Survey(ctx, cfg, signer.Account())
	})
	if err != nil {
		return cfg, s, skip("not known before a node answers")
	}
	return cfg, s, nil
}

// ask is what the chain asks of proofs.
func (e *Exam) ask(ctx context.Context) (chain.Terms, []Finding) {
	cfg, f := e.cfg()
	if f != nil {
		return chain.Terms{}, f
	}
	t, err := e.terms.get(func() (chain.Terms, error) {
		ctx, cancel := context.WithTimeout(ctx, chainTimeout)
		defer cancel()
		return e.Terms(ctx, cfg)
	})
	if err != nil {
		return t, skip("what the chain asks of proofs is not known before a node answers")
	}
	return t, nil
}

// claims are those of the card, and where there is none those that the
// configuration would register.
func (e *Exam) claims(ctx context.Context) (message.Hardware, []Finding) {
	cfg, s, f := e.known(ctx)
	if f == nil && s.Xnode != nil {
		return s.Xnode.Claimed, nil
	}
	if _, none := e.cfg(); none != nil {
		return message.Hardware{}, none
	}
	c := cfg.Claims
	return message.Hardware{
		CPUMillis: c.CPUMillis, MemoryBytes: c.MemoryBytes, StorageBytes: c.StorageBytes, BandwidthBps: c.BandwidthBps,
		GPUs: c.GPUCount, GPUMemoryBytes: c.GPUMemoryBytes, GPUClass: c.GPUClass,
	}, nil
}
