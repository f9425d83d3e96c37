// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"cosmossdk.io/errors"
	"cosmossdk.io/math"

	"github.com/openmesh-network/openmesh/x/por/cellpost"
	"github.com/openmesh-network/openmesh/x/por/corechain"
)

const (
	maxWindowBlocks  = 1_000_000
	maxLapseWindows  = 100
	maxSamples       = 64
	maxCpuFunctions  = 8
	maxWorkMillis    = 600_000
	gib              = 1 << 30
	maxStepsASecond  = 1 << 40
	maxBytesASecond  = 1 << 50
	maxCostMillionth = 1 << 50
)

// defaultClasses are the classes of DefaultParams.
func defaultClasses() []ClassParams {
	score := ScoreParams{Initial: 5_000, GainBps: 500, MissedBps: 1_000, MismatchBps: 5_000}
	reward := math.NewInt(1_000_000)
	return []ClassParams{{
		Class: CLASS_STORAGE, Mode: MODE_ENFORCED, PeriodBlocks: 21_600, SurpriseIntervalBlocks: 86_400,
		AnswerBlocks: 1_800, Samples: 16, LapseWindows: 3, Score: score, MaxWindowReward: reward,
		Storage: &StorageTerms{
			UnitBytes: 64 * gib, UnitCells: 64 * gib / cellpost.CellBytes, MinUnits: 1, CostN: 64,
			K1: cellpost.DefaultK, K2: cellpost.DefaultK,
			MachineBytesPerSecond: 33_000_000, DeviceBytesPerSecond: 1_650_000_000,
			DeviceHourCost: 300_000, DiskMonthCost: 2_000_000,
		},
	}, {
		Class: CLASS_CPU, Mode: MODE_ENFORCED, PeriodBlocks: 3_600, SurpriseIntervalBlocks: 14_400,
		AnswerBlocks: 34, RevealBlocks: 120, Samples: 4, LapseWindows: 4, Score: score, MaxWindowReward: reward,
		Cpu: &CpuTerms{
			WorkMillis: 30_000, MaxLanes: 256,
			Functions: []CpuFunction{
				{Function: uint32(corechain.SHA256), Interval: corechain.SHA256.Interval(), CoreStepsPerSecond: 10_000_000, MinLaneStepsPerSecond: 5_000_000},
				{Function: uint32(corechain.Mix), Interval: corechain.Mix.Interval(), CoreStepsPerSecond: 2_400, MinLaneStepsPerSecond: 1_200},
				{Function: uint32(corechain.Chase), Interval: corechain.Chase.Interval(), CoreStepsPerSecond: 1_200, MinLaneStepsPerSecond: 600},
			},
		},
	}, {
		Class: CLASS_MEMORY, Mode: MODE_SHADOW, PeriodBlocks: 21_600, SurpriseIntervalBlocks: 86_400,
		AnswerBlocks: 120, RevealBlocks: 900, Samples: 16, LapseWindows: 3, Score: score, MaxWindowReward: reward,
		Memory: &MemoryTerms{Rounds: 4, Steps: 1 << 20, Interval: 8, StepNanos: 800, SlackNanos: 100_000_000},
	}, {
		Class: CLASS_BANDWIDTH, Mode: MODE_SHADOW, PeriodBlocks: 604_800,
		AnswerBlocks: 30, RevealBlocks: 7_200, Samples: 1, LapseWindows: 3, Score: score, MaxWindowReward: reward,
		Bandwidth: &BandwidthTerms{MeasureMillis: 10_000},
	}, {
		Class: CLASS_GPU, Mode: MODE_SHADOW, PeriodBlocks: 21_600, SurpriseIntervalBlocks: 86_400,
		AnswerBlocks: 30, RevealBlocks: 1_800, Samples: 48, LapseWindows: 3, Score: score, MaxWindowReward: reward,
		Gpu: &GpuTerms{Order: 8_192, WorkMillis: 5_000, GpuGops: 20_000},
	}}
}

// localnetClasses are the classes of LocalnetParams. A core's worth of steps is 0.2 % of a core.
func localnetClasses() []ClassParams {
	classes := defaultClasses()
	for i := range classes {
		c := &classes[i]
		c.PeriodBlocks, c.SurpriseIntervalBlocks, c.AnswerBlocks, c.LapseWindows = 60, 240, 10, 3
		if c.Class.Direct() {
			c.PeriodBlocks = 30
		} else {
			c.RevealBlocks = 30
		}
		if c.Memory != nil {
			c.Memory.Steps = 1 << 14
		}
		if c.Bandwidth != nil {
			c.Bandwidth.MeasureMillis = 500
		}
		if c.Gpu != nil {
			c.Samples, c.Gpu.Order, c.Gpu.WorkMillis, c.Gpu.GpuGops = 16, 256, 500, 1
		}
		if c.Memory != nil {
			c.RevealBlocks, c.Memory.Steps, c.Memory.StepNanos = 30, 1<<14, 20_000
		}
		if c.Bandwidth != nil {
			c.RevealBlocks, c.Bandwidth.MeasureMillis = 45, 500
		}
		if c.Gpu != nil {
			c.RevealBlocks, c.Samples, c.Gpu.Order, c.Gpu.WorkMillis, c.Gpu.GpuGops = 30, 16, 256, 500, 1
		}
		if c.Storage != nil {
			c.Storage.UnitBytes, c.Storage.UnitCells, c.Storage.CostN = gib, 32, 16
			c.Storage.K1, c.Storage.K2 = 60, 60
		}
		if c.Cpu != nil {
			c.RevealBlocks = 10
			c.Cpu.WorkMillis = 6_000
			c.Cpu.Functions = []CpuFunction{
				{Function: uint32(corechain.SHA256), Interval: 200, CoreStepsPerSecond: 20_000, MinLaneStepsPerSecond: 10_000},
				{Function: uint32(corechain.Mix), Interval: 1, CoreStepsPerSecond: 6, MinLaneStepsPerSecond: 3},
			}
		}
	}
	return classes
}

