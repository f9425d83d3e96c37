// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"

	"github.com/openmesh-network/openmesh/worker/message"
)

func TestACallNeedsTheToken(t *testing.T) {
	r := newRig(t, nil)
	for _, token := range []string{"", "wrong"} {
		_, err := r.dial(token).Status(deadline(t), &apiv1.StatusRequest{})
		refused(t, err, codes.Unauthenticated, TokenFile)
		stream, err := r.dial(token).WatchTask(deadline(t), &apiv1.WatchTaskRequest{TaskId: 1})
		require.NoError(t, err)
		_, err = stream.Recv()
		refused(t, err, codes.Unauthenticated, TokenFile)
		code, detail := r.problem("GET", "/v1/status", "", func(req *http.Request) { req.Header.Set("Authorization", token) })
		require.Equal(t, http.StatusUnauthorized, code)
		require.Contains(t, detail, TokenFile)
	}
	s, err := r.client.Status(deadline(t), &apiv1.StatusRequest{})
	require.NoError(t, err)
	require.Equal(t, "open-test", s.ChainId)
	require.Equal(t, "77", s.Balance)
	code, _, body := r.rest("GET", "/v1/status", "")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, `"peerId":"16Me"`)
	require.Nil(t, s.Claimed, "it serves no Xnode")
}

func TestTheStatusOfAnXnodeTellsItsHardware(t *testing.T) {
	r := newRig(t, nil)
	r.set(func() {
		r.chain.Operator, r.chain.Claimed = "open1operator", message.Hardware{CPUMillis: 9, GPUs: 2, GPUClass: "a"}
		r.chain.Verified.StorageBytes = 5
	})
	s, err := r.client.Status(deadline(t), &apiv1.StatusRequest{})
	require.NoError(t, err)
	require.Equal(t, uint64(9), s.Claimed.CpuMillis)
	require.Equal(t, uint64(2), s.Claimed.GpuCount)
	require.Equal(t, uint64(5), s.Verified.StorageBytes)
	require.Zero(t, s.Allocated.CpuMillis)
}

func TestD15_AWebPageThatPointsItsNameAtLoopbackIsRefused(t *testing.T) {
	r := newRig(t, nil)
	port := r.module.RESTAddr()[strings.LastIndex(r.module.RESTAddr(), ":"):]
	for host, want := range map[string]int{
		"evil.example" + port: http.StatusForbidden, "evil.example": http.StatusForbidden, "127.0.0.1.evil.example" + port: http.StatusForbidden,
		"localhost" + port: http.StatusOK, "127.0.0.1" + port: http.StatusOK, "[::1]" + port: http.StatusOK,
	} {
		for _, path := range []string{"/livez", "/metrics", "/v1/status"} {
			code, _, _ := r.rest("GET", path, "", func(req *http.Request) { req.Host = host })
			require.Equal(t, want, code, "%s of %s", path, host)
		}
	}
}

func TestADaemonThatProvesLessThanItClaimsIsReadyAndSaysSo(t *testing.T) {
	r := newRig(t, nil)
	r.set(func() {
		r.proofs.Problems = []string{"plot: no room on the disk"}
		r.proofs.Plot = message.PlotStatus{State: "failed", TargetBytes: 4096}
		r.proofs.Classes = []message.ClassStatus{{ProofClass: message.ProofClass{Class: "storage", Claimed: 8, Verified: 3}, Missed: 1}}
	})
	r.head(message.Head{Height: 7})
	require.Eventually(t, func() bool {
		code, _, body := r.rest("GET", "/readyz", "")
		return code == http.StatusOK && strings.Contains(body, "ok\ndegraded: plot: no room on the disk")
	}, patience, time.Millisecond)
	s, err := r.client.Status(deadline(t), &apiv1.StatusRequest{})
	require.NoError(t, err)
	require.Equal(t, "failed", s.Plot.State)
	require.Len(t, s.Proofs, 1)
	require.EqualValues(t, 3, s.Proofs[0].Verified)
	require.Equal(t, r.proofs.Problems, s.Problems)
}

