// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/openmesh-network/openmesh/worker/message"
	"github.com/openmesh-network/openmesh/worker/platform/proving/plot"
	"github.com/openmesh-network/openmesh/x/por/cellpost"
)

// storage proves disk space by a plot. A plotter keeps the plot as large as the
// claim, in the background; windows are answered with what of it is there.
type storage struct {
	cfg  Config
	plot *plotter
}

func newStorage(cfg Config, log *slog.Logger) *storage {
	return &storage{cfg: cfg, plot: newPlotter(cfg, log)}
}

func (s *storage) class() string { return message.ClassStorage }

// units is how many units of the claim are to be proven.
func (s *storage) units(claimed uint64, t message.PlotTerms) uint64 {
	if t.UnitBytes == 0 {
		return 0
	}
	units := claimed / t.UnitBytes
	if claimed%t.UnitBytes > 0 {
		units++ // what is begun of a unit counts as one
	}
	if s.cfg.StorageBytes > 0 {
		units = min(units, s.cfg.StorageBytes/t.UnitBytes)
	}
	return units
}

func (s *storage) follow(now scene) {
	t := now.book.Plot
	units := s.units(now.of(message.ClassStorage).Claimed, t)
	if len(now.book.Operator) > 0 && units > 0 { // otherwise nothing is known, or claimed: what is there stays
		s.plot.want(target{
			key:       cellpost.NewKey(now.book.ChainID, now.book.Operator, nil),
			costN:     t.CostN,
			unitCells: t.UnitCells, unitBytes: t.UnitBytes,
			units: units, least: t.MinUnits,
		})
	}
	percent := s.cfg.PlotCPUPercent
	if now.programs > 0 {
		percent = s.cfg.PlotBusyPercent
	}
	if now.probing {
		percent = 0 // a window is timed: what fills the plot stands back
	}
	s.plot.pace(percent)
}

func (s *storage) begin(d message.ProofDuty, now scene) (work, error) {
	if d.Action != message.ActionProveStorage {
		return nil, fmt.Errorf("this daemon does not know how to %s", d.Action)
	}
	t := d.Storage.Terms
	p, status := s.plot.open()
	switch {
	case p == nil && status.Error != "":
		return nil, errors.New(status.Error)
	case p == nil || t.UnitCells == 0:
		return nil, later("there is no plot yet")
	case p.Status().Spec.Key != cellpost.NewKey(now.book.ChainID, now.book.Operator, nil) || p.Status().Spec.N != t.CostN:
		return nil, errors.New("the plot is not the one that the window asks for")
	}
	there := p.Status().Units / t.UnitCells
	units := min(there, d.Storage.MaxUnits, max(s.units(d.Claimed, t), 1))
	left, whole := now.left(d, time.Now()), now.whole(d)
	if rate := s.plot.scanRate(); rate > 0 { // no more than can be scanned in time
		units = min(units, uint64(left.Seconds()*0.8*rate)/(t.UnitCells*cellpost.CellBytes))
	}
	if units < t.MinUnits {
		return nil, later("%d units of the plot can be proven in time, at least %d must be", units, t.MinUnits)
	}
	if status.State == stateFilling && there < d.Storage.MaxUnits && left > whole/2 {
		return nil, later("the plot still grows: %d of %d units", there, d.Storage.MaxUnits)
	}
	request := plot.Request{Challenge: cellpost.Challenge(d.Challenge), Units: units * t.UnitCells, K1: d.Storage.K1, K2: d.Storage.K2}
	proven := cellpost.Plot{
		Params: cellpost.Params{N: t.CostN, K1: request.K1, K2: request.K2},
		Key:    p.Status().Spec.Key, Cells: request.Units,
	}
	if len(d.Challenge) != len(request.Challenge) {
		return nil, fmt.Errorf("a challenge of %d bytes", len(d.Challenge))
	}
	return func(ctx context.Context, _ time.Time) (message.ProofAnswer, error) {
		proof, report, err := p.Prove(ctx, request)
		s.plot.scanned(report)
		if err != nil {
			return message.ProofAnswer{}, err
		}
		encoded, err := proven.Encode(proof)
		return message.ProofAnswer{Units: units, Proof: encoded}, err
	}, nil
}

func (s *storage) forget([]uint64) {}

func (s *storage) plotStatus() message.PlotStatus {
	_, status := s.plot.open()
	return status
}

func (s *storage) report(out *message.ProofsStatus) {
	out.Plot = s.plotStatus()
	if out.Plot.Error != "" {
		out.Problems = append(out.Problems, "plot: "+out.Plot.Error)
	}
}

func (s *storage) close() error { return s.plot.close() }
