// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

import (
	"bytes"
	"encoding/binary"

	"cosmossdk.io/core/address"
	"cosmossdk.io/errors"
)

// validateWindows checks schedules, windows and what they found out.
func (g GenesisState) validateWindows(accounts address.Codec) error {
	schedules := map[Class]Schedule{}
	last := CLASS_UNSPECIFIED
	for _, s := range g.Schedules {
		if err := s.Validate(); err != nil {
			return err
		}
		if s.Class <= last {
			return errors.Wrapf(ErrInvalidGenesis, "schedule of %s twice or out of order", s.Class.Name())
		}
		last, schedules[s.Class] = s.Class, s
	}
	windows := map[string]Window{}
	var key []byte
	for _, w := range g.Windows {
		if err := w.Validate(schedules[w.Class]); err != nil {
			return err
		}
		if err := ascending(&key, windowKey(w.Class, w.Number), "window"); err != nil {
			return err
		}
		windows[string(key)] = w
	}
	for _, s := range g.Schedules {
		if _, found := windows[string(windowKey(s.Class, s.Windows))]; s.Running && !found {
			return errors.Wrapf(ErrInvalidGenesis, "%s: window %d runs and is not there", s.Class.Name(), s.Windows)
		}
	}
	key = nil
	for _, m := range g.Measurements {
		operator, err := operatorBytes(accounts, m.Operator)
		if err != nil {
			return err
		}
		of := windowKey(m.Class, m.Window)
		w, found := windows[string(of)]
		if !found {
			return errors.Wrapf(ErrInvalidGenesis, "measurement of %s in %s window %d, which is not there", m.Operator, m.Class.Name(), m.Window)
		}
		if err := m.Validate(w); err != nil {
			return err
		}
		if err := ascending(&key, append(of, operator...), "measurement"); err != nil {
			return err
		}
	}
	return g.validateCapacities(accounts)
}

func (g GenesisState) validateCapacities(accounts address.Codec) error {
	var key []byte
	for _, c := range g.Capacities {
		operator, err := operatorBytes(accounts, c.Operator)
		if err != nil {
			return err
		}
		if err := c.Validate(); err != nil {
			return err
		}
		if err := ascending(&key, append(operator, byte(c.Class)), "capacity"); err != nil {
			return err
		}
	}
	key = nil
	for _, p := range g.Presences {
		operator, err := operatorBytes(accounts, p.Operator)
		if err != nil {
			return err
		}
		if p.OnlineHeight < 0 || p.OfflineHeight < 0 {
			return errors.Wrapf(ErrInvalidGenesis, "presence of %s: negative height", p.Operator)
		}
		if err := ascending(&key, operator, "presence"); err != nil {
			return err
		}
	}
	return nil
}

// Validate checks what can be checked of a schedule alone.
func (s Schedule) Validate() error {
	switch {
	case !s.Class.Known():
		return errors.Wrapf(ErrInvalidGenesis, "schedule of class %d", s.Class)
	case s.Oldest < 1 || s.Oldest > s.Windows+1:
		return errors.Wrapf(ErrInvalidGenesis, "%s: oldest window %d of %d", s.Class.Name(), s.Oldest, s.Windows)
	case s.Running && s.Oldest > s.Windows:
		return errors.Wrapf(ErrInvalidGenesis, "%s: no window to run", s.Class.Name())
	case s.DueHeight < 0:
		return errors.Wrapf(ErrInvalidGenesis, "%s: due at height %d", s.Class.Name(), s.DueHeight)
	case !s.Refreshing && len(s.RefreshCursor) > 0:
		return errors.Wrapf(ErrInvalidGenesis, "%s: a cursor, but nobody to be told", s.Class.Name())
	}
	return nil
}

