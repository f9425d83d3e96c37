// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package config is the sum of the modules' own configurations, and how it is
// read: a default is overridden by the file, the file by the environment, the
// environment by flags. A key that nobody knows is refused by name.
//
// Not here: what a key means (the module that owns it says so).
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"

	"github.com/openmesh-network/openmesh/worker/modules/api"
	"github.com/openmesh-network/openmesh/worker/modules/attest"
	"github.com/openmesh-network/openmesh/worker/modules/blobs"
	"github.com/openmesh-network/openmesh/worker/modules/chain"
	"github.com/openmesh-network/openmesh/worker/modules/proofs"
	"github.com/openmesh-network/openmesh/worker/modules/tasks"
	"github.com/openmesh-network/openmesh/worker/platform/host"
)

// File is the name of the configuration in the daemon's home.
const File = "config.toml"

// EnvPrefix begins the environment's names: XWORKER_CHAIN__CHAIN_ID is
// chain.chain_id.
const EnvPrefix = "XWORKER_"

// Config is everything that can be configured, one section a module.
type Config struct {
	Log    Log           `koanf:"log"`
	Chain  chain.Config  `koanf:"chain"`
	Host   host.Config   `koanf:"host"`
	Tasks  tasks.Config  `koanf:"tasks"`
	Proofs proofs.Config `koanf:"proofs"`
	Attest attest.Config `koanf:"attest"`
	Blobs  blobs.Config  `koanf:"blobs"`
	API    api.Config    `koanf:"api"`
	// Claims is read by the command line alone.
	Claims Claims `koanf:"claims"`
}

// Log is the [log] section.
type Log struct {
	// Level is debug, info, warn or error.
	Level string `koanf:"level"`
	// Format is text or json.
	Format string `koanf:"format"`
}

// Default is what holds where nothing is said.
func Default() Config {
	return Config{
		Log:    Log{Level: "info", Format: "text"},
		Chain:  chain.DefaultConfig(),
		Host:   host.DefaultConfig(),
		Tasks:  tasks.DefaultConfig(),
		Proofs: proofs.DefaultConfig(),
		Attest: attest.DefaultConfig(),
		Blobs:  blobs.DefaultConfig(),
		API:    api.DefaultConfig(),
		// An empty list, and not none, so that what is written is what is read.
		Claims: Claims{Attributes: []string{}},
	}
}

// Validate reports everything that is wrong at once.
func (c Config) Validate() error {
	var log error
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level) {
		log = fmt.Errorf("log.level is %q: one of debug, info, warn, error", c.Log.Level)
	}
	if !slices.Contains([]string{"text", "json"}, c.Log.Format) {
		log = errors.Join(log, fmt.Errorf("log.format is %q: text or json", c.Log.Format))
	}
	return errors.Join(log, c.Chain.Validate(), c.Host.Validate(), c.Tasks.Validate(), c.Proofs.Validate(), c.Attest.Validate(), c.Blobs.Validate(), c.API.Validate(), c.Claims.Validate(), c.conflicts())
}

// conflicts are settings that are sound alone and not together.
func (c Config) conflicts() error {
	var errs []error
	if c.API.StaleAfter <= c.Chain.PollInterval {
		errs = append(errs, fmt.Errorf("api.stale_after (%s) must be longer than chain.poll_interval (%s), or the daemon is never ready",
			c.API.StaleAfter, c.Chain.PollInterval))
	}
	if c.Tasks.MaxInputBytes > c.Blobs.MaxBytes {
		errs = append(errs, fmt.Errorf("tasks.max_input_bytes (%d) is above blobs.max_bytes (%d), which refuses to fetch as much",
			c.Tasks.MaxInputBytes, c.Blobs.MaxBytes))
	}
	return errors.Join(errs...)
}

// Load reads the configuration of home. set are the flags: dotted keys and
// values. A missing file is no error.
func Load(home string, set map[string]string) (Config, error) {
	k := koanf.New(".")
	if err := k.Load(structs.Provider(Default(), "koanf"), nil); err != nil {
		return Config{}, err
	}
	known := k.Keys()
	path := filepath.Join(home, File)
	if err := k.Load(file.Provider(path), toml.Parser()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	environment := env.Provider(".", env.Opt{Prefix: EnvPrefix, TransformFunc: fromEnv})
	if err := k.Load(environment, nil); err != nil {
		return Config{}, err
	}
	if err := k.Load(confmap.Provider(anyValues(set), "."), nil); err != nil {
		return Config{}, err
	}
	for _, key := range k.Keys() {
		if !slices.Contains(known, key) {
			return Config{}, fmt.Errorf("unknown key %q: the keys of that section are %s", key, strings.Join(section(known, key), ", "))
		}
	}
	var c Config
	err := k.UnmarshalWithConf("", &c, koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		Result: &c, WeaklyTypedInput: true, ErrorUnused: true, TagName: "koanf",
		DecodeHook: mapstructure.ComposeDecodeHookFunc(
			mapstructure.StringToTimeDurationHookFunc(), mapstructure.StringToSliceHookFunc(",")),
	}})
	if err != nil {
		return Config{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// fromEnv maps XWORKER_SECTION__KEY to section.key and leaves alone what is
// no key, such as XWORKER_HOME, which the command line reads.
func fromEnv(k, v string) (string, any) {
	section, key, dotted := strings.Cut(strings.ToLower(strings.TrimPrefix(k, EnvPrefix)), "__")
	if !dotted {
		return "", nil
	}
	return section + "." + key, v
}

func anyValues(set map[string]string) map[string]any {
	out := map[string]any{}
	for k, v := range set {
		out[k] = v
	}
	return out
}

// section lists the known keys beside key, or the sections.
func section(known []string, key string) []string {
	name, _, dotted := strings.Cut(key, ".")
	var out []string
	for _, k := range known {
		if dotted && strings.HasPrefix(k, name+".") {
			out = append(out, k)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, k := range known {
		if s, _, _ := strings.Cut(k, "."); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// Write puts c into home's file, which must not exist.
func Write(home string, c Config) error {
	k := koanf.New(".")
	if err := k.Load(structs.Provider(c, "koanf"), nil); err != nil {
		return err
	}
	for _, key := range k.Keys() {
		if d, ok := k.Get(key).(time.Duration); ok {
			if err := k.Set(key, d.String()); err != nil {
				return err
			}
		}
	}
	body, err := k.Marshal(toml.Parser())
	if err != nil {
		return err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "# xworker's configuration. The environment (%sSECTION__KEY) and flags override it.\n\n", EnvPrefix)
	out.WriteString(annotate(string(body)))
	f, err := os.OpenFile(filepath.Join(home, File), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(out.Bytes())
	return errors.Join(err, f.Sync(), f.Close())
}
