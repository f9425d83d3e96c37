// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/cosmos/cosmos-sdk/version"
	"github.com/spf13/cobra"

	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/config"
)

func startCommand(g *globals) *cobra.Command {
	var set []string
	cmd := &cobra.Command{
		Use:   "start",
		Short: "Run the daemon until it is stopped",
		Long: `Runs the daemon in the foreground. It stops on SIGINT or SIGTERM and can be killed
at any time: what it has acknowledged is on disk, and it goes on from there.`,
		Example: `  xworker start
  xworker start --set api.grpc=127.0.0.1:0 --set log.format=json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if err := g.made(); err != nil {
				return err
			}
			values := map[string]string{}
			for _, s := range set {
				key, value, ok := strings.Cut(s, "=")
				if !ok {
					return errors.New("--set wants section.key=value, got " + s)
				}
				values[key] = value
			}
			cfg, err := config.Load(g.home, values)
			if err != nil {
				return err
			}
			if err := cfg.Validate(); err != nil {
				return err
			}
			log := newLogger(os.Stderr, cfg.Log)
			slog.SetDefault(log)
			w, err := worker.New(g.home, version.Version, cfg, log)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, w.Close()) }()
			a := w.Addresses()
			log.Info("daemon started", "home", g.home, "grpc", a.GRPC, "rest", a.REST, "p2p", a.P2P)
			return w.Run(cmd.Context())
		},
	}
	cmd.Flags().StringArrayVar(&set, "set", nil, "override one key of the configuration, as section.key=value; may be repeated")
	return cmd
}

func newLogger(w io.Writer, cfg config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cfg.Level)); err != nil {
		level = slog.LevelInfo // the configuration was validated
	}
	opts := &slog.HandlerOptions{Level: level}
	if cfg.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}
