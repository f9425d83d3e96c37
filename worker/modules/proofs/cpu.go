// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/proving/cpu"
	"github.com/openmesh-network/openmesh/x/por/corechain"
)

// calibrate is for how long a step function is tried out, once, to know how many
// lanes this machine can make at the pace of the reference.
const calibrate = 20 * time.Millisecond

// cpuProver proves processors by core chains, of what is claimed and not allocated.
type cpuProver struct {
	cfg     Config
	log     *slog.Logger
	records records
	threads int
	run     func(context.Context, cpu.Job) (*corechain.Record, error)
	measure func(ctx context.Context, f corechain.Function) (stepsPerSecond uint64, err error)

	mu     sync.Mutex // guards speeds
	speeds map[corechain.Function]uint64
}

func newCPU(cfg Config, dir string, log *slog.Logger) *cpuProver {
	return &cpuProver{
		cfg: cfg, log: log, records: records{dir}, threads: runtime.GOMAXPROCS(0), run: cpu.Run,
		measure: func(ctx context.Context, f corechain.Function) (uint64, error) {
			speed, err := cpu.Measure(ctx, f, 1, calibrate, nil)
			return speed.Steps, err
		},
		speeds: map[corechain.Function]uint64{},
	}
}

func (c *cpuProver) class() string { return message.ClassCPU }

func (c *cpuProver) follow(scene) {}

func (c *cpuProver) begin(d message.ProofDuty, now scene) (work, error) {
	challenge := corechain.Challenge{Operator: now.book.Operator, Window: d.Window}
	if copy(challenge.Seed[:], d.Challenge) != len(challenge.Seed) || len(d.Challenge) != len(challenge.Seed) {
		return nil, fmt.Errorf("a challenge of %d bytes", len(d.Challenge))
	}
	spec := corechain.Spec{Function: corechain.Function(d.CPU.Function), Interval: d.CPU.Interval}
	if err := errors.Join(spec.Validate(), challenge.Validate()); err != nil {
		return nil, err
	}
	switch d.Action {
	case message.ActionCommitCPU:
		return func(ctx context.Context, until time.Time) (message.ProofAnswer, error) {
			return c.commit(ctx, spec, challenge, d, until)
		}, nil
	case message.ActionRevealCPU:
		if !c.records.has(d.Window, challenge.Seed) {
			return nil, errors.New("the record of what was committed is gone: it cannot be revealed")
		}
		return func(context.Context, time.Time) (message.ProofAnswer, error) {
			return c.reveal(spec, challenge, d)
		}, nil
	default:
		return nil, fmt.Errorf("this daemon does not know how to %s", d.Action)
	}
}

// commit computes the chains of a window and keeps their record.
func (c *cpuProver) commit(ctx context.Context, spec corechain.Spec, challenge corechain.Challenge, d message.ProofDuty, until time.Time) (message.ProofAnswer, error) {
	rating := corechain.Rating{Reference: d.CPU.CoreStepsPerSecond, MinLane: d.CPU.MinLaneStepsPerSecond}
	lanes, millis, err := c.lanes(ctx, spec.Function, rating, d)
	if err != nil {
		return message.ProofAnswer{}, err
	}
	segments := max(rating.SegmentsFor(spec, lanes, millis, d.CPU.WorkMillis), 1)
	if most := c.cfg.CPUMaxBytes / corechain.StateSize / segments; uint64(lanes) > max(most, 1) {
		c.log.Warn("fewer lanes are proven than are claimed: proofs.cpu_max_bytes holds no more", "lanes", most, "wanted", lanes)
		lanes = uint32(max(most, 1))
	}
	job := cpu.Job{
		Spec: spec, Challenge: challenge, Lanes: int(lanes), Segments: segments, Deadline: until, MaxBytes: c.cfg.CPUMaxBytes,
	}
	record, err := c.run(ctx, job)
	if err != nil {
		return message.ProofAnswer{}, err
	}
	commitment, err := record.Commit()
	if err != nil {
		return message.ProofAnswer{}, err
	}
	// Before the commitment is said: who has committed has to reveal, whatever happens.
	if err := c.records.write(record); err != nil {
		return message.ProofAnswer{}, fmt.Errorf("keep the record: %w", err)
	}
	c.log.Info("core chains are made", "window", d.Window, "function", spec.Function.String(), "lanes", lanes,
		"segments", commitment.Total(), "wanted", job.Segments*uint64(lanes), "millis", millis)
	return message.ProofAnswer{Segments: commitment.Segments, Root: commitment.Root[:]}, nil
}

// lanes is how many lanes to make for how many thousandths of a core: what is
// claimed and not allocated, as far as this machine keeps pace, and one at least.
func (c *cpuProver) lanes(ctx context.Context, f corechain.Function, rating corechain.Rating, d message.ProofDuty) (lanes uint32, millis uint64, err error) {
	if d.Claimed > d.Allocated {
		millis = d.Claimed - d.Allocated
	}
	if c.cfg.CPUMillis > 0 {
		millis = min(millis, c.cfg.CPUMillis)
	}
	millis = max(millis, 1)
	speed, err := c.speed(ctx, f)
	if err != nil {
		return 0, 0, err
	}
	able := uint64(c.threads)
	if rating.Reference > 0 {
		able = max(able, able*speed/rating.Reference)
	}
	most := min(able, max(uint64(d.CPU.MaxLanes), 1), corechain.MaxLanes)
	n := min((millis+corechain.MilliPerCore-1)/corechain.MilliPerCore, most)
	return uint32(n), min(millis, n*corechain.MilliPerCore), nil
}

// speed is the steps a second of one lane of this machine, tried out once.
func (c *cpuProver) speed(ctx context.Context, f corechain.Function) (uint64, error) {
	c.mu.Lock()
	speed, known := c.speeds[f]
	c.mu.Unlock()
	if known {
		return speed, nil
	}
	speed, err := c.measure(ctx, f)
	if err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.speeds[f] = speed
	return speed, nil
}

// reveal shows what was drawn of a record.
func (c *cpuProver) reveal(spec corechain.Spec, challenge corechain.Challenge, d message.ProofDuty) (message.ProofAnswer, error) {
	record, err := c.records.read(spec, challenge)
	if err != nil {
		return message.ProofAnswer{}, err
	}
	reveals, err := record.Open(d.CPU.Drawn)
	if err != nil {
		return message.ProofAnswer{}, err
	}
	return message.ProofAnswer{Proof: corechain.EncodeProof(reveals)}, nil
}

func (c *cpuProver) forget(windows []uint64) {
	if err := c.records.keep(windows); err != nil {
		c.log.Warn("records of old windows stay", "err", err)
	}
}

func (c *cpuProver) report(*message.ProofsStatus) {}

func (c *cpuProver) close() error { return nil }
