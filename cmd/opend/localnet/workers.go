// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/app"
)

// What the Xnodes of a localnet claim and bond. They share one machine, so the
// claim is a fiction that lets each hold several seats.
const (
	workerBond   = 1_000 // OPEN
	workerCPU    = "8000"
	workerMemory = "17179869184"
	// workerStorage is 10 GiB, which 1.25 MiB of plot stand for.
	workerStorage = "10737418240"
	// workerProven is the memory in bytes that each fills to prove it: all of them
	// share one machine.
	workerProven = "16777216"
	// consumerCoins is what the consumer's daemon is given, in OPEN.
	consumerCoins = 100_000
)

// Worker is a daemon of the network: an Xnode, or the consumer's.
type Worker struct {
	Name string
	Home string
	// Operator is the name of the account that owns it; empty for the consumer's.
	Operator string
	// Args are given to each start.
	Args []string

	network *Network
	program string
	process *Process
}

// Worker returns the i-th Xnode, run or not, with the program that it is.
func (n *Network) Worker(i int, program string) *Worker {
	w := n.daemon(fmt.Sprintf("xnode%d", i), program)
	w.Operator = Operator(i)
	if n.workerArgs != nil {
		w.Args = n.workerArgs(i)
	}
	return w
}

func (n *Network) daemon(name, program string) *Worker {
	return &Worker{Name: name, Home: filepath.Join(n.state.Home, name), network: n, program: program}
}

// StartWorkers makes, registers and runs the first `count` Xnodes, all at once.
func (n *Network) StartWorkers(ctx context.Context, program string, count int) ([]*Worker, error) {
	workers := make([]*Worker, count)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4) // each is a program of its own that wants memory
	for i := range workers {
		workers[i] = n.Worker(i, program)
		group.Go(func() error {
			if err := workers[i].Setup(ctx); err != nil {
				return err
			}
			return workers[i].Start()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	if count > 0 {
		fmt.Fprintf(n.out, "%d Xnodes are registered and run\n", count)
	}
	return workers, nil
}

// StartConsumer makes, funds and runs the daemon of somebody who pays for work
// and offers none. Its name, and its home's, is "consumer".
func (n *Network) StartConsumer(ctx context.Context, program string) (*Worker, error) {
	w := n.daemon(Consumer, program)
	err := w.once(".funded", func() error {
		address, err := w.init(ctx)
		if err != nil {
			return err
		}
		client, err := n.Client()
		if err != nil {
			return err
		}
		defer client.Close()
		to, err := sdk.AccAddressFromBech32(address)
		if err != nil {
			return err
		}
		return client.Fund(ctx, to, app.Open(consumerCoins))
	})
	if err != nil {
		return nil, err
	}
	return w, w.Start()
}

// Setup makes the Xnode's home and registers it with its operator's key, unless
// that was done before.
func (w *Worker) Setup(ctx context.Context) error {
	return w.once(".registered", func() error {
		if _, err := w.init(ctx); err != nil {
			return err
		}
		_, err := w.run(ctx, "register", "--home", w.Home, "--operator", w.Operator,
			"--keyring-dir", w.network.state.ClientHome, "--keyring-backend", keyringBackend,
			"--bond", app.Open(workerBond).String(), "--label", w.Name,
			"--cpu-millis", workerCPU, "--memory-bytes", workerMemory, "--storage-bytes", workerStorage, "--force")
		return err
	})
}

// once runs do unless the home has the mark of an earlier time.
func (w *Worker) once(mark string, do func() error) error {
	done := filepath.Join(w.Home, mark)
	if _, err := os.Stat(done); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return os.WriteFile(done, nil, 0o600)
}

// init makes the daemon's home and returns its address.
func (w *Worker) init(ctx context.Context) (string, error) {
	ports, err := freePorts(1)
	if err != nil {
		return "", err
	}
	n := w.network
	out, err := w.run(ctx, "init", "--home", w.Home, "--chain-id", n.ChainID(), "--node", n.GRPC(),
		"--listen", "/ip4/127.0.0.1/tcp/"+port(ports[0]), "--grpc", "127.0.0.1:0", "--rest", "127.0.0.1:0",
		"--poll-interval", (n.BlockTime() / 4).String(), "--max-running", "1", "--no-measure", "--output", "json")
	if err != nil {
		return "", err
	}
	var made struct {
		Address string `json:"address"`
	}
	if err := json.Unmarshal(out, &made); err != nil {
		return "", fmt.Errorf("%s: xworker init: %w", w.Name, err)
	}
	return made.Address, nil
}

// run runs the program once and returns what it printed.
func (w *Worker) run(ctx context.Context, args ...string) ([]byte, error) {
	var out, complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, w.program, args...)
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: xworker %s: %w: %s", w.Name, args[0], err, bytes.TrimSpace(complaint.Bytes()))
	}
	return out.Bytes(), nil
}

// Start runs the daemon. Its output goes to logs/<name>.log.
func (w *Worker) Start(args ...string) error {
	// The nodes' ports are others after each start of the network.
	args = slices.Concat([]string{
		"start", "--home", w.Home, "--set", "chain.nodes=" + w.network.grpcNodes(), "--set", "attest.memory_bytes=" + workerProven,
	}, w.Args, args)
	process, err := w.network.StartProcess(w.Name, w.program, args, nil)
	w.process = process
	return err
}

// Process is the running daemon; nil before Start.
func (w *Worker) Process() *Process { return w.process }

// Kill ends the daemon at once, as a power cut would.
func (w *Worker) Kill() error {
	if w.process == nil {
		return errors.New("localnet: " + w.Name + " was not started here")
	}
	return w.process.Kill()
}
