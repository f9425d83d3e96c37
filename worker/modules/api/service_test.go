// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"

	"github.com/openmesh-network/openmesh/worker/message"
)

// all reads a stream of chunks and what the first of them says of the size.
func all(stream grpc.ServerStreamingClient[apiv1.Chunk], err error) (data []byte, size uint64, _ error) {
	if err != nil {
		return nil, 0, err
	}
	for first := true; ; first = false {
		c, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return data, size, nil
		}
		if err != nil {
			return nil, 0, err
		}
		if first {
			size = c.Size
		} else if c.Size != 0 {
			return nil, 0, errors.New("the size comes once")
		}
		data = append(data, c.Data...)
	}
}

func TestWhatIsAddedIsWhatIsRead(t *testing.T) {
	r := newRig(t, nil)
	big := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
	for name, chunks := range map[string][][]byte{
		"nothing": {}, "one byte": {[]byte("a")}, "empty chunks": {nil, []byte("a"), nil, []byte("b")},
		"exactly a chunk": {big[:chunkSize]}, "many chunks": {big[:1], big[1:700_000], big[700_000:]},
	} {
		t.Run(name, func(t *testing.T) {
			want := bytes.Join(chunks, nil)
			added, err := r.add(chunks...)
			require.NoError(t, err)
			require.Equal(t, uint64(len(want)), added.Size)
			got, size, err := all(r.client.ReadBlob(deadline(t), &apiv1.ReadBlobRequest{Cid: added.Cid}))
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got))
			require.Equal(t, uint64(len(want)), size)
		})
	}
	_, _, err := all(r.client.ReadBlob(deadline(t), &apiv1.ReadBlobRequest{Cid: "../secret"}))
	refused(t, err, codes.InvalidArgument, "cid")
	_, _, err = all(r.client.ReadBlob(deadline(t), &apiv1.ReadBlobRequest{Cid: "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"}))
	refused(t, err, codes.NotFound, "not in the local store")
}

func TestABlobHasALimit(t *testing.T) {
	r := newRig(t, func(c *Config) { c.MaxBlobBytes = 10 })
	_, err := r.add([]byte("0123456789"))
	require.NoError(t, err)
	_, err = r.add([]byte("01234567"), []byte("890"))
	refused(t, err, codes.ResourceExhausted, "api.max_blob_bytes")
}

func TestAnUploadThatBreaksOffIsNoBlob(t *testing.T) {
	r := newRig(t, nil)
	ctx, cancel := context.WithCancel(deadline(t))
	stream, err := r.client.AddBlob(ctx)
	require.NoError(t, err)
	require.NoError(t, stream.Send(&apiv1.AddBlobRequest{Chunk: []byte("half")}))
	cancel()
	_, err = stream.CloseAndRecv()
	require.Equal(t, codes.Canceled, status.Code(err))
	whole, _, err := r.dag.Import(deadline(t), bytes.NewReader([]byte("half")))
	require.NoError(t, err)
	require.NotEmpty(t, whole.String())
}

func TestAQuoteHasTheDefaultsOfASubmission(t *testing.T) {
	r := newRig(t, nil)
	q, err := r.client.QuoteTask(deadline(t), &apiv1.QuoteTaskRequest{Verify: "sample", Seats: 3, SeatFee: "4", GasPrice: "5", MinRatingBps: 6})
	require.NoError(t, err)
	require.Equal(t, protojson.Format(&apiv1.QuoteTaskResponse{
		Verify: "sample", SeatFee: "4", GasPrice: "5", MinRatingBps: 6,
		MaxFee: fmt.Sprint(uint64(DefaultGasLimit)), LikelyFee: fmt.Sprint(DefaultMemoryLimit), EscalatedFee: "3", EscalationBps: 500,
		Ladder: []uint32{7, 15}, DetwasmVersion: 1, Registered: 9, Sampled: 8, Able: 7, Matching: 6, GasPrices: []string{"1", "2"},
	}), protojson.Format(q))
}

func TestATaskIsSubmittedWithDefaultsAndOnlyWithItsBlobs(t *testing.T) {
	r := newRig(t, nil)
	added, err := r.add([]byte("module"))
	require.NoError(t, err)
	missing := "bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
	for name, q := range map[string]*apiv1.SubmitTaskRequest{
		"module": {ModuleCid: missing},
		"stdin":  {ModuleCid: added.Cid, StdinCid: missing},
		"input":  {ModuleCid: added.Cid, Inputs: []*apiv1.InputFile{{Name: "a", Cid: missing}}},
	} {
		_, err := r.client.SubmitTask(deadline(t), q)
		refused(t, err, codes.FailedPrecondition, "add it first")
		require.Empty(t, r.submits, name)
	}
	_, err = r.client.SubmitTask(deadline(t), &apiv1.SubmitTaskRequest{ModuleCid: "no cid"})
	refused(t, err, codes.InvalidArgument, "no cid")

	done, err := r.client.SubmitTask(deadline(t), &apiv1.SubmitTaskRequest{
		ModuleCid: added.Cid, Args: []string{"-x"}, Inputs: []*apiv1.InputFile{{Name: "a", Cid: added.Cid}}, MemoryLimit: 5, Seats: 3, MaxFee: "9",
	})
	require.NoError(t, err)
	require.Equal(t, uint64(9), done.TaskId)
	require.Equal(t, "700", done.Escrow)
	require.Equal(t, message.SubmitTask{
		Program: message.Program{
			ModuleCID: added.Cid, Args: []string{"-x"}, Inputs: []message.InputFile{{Name: "a", CID: added.Cid}},
			GasLimit: DefaultGasLimit, MemoryLimit: 5, OutputLimit: DefaultOutputLimit,
		},
		Offer: message.Offer{Seats: 3}, MaxFee: "9", Sources: r.module.identity.ListenAddrs(),
	}, r.submits[0])

	r.set(func() {
		r.submitErr = fmt.Errorf("the chain refused it: %w", status.Error(codes.Unknown, "out of funds"))
	})
	_, err = r.client.SubmitTask(deadline(t), &apiv1.SubmitTaskRequest{ModuleCid: added.Cid})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	require.Equal(t, "the chain refused it: out of funds", Plain(err))
}

