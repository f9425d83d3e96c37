// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Claims is the [claims] section: what `xworker register` puts on the card where
// its flags say nothing. The daemon itself goes by the chain.
type Claims struct {
	// CPUMillis is processor time in thousandths of a core.
	CPUMillis uint64 `koanf:"cpu_millis" json:"cpu_millis"`
	// MemoryBytes and StorageBytes are in bytes, BandwidthBps in bits a second.
	MemoryBytes  uint64 `koanf:"memory_bytes" json:"memory_bytes"`
	StorageBytes uint64 `koanf:"storage_bytes" json:"storage_bytes"`
	BandwidthBps uint64 `koanf:"bandwidth_bps" json:"bandwidth_bps"`
	// GPUs of one class, such as nvidia-h200, and the memory of all together.
	GPUCount       uint64 `koanf:"gpu_count" json:"gpu_count"`
	GPUMemoryBytes uint64 `koanf:"gpu_memory_bytes" json:"gpu_memory_bytes"`
	GPUClass       string `koanf:"gpu_class" json:"gpu_class"`
	// Region is a place such as eu-west-1.
	Region string `koanf:"region" json:"region"`
	// Attributes are key=value, which consumers may ask for.
	Attributes []string `koanf:"attributes" json:"attributes"`
}

// Hardware says whether any hardware is claimed.
func (c Claims) Hardware() bool {
	return c.CPUMillis+c.MemoryBytes+c.StorageBytes+c.BandwidthBps+c.GPUCount > 0
}

// The forms that the chain takes.
var (
	regionForm    = regexp.MustCompile(`^[a-z0-9-]{0,32}$`)
	attributeForm = regexp.MustCompile(`^[a-z0-9.-]{1,32}=[ -~]{0,64}$`)
)

const (
	maxAttributes = 16
	maxAmount     = 1 << 62 // the file's integers have a sign
)

// Validate names everything that is wrong and what it may be.
func (c Claims) Validate() error {
	var errs []error
	for _, a := range []struct {
		key    string
		amount uint64
	}{
		{"cpu_millis", c.CPUMillis}, {"memory_bytes", c.MemoryBytes}, {"storage_bytes", c.StorageBytes},
		{"bandwidth_bps", c.BandwidthBps}, {"gpu_count", c.GPUCount}, {"gpu_memory_bytes", c.GPUMemoryBytes},
	} {
		if a.amount > maxAmount {
			errs = append(errs, fmt.Errorf("claims.%s is %d: at most %d", a.key, a.amount, uint64(maxAmount)))
		}
	}
	if (c.GPUCount > 0) != (c.GPUClass != "") {
		errs = append(errs, fmt.Errorf("claims.gpu_count is %d and claims.gpu_class is %q: give both, or neither", c.GPUCount, c.GPUClass))
	}
	if !regionForm.MatchString(c.Region) {
		errs = append(errs, fmt.Errorf("claims.region is %q: at most 32 of a-z, 0-9 and -", c.Region))
	}
	if _, err := ParseAttributes(c.Attributes); err != nil {
		errs = append(errs, fmt.Errorf("claims.attributes: %w", err))
	}
	return errors.Join(errs...)
}

// ParseAttributes reads key=value, each key once.
func ParseAttributes(list []string) (map[string]string, error) {
	if len(list) > maxAttributes {
		return nil, fmt.Errorf("%d attributes, at most %d", len(list), maxAttributes)
	}
	out := map[string]string{}
	for _, a := range list {
		if !attributeForm.MatchString(a) {
			return nil, fmt.Errorf("%q is no key=value: a key of at most 32 of a-z, 0-9, . and -, a value of at most 64 printable characters", a)
		}
		key, value, _ := strings.Cut(a, "=")
		if _, twice := out[key]; twice {
			return nil, fmt.Errorf("%q is there twice", key)
		}
		out[key] = value
	}
	return out, nil
}

// notes are the comments that Write puts above sections.
var notes = map[string]string{
	"[claims]": `# What ` + "`xworker register`" + ` claims for this machine, unless its flags say otherwise. The
# chain has every class proved: whatever is claimed beyond that brings no work. Change it
# here, then on the chain: ` + "`opend tx workers update-xnode --help`" + `.`,
}

// amounts are the keys whose values Write says in larger units.
var amounts = map[string]struct {
	unit   float64
	suffix string
}{
	"claims.cpu_millis": {1e3, "cores"}, "claims.bandwidth_bps": {1e6, "Mbit/s; not measured by init"},
	"claims.memory_bytes": {1 << 30, "GiB"}, "claims.storage_bytes": {1 << 30, "GiB"}, "claims.gpu_memory_bytes": {1 << 30, "GiB"},
}

// annotate puts comments into a configuration that was just written.
func annotate(body string) string {
	var out strings.Builder
	section := ""
	for line := range strings.Lines(body) {
		text := strings.TrimSpace(line)
		if strings.HasPrefix(text, "[") {
			section = strings.Trim(text, "[]")
		}
		if note := notes[text]; note != "" {
			out.WriteString(note + "\n")
		}
		key, value, _ := strings.Cut(text, " = ")
		if a, ok := amounts[section+"."+key]; ok {
			if n, err := strconv.ParseUint(value, 10, 64); err == nil {
				line = fmt.Sprintf("%s # %.1f %s\n", strings.TrimRight(line, "\n"), float64(n)/a.unit, a.suffix)
			}
		}
		out.WriteString(line)
	}
	return out.String()
}
