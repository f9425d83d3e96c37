// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package mesh

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/openmesh-network/openmesh/cmd/opend/localnet"
	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/modules/api"
	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"
)

// Addresses is where a running daemon listens.
func Addresses(w *localnet.Worker) (worker.Addresses, error) {
	var a worker.Addresses
	text, err := os.ReadFile(filepath.Join(w.Home, worker.AddressFile))
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(text, &a)
}

// Dial connects to a running daemon's API, for what would take too long with
// one process a call. The caller calls the function to disconnect.
func Dial(w *localnet.Worker) (apiv1.WorkerAPIClient, func() error, error) {
	a, err := Addresses(w)
	if err != nil {
		return nil, nil, err
	}
	token, err := api.LoadToken(w.Home)
	if err != nil {
		return nil, nil, err
	}
	conn, err := grpc.NewClient("passthrough:///"+a.GRPC,
		grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithPerRPCCredentials(api.Bearer(token)))
	if err != nil {
		return nil, nil, err
	}
	return apiv1.NewWorkerAPIClient(conn), conn.Close, nil
}

// DaemonStatus asks a daemon how it fares.
func DaemonStatus(ctx context.Context, w *localnet.Worker) (*apiv1.StatusResponse, error) {
	client, done, err := Dial(w)
	if err != nil {
		return nil, err
	}
	s, err := client.Status(ctx, &apiv1.StatusRequest{})
	if closeErr := done(); err == nil {
		err = closeErr
	}
	return s, err
}

// Pause stops a daemon and its programs where they are, as a machine does that
// has no time for them. Resume lets them go on.
func Pause(w *localnet.Worker) error { return signal(w, syscall.SIGSTOP) }

// Resume is the end of a Pause.
func Resume(w *localnet.Worker) error { return signal(w, syscall.SIGCONT) }

func signal(w *localnet.Worker, s syscall.Signal) error {
	p := w.Process()
	if p == nil || !p.Running() {
		return fmt.Errorf("mesh: %s does not run", w.Name)
	}
	return syscall.Kill(-p.PID(), s) // a process group of its own, with its children
}

// Restart starts the daemon of an Xnode that was ended, and returns how long it
// took until it spoke for the Xnode on the chain again.
func (m *Mesh) Restart(ctx context.Context, w *localnet.Worker) (time.Duration, error) {
	before, err := m.Xnode(ctx, w)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := w.Start(); err != nil {
		return 0, err
	}
	err = Poll(ctx, w.Name+" to speak for its Xnode again", func() (bool, error) {
		if !w.Process().Running() {
			return false, fmt.Errorf("it has ended; its log is %s", w.Process().Log)
		}
		x, err := m.Xnode(ctx, w)
		return x.Online && !bytes.Equal(x.Instance, before.Instance), err
	})
	return time.Since(began), err
}
