// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package worker

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/worker/bus/bustest"
	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
)

const patience = 30 * time.Second

func TestMain(m *testing.M) {
	sandbox.ChildMain() // does not return in a child
	os.Exit(m.Run())
}

// newHome is a home with a key, and a configuration whose node nobody runs.
func newHome(t *testing.T) (string, config.Config) {
	t.Helper()
	home := t.TempDir()
	_, err := keys.Create(filepath.Join(home, SignerFile))
	require.NoError(t, err)
	cfg := config.Default()
	cfg.Chain.ChainID, cfg.Chain.Nodes, cfg.Chain.PollInterval = "open-test", []string{unused(t)}, 10*time.Millisecond
	cfg.Host.Listen = []string{"/ip4/127.0.0.1/tcp/0"}
	cfg.API.GRPC, cfg.API.REST = "127.0.0.1:0", "127.0.0.1:0"
	require.NoError(t, cfg.Validate())
	return home, cfg
}

// unused is an address at which nobody listens.
func unused(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

var discard = slog.New(slog.DiscardHandler)

func TestWiringIsAsWrittenDown(t *testing.T) {
	home, cfg := newHome(t)
	w, err := New(home, "test", cfg, discard)
	require.NoError(t, err)
	defer w.Close()
	bustest.Golden(t, "testdata/wiring.txt", w.Wiring())
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, diagram, found := strings.Cut(string(readme), "```mermaid\n")
	require.True(t, found, "README.md has no diagram")
	diagram, _, _ = strings.Cut(diagram, "```")
	require.Equal(t, w.bus.Diagram(), diagram, "the diagram in README.md")
}

func TestTheReadmeNamesEveryModuleAndFile(t *testing.T) {
	home, cfg := newHome(t)
	w, err := New(home, "test", cfg, discard)
	require.NoError(t, err)
	defer w.Close()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, m := range w.modules {
		require.Contains(t, string(readme), "[`"+m.name+"`](modules/"+m.name+")")
	}
	require.NoError(t, w.writeAddresses())
	files, err := os.ReadDir(home)
	require.NoError(t, err)
	for _, f := range files {
		require.Contains(t, string(readme), "| `"+f.Name()+"`", "a file of the home")
	}
}

func TestD3_AWorkerStartsWithoutANodeAndSaysSo(t *testing.T) {
	home, cfg := newHome(t)
	w, err := New(home, "test", cfg, discard)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()

	get := func(path string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+w.Addresses().REST+path, nil)
		require.NoError(t, err)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(body)
	}
	require.Eventually(t, func() bool {
		code, body := get("/readyz")
		return code == http.StatusServiceUnavailable && strings.Contains(body, cfg.Chain.Nodes[0])
	}, patience, 10*time.Millisecond)
	code, _ := get("/livez")
	require.Equal(t, http.StatusOK, code)
	_, metrics := get("/metrics")
	for _, name := range []string{
		`xworker_bus_queue_depth{message="message.SeatBook",module="tasks"}`, `xworker_bus_messages_total{message="message.Verdict",module="chain"}`,
		"xworker_blobs_received_bytes_total", "xworker_store_syncs_total", "go_goroutines", "process_open_fds",
	} {
		require.Contains(t, metrics, name)
	}

	path := filepath.Join(home, AddressFile)
	var a Addresses
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(body, &a))
	require.Equal(t, w.Addresses(), a)

	cancel()
	select {
	case err := <-ended:
		require.NoError(t, err, "to be stopped is no failure")
	case <-time.After(patience):
		t.Fatal("it does not stop")
	}
	require.NoFileExists(t, path)
	require.NoError(t, w.Close())
	require.NoError(t, w.Close(), "closed twice is closed")
}

func TestD5_ASecondDaemonOnOneHomeIsRefusedWithTheFirstOnesProcess(t *testing.T) {
	home, cfg := newHome(t)
	w, err := New(home, "test", cfg, discard)
	require.NoError(t, err)
	_, err = New(home, "test", cfg, discard)
	require.ErrorIs(t, err, keys.ErrHomeInUse)
	require.ErrorContains(t, err, "give this one another --home")
	require.NoError(t, w.Close())
	w, err = New(home, "test", cfg, discard)
	require.NoError(t, err)
	require.NoError(t, w.Close())
}

func TestWhatWasOpenedIsGivenBack(t *testing.T) {
	home, cfg := newHome(t)
	once := func() {
		w, err := New(home, "test", cfg, discard)
		require.NoError(t, err)
		a := w.Addresses()
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- w.Run(ctx) }()
		cancel()
		require.NoError(t, <-ended)
		require.NoError(t, w.Close())
		for _, addr := range []string{a.GRPC, a.REST} {
			l, err := net.Listen("tcp", addr)
			require.NoError(t, err, "the port is free again")
			require.NoError(t, l.Close())
		}
	}
	once() // what libraries start for the whole process, they start here
	before := runtime.NumGoroutine()
	for range 3 {
		once()
	}
	for deadline := time.Now().Add(patience); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func TestAWorkerThatCannotBeOpenedLeavesNothingOpen(t *testing.T) {
	home, cfg := newHome(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	good := cfg.API.REST
	cfg.API.REST = taken.Addr().String()
	_, err = New(home, "test", cfg, discard)
	require.ErrorContains(t, err, "api.rest")
	cfg.API.REST = good
	w, err := New(home, "test", cfg, discard)
	require.NoError(t, err, "the lock, the store and the host were given back")
	require.NoError(t, w.Close())
}

func TestAModuleThatEndsEndsTheWorker(t *testing.T) {
	home, cfg := newHome(t)
	w, err := New(home, "test", cfg, discard)
	require.NoError(t, err)
	defer w.Close()
	w.modules = append(w.modules, module{"doomed", func(context.Context) error { return io.ErrUnexpectedEOF }})
	err = w.Run(context.Background())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "module doomed ended")
}
