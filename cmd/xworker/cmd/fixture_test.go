// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/modules/api"
	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"
)

// run runs one command line.
func run(t *testing.T, home string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	root := newRoot()
	var out, errs bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(append([]string{"--home", home}, args...))
	err = root.ExecuteContext(ctx)
	return out.String(), errs.String(), err
}

// fakeDaemon answers as a daemon would.
type fakeDaemon struct {
	apiv1.UnimplementedWorkerAPIServer

	task      *apiv1.Task
	watch     []*apiv1.Task
	submitted *apiv1.SubmitTaskRequest
	quoted    *apiv1.QuoteTaskRequest
	uploads   [][]byte
	output    string
	path      string // asked for
	refuse    error
}

// home is a directory in which the fake daemon seems to run.
func (d *fakeDaemon) home(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	_, err := api.LoadOrCreateToken(home)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	apiv1.RegisterWorkerAPIServer(server, d)
	go func() { _ = server.Serve(l) }()
	t.Cleanup(server.Stop)
	leave(t, home, l.Addr().String())
	return home
}

// leave writes the file that tells where a daemon listens.
func leave(t *testing.T, home, addr string) {
	t.Helper()
	body, err := json.Marshal(worker.Addresses{GRPC: addr})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(home, worker.AddressFile), body, 0o600))
}

func (d *fakeDaemon) Status(context.Context, *apiv1.StatusRequest) (*apiv1.StatusResponse, error) {
	return &apiv1.StatusResponse{
		ChainId: "open-test", Height: 7, Balance: "77", ChainError: "away", ListenAddrs: []string{"/ip4/1.2.3.4"},
		Operator: "open1operator", XnodeStatus: "active",
		Claimed: &apiv1.Hardware{
			CpuMillis: 80_000, MemoryBytes: 64 << 30, StorageBytes: 1 << 40, BandwidthBps: 1e9,
			GpuCount: 2, GpuMemoryBytes: 282 << 30, GpuClass: "nvidia-h200",
		},
		Verified: &apiv1.Hardware{CpuMillis: 7_900, MemoryBytes: 3 << 29},
	}, d.refuse
}

func (d *fakeDaemon) Drain(_ context.Context, r *apiv1.DrainRequest) (*apiv1.DrainResponse, error) {
	return &apiv1.DrainResponse{Draining: !r.Resume, OpenSeats: 3}, d.refuse
}

func (d *fakeDaemon) GetTask(context.Context, *apiv1.GetTaskRequest) (*apiv1.Task, error) {
	if d.task == nil {
		return nil, status.Error(codes.NotFound, "task 9: no such task: it never was, or it was pruned")
	}
	return d.task, nil
}

func (d *fakeDaemon) WatchTask(_ *apiv1.WatchTaskRequest, s apiv1.WorkerAPI_WatchTaskServer) error {
	for _, t := range d.watch {
		if err := s.Send(t); err != nil {
			return err
		}
	}
	return d.refuse
}

func (d *fakeDaemon) SubmitTask(_ context.Context, r *apiv1.SubmitTaskRequest) (*apiv1.SubmitTaskResponse, error) {
	d.submitted = r
	return &apiv1.SubmitTaskResponse{TaskId: 9, TxHash: "AB", Height: 8, Escrow: "700"}, d.refuse
}

func (d *fakeDaemon) QuoteTask(_ context.Context, r *apiv1.QuoteTaskRequest) (*apiv1.QuoteTaskResponse, error) {
	d.quoted = &apiv1.QuoteTaskRequest{GasLimit: r.GasLimit, MemoryLimit: r.MemoryLimit, Verify: r.Verify, Seats: r.Seats, MinRatingBps: r.MinRatingBps}
	return &apiv1.QuoteTaskResponse{
		MaxFee: "700", LikelyFee: "100", EscalatedFee: "200", EscalationBps: 500, Verify: r.Verify, SeatFee: "1", GasPrice: "2",
		Ladder: []uint32{1, 7}, Registered: 9, Sampled: 8, Able: 7, Matching: 6, GasPrices: []string{"1", "2", "3"},
	}, d.refuse
}

func (d *fakeDaemon) AddBlob(s apiv1.WorkerAPI_AddBlobServer) error {
	var data []byte
	for {
		r, err := s.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		data = append(data, r.Chunk...)
	}
	d.uploads = append(d.uploads, data)
	return s.SendAndClose(&apiv1.AddBlobResponse{Cid: "cid-of-" + string(data[:min(4, len(data))]), Size: uint64(len(data))})
}

func (d *fakeDaemon) ReadOutput(r *apiv1.ReadOutputRequest, s apiv1.WorkerAPI_ReadOutputServer) error {
	d.path = r.Path
	if d.refuse != nil {
		return d.refuse
	}
	if err := s.Send(&apiv1.Chunk{Data: []byte(d.output[:1]), Size: uint64(len(d.output))}); err != nil {
		return err
	}
	return s.Send(&apiv1.Chunk{Data: []byte(d.output[1:])})
}
