// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"

	"github.com/openmesh-network/openmesh/worker/bus/bustest"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/store"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

const (
	testToken = "secret-token"
	patience  = 30 * time.Second
)

// rig is the API on a bench, with the other modules played.
type rig struct {
	t      *testing.T
	module *Module
	dag    *dag.DAG
	head   func(message.Head)
	client apiv1.WorkerAPIClient
	stop   func()

	mu        sync.Mutex
	chain     message.ChainStatus
	tasks     message.TasksStatus
	proofs    message.ProofsStatus
	task      message.Task
	taskErr   error
	asked     int // for the task
	submits   []message.SubmitTask
	submitErr error
	fetches   []message.FetchBlob
}

func newRig(t *testing.T, change func(*Config)) *rig {
	t.Helper()
	cfg := DefaultConfig()
	cfg.GRPC, cfg.REST = "127.0.0.1:0", "127.0.0.1:0"
	if change != nil {
		change(&cfg)
	}
	db, err := store.Open(t.TempDir(), store.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	b := bustest.New(t)
	r := &rig{t: t, dag: dag.New(db.Blocks(store.VerifyPuts())), chain: message.ChainStatus{ChainID: "open-test", Height: 7, Balance: "77"}}
	bustest.Answers(b, "chain", func(message.GetChainStatus) (message.ChainStatus, error) { return locked(r, &r.chain) })
	bustest.Answers(b, "proofs", func(message.GetProofsStatus) (message.ProofsStatus, error) { return locked(r, &r.proofs) })
	bustest.Answers(b, "tasks", func(message.GetTasksStatus) (message.TasksStatus, error) { return locked(r, &r.tasks) })
	bustest.Answers(b, "tasks", func(q message.SetDraining) (message.TasksStatus, error) {
		r.set(func() { r.tasks.Draining = q.On })
		return locked(r, &r.tasks)
	})
	bustest.Answers(b, "chain", func(message.GetTask) (message.Task, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.asked++
		return r.task, r.taskErr
	})
	bustest.Answers(b, "chain", func(q message.SubmitTask) (message.TaskSubmitted, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.submits = append(r.submits, q)
		return message.TaskSubmitted{TaskID: 9, TxHash: "AB", Height: 8, Escrow: "700"}, r.submitErr
	})
	bustest.Answers(b, "chain", func(q message.GetQuote) (message.Quote, error) {
		return message.Quote{
			Offer: q.Offer, MaxFee: fmt.Sprint(q.GasLimit), LikelyFee: fmt.Sprint(q.MemoryLimit), EscalatedFee: "3", EscalationBps: 500,
			Ladder: []uint32{7, 15}, DetwasmVersion: 1, Registered: 9, Sampled: 8, Able: 7, Matching: 6, GasPrices: []string{"1", "2"},
		}, nil
	})
	bustest.Answers(b, "blobs", func(q message.FetchBlob) (message.BlobFetched, error) {
		r.set(func() { r.fetches = append(r.fetches, q) })
		return message.BlobFetched{CID: q.CID}, nil
	})
	r.head = bustest.Speaks[message.Head](b, "chain")
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "xworker_test"}, func() float64 { return 1 }))
	identity := Identity{Version: "v1", Account: "open1me", PeerID: "16Me", ListenAddrs: func() []string { return []string{"/ip4/127.0.0.1/tcp/1/p2p/16Me"} }}
	r.module, err = New(cfg, b.Port("api"), testToken, identity, r.dag, registry, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	b.Seal()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.module.Run(ctx) }()
	r.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-ended:
			require.ErrorIs(t, err, context.Canceled)
		case <-time.After(patience):
			t.Error("the module does not stop")
		}
		require.NoError(t, r.module.Close())
	})
	t.Cleanup(r.stop)
	r.client = r.dial(testToken)
	return r
}

func locked[T any](r *rig, v *T) (T, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return *v, nil
}

func (r *rig) set(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

// dial connects with a token, or without one.
func (r *rig) dial(token string) apiv1.WorkerAPIClient {
	opts := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	if token != "" {
		opts = append(opts, grpc.WithPerRPCCredentials(Bearer(token)))
	}
	conn, err := grpc.NewClient("passthrough:///"+r.module.GRPCAddr(), opts...)
	require.NoError(r.t, err)
	r.t.Cleanup(func() { _ = conn.Close() })
	return apiv1.NewWorkerAPIClient(conn)
}

// rest makes a request with the right token and returns status, type and body.
func (r *rig) rest(method, path, body string, change ...func(*http.Request)) (int, string, string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(deadline(r.t), method, "http://"+r.module.RESTAddr()+path, strings.NewReader(body))
	require.NoError(r.t, err)
	req.Header.Set("Authorization", "Bearer "+testToken)
	for _, c := range change {
		c(req)
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(r.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(r.t, err)
	return res.StatusCode, res.Header.Get("Content-Type"), string(text)
}

// problem makes a request that fails and returns the problem's status and detail.
func (r *rig) problem(method, path, body string, change ...func(*http.Request)) (int, string) {
	r.t.Helper()
	code, kind, text := r.rest(method, path, body, change...)
	require.Equal(r.t, "application/problem+json", kind)
	var p struct {
		Type, Title, Detail string
		Status              int
	}
	require.NoError(r.t, json.Unmarshal([]byte(text), &p))
	require.Equal(r.t, code, p.Status)
	require.Equal(r.t, "about:blank", p.Type)
	require.NotEmpty(r.t, p.Title)
	return code, p.Detail
}

// add puts bytes into the store through the API.
func (r *rig) add(chunks ...[]byte) (*apiv1.AddBlobResponse, error) {
	stream, err := r.client.AddBlob(deadline(r.t))
	require.NoError(r.t, err)
	for _, c := range chunks {
		if stream.Send(&apiv1.AddBlobRequest{Chunk: c}) != nil {
			break
		}
	}
	return stream.CloseAndRecv()
}

func deadline(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func refused(t *testing.T, err error, code codes.Code, text string) {
	t.Helper()
	require.Equal(t, code, status.Code(err), err)
	require.ErrorContains(t, err, text)
}
