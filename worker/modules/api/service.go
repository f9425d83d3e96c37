// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ipfs/go-cid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"

	"github.com/openmesh-network/openmesh/worker/message"
)

const (
	// askTimeout bounds questions that are answered from memory or by one call.
	askTimeout = 15 * time.Second
	// submitTimeout bounds the wait for a transaction's block: its own timeout
	// is shorter, so it is known by then whether it was included.
	submitTimeout = 12 * time.Minute
	// fetchTimeout bounds the fetch of an output.
	fetchTimeout = 30 * time.Minute
	// chunkSize of streamed files in bytes.
	chunkSize = 256 << 10
)

// Defaults of a task that names no limits.
const (
	DefaultGasLimit    = 100_000_000_000 // some five seconds of a core
	DefaultMemoryLimit = 512 << 20
	DefaultOutputLimit = 64 << 20
)

// service implements the calls.
type service struct {
	apiv1.UnimplementedWorkerAPIServer

	m *Module
}

func (s *service) Status(ctx context.Context, _ *apiv1.StatusRequest) (*apiv1.StatusResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	chain, err := s.m.chain.Ask(ctx, message.GetChainStatus{})
	if err != nil {
		return nil, statusOf(err)
	}
	tasks, err := s.m.running.Ask(ctx, message.GetTasksStatus{})
	if err != nil {
		return nil, statusOf(err)
	}
	proofs, err := s.m.proofs.Ask(ctx, message.GetProofsStatus{})
	if err != nil {
		return nil, statusOf(err)
	}
	id := s.m.identity
	status := &apiv1.StatusResponse{
		Version: id.Version, Address: id.Account, PeerId: id.PeerID, ListenAddrs: id.ListenAddrs(),
		ChainId: chain.ChainID, Height: chain.Height, ChainError: chain.Error, Balance: chain.Balance,
		Operator: chain.Operator, XnodeStatus: chain.XnodeStatus, Online: chain.Online, RatingBps: chain.RatingBps, Refused: chain.Refused, Queued: uint32(chain.Queued),
		Draining: tasks.Draining, OpenSeats: uint32(tasks.OpenSeats), Running: uint32(tasks.Running),
	}
	if chain.Operator != "" {
		status.Claimed, status.Verified, status.Allocated = hardware(chain.Claimed), hardware(chain.Verified), hardware(chain.Allocated)
	}
	tellProofs(status, proofs)
	return status, nil
}

// tellProofs adds how proving fares.
func tellProofs(status *apiv1.StatusResponse, proofs message.ProofsStatus) {
	for _, c := range proofs.Classes {
		status.Proofs = append(status.Proofs, &apiv1.ClassProofs{
			Class: c.Class, Mode: c.Mode, Claimed: c.Claimed, Verified: c.Verified, Allocated: c.Allocated, Score: c.Score, Misses: c.Misses,
			LastWindow: c.LastWindow, LastVerdict: c.LastVerdict, NextHeight: c.NextHeight, Running: c.Running,
			Window: c.Window, Outcome: c.Outcome, Reason: c.Reason, Answered: c.Answered, Missed: c.Missed,
		})
	}
	if p := proofs.Plot; p.TargetBytes > 0 {
		status.Plot = &apiv1.Plot{
			Dir: p.Dir, State: p.State, Bytes: p.Bytes, TargetBytes: p.TargetBytes, Rate: p.Rate, LeftSeconds: uint64(p.Left.Seconds()),
			Units: p.Units, ProvenBytes: p.ProvenBytes, Error: p.Error,
		}
	}
	status.Problems = proofs.Problems
}

func hardware(h message.Hardware) *apiv1.Hardware {
	return &apiv1.Hardware{
		CpuMillis: h.CPUMillis, MemoryBytes: h.MemoryBytes, StorageBytes: h.StorageBytes, BandwidthBps: h.BandwidthBps,
		GpuCount: h.GPUs, GpuMemoryBytes: h.GPUMemoryBytes, GpuClass: h.GPUClass,
	}
}

func (s *service) Drain(ctx context.Context, r *apiv1.DrainRequest) (*apiv1.DrainResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	tasks, err := s.m.drain.Ask(ctx, message.SetDraining{On: !r.Resume})
	if err != nil {
		return nil, statusOf(err)
	}
	return &apiv1.DrainResponse{Draining: tasks.Draining, OpenSeats: uint32(tasks.OpenSeats)}, nil
}

