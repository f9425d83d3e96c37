// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Command demo shows one verified task travel the whole way on a local network
// of real processes, and then again while a third of the Xnodes is killed in
// the middle of it. It exits with 0 only when everything was observed, and
// leaves nothing running.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/openmesh-network/openmesh/testutil/mesh"
)

// Size of the network.
const (
	validators = 4
	xnodes     = 9
	seats      = 7
	kills      = 3 // a third of the Xnodes
)

func main() {
	opend := flag.String("opend", "bin/opend", "the chain's program")
	xworker := flag.String("xworker", "bin/xworker", "the daemon's program")
	input := flag.String("input", "", "text to count the words of; default: the Go distribution's own sources, at least 20 MB")
	blockTime := flag.Duration("block-time", time.Second, "block time of the network")
	keep := flag.Bool("keep", false, "keep the network's folder")
	limit := flag.Duration("limit", 15*time.Minute, "give up after this long")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	d := &demo{start: time.Now(), blockTime: *blockTime, input: *input}
	if err := d.run(ctx, *opend, *xworker, *keep); err != nil {
		fmt.Fprintln(os.Stderr, "\nDEMO FAILED:", err)
		os.Exit(1) //nolint:gocritic // the signal handler and the timer end with the process
	}
	fmt.Printf("\nDEMO PASSED: all of the above was observed, in %s.\n", time.Since(d.start).Round(time.Second))
}

// demo is one run.
type demo struct {
	start     time.Time
	blockTime time.Duration
	input     string
	dir       string
	mesh      *mesh.Mesh
}

// lastWords prints the end of every process's log, which are removed with the
// homes.
func (d *demo) lastWords() {
	logs, err := filepath.Glob(filepath.Join(d.dir, "net", "logs", "*.log"))
	if err != nil || len(logs) == 0 {
		return
	}
	fmt.Println("\nthe last lines of each log (KEEP=1 make demo keeps all of it):")
	for _, path := range logs {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		fmt.Printf("--- %s\n", filepath.Base(path))
		for _, line := range lines[max(0, len(lines)-4):] {
			fmt.Println(line[:min(len(line), 300)])
		}
	}
}

// say prints a headline.
func (d *demo) say(format string, args ...any) {
	fmt.Printf("\n[%3.0fs] %s\n", time.Since(d.start).Seconds(), fmt.Sprintf(format, args...))
}

func (d *demo) run(ctx context.Context, opend, xworker string, keep bool) (err error) {
	if opend, err = filepath.Abs(opend); err != nil {
		return err
	}
	if xworker, err = filepath.Abs(xworker); err != nil {
		return err
	}
	if d.dir, err = os.MkdirTemp("", "openmesh-demo-"); err != nil {
		return err
	}
	defer func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			err = errors.New("interrupted; every process was stopped")
		} else if err != nil {
			d.lastWords()
		}
		if keep {
			fmt.Printf("\nlogs and homes are kept in %s\n", d.dir)
			return
		}
		err = errors.Join(err, os.RemoveAll(d.dir))
	}()

	d.say("preparing the program and its input")
	job, err := d.prepare(ctx)
	if err != nil {
		return err
	}
	if err := d.tryOut(ctx, xworker, &job); err != nil {
		return err
	}
	d.say("starting %d validators and %d Xnodes on loopback", validators, xnodes)
	d.mesh, err = mesh.Up(ctx, mesh.Config{
		Home: filepath.Join(d.dir, "net"), Opend: opend, Xworker: xworker,
		Validators: validators, Workers: xnodes, BlockTime: d.blockTime, Out: os.Stdout,
	})
	if err != nil {
		return err
	}
	defer func() {
		d.say("stopping every process")
		err = errors.Join(err, d.mesh.Close())
	}()

	d.say("a task: %d seats, each runs the program on %.1f MB in a process of its own", seats, float64(job.size)/1e6)
	if err := d.verifiedTask(ctx, job); err != nil {
		return err
	}
	d.say("a second task, and in the middle of it a third of the Xnodes is killed")
	if err := d.taskWithKills(ctx, job); err != nil {
		return err
	}
	d.say("the books")
	return d.invariants(ctx, opend)
}
