// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"

	"github.com/openmesh-network/openmesh/worker/bus"
	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/modules/api"
	"github.com/openmesh-network/openmesh/worker/modules/attest"
	"github.com/openmesh-network/openmesh/worker/modules/blobs"
	"github.com/openmesh-network/openmesh/worker/modules/chain"
	"github.com/openmesh-network/openmesh/worker/modules/proofs"
	"github.com/openmesh-network/openmesh/worker/modules/tasks"
	"github.com/openmesh-network/openmesh/worker/platform/host"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
	"github.com/openmesh-network/openmesh/worker/platform/store"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

// SignerFile is the name of the signer's key in the home.
const SignerFile = "signer.key"

// AddressFile is the name of the file in the home that tells where the running
// daemon listens.
const AddressFile = "daemon.json"

// Addresses is the content of AddressFile.
type Addresses struct {
	PID  int      `json:"pid"`
	GRPC string   `json:"grpc"`
	REST string   `json:"rest"`
	P2P  []string `json:"p2p"`
}

// module is one organ of the daemon: Run blocks until ctx ends or it fails.
type module struct {
	name string
	run  func(ctx context.Context) error
}

// Worker is the whole daemon. Make it with New, Run it, and Close it.
type Worker struct {
	home    string
	log     *slog.Logger
	bus     *bus.Bus
	modules []module
	closers []io.Closer
	api     *api.Module
	host    *host.Host
}

// New opens everything that the daemon holds in home and wires its modules.
// Nothing runs yet, but its ports are taken. On an error nothing stays open.
func New(home, version string, cfg config.Config, log *slog.Logger) (_ *Worker, err error) {
	w := &Worker{home: home, log: log} // no result: the deferred call needs it on an error
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Close())
		}
	}()

	lock, err := keys.LockHome(home)
	if err != nil {
		return nil, err
	}
	w.owns(closer(lock.Release))
	signer, err := keys.Load(filepath.Join(home, SignerFile))
	if err != nil {
		return nil, err
	}
	token, err := api.LoadOrCreateToken(home)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(filepath.Join(home, "data"), store.WithLogger(log.With("module", "store")))
	if err != nil {
		return nil, err
	}
	w.owns(db)
	if w.host, err = host.New(cfg.Host, signer); err != nil {
		return nil, err
	}
	w.owns(w.host)
	box, err := openSandbox(home, cfg.Tasks, log)
	if err != nil {
		return nil, err
	}
	client, err := chain.Dial(cfg.Chain.ChainID, cfg.Chain.Nodes)
	if err != nil {
		return nil, err
	}
	w.owns(client)

	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	blocks := db.Blocks(store.VerifyPuts())
	graphs := dag.New(blocks)
	w.bus = bus.New(bus.WithLogger(log.With("module", "bus")))

	chainModule, err := chain.New(cfg.Chain, w.bus.Port("chain"), client, signer, db.Bucket("chain/tx"), log.With("module", "chain"))
	if err != nil {
		return nil, err
	}
	blobsModule, err := blobs.New(cfg.Blobs, w.bus.Port("blobs"), w.host, blocks)
	if err != nil {
		return nil, err
	}
	tasksModule := tasks.New(cfg.Tasks, w.bus.Port("tasks"), cfg.Chain.ChainID, filepath.Join(home, "scratch"),
		box, graphs, db.Bucket("tasks/journal"), log.With("module", "tasks"))
	proofsModule := proofs.New(cfg.Proofs, w.bus.Port("proofs"), home, db.Bucket("proofs/journal"), log.With("module", "proofs"))
	attestModule, err := attest.New(cfg.Attest, w.bus.Port("attest"), w.host, signer, db.Bucket("attest"), log.With("module", "attest"))
	if err != nil {
		return nil, err
	}
	identity := api.Identity{Version: version, Account: signer.Account(), PeerID: signer.PeerID().String(), ListenAddrs: w.host.Addrs}
	if w.api, err = api.New(cfg.API, w.bus.Port("api"), token, identity, graphs, metrics, log.With("module", "api")); err != nil {
		return nil, err
	}
	w.owns(w.api)
	registerMetrics(metrics, w.bus, db, blobsModule, attestModule)
	metrics.MustRegister(proofsModule)

	w.modules = []module{
		{"chain", chainModule.Run},
		{"blobs", blobsModule.Run},
		{"tasks", tasksModule.Run},
		{"proofs", proofsModule.Run},
		{"attest", attestModule.Run},
		{"api", w.api.Run},
	}
	if err := w.bus.Seal(); err != nil {
		return nil, err
	}
	return w, nil
}

// openSandbox says how well programs are jailed here. A daemon that runs none
// needs no sandbox, and so works on every platform.
func openSandbox(home string, cfg tasks.Config, log *slog.Logger) (tasks.Sandbox, error) {
	if cfg.MaxRunning == 0 {
		log.Info("this daemon runs no programs: tasks.max_running is 0")
		return nil, nil
	}
	runner, err := sandbox.New(sandbox.Config{CacheDir: filepath.Join(home, "cache"), WeakJail: cfg.WeakJail})
	if err != nil {
		return nil, fmt.Errorf("%w (a daemon that only submits tasks needs no sandbox: tasks.max_running = 0; "+
			"tasks.weak_jail = true runs programs without the kernel's help)", err)
	}
	log.Info("programs are jailed", "layers", runner.Jail().String())
	return runner, nil
}

func (w *Worker) owns(c io.Closer) { w.closers = append(w.closers, c) }

type closer func() error

func (c closer) Close() error { return c() }

// Wiring is who says, hears, asks and answers what.
func (w *Worker) Wiring() string { return w.bus.Wiring() }

// Addresses is where the daemon listens.
func (w *Worker) Addresses() Addresses {
	return Addresses{PID: os.Getpid(), GRPC: w.api.GRPCAddr(), REST: w.api.RESTAddr(), P2P: w.host.Addrs()}
}

// Run runs every module until ctx ends or the first of them does. It returns
// nil when ctx was the reason.
func (w *Worker) Run(ctx context.Context) error {
	if err := w.writeAddresses(); err != nil {
		return err
	}
	defer os.Remove(filepath.Join(w.home, AddressFile))
	group, running := errgroup.WithContext(ctx)
	for _, m := range w.modules {
		group.Go(func() error {
			err := m.run(running)
			if running.Err() == nil {
				return fmt.Errorf("module %s ended: %w", m.name, err)
			}
			return nil
		})
	}
	err := group.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (w *Worker) writeAddresses() error {
	body, err := json.MarshalIndent(w.Addresses(), "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(w.home, AddressFile)
	if err := os.WriteFile(path+".new", append(body, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// Close gives back everything, last opened first.
func (w *Worker) Close() error {
	var errs []error
	if w.bus != nil {
		w.bus.Close()
	}
	for i := len(w.closers) - 1; i >= 0; i-- {
		errs = append(errs, w.closers[i].Close())
	}
	w.closers = nil
	return errors.Join(errs...)
}