func (s *service) AddBlob(stream apiv1.WorkerAPI_AddBlobServer) error {
	left := s.m.cfg.MaxBlobBytes
	c, size, err := s.m.dag.Import(stream.Context(), &chunkReader{next: func() ([]byte, error) {
		r, err := stream.Recv()
		if err != nil {
			return nil, err
		}
		if uint64(len(r.Chunk)) > left {
			return nil, status.Errorf(codes.ResourceExhausted, "the blob is larger than api.max_blob_bytes of the daemon, %d bytes", s.m.cfg.MaxBlobBytes)
		}
		left -= uint64(len(r.Chunk))
		return r.Chunk, nil
	}})
	if err != nil {
		return statusOf(err)
	}
	return stream.SendAndClose(&apiv1.AddBlobResponse{Cid: c.String(), Size: size})
}

// chunkReader reads what a stream of chunks brings.
type chunkReader struct {
	next func() ([]byte, error)
	rest []byte
}

func (r *chunkReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		var err error
		if r.rest, err = r.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func (s *service) ReadBlob(r *apiv1.ReadBlobRequest, stream apiv1.WorkerAPI_ReadBlobServer) error {
	c, err := cid.Decode(r.Cid)
	if err != nil {
		return status.Errorf(codes.InvalidArgument, "cid %q: %v", r.Cid, err)
	}
	return s.send(stream.Context(), c, stream.Send)
}

// send streams one file of the local store.
func (s *service) send(ctx context.Context, c cid.Cid, send func(*apiv1.Chunk) error) error {
	size, err := s.m.dag.Size(ctx, c)
	if err != nil {
		return status.Errorf(codes.NotFound, "%s is not in the local store: %v", c, err)
	}
	f, err := s.m.dag.Open(ctx, c)
	if err != nil {
		return statusOf(err)
	}
	defer f.Close()
	for first := true; ; first = false {
		buf := make([]byte, min(chunkSize, size+1)) // its own: what was sent may still be read
		n, err := io.ReadFull(f, buf)
		if n > 0 || first {
			chunk := &apiv1.Chunk{Data: buf[:n]}
			if first {
				chunk.Size = size
			}
			if err := send(chunk); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return statusOf(err)
		}
	}
}

func (s *service) SubmitTask(ctx context.Context, r *apiv1.SubmitTaskRequest) (*apiv1.SubmitTaskResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, submitTimeout)
	defer cancel()
	q := message.SubmitTask{
		Program: message.Program{
			ModuleCID: r.ModuleCid, Args: r.Args, Env: r.Env, StdinCID: r.StdinCid,
			GasLimit:    orDefault(r.GasLimit, DefaultGasLimit),
			MemoryLimit: orDefault(r.MemoryLimit, DefaultMemoryLimit),
			OutputLimit: orDefault(r.OutputLimit, DefaultOutputLimit),
		},
		Offer:   message.Offer{Verify: r.Verify, Seats: r.Seats, SeatFee: r.SeatFee, GasPrice: r.GasPrice, MinRatingBps: r.MinRatingBps},
		MaxFee:  r.MaxFee,
		Sources: s.m.identity.ListenAddrs(),
	}
	blobs := []string{r.ModuleCid}
	if r.StdinCid != "" {
		blobs = append(blobs, r.StdinCid)
	}
	for _, in := range r.Inputs {
		q.Program.Inputs = append(q.Program.Inputs, message.InputFile{Name: in.Name, CID: in.Cid})
		blobs = append(blobs, in.Cid)
	}
	for _, text := range blobs {
		if err := s.hasBlob(ctx, text); err != nil {
			return nil, err
		}
	}
	done, err := s.m.submit.Ask(ctx, q)
	if err != nil {
		return nil, statusOf(err)
	}
	return &apiv1.SubmitTaskResponse{TaskId: done.TaskID, TxHash: done.TxHash, Height: done.Height, Escrow: done.Escrow}, nil
}

func (s *service) QuoteTask(ctx context.Context, r *apiv1.QuoteTaskRequest) (*apiv1.QuoteTaskResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	q, err := s.m.quote.Ask(ctx, message.GetQuote{
		Offer:       message.Offer{Verify: r.Verify, Seats: r.Seats, SeatFee: r.SeatFee, GasPrice: r.GasPrice, MinRatingBps: r.MinRatingBps},
		GasLimit:    orDefault(r.GasLimit, DefaultGasLimit),
		MemoryLimit: orDefault(r.MemoryLimit, DefaultMemoryLimit),
	})
	if err != nil {
		return nil, statusOf(err)
	}
	return &apiv1.QuoteTaskResponse{
		MaxFee: q.MaxFee, LikelyFee: q.LikelyFee, EscalatedFee: q.EscalatedFee, EscalationBps: q.EscalationBps,
		Verify: q.Offer.Verify, SeatFee: q.Offer.SeatFee, GasPrice: q.Offer.GasPrice, MinRatingBps: q.Offer.MinRatingBps,
		Ladder: q.Ladder, DetwasmVersion: q.DetwasmVersion,
		Registered: q.Registered, Sampled: q.Sampled, Able: q.Able, Matching: q.Matching, GasPrices: q.GasPrices,
	}, nil
}

