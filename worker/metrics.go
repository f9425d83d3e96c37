// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package worker

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/openmesh-network/openmesh/worker/bus"
	"github.com/openmesh-network/openmesh/worker/modules/attest"
	"github.com/openmesh-network/openmesh/worker/modules/blobs"
	"github.com/openmesh-network/openmesh/worker/platform/store"
)

// registerMetrics shows the counters that the parts keep anyway.
func registerMetrics(r *prometheus.Registry, b *bus.Bus, db *store.Store, blob *blobs.Module, att *attest.Module) {
	counter := func(name, help string, value func() uint64) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "xworker", Name: name, Help: help},
			func() float64 { return float64(value()) }))
	}
	counter("blobs_sent_bytes_total", "Bytes of blocks sent to peers.", func() uint64 { return blob.Stats().SentBytes })
	counter("blobs_received_bytes_total", "Bytes of verified blocks received from peers.", func() uint64 { return blob.Stats().ReceivedBytes })
	counter("blobs_refused_total", "Streams refused over a limit or for a bad request.", func() uint64 { return blob.Stats().Refused })
	counter("blobs_liars_total", "Sources that sent wrong data.", func() uint64 { return blob.Stats().Liars })
	counter("attest_ok_total", "Peers attested to have what was measured.", func() uint64 { return att.Stats().Measured })
	counter("attest_mismatch_total", "Peers attested to have answered wrongly.", func() uint64 { return att.Stats().Mismatched })
	counter("attest_unknown_total", "Peers that could not be measured.", func() uint64 { return att.Stats().Unknown })
	counter("attest_refused_total", "Streams refused over a limit or from who may not measure.", func() uint64 { return att.Stats().Refused })
	counter("attest_equivocations_total", "Seats seen to sign two things.", func() uint64 { return att.Stats().Equivocated })
	r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "xworker", Name: "attest_held_bytes", Help: "Memory that is filled to be proven.",
	}, func() float64 { return float64(att.Stats().HeldBytes) }))
	counter("store_writes_total", "Requests written to disk.", func() uint64 { return db.Stats().Writes })
	counter("store_syncs_total", "Syncs that the writes shared.", func() uint64 { return db.Stats().Syncs })
	counter("store_corrupt_total", "Values and blocks found damaged.", func() uint64 { return db.Stats().Corrupt })
	r.MustRegister(busCollector{b})
}

// busCollector shows the queue of every subscriber.
type busCollector struct{ bus *bus.Bus }

var (
	queueDepth = prometheus.NewDesc("xworker_bus_queue_depth", "Messages that wait for a module.", []string{"module", "message"}, nil)
	queueTotal = prometheus.NewDesc("xworker_bus_messages_total", "Messages queued for a module.", []string{"module", "message"}, nil)
)

// Describe implements prometheus.Collector.
func (c busCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- queueDepth
	ch <- queueTotal
}

// Collect implements prometheus.Collector.
func (c busCollector) Collect(ch chan<- prometheus.Metric) {
	for _, q := range c.bus.Queues() {
		ch <- prometheus.MustNewConstMetric(queueDepth, prometheus.GaugeValue, float64(q.Depth), q.Module, q.Message)
		ch <- prometheus.MustNewConstMetric(queueTotal, prometheus.CounterValue, float64(q.Total), q.Module, q.Message)
	}
}
