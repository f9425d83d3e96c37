// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/modules/api"
	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"
)

// dialTimeout bounds the wait for a daemon on this machine.
const dialTimeout = 2 * time.Second

// made fails where there is no home to run with.
func (g *globals) made() error {
	path := filepath.Join(g.home, worker.SignerFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no %s: make the home with `xworker init --home %s --chain-id <id>`", path, g.home)
	}
	return nil // another error shows itself when the file is read
}

// dial connects to the daemon that runs in the home.
func (g *globals) dial(ctx context.Context) (apiv1.WorkerAPIClient, func(), error) {
	path := filepath.Join(g.home, worker.AddressFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("no daemon runs in %s: start it with `xworker start --home %s`", g.home, g.home)
	}
	if err != nil {
		return nil, nil, err
	}
	var a worker.Addresses
	if err := json.Unmarshal(b, &a); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	// A daemon that was killed leaves its file behind.
	probe, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "tcp", a.GRPC)
	if err != nil {
		return nil, nil, fmt.Errorf("the daemon of %s does not answer (%w): start it with `xworker start --home %s`", g.home, err, g.home)
	}
	_ = probe.Close() // it answered, that is all
	token, err := api.LoadToken(g.home)
	if err != nil {
		return nil, nil, err
	}
	conn, err := grpc.NewClient("passthrough:///"+a.GRPC,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithPerRPCCredentials(api.Bearer(token)))
	if err != nil {
		return nil, nil, err
	}
	return apiv1.NewWorkerAPIClient(conn), func() { _ = conn.Close() }, nil
}

func statusCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use:     "status",
		Short:   "Tell how the running daemon fares",
		Example: "  xworker status\n  xworker status --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, closeConn, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer closeConn()
			s, err := client.Status(cmd.Context(), &apiv1.StatusRequest{})
			if err != nil {
				return err
			}
			proofs, unknown := g.proofs(cmd.Context(), s)
			return g.printStatus(cmd.OutOrStdout(), s, proofs, func(w io.Writer) {
				fmt.Fprintf(w, "chain     %s at height %d\n", s.ChainId, s.Height)
				if s.ChainError != "" {
					fmt.Fprintf(w, "          NOT REACHED: %s\n", s.ChainError)
				}
				fmt.Fprintf(w, "account   %s with %s uopen\npeer id   %s\n", s.Address, s.Balance, s.PeerId)
				if s.Operator == "" {
					fmt.Fprintln(w, "xnode     none: this daemon takes no tasks (`xworker register` makes one)")
				} else {
					fmt.Fprintf(w, "xnode     %s, operator %s, online: %t, draining: %t\n", s.XnodeStatus, s.Operator, s.Online, s.Draining)
					if s.Refused != "" {
						fmt.Fprintf(w, "          THE CHAIN REFUSED ITS LAST MESSAGE: %s\n", s.Refused)
					}
					fmt.Fprintf(w, "rating    %d of 10000\n", s.RatingBps)
					fmt.Fprintf(w, "claimed   %s\nverified  %s\nallocated %s\n", hardware(told(s.Claimed)), hardware(told(s.Verified)), hardware(told(s.Allocated)))
					writeProofs(w, proofs, unknown)
				}
				fmt.Fprintf(w, "work      %d seats held, %d programs running, %d transactions under way\n", s.OpenSeats, s.Running, s.Queued)
				for _, a := range s.ListenAddrs {
					fmt.Fprintf(w, "listens   %s\n", a)
				}
			})
		},
	}
}

// told is the daemon's answer as hardware.
func told(h *apiv1.Hardware) message.Hardware {
	return message.Hardware{
		CPUMillis: h.GetCpuMillis(), MemoryBytes: h.GetMemoryBytes(), StorageBytes: h.GetStorageBytes(), BandwidthBps: h.GetBandwidthBps(),
		GPUs: h.GetGpuCount(), GPUMemoryBytes: h.GetGpuMemoryBytes(), GPUClass: h.GetGpuClass(),
	}
}

// hardware says an amount of a machine in a line, without what there is none of.
func hardware(h message.Hardware) string {
	const gib = 1 << 30
	var parts []string
	add := func(amount uint64, format string, args ...any) {
		if amount > 0 {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(h.CPUMillis, "%.2f cores", float64(h.CPUMillis)/1000)
	add(h.MemoryBytes, "%.1f GiB memory", float64(h.MemoryBytes)/gib)
	add(h.StorageBytes, "%.1f GiB storage", float64(h.StorageBytes)/gib)
	add(h.BandwidthBps, "%.0f Mbit/s", float64(h.BandwidthBps)/1e6)
	add(h.GPUs, "%d GPUs %s with %.1f GiB", h.GPUs, h.GPUClass, float64(h.GPUMemoryBytes)/gib)
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

func drainCommand(g *globals) *cobra.Command {
	var resume bool
	cmd := &cobra.Command{
		Use:   "drain",
		Short: "Take no new seats; finish those that are held",
		Long: `Tells the running daemon to decline new seats and to send no more heartbeats, so
that the chain stops drawing this Xnode. What is held is finished. To announce it
on chain at once the operator signs ` + "`opend tx workers drain-xnode`" + `.`,
		Example: "  xworker drain\n  xworker drain --resume",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, closeConn, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer closeConn()
			r, err := client.Drain(cmd.Context(), &apiv1.DrainRequest{Resume: resume})
			if err != nil {
				return err
			}
			return g.print(cmd.OutOrStdout(), r, func(w io.Writer) {
				if r.Draining {
					fmt.Fprintf(w, "draining: %d seats left\n", r.OpenSeats)
				} else {
					fmt.Fprintln(w, "taking seats")
				}
			})
		},
	}
	cmd.Flags().BoolVar(&resume, "resume", false, "take seats again")
	return cmd
}
