// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// startDeadline bounds the wait for the first blocks.
const startDeadline = 90 * time.Second

// Network is a network on this machine.
type Network struct {
	Nodes []*Node

	detach bool
	out    io.Writer

	workerArgs func(i int) []string

	mu    sync.Mutex // guards state.Processes and localnet.json
	state *State
}

// Open returns the network in a folder, running or not; ErrNoNetwork if there is
// none.
func Open(home string) (*Network, error) {
	state, err := readState(home)
	if err != nil {
		return nil, err
	}
	return newNetwork(state), nil
}

func newNetwork(state *State) *Network {
	n := &Network{state: state, out: io.Discard}
	for _, node := range state.Nodes {
		n.Nodes = append(n.Nodes, &Node{NodeState: *node, network: n})
	}
	return n
}

// Up makes a network and runs its validators, or runs again the one that stands
// in cfg.Home stopped. It returns when all nodes have two blocks more; if it
// fails, or ctx is done before, nothing is left running.
func Up(ctx context.Context, cfg Config) (*Network, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	n, err := Open(cfg.Home)
	switch {
	case err == nil:
		if running := n.Running(); len(running) > 0 {
			return nil, fmt.Errorf("localnet: the network in %s is running: %s", cfg.Home, strings.Join(running, ", "))
		}
		n.state.Opend = cfg.Opend
		fmt.Fprintf(cfg.Out, "starting again the network %s in %s\n", n.state.ChainID, cfg.Home)
	case errors.Is(err, ErrNoNetwork):
		fmt.Fprintf(cfg.Out, "making the network %s in %s: %d validators, %d operators\n",
			cfg.ChainID, cfg.Home, cfg.Validators, cfg.Workers)
		if n, err = create(cfg); err != nil {
			return nil, err
		}
	default:
		return nil, err
	}
	n.out, n.detach, n.workerArgs = cfg.Out, cfg.Detach, cfg.WorkerArgs
	if err := n.start(ctx); err != nil {
		return nil, errors.Join(err, n.Down())
	}
	return n, nil
}

// start runs the nodes on fresh ports and waits for blocks.
func (n *Network) start(ctx context.Context) error {
	if err := n.configure(); err != nil {
		return err
	}
	for _, node := range n.Nodes {
		if err := node.Start(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, startDeadline)
	defer cancel()
	began := time.Now()
	first := int64(0)
	for _, node := range n.Nodes {
		if err := node.WaitHeight(ctx, max(1, first)); err != nil {
			return err
		}
		if first == 0 {
			status, err := node.Status(ctx)
			if err != nil {
				return err
			}
			first = status.Height + 2
			if err := node.WaitHeight(ctx, first); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(n.out, "%d validators make blocks, after %s\n", len(n.Nodes), time.Since(began).Round(100*time.Millisecond))
	return nil
}

// Down stops every process of the network, the nodes last. They are asked, and
// killed if they do not end within 15 seconds.
func (n *Network) Down() error {
	var nodes, others []ProcessState
	for name, p := range n.Processes() {
		if n.isNode(name) {
			nodes = append(nodes, p)
		} else {
			others = append(others, p)
		}
	}
	err := errors.Join(end(others, stopGrace), end(nodes, stopGrace))
	for _, node := range n.Nodes {
		if node.process != nil {
			<-node.process.done
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	maps.DeleteFunc(n.state.Processes, func(_ string, p ProcessState) bool { return !p.alive() })
	return errors.Join(err, n.state.write())
}

func (n *Network) isNode(name string) bool {
	return slices.ContainsFunc(n.Nodes, func(node *Node) bool { return node.Name == name })
}

// Running returns the names of the processes that run, sorted.
func (n *Network) Running() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var names []string
	for name, p := range n.state.Processes {
		if p.alive() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Processes returns what is known of the network's processes, by name.
func (n *Network) Processes() map[string]ProcessState {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.state.Processes)
}

// ChainID returns the chain's name.
func (n *Network) ChainID() string { return n.state.ChainID }

// Home returns the network's folder.
func (n *Network) Home() string { return n.state.Home }

// ClientHome returns the --home for opend's queries and transactions.
func (n *Network) ClientHome() string { return n.state.ClientHome }

// BlockTime returns the block time that is aimed at.
func (n *Network) BlockTime() time.Duration { return n.state.BlockTime }

// Node returns the first node that runs; the first of all if none does.
func (n *Network) Node() *Node {
	for _, node := range n.Nodes {
		if node.Running() {
			return node
		}
	}
	return n.Nodes[0]
}

// GRPC returns host:port of a running node.
func (n *Network) GRPC() string { return n.Node().GRPC }

// grpcNodes lists host:port of every node, the running ones first.
func (n *Network) grpcNodes() string {
	addrs := []string{n.GRPC()}
	for _, node := range n.Nodes {
		if !slices.Contains(addrs, node.GRPC) {
			addrs = append(addrs, node.GRPC)
		}
	}
	return strings.Join(addrs, ",")
}

// Height returns the height of a running node.
func (n *Network) Height(ctx context.Context) (int64, error) {
	status, err := n.Node().Status(ctx)
	return status.Height, err
}

// WaitBlocks waits for n more blocks.
func (n *Network) WaitBlocks(ctx context.Context, blocks int64) error {
	height, err := n.Height(ctx)
	if err != nil {
		return err
	}
	return n.Node().WaitHeight(ctx, height+blocks)
}

func (n *Network) process(name string) ProcessState {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.state.Processes[name]
}

// started and ended keep localnet.json right, from which Down works.
func (n *Network) started(p *Process) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.state.Processes == nil {
		n.state.Processes = make(map[string]ProcessState)
	}
	n.state.Processes[p.Name] = ProcessState{PID: p.PID(), Started: startTime(p.PID()), Log: p.Log}
	return n.state.write()
}

func (n *Network) ended(name string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.state.Processes, name)
	return n.state.write()
}

// Failed gives an error if a node ends that nobody stopped; for one who waits
// while the network runs.
func (n *Network) Failed() <-chan error {
	failed := make(chan error, len(n.Nodes))
	for _, node := range n.Nodes {
		if p := node.process; p != nil {
			go func() {
				<-p.done
				failed <- p.exited()
			}()
		}
	}
	return failed
}
