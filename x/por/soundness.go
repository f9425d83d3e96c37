// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"cosmossdk.io/errors"
)

const (
	tib         = 1 << 40
	monthMillis = 30 * 24 * 3600 * 1000
	hourSeconds = 3600
)

// sound holds the params of a class to what makes cheating not pay (ErrInvalidParams).
//
// Penalty. A false proof that passes with probability q = (1-x)^samples, of which the part x is
// made up, earns x of a window's reward until it is found out, after 1/(1-q) windows on
// average: x/(1-(1-x)^samples) windows' rewards, which is the greatest at x = 1, where it is
// one. What was verified before counts for lapse_windows more at most. So
//
//	min_penalty >= (1 + lapse_windows) * max_window_reward        where the class is enforced
//
// Time (P2). Who has kept nothing makes the least claim anew in a window:
//
//	min_units * unit_bytes / machine_bytes_per_second > answer_blocks * block_millis
//
// Price. Who rents the best device for that in every period pays more than twice what disks cost:
//
//	TiB / device_bytes_per_second * device_hour_cost * periods in 30 days > 2 * disk_month_cost
func (c ClassParams) sound(p Params) error {
	if c.Mode == MODE_ENFORCED {
		if least := c.MaxWindowReward.MulRaw(1 + int64(c.LapseWindows)); p.MinPenalty.LT(least) {
			return errors.Wrapf(ErrInvalidParams, "%s: a false proof would pay: min_penalty is %s, must be at least (1 + lapse_windows) * max_window_reward = %s",
				c.Class.Name(), p.MinPenalty, least)
		}
	}
	if c.Storage == nil {
		return nil
	}
	t := *c.Storage
	window := uint64(c.AnswerBlocks) * p.BlockMillis
	if anew := mulDiv(mulDiv(t.MinUnits, t.UnitBytes, 1), 1000, t.MachineBytesPerSecond); anew <= window {
		return errors.Wrapf(ErrInvalidParams, "storage: the least claim is made anew in %d ms, while a window is open for %d ms", anew, window)
	}
	// Costs of a month, in millionths times seconds of an hour, to lose nothing by rounding.
	once := mulDiv(tib, t.DeviceHourCost, t.DeviceBytesPerSecond)
	month := mulDiv(once, monthMillis, uint64(c.PeriodBlocks)*p.BlockMillis)
	if month/hourSeconds <= 2*t.DiskMonthCost {
		return errors.Wrapf(ErrInvalidParams, "storage: to make 1 TiB anew in every period costs %d a month, must be more than twice the disk's %d",
			month/hourSeconds, t.DiskMonthCost)
	}
	return nil
}