// hasBlob refuses a task whose blobs nobody could fetch from here.
func (s *service) hasBlob(ctx context.Context, text string) error {
	c, err := cid.Decode(text)
	if err != nil {
		return status.Errorf(codes.InvalidArgument, "cid %q: %v", text, err)
	}
	ok, err := s.m.dag.Complete(ctx, c)
	if err != nil {
		return statusOf(err)
	}
	if !ok {
		return status.Errorf(codes.FailedPrecondition, "blob %s is not in this daemon's store, so the committee could not fetch it: add it first", text)
	}
	return nil
}

func orDefault(v, d uint64) uint64 {
	if v == 0 {
		return d
	}
	return v
}

func (s *service) GetTask(ctx context.Context, r *apiv1.GetTaskRequest) (*apiv1.Task, error) {
	t, err := s.task(ctx, r.TaskId, false)
	if err != nil {
		return nil, err
	}
	return taskOf(t), nil
}

func (s *service) task(ctx context.Context, id uint64, withSources bool) (message.Task, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	t, err := s.m.task.Ask(ctx, message.GetTask{TaskID: id, Sources: withSources})
	if err != nil {
		return message.Task{}, statusOf(err)
	}
	return t, nil
}

func (s *service) WatchTask(r *apiv1.WatchTaskRequest, stream apiv1.WorkerAPI_WatchTaskServer) error {
	last := ""
	for {
		next := s.m.beats.wait()
		t, err := s.task(stream.Context(), r.TaskId, false)
		if status.Code(err) == codes.Unavailable || status.Code(err) == codes.DeadlineExceeded {
			// The chain is away for now: the task goes on without us.
			if err := s.pause(stream.Context(), next); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		height := t.ReadHeight
		t.ReadHeight = 0
		if now := fmt.Sprintf("%+v", t); now != last {
			last = now
			t.ReadHeight = height
			if err := stream.Send(taskOf(t)); err != nil {
				return err
			}
		}
		if t.Phase == "verified" || t.Phase == "closed" {
			return nil
		}
		if err := s.pause(stream.Context(), next); err != nil {
			return err
		}
	}
}

func (s *service) pause(ctx context.Context, next <-chan struct{}) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-next:
		return nil
	}
}

func (s *service) ReadOutput(r *apiv1.ReadOutputRequest, stream apiv1.WorkerAPI_ReadOutputServer) error {
	ctx, cancel := context.WithTimeout(stream.Context(), fetchTimeout)
	defer cancel()
	t, err := s.task(ctx, r.TaskId, true)
	if err != nil {
		return err
	}
	if t.Phase != "verified" {
		return status.Errorf(codes.FailedPrecondition, "task %d is %s, not verified: `xworker task watch %d` waits for it", t.ID, t.Phase, t.ID)
	}
	if t.Outcome.OutputRoot == "" {
		return status.Errorf(codes.NotFound, "task %d ended as %s and has no output", t.ID, t.Outcome.Status)
	}
	root, err := cid.Decode(t.Outcome.OutputRoot)
	if err != nil {
		return statusOf(err)
	}
	q := message.FetchBlob{CID: t.Outcome.OutputRoot, MaxBytes: maxOutput(t.Program.OutputLimit)}
	for _, seat := range t.Committee {
		if seat.HasOutcome && seat.Outcome == t.Outcome && len(seat.Source.Addrs) > 0 {
			q.Sources = append(q.Sources, seat.Source)
		}
	}
	if _, err := s.m.fetch.Ask(ctx, q); err != nil {
		return statusOf(err)
	}
	path := r.Path
	if path == "" {
		path = "stdout"
	}
	file, err := s.m.dag.Resolve(ctx, root, path)
	if err != nil {
		return status.Errorf(codes.NotFound, "the output of task %d has no file %q: %v", t.ID, path, err)
	}
	return s.send(ctx, file, stream.Send)
}

// maxOutput is the output limit and what its directory's blocks take besides.
func maxOutput(limit uint64) uint64 { return limit + limit/64 + 4<<20 }
