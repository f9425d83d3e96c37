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
	"text/tabwriter"
)

// Report says how a network is, and where.
type Report struct {
	ChainID    string            `json:"chain_id"`
	Home       string            `json:"home"`
	ClientHome string            `json:"client_home"`
	Height     int64             `json:"height"`
	Nodes      []NodeReport      `json:"nodes"`
	Others     []ProcessReport   `json:"others"`
	Accounts   map[string]string `json:"accounts"`
}

// NodeReport is the part of a validating node.
type NodeReport struct {
	NodeState
	Running bool   `json:"running"`
	PID     int    `json:"pid,omitempty"`
	Height  int64  `json:"height"`
	Error   string `json:"error,omitempty"`
}

// ProcessReport is the part of another process.
type ProcessReport struct {
	Name    string `json:"name"`
	Running bool   `json:"running"`
	PID     int    `json:"pid"`
	Log     string `json:"log"`
}

// Report asks all nodes.
func (n *Network) Report(ctx context.Context) Report {
	report := Report{
		ChainID: n.state.ChainID, Home: n.state.Home, ClientHome: n.state.ClientHome, Accounts: n.state.Accounts,
		Others: []ProcessReport{},
	}
	processes := n.Processes()
	for _, node := range n.Nodes {
		r := NodeReport{NodeState: node.NodeState, Running: node.Running()}
		if r.Running {
			r.PID = processes[node.Name].PID
			status, err := node.Status(ctx)
			if err != nil {
				r.Error = err.Error()
			}
			r.Height = status.Height
			report.Height = max(report.Height, r.Height)
		}
		delete(processes, node.Name)
		report.Nodes = append(report.Nodes, r)
	}
	for _, name := range slices.Sorted(maps.Keys(processes)) {
		p := processes[name]
		report.Others = append(report.Others, ProcessReport{Name: name, Running: p.alive(), PID: p.PID, Log: p.Log})
	}
	return report
}

// Print writes the report for people.
func (r Report) Print(w io.Writer) error {
	var failed error
	printf := func(format string, args ...any) {
		_, err := fmt.Fprintf(w, format, args...)
		failed = errors.Join(failed, err)
	}
	printf("chain %s, height %d, in %s\n\n", r.ChainID, r.Height, r.Home)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(cells ...string) {
		_, err := fmt.Fprintln(table, strings.Join(cells, "\t"))
		failed = errors.Join(failed, err)
	}
	row("NODE", "STATE", "HEIGHT", "RPC", "GRPC", "REST")
	for _, node := range r.Nodes {
		state := "stopped"
		switch {
		case node.Running && node.Error != "":
			state = "not answering"
		case node.Running:
			state = "running"
		}
		row(node.Name, state, fmt.Sprint(node.Height), "http://"+node.RPC, node.GRPC, "http://"+node.REST)
	}
	failed = errors.Join(failed, table.Flush())
	for _, p := range r.Others {
		state := "stopped"
		if p.Running {
			state = "running"
		}
		printf("%s  %s, log %s\n", p.Name, state, p.Log)
	}
	printf("\naccounts: %s\n", strings.Join(slices.Sorted(maps.Keys(r.Accounts)), ", "))
	printf("try: opend --home %s query bank total-supply\n", r.ClientHome)
	return failed
}
