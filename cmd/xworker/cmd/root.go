// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/cosmos/cosmos-sdk/version"
	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/openmesh-network/openmesh/worker/modules/api"
)

// Exit codes beside 0.
const (
	exitError   = 1
	exitClosed  = 3 // the task was closed without an outcome
	exitProgram = 4 // the task is verified, but its program did not end well
)

// codedError carries an exit code of its own.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

// globals are the flags of every command.
type globals struct {
	home   string
	output string
}

func (g *globals) json() bool { return g.output == "json" }

// Execute runs the command line and returns the exit code. The first SIGINT or
// SIGTERM asks for an orderly end, the second one ends at once.
func Execute() int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := newRoot()
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "Error:", api.Plain(err))
	var coded *codedError
	if errors.As(err, &coded) {
		return coded.code
	}
	return exitError
}

func newRoot() *cobra.Command {
	g := &globals{}
	root := &cobra.Command{
		Use:   "xworker",
		Short: "Run an Xnode of the Openmesh network, or use the mesh",
		Long: `xworker is the daemon of an Xnode: it runs other people's tasks on this machine
and is paid for results that a committee has verified. The same daemon without a
registered Xnode is what consumers submit tasks with.`,
		Example: `  xworker init --chain-id openmesh-local --node 127.0.0.1:9090
  xworker register --operator alice --bond 1000000000uopen
  xworker start
  xworker doctor
  xworker task submit --module wordcount.wasm --input book.txt --out counts.txt`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version.Version,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if g.output != "text" && g.output != "json" {
				return fmt.Errorf("--output is %q: text or json", g.output)
			}
			return nil
		},
	}
	root.PersistentFlags().StringVar(&g.home, "home", defaultHome(), "directory of the daemon's key, configuration and data (XWORKER_HOME)")
	root.PersistentFlags().StringVarP(&g.output, "output", "o", "text", "text or json")
	root.AddCommand(initCommand(g), registerCommand(g), startCommand(g), doctorCommand(g), plotCommand(g), statusCommand(g), drainCommand(g), taskCommand(g))
	return root
}

func defaultHome() string {
	if home := os.Getenv("XWORKER_HOME"); home != "" {
		return home
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ".xworker"
	}
	return filepath.Join(home, ".xworker")
}

// print writes v: as JSON when asked for, by text otherwise.
func (g *globals) print(w io.Writer, v any, text func(io.Writer)) error {
	if !g.json() {
		text(w)
		return nil
	}
	if m, ok := v.(proto.Message); ok {
		b, err := protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true}.Marshal(m)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(w, string(b))
		return err
	}
	return json.NewEncoder(w).Encode(v)
}