func TestReadinessTellsWhatIsWrong(t *testing.T) {
	r := newRig(t, func(c *Config) { c.StaleAfter = time.Second })
	ready := func() (int, string) {
		code, _, body := r.rest("GET", "/readyz", "", func(req *http.Request) { req.Header.Del("Authorization") })
		live, _, _ := r.rest("GET", "/livez", "")
		require.Equal(t, http.StatusOK, live, "alive whatever happens")
		return code, strings.TrimSpace(body)
	}
	becomes := func(code int, text string) {
		t.Helper()
		require.Eventually(t, func() bool {
			gotCode, got := ready()
			return gotCode == code && strings.Contains(got, text)
		}, patience, time.Millisecond)
	}
	r.set(func() { r.chain.Error = "no node of the chain answers" })
	becomes(503, "no node of the chain answers")
	r.set(func() { r.chain.Error = "" })
	becomes(503, "no block yet")
	r.head(message.Head{Height: 7})
	becomes(200, "ok")
	becomes(503, "no new block for")
	r.head(message.Head{Height: 8})
	becomes(200, "ok")
	r.set(func() { r.chain.Refused = "insufficient funds" })
	r.head(message.Head{Height: 9})
	becomes(503, "insufficient funds")
	r.set(func() { r.chain.Refused, r.tasks.OpenSeats = "", 2 })
	r.head(message.Head{Height: 10})
	_, err := r.client.Drain(deadline(t), &apiv1.DrainRequest{})
	require.NoError(t, err)
	r.head(message.Head{Height: 11})
	becomes(503, "draining: 2 seats left")
}

func TestMetricsAreServedWithoutAToken(t *testing.T) {
	r := newRig(t, nil)
	code, _, body := r.rest("GET", "/metrics", "", func(req *http.Request) { req.Header.Del("Authorization") })
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, "xworker_test 1")
}

func TestErrorsOverRESTAreProblems(t *testing.T) {
	r := newRig(t, nil)
	r.taskErr = message.ErrBlobNotFound
	code, detail := r.problem("GET", "/v1/tasks/7", "")
	require.Equal(t, http.StatusBadRequest, code)
	require.Equal(t, message.ErrBlobNotFound.Error(), detail)
	code, detail = r.problem("GET", "/v1/tasks/seven", "")
	require.Equal(t, http.StatusBadRequest, code)
	require.Contains(t, detail, "task_id")
	code, _ = r.problem("GET", "/v1/nothing", "")
	require.Equal(t, http.StatusNotFound, code)
	code, _ = r.problem("POST", "/v1/tasks", "{")
	require.Equal(t, http.StatusBadRequest, code)
	code, _ = r.problem("POST", "/v1/tasks", `{"args":["`+strings.Repeat("a", maxMessage)+`"]}`)
	require.Equal(t, http.StatusBadRequest, code, "a body has a limit")
}

func TestOpenCallsEndWhenTheDaemonStops(t *testing.T) {
	r := newRig(t, nil)
	r.task = message.Task{ID: 1, Phase: "committing"}
	stream, err := r.client.WatchTask(deadline(t), &apiv1.WatchTaskRequest{TaskId: 1})
	require.NoError(t, err)
	_, err = stream.Recv()
	require.NoError(t, err)
	add, err := r.client.AddBlob(deadline(t))
	require.NoError(t, err)
	require.NoError(t, add.Send(&apiv1.AddBlobRequest{Chunk: []byte("a")}))
	rest, err := http.NewRequestWithContext(deadline(t), "GET", "http://"+r.module.RESTAddr()+"/v1/tasks/1/watch", nil)
	require.NoError(t, err)
	rest.Header.Set("Authorization", "Bearer "+testToken)
	res, err := http.DefaultClient.Do(rest)
	require.NoError(t, err)
	defer res.Body.Close()

	began := time.Now()
	r.stop()
	require.Less(t, time.Since(began), stopTimeout, "nothing is waited for")
	_, err = stream.Recv()
	require.Error(t, err)
	_, err = add.CloseAndRecv()
	require.Error(t, err)
}
