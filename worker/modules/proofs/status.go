// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package proofs

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/openmesh-network/openmesh/worker/message"
)

// report is how proving fares.
func (m *Module) report() message.ProofsStatus {
	var out message.ProofsStatus
	stats := m.Stats()
	for _, class := range slices.Sorted(maps.Keys(m.provers)) {
		c := message.ClassStatus{
			ProofClass: m.scene.of(class), Height: m.scene.book.Height,
			Answered: stats[class].Answered, Missed: stats[class].Missed,
		}
		if r, runs := m.running[class]; runs {
			c.Running = fmt.Sprintf("%s of window %d, for %s", r.duty.Action, r.duty.Window, time.Since(r.since).Round(time.Second))
		}
		if w := m.windows[class]; w != nil {
			c.Window, c.Reason, c.Outcome = w.number, w.reason, "open"
			switch {
			case w.answered:
				c.Outcome = "answered"
			case !w.owed && w.reason != "":
				c.Outcome = "not answered"
			}
			if w.reason != "" {
				out.Problems = append(out.Problems, fmt.Sprintf("%s: window %d: %s", class, w.number, w.reason))
			}
		}
		out.Classes = append(out.Classes, c)
	}
	for _, class := range slices.Sorted(maps.Keys(m.provers)) {
		m.provers[class].report(&out)
	}
	return out
}

// Stats are the counters by class. It may be called by any goroutine.
func (m *Module) Stats() map[string]Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.stats)
}

var (
	descWindows = prometheus.NewDesc("xworker_proofs_windows_total", "Windows by how they ended for this daemon.", []string{"class", "outcome"}, nil)
	descSeconds = prometheus.NewDesc("xworker_proofs_seconds_total", "Seconds spent on answers to windows.", []string{"class"}, nil)
	descPlot    = prometheus.NewDesc("xworker_proofs_plot_bytes", "Bytes of the plot that are filled.", nil, nil)
	descTarget  = prometheus.NewDesc("xworker_proofs_plot_target_bytes", "Bytes that the plot shall have.", nil, nil)
)

// Describe implements prometheus.Collector.
func (m *Module) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descWindows, descSeconds, descPlot, descTarget} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *Module) Collect(ch chan<- prometheus.Metric) {
	for class, s := range m.Stats() {
		ch <- prometheus.MustNewConstMetric(descWindows, prometheus.CounterValue, float64(s.Answered), class, "answered")
		ch <- prometheus.MustNewConstMetric(descWindows, prometheus.CounterValue, float64(s.Missed), class, "missed")
		ch <- prometheus.MustNewConstMetric(descSeconds, prometheus.CounterValue, s.Seconds, class)
	}
	var plot message.PlotStatus
	if s, ok := m.provers[message.ClassStorage].(interface{ plotStatus() message.PlotStatus }); ok {
		plot = s.plotStatus()
	}
	ch <- prometheus.MustNewConstMetric(descPlot, prometheus.GaugeValue, float64(plot.Bytes))
	ch <- prometheus.MustNewConstMetric(descTarget, prometheus.GaugeValue, float64(plot.TargetBytes))
}
