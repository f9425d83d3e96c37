// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"runtime"
	"strings"
)

// Machine is where the numbers come from. On a busy one times are upper bounds,
// and only ratios of the same run are worth comparing.
type Machine struct {
	Cores int    `json:"cores"`
	CPU   string `json:"cpu"`
	Go    string `json:"go"`
	// LoadStart and LoadEnd are the load averages of 1, 5 and 15 minutes.
	LoadStart string `json:"load_start"`
	LoadEnd   string `json:"load_end"`
}

func newMachine() Machine {
	return Machine{
		Cores: runtime.NumCPU(), CPU: cpuModel(), LoadStart: loadAverage(),
		Go: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH,
	}
}

// loadAverage is empty where the system does not tell.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

func cpuModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