func TestAWatchTellsEachChangeOnceAndOutlivesALostChain(t *testing.T) {
	r := newRig(t, nil)
	r.task = message.Task{ID: 1, Phase: "drawing", ReadHeight: 1}
	stream, err := r.client.WatchTask(deadline(t), &apiv1.WatchTaskRequest{TaskId: 1})
	require.NoError(t, err)
	first, err := stream.Recv()
	require.NoError(t, err)
	require.Equal(t, "drawing", first.Phase)
	// A block is said until the task was asked for again: the watch may have
	// been between two of them.
	step := func(change func()) {
		t.Helper()
		asked := 0
		r.set(func() { change(); asked = r.asked })
		require.Eventually(t, func() bool {
			r.head(message.Head{Height: 2})
			r.mu.Lock()
			defer r.mu.Unlock()
			return r.asked > asked+1
		}, patience, time.Millisecond)
	}
	step(func() { r.task.ReadHeight = 2 }) // no change
	step(func() { r.taskErr = status.Error(codes.Unavailable, "the chain is away") })
	r.set(func() { r.taskErr, r.task = nil, message.Task{ID: 1, Phase: "verified", ReadHeight: 3} })
	r.head(message.Head{Height: 3})
	last, err := stream.Recv()
	require.NoError(t, err)
	require.Equal(t, "verified", last.Phase)
	_, err = stream.Recv()
	require.ErrorIs(t, err, io.EOF)
}

func TestAWatchOfAnUnknownTaskEnds(t *testing.T) {
	r := newRig(t, nil)
	r.taskErr = status.Error(codes.NotFound, "no such task")
	stream, err := r.client.WatchTask(deadline(t), &apiv1.WatchTaskRequest{TaskId: 1})
	require.NoError(t, err)
	_, err = stream.Recv()
	refused(t, err, codes.NotFound, "no such task")
}

func TestAnOutputIsReadFromTheSeatsThatAgreedOnIt(t *testing.T) {
	r := newRig(t, nil)
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "out"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "stdout"), []byte("hello"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "out", "a.csv"), []byte("1,2"), 0o600))
	root, _, err := r.dag.ImportDir(deadline(t), dir)
	require.NoError(t, err)
	read := func(path string) (string, error) {
		data, _, err := all(r.client.ReadOutput(deadline(t), &apiv1.ReadOutputRequest{TaskId: 1, Path: path}))
		return string(data), err
	}

	r.task = message.Task{ID: 1, Phase: "revealing"}
	_, err = read("")
	refused(t, err, codes.FailedPrecondition, "not verified")
	require.Empty(t, r.fetches)

	r.set(func() {
		r.task = message.Task{ID: 1, Phase: "verified", HasOutcome: true, Outcome: message.Outcome{Status: "trap"}}
	})
	_, err = read("")
	refused(t, err, codes.NotFound, "has no output")

	outcome := message.Outcome{Status: "ok", OutputRoot: root.String()}
	other := outcome
	other.Gas = 1
	seat := func(id string, o message.Outcome) message.TaskSeat {
		return message.TaskSeat{HasOutcome: true, Outcome: o, Source: message.Source{PeerID: id, Addrs: []string{"/a"}}}
	}
	r.set(func() {
		r.task = message.Task{
			ID: 1, Phase: "verified", HasOutcome: true, Outcome: outcome, Program: message.Program{OutputLimit: 64},
			Committee: []message.TaskSeat{seat("liar", other), seat("honest", outcome), {State: "missed"}},
		}
	})
	for path, want := range map[string]string{"": "hello", "stdout": "hello", "out/a.csv": "1,2"} {
		got, err := read(path)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.Equal(t, []message.Source{{PeerID: "honest", Addrs: []string{"/a"}}}, r.fetches[0].Sources)
	require.Equal(t, maxOutput(64), r.fetches[0].MaxBytes)
	for _, path := range []string{"out/b.csv", "../stdout", "/etc/passwd", "out/../stdout"} {
		_, err := read(path)
		refused(t, err, codes.NotFound, "has no file")
	}
}