// Validate checks a window against the schedule of its class.
func (w Window) Validate(s Schedule) error {
	fail := func(what string) error {
		return errors.Wrapf(ErrInvalidGenesis, "%s window %d: %s", w.Class.Name(), w.Number, what)
	}
	drawn := len(w.DrawSeed) > 0
	switch {
	case s.Class != w.Class || w.Class != w.Terms.Class:
		return fail("not of its class")
	case w.Number < s.Oldest || w.Number > s.Windows:
		return fail("beyond those of the schedule")
	case w.Running() != (s.Running && w.Number == s.Windows):
		return fail("only the newest one may run")
	case w.Phase < PHASE_ANSWERING || w.Phase > PHASE_CLOSED:
		return fail("no such phase")
	case len(w.Seed) != SeedSize || drawn && len(w.DrawSeed) != SeedSize:
		return fail("a seed of the wrong length")
	case w.OpenedHeight < 0 || w.Deadline <= w.OpenedHeight:
		return fail("heights out of order")
	case (w.Phase == PHASE_ANSWERING) != (w.LockHeight == 0) || w.LockHeight < 0:
		return fail("locked too early or too late")
	case (w.Phase == PHASE_ANSWERING || w.Phase == PHASE_DRAWING) && drawn, w.Phase == PHASE_REVEALING && !drawn:
		return fail("drawn too early or too late")
	case drawn != (w.DrawnHeight > 0):
		return fail("drawn without a height, or the other way round")
	case (w.Phase == PHASE_CLOSED) != (w.ClosedHeight > 0) || w.ExpiresHeight < w.ClosedHeight:
		return fail("closed without a height, or the other way round")
	case w.Phase != PHASE_CONCLUDING && len(w.Cursor) > 0:
		return fail("a cursor, but nobody to be concluded")
	}
	// The terms were good when it opened; the relations among params are another time's.
	if err := w.Terms.Validate(Params{Trial: true, BlockMillis: MaxBlockMillis}); err != nil {
		return fail(err.Error())
	}
	return nil
}

// Validate checks a measurement against its window.
func (m Measurement) Validate(w Window) error {
	fail := func(what string) error {
		return errors.Wrapf(ErrInvalidGenesis, "measurement of %s in %s window %d: %s", m.Operator, m.Class.Name(), m.Window, what)
	}
	concluded := m.ConcludedHeight > 0
	switch {
	case m.Verdict < VERDICT_UNSPECIFIED || m.Verdict > VERDICT_ABSENT:
		return fail("no such verdict")
	case concluded && m.Verdict == VERDICT_UNSPECIFIED:
		return fail("concluded without a verdict")
	case m.AnsweredHeight < 0 || m.RevealedHeight < 0 || m.ConcludedHeight < 0:
		return fail("negative height")
	case !concluded && m.AnsweredHeight == 0:
		return fail("neither answered nor concluded")
	case !concluded && !w.Running():
		return fail("no verdict in a window that is closed")
	case concluded && len(m.Proof)+len(m.Segments)+len(m.Root) > 0:
		return fail("concluded, and still with its proof")
	case m.AnsweredHeight > 0 && w.Class.Direct() && len(m.ProofHash) != SeedSize:
		return fail("a proof's hash of the wrong length")
	case !concluded && w.Class == CLASS_CPU && m.Commitment().Validate() != nil:
		return fail("a commitment that cannot be")
	}
	return nil
}

// Validate checks what can be checked of a capacity alone.
func (c Capacity) Validate() error {
	fail := func(what string) error {
		return errors.Wrapf(ErrInvalidGenesis, "capacity of %s in class %s: %s", c.Operator, c.Class.Name(), what)
	}
	switch {
	case !c.Class.Known():
		return fail("no such class")
	case c.Verified > c.Claimed:
		return fail("more verified than claimed")
	case c.Verified > 0 && len(c.Readings) == 0:
		return fail("verified without a reading")
	case c.Score > MaxScore:
		return fail("a score beyond 10,000")
	case c.ClaimedHeight < 0 || c.LastOkHeight < 0:
		return fail("negative height")
	case c.LastOkWindow > c.LastWindow:
		return fail("the last proof is after the last window")
	case c.LastVerdict < VERDICT_UNSPECIFIED || c.LastVerdict > VERDICT_ABSENT:
		return fail("no such verdict")
	}
	for i, r := range c.Readings {
		switch {
		case i > 0 && r.Function <= c.Readings[i-1].Function:
			return fail("readings twice or out of order")
		case c.Class != CLASS_CPU && r.Function != 0:
			return fail("a function")
		case !r.Low && r.LowValue != 0 || r.Low && r.LowValue >= r.Value:
			return fail("a lower value that is none")
		case c.Verified > r.Value:
			return fail("more verified than read")
		}
	}
	return nil
}

// ascending holds keys to their order; it keeps the last one.
func ascending(last *[]byte, key []byte, what string) error {
	if *last != nil && bytes.Compare(*last, key) >= 0 {
		return errors.Wrapf(ErrInvalidGenesis, "a %s twice or out of order", what)
	}
	*last = key
	return nil
}

func windowKey(class Class, number uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{byte(class)}, number)
}

func operatorBytes(accounts address.Codec, text string) ([]byte, error) {
	if err := canonical(accounts, text); err != nil {
		return nil, errors.Wrap(ErrInvalidGenesis, err.Error())
	}
	return accounts.StringToBytes(text)
}