// Validate holds the params of a class to their bounds and to each other (ErrInvalidParams).
func (c ClassParams) Validate(p Params) error {
	if !c.Class.Known() {
		return errors.Wrapf(ErrInvalidParams, "there is no class %d", c.Class)
	}
	of := c.Class.Name() + ": "
	for _, b := range []bound{
		{"mode", int64(c.Mode), int64(MODE_OFF), int64(MODE_ENFORCED)},
		{"period_blocks", c.PeriodBlocks, 2, maxWindowBlocks},
		{"surprise_interval_blocks", c.SurpriseIntervalBlocks, 0, maxWindowBlocks * 100},
		{"answer_blocks", c.AnswerBlocks, 1, c.PeriodBlocks - 1},
		{"reveal_blocks", c.RevealBlocks, 0, c.PeriodBlocks - c.AnswerBlocks},
		{"samples", int64(c.Samples), 1, maxSamples},
		{"lapse_windows", int64(c.LapseWindows), 1, maxLapseWindows},
		{"score.initial", int64(c.Score.Initial), 0, MaxScore},
		{"score.gain_bps", int64(c.Score.GainBps), 0, MaxScore},
		{"score.missed_bps", int64(c.Score.MissedBps), 0, MaxScore},
		{"score.mismatch_bps", int64(c.Score.MismatchBps), int64(c.Score.MissedBps), MaxScore},
	} {
		if err := b.check(of); err != nil {
			return err
		}
	}
	if c.Class.Attested() {
		if err := c.validateAttested(of); err != nil {
			return err
		}
	}
	if c.MaxWindowReward.IsNil() || c.MaxWindowReward.IsNegative() {
		return errors.Wrapf(ErrInvalidParams, "%smax_window_reward must not be negative", of)
	}
	if (c.Storage != nil) != (c.Class == CLASS_STORAGE) || (c.Cpu != nil) != (c.Class == CLASS_CPU) {
		return errors.Wrapf(ErrInvalidParams, "%sstorage and cpu belong to their own classes, and must be there", of)
	}
	if c.Storage != nil {
		if err := c.Storage.validate(p); err != nil {
			return err
		}
	}
	if c.Cpu != nil {
		if err := c.Cpu.validate(p, c); err != nil {
			return err
		}
	}
	if p.Trial {
		return nil
	}
	return c.sound(p)
}

func (t StorageTerms) validate(p Params) error {
	for _, b := range []bound{
		{"unit_bytes", clamp(t.UnitBytes), cellpost.CellBytes, cellpost.MaxPlotBytes},
		{"unit_cells", clamp(t.UnitCells), 1, cellpost.MaxPlotBytes / cellpost.CellBytes},
		{"min_units", clamp(t.MinUnits), 1, MaxUnits},
		{"machine_bytes_per_second", clamp(t.MachineBytesPerSecond), 1, maxBytesASecond},
		{"device_bytes_per_second", clamp(t.DeviceBytesPerSecond), 1, maxBytesASecond},
		{"device_hour_cost", clamp(t.DeviceHourCost), 0, maxCostMillionth},
		{"disk_month_cost", clamp(t.DiskMonthCost), 0, maxCostMillionth},
	} {
		if err := b.check("storage: "); err != nil {
			return err
		}
	}
	if err := t.PlotParams().Validate(); err != nil {
		return errors.Wrap(ErrInvalidParams, err.Error())
	}
	if least := t.PlotParams().MinCells(); mulDiv(t.MinUnits, t.UnitCells, 1) < least {
		return errors.Wrapf(ErrInvalidParams, "storage: min_units have fewer cells than the %d that k1 and k2 need", least)
	}
	if !p.Trial && mulDiv(t.UnitCells, cellpost.CellBytes, 1) != t.UnitBytes {
		return errors.Wrap(ErrInvalidParams, "storage: unit_cells of 4096 bytes must be unit_bytes")
	}
	return nil
}

func (t CpuTerms) validate(p Params, c ClassParams) error {
	for _, b := range []bound{
		{"functions", int64(len(t.Functions)), 1, maxCpuFunctions},
		{"work_millis", clamp(t.WorkMillis), 1, min(maxWorkMillis, c.AnswerBlocks*clamp(p.BlockMillis))},
		{"max_lanes", int64(t.MaxLanes), 1, corechain.MaxLanes},
		{"reveal_blocks", c.RevealBlocks, 1, c.PeriodBlocks},
	} {
		if err := b.check("cpu: "); err != nil {
			return err
		}
	}
	for i, f := range t.Functions {
		if err := f.Spec().Validate(); err != nil || f.Function > 255 {
			return errors.Wrapf(ErrInvalidParams, "cpu: function %d: %v", f.Function, err)
		}
		for _, other := range t.Functions[:i] {
			if other.Function == f.Function {
				return errors.Wrapf(ErrInvalidParams, "cpu: function %d is twice", f.Function)
			}
		}
		for _, b := range []bound{
			{"core_steps_per_second", clamp(f.CoreStepsPerSecond), 1, maxStepsASecond},
			{"min_lane_steps_per_second", clamp(f.MinLaneStepsPerSecond), 1, clamp(f.CoreStepsPerSecond)},
		} {
			if err := b.check("cpu: "); err != nil {
				return err
			}
		}
	}
	return nil
}
