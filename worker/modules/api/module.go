// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"

	"github.com/openmesh-network/openmesh/worker/bus"
	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/store/dag"
)

const (
	// maxMessage is the largest gRPC message in bytes.
	maxMessage = 4 << 20
	// stopTimeout is how long answers may still be written when the daemon stops.
	stopTimeout = 3 * time.Second
)

// Identity is what the daemon says of itself.
type Identity struct {
	Version, Account, PeerID string
	// ListenAddrs gives the multiaddrs with the peer id, as they are now.
	ListenAddrs func() []string
}

// Module serves the API. Make it with New, then Run it.
type Module struct {
	cfg      Config
	token    string
	identity Identity
	dag      *dag.DAG
	metrics  prometheus.Gatherer
	log      *slog.Logger

	grpcListener, restListener net.Listener

	head    *bus.Subscription[message.Head]
	submit  *bus.Asker[message.SubmitTask, message.TaskSubmitted]
	task    *bus.Asker[message.GetTask, message.Task]
	quote   *bus.Asker[message.GetQuote, message.Quote]
	chain   *bus.Asker[message.GetChainStatus, message.ChainStatus]
	drain   *bus.Asker[message.SetDraining, message.TasksStatus]
	running *bus.Asker[message.GetTasksStatus, message.TasksStatus]
	proofs  *bus.Asker[message.GetProofsStatus, message.ProofsStatus]
	fetch   *bus.Asker[message.FetchBlob, message.BlobFetched]

	seen  atomic.Int64 // when the newest block was heard of, Unix ns
	beats *heads
}

// New declares the module on its port and takes its two ports of the machine,
// so that what listens is known before anything runs.
func New(cfg Config, port *bus.Port, token string, identity Identity, d *dag.DAG, metrics prometheus.Gatherer, log *slog.Logger) (*Module, error) {
	m := &Module{
		cfg: cfg, token: token, identity: identity, dag: d, metrics: metrics, log: log,
		head:    bus.Subscribe[message.Head](port, bus.KeepNewest()),
		submit:  bus.Asks[message.SubmitTask, message.TaskSubmitted](port),
		task:    bus.Asks[message.GetTask, message.Task](port),
		quote:   bus.Asks[message.GetQuote, message.Quote](port),
		chain:   bus.Asks[message.GetChainStatus, message.ChainStatus](port),
		drain:   bus.Asks[message.SetDraining, message.TasksStatus](port),
		running: bus.Asks[message.GetTasksStatus, message.TasksStatus](port),
		proofs:  bus.Asks[message.GetProofsStatus, message.ProofsStatus](port),
		fetch:   bus.Asks[message.FetchBlob, message.BlobFetched](port),
		beats:   newHeads(),
	}
	var err error
	if m.grpcListener, err = net.Listen("tcp", cfg.GRPC); err != nil {
		return nil, fmt.Errorf("api.grpc: %w", err)
	}
	if m.restListener, err = net.Listen("tcp", cfg.REST); err != nil {
		return nil, errors.Join(fmt.Errorf("api.rest: %w", err), m.grpcListener.Close())
	}
	return m, nil
}

// GRPCAddr and RESTAddr are where the API listens, host:port.
func (m *Module) GRPCAddr() string { return m.grpcListener.Addr().String() }

// RESTAddr is where REST, health and metrics listen, host:port.
func (m *Module) RESTAddr() string { return m.restListener.Addr().String() }

// Close gives the two ports back; Run has done so when it ended.
func (m *Module) Close() error {
	_, _ = m.grpcListener.Close(), m.restListener.Close() // closed twice is closed
	return nil
}

// Run serves until ctx ends.
func (m *Module) Run(ctx context.Context) error {
	g := guard(m.token)
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage), grpc.WaitForHandlers(true), grpc.ChainUnaryInterceptor(g.unary), grpc.ChainStreamInterceptor(g.stream))
	apiv1.RegisterWorkerAPIServer(server, &service{m: m})
	rest, closeConn, err := m.restServer(ctx)
	if err != nil {
		return err
	}
	defer closeConn()

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return server.Serve(m.grpcListener) })
	group.Go(func() error {
		if err := rest.Serve(m.restListener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		for {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-m.head.C():
				m.seen.Store(time.Now().UnixNano())
				m.beats.tell()
			}
		}
	})
	group.Go(func() error {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		server.Stop() // the calls that came by REST end with it
		if rest.Shutdown(stop) != nil {
			_ = rest.Close() // whoever is left has had the time
		}
		return nil
	})
	return group.Wait()
}

// restServer puts REST, health and metrics on one port. REST goes through gRPC
// on loopback, so the token is checked in one place.
func (m *Module) restServer(ctx context.Context) (*http.Server, func(), error) {
	conn, err := grpc.NewClient("passthrough:///"+m.GRPCAddr(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, nil, err
	}
	gateway := runtime.NewServeMux(runtime.WithErrorHandler(problem))
	if err := apiv1.RegisterWorkerAPIHandler(ctx, gateway, conn); err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	mux := http.NewServeMux()
	mux.Handle("/v1/", gateway)
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", m.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.metrics, promhttp.HandlerOpts{}))
	server := &http.Server{
		// The body is read before the token is looked at.
		Handler:           localOnly(http.MaxBytesHandler(mux, maxMessage)),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}
	return server, func() { _ = conn.Close() }, nil
}

// ready fails with the reason while the daemon cannot do its work.
func (m *Module) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	if reason := m.unready(ctx); reason != "" {
		http.Error(w, reason, http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
	proofs, err := m.proofs.Ask(ctx, message.GetProofsStatus{})
	if err != nil {
		proofs.Problems = []string{"the proofs module does not answer: " + err.Error()}
	}
	for _, problem := range proofs.Problems { // work goes on, with less than is claimed
		fmt.Fprintln(w, "degraded: "+problem)
	}
}

// unready is why the daemon cannot do its work; empty when it can.
func (m *Module) unready(ctx context.Context) string {
	seen := m.seen.Load()
	chain, err := m.chain.Ask(ctx, message.GetChainStatus{})
	if err != nil {
		return "the chain module does not answer: " + err.Error()
	}
	tasks, err := m.running.Ask(ctx, message.GetTasksStatus{})
	if err != nil {
		return "the tasks module does not answer: " + err.Error()
	}
	age := time.Since(time.Unix(0, seen)).Round(time.Second)
	switch {
	case chain.Error != "":
		return "chain: " + chain.Error
	case seen == 0:
		return "chain: no block yet"
	case age > m.cfg.StaleAfter:
		return fmt.Sprintf("chain: no new block for %s", age)
	case chain.Refused != "":
		return "the chain refuses what this Xnode says: " + chain.Refused
	case tasks.Draining:
		return fmt.Sprintf("draining: %d seats left", tasks.OpenSeats)
	default:
		return ""
	}
}

// localOnly refuses requests whose Host is not this machine, so that a web page
// cannot reach the API by pointing its own name at loopback.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(host); host != "localhost" && ip == nil {
			http.Error(w, "use the address of the API, not a name", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
