// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"
)

// uploadChunk is the size of one message of an upload in bytes.
const uploadChunk = 256 << 10

func submitCommand(g *globals) *cobra.Command {
	var p program
	var o offer
	var out string
	var detach bool
	r := &apiv1.SubmitTaskRequest{}
	cmd := &cobra.Command{
		Use:   "submit --module FILE [flags] [-- program arguments]",
		Short: "Submit a task and wait for its verified result",
		Long: `Puts the program and its inputs into the local store, from where the committee
fetches them, submits the task and waits. Keep the daemon running until the task is
verified: it serves the blobs. Exit codes are those of ` + "`xworker task watch`" + `.`,
		Example: `  xworker task submit --module wordcount.wasm --input book.txt --out counts.txt
  xworker task submit --module tool.wasm --input data.csv=exports/march.csv --seats 15 --detach -- --column 3`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			client, closeConn, err := g.dial(cmd.Context())
			if err != nil {
				return err
			}
			defer closeConn()
			ctx := cmd.Context()
			notes := cmd.OutOrStdout()
			if out == "-" {
				notes = cmd.ErrOrStderr() // standard output is the program's alone
			}
			limits, err := p.limits()
			if err != nil {
				return err
			}
			r.Args, r.Env = args, p.env
			r.Verify, r.Seats, r.SeatFee, r.GasPrice, r.MinRatingBps = o.verify, o.committee(), o.seatFee, o.gasPrice, o.minRating
			r.GasLimit, r.MemoryLimit, r.OutputLimit = limits.GasLimit, limits.MemoryLimit, limits.OutputLimit
			if r.ModuleCid, err = g.upload(ctx, cmd, client, notes, p.module); err != nil {
				return err
			}
			if p.stdin != "" {
				if r.StdinCid, err = g.upload(ctx, cmd, client, notes, p.stdin); err != nil {
					return err
				}
			}
			for _, in := range p.files().Inputs {
				cid, err := g.upload(ctx, cmd, client, notes, in.Path)
				if err != nil {
					return err
				}
				r.Inputs = append(r.Inputs, &apiv1.InputFile{Name: in.Name, Cid: cid})
			}
			done, err := client.SubmitTask(ctx, r)
			if err != nil {
				return fmt.Errorf("submit: %w", err)
			}
			err = g.print(notes, done, func(w io.Writer) {
				fmt.Fprintf(w, "task %d submitted at height %d, %s uopen in escrow, transaction %s\n", done.TaskId, done.Height, done.Escrow, done.TxHash)
			})
			if err != nil || detach {
				return err
			}
			t, err := g.watch(ctx, client, done.TaskId, notes)
			if err != nil {
				return err
			}
			if err := verdict(t); err != nil || out == "" {
				return err
			}
			return g.fetch(cmd, client, t.Id, "stdout", out)
		},
	}
	f := cmd.Flags()
	p.flags(cmd)
	o.flags(cmd)
	f.StringVar(&r.MaxFee, "max-fee", "", "refuse to submit when the escrow would be above this many uopen")
	f.BoolVar(&detach, "detach", false, "do not wait")
	f.StringVar(&out, "out", "", "write the program's standard output to this file when it is verified; - for standard output")
	return cmd
}

// upload puts a file into the daemon's store.
func (g *globals) upload(ctx context.Context, cmd *cobra.Command, client apiv1.WorkerAPIClient, notes io.Writer, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no regular file", path)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // a file that could not be read must not look complete
	stream, err := client.AddBlob(ctx)
	if err != nil {
		return "", err
	}
	bar := g.bar(cmd, info.Size(), "storing "+filepath.Base(path))
	buf := make([]byte, uploadChunk)
	for {
		n, err := f.Read(buf)
		if n > 0 {
			if err := stream.Send(&apiv1.AddBlobRequest{Chunk: bytes.Clone(buf[:n])}); err != nil {
				break // CloseAndRecv tells why
			}
			_ = bar.Add(n) // a bar that cannot be drawn is no failure
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
	}
	done, err := stream.CloseAndRecv()
	if err != nil {
		return "", fmt.Errorf("store %s: %w", path, err)
	}
	_ = bar.Finish()
	if !g.json() {
		fmt.Fprintf(notes, "stored %s: %s, %d bytes\n", path, done.Cid, done.Size)
	}
	return done.Cid, nil
}

// bar draws progress on standard error, where a person watches.
func (g *globals) bar(cmd *cobra.Command, total int64, what string) *progressbar.ProgressBar {
	info, err := os.Stderr.Stat()
	person := err == nil && info.Mode()&os.ModeCharDevice != 0 && !g.json()
	return progressbar.NewOptions64(total, progressbar.OptionSetDescription(what), progressbar.OptionShowBytes(true),
		progressbar.OptionSetWriter(cmd.ErrOrStderr()), progressbar.OptionSetVisibility(person), progressbar.OptionClearOnFinish())
}

// fetch writes one file of a task's output.
func (g *globals) fetch(cmd *cobra.Command, client apiv1.WorkerAPIClient, id uint64, path, out string) (err error) {
	stream, err := client.ReadOutput(cmd.Context(), &apiv1.ReadOutputRequest{TaskId: id, Path: path})
	if err != nil {
		return err
	}
	// The first chunk comes before the file is touched.
	chunk, err := stream.Recv()
	if err != nil {
		return err
	}
	var w io.Writer = cmd.OutOrStdout()
	if out != "-" {
		f, createErr := os.Create(out)
		if createErr != nil {
			return createErr
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		w = f
	}
	bar := g.bar(cmd, int64(chunk.Size), "fetching "+path)
	var written uint64
	for {
		n, writeErr := w.Write(chunk.Data)
		if writeErr != nil {
			return writeErr
		}
		written += uint64(n)
		_ = bar.Add(n)
		chunk, err = stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%s is incomplete: %w", out, err)
		}
	}
	_ = bar.Finish()
	if out == "-" {
		return nil
	}
	return g.print(cmd.OutOrStdout(), map[string]any{"file": out, "bytes": written}, func(w io.Writer) {
		fmt.Fprintf(w, "wrote %s: %d bytes\n", out, written)
	})
}
