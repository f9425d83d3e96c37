// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por

// Conclude writes the finding down, at height. What only served to find it out is dropped.
func (m *Measurement) Conclude(height int64, f Finding) {
	m.Verdict, m.Value, m.GasPerSecond, m.Evidence = f.Verdict, f.Value, f.GasPerSecond, f.Evidence
	m.ConcludedHeight = height
	m.Proof, m.Segments, m.Root = nil, nil, nil
}
