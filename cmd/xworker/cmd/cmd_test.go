// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/modules/api"
	apiv1 "github.com/openmesh-network/openmesh/worker/modules/api/v1"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
)

func TestEveryCommandExplainsItself(t *testing.T) {
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		require.NotEmpty(t, c.Short, c.CommandPath())
		require.NotEmpty(t, c.Example, c.CommandPath())
		for line := range strings.SplitSeq(c.Example, "\n") {
			require.True(t, strings.HasPrefix(line, "  xworker"), "%s: %q", c.CommandPath(), line)
			found, _, err := c.Root().Find(strings.Fields(line)[1:])
			require.NoError(t, err, line)
			require.True(t, found == c || c.HasSubCommands(), "an example of %s in %s", found.CommandPath(), c.CommandPath())
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(newRoot())
}

func TestInitMakesAHomeForTheOwnerAloneAndNeverOverwrites(t *testing.T) {
	home := filepath.Join(t.TempDir(), "new")
	out, _, err := run(t, home, "init", "--chain-id", "open-test", "--node", "a:1", "--node", "b:2", "--max-running", "3", "--no-measure", "-o", "json")
	require.NoError(t, err)
	var made map[string]string
	require.NoError(t, json.Unmarshal([]byte(out), &made))
	require.True(t, strings.HasPrefix(made["address"], "open1"), made)
	for _, name := range []string{config.File, worker.SignerFile} {
		info, err := os.Stat(filepath.Join(home, name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), name)
	}
	info, err := os.Stat(home)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	cfg, err := config.Load(home, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"a:1", "b:2"}, cfg.Chain.Nodes)
	require.Equal(t, 3, cfg.Tasks.MaxRunning)

	before, err := os.ReadFile(filepath.Join(home, worker.SignerFile))
	require.NoError(t, err)
	_, _, err = run(t, home, "init", "--chain-id", "other")
	require.ErrorContains(t, err, "choose another --home")
	after, err := os.ReadFile(filepath.Join(home, worker.SignerFile))
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.NoError(t, os.Remove(filepath.Join(home, config.File)))
	out, _, err = run(t, home, "init", "--chain-id", "other", "--no-measure", "-o", "json")
	require.NoError(t, err)
	require.Contains(t, out, made["address"], "a key that is there is kept")
}

func TestErrorsNameWhatToDo(t *testing.T) {
	made := t.TempDir()
	_, err := keys.Create(filepath.Join(made, worker.SignerFile))
	require.NoError(t, err)
	killed := t.TempDir()
	_, err = api.LoadOrCreateToken(killed)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	leave(t, killed, l.Addr().String())
	require.NoError(t, l.Close())
	unknown := (&fakeDaemon{}).home(t)
	tests := map[string]struct {
		home string
		args []string
		want string
	}{
		"no daemon runs":             {made, []string{"status"}, "start it with `xworker start --home " + made},
		"the daemon was killed":      {killed, []string{"status"}, "does not answer"},
		"no home at the start":       {t.TempDir(), []string{"start"}, "xworker init --home"},
		"no home to register":        {t.TempDir(), []string{"register", "--operator", "alice"}, "xworker init --home"},
		"no chain id":                {made, []string{"start"}, "chain.chain_id is empty"},
		"an unknown key":             {made, []string{"start", "--set", "chain.nods=x"}, "chain.nodes"},
		"a setting without a value":  {made, []string{"start", "--set", "chain.nodes"}, "section.key=value"},
		"a task id that is none":     {made, []string{"task", "status", "seven"}, "`xworker task submit` prints it"},
		"task 0":                     {made, []string{"task", "watch", "0"}, "no task id"},
		"a task that nobody knows":   {unknown, []string{"task", "status", "9"}, "no such task"},
		"an output of another kind":  {made, []string{"status", "--output", "xml"}, "text or json"},
		"a module that is not there": {unknown, []string{"task", "submit", "--module", "/nothing.wasm"}, "/nothing.wasm"},
		"a module that is a folder":  {unknown, []string{"task", "submit", "--module", made}, "no regular file"},
		"no module":                  {unknown, []string{"task", "submit"}, "module"},
		"a size that is none":        {unknown, []string{"task", "submit", "--module", "x", "--memory", "much"}, "--memory"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := run(t, tt.home, tt.args...)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, api.Plain(err), "rpc error")
		})
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]uint64{
		"0": 0, "1": 1, "4096": 4096, "1KiB": 1 << 10, "512MiB": 512 << 20, "4GiB": 4 << 30, "4294967296GiB": 1 << 62,
	} {
		got, err := size(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "MiB", "1MB", "1.5GiB", "-1", "+1", " 1", "1 MiB", "01", "0x10", "1e3", "1mib", "4294967297GiB", "99999999999999999999"} {
		_, err := size(text)
		require.ErrorContains(t, err, "512MiB", text)
	}
}

func verified(outcome string) *apiv1.Task {
	return &apiv1.Task{Id: 9, Phase: "verified", Outcome: &apiv1.Outcome{Status: outcome, OutputRoot: "root"}}
}

func TestEachCommandSpeaksJSON(t *testing.T) {
	d := &fakeDaemon{task: verified("ok"), watch: []*apiv1.Task{{Id: 9, Phase: "drawing"}, verified("ok")}, output: "hello"}
	home := d.home(t)
	module := filepath.Join(t.TempDir(), "m.wasm")
	require.NoError(t, os.WriteFile(module, []byte("wasm"), 0o600))
	for name, args := range map[string][]string{
		"status": {"status"}, "drain": {"drain"}, "task status": {"task", "status", "9"}, "task watch": {"task", "watch", "9"},
		"task result": {"task", "result", "9", "--out", filepath.Join(t.TempDir(), "out")},
		"task submit": {"task", "submit", "--module", module, "--out", filepath.Join(t.TempDir(), "out")},
	} {
		out, _, err := run(t, home, append(args, "--output", "json")...)
		require.NoError(t, err, name)
		require.NotEmpty(t, out, name)
		for line := range strings.SplitSeq(strings.TrimSpace(out), "\n") {
			require.True(t, json.Valid([]byte(line)), "%s: %s", name, line)
		}
		out, _, err = run(t, home, args...)
		require.NoError(t, err, name)
		require.False(t, json.Valid([]byte(out)), name)
	}
}

func TestStatusSetsWhatIsProvenBesideWhatIsClaimed(t *testing.T) {
	out, _, err := run(t, (&fakeDaemon{}).home(t), "status")
	require.NoError(t, err)
	require.Contains(t, out, `claimed   80.00 cores, 64.0 GiB memory, 1024.0 GiB storage, 1000 Mbit/s, 2 GPUs nvidia-h200 with 282.0 GiB
verified  7.90 cores, 1.5 GiB memory
allocated nothing
`)
}

func TestASubmissionUploadsSubmitsWaitsAndFetches(t *testing.T) {
	d := &fakeDaemon{watch: []*apiv1.Task{{Id: 9, Phase: "committing", Seats: 7}, verified("ok")}, output: "hello"}
	home := d.home(t)
	dir := t.TempDir()
	for name, text := range map[string]string{"m.wasm": "wasm", "in": "input", "b": "bbbb", "big": strings.Repeat("x", 3*uploadChunk+1)} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	out, notes, err := run(t, home, "task", "submit", "--module", dir+"/m.wasm", "--stdin", dir+"/in", "--input", dir+"/big", "--input", "a="+dir+"/b",
		"--seats", "3", "--out", "-", "--", "--flag", "x")
	require.NoError(t, err)
	require.Equal(t, "hello", out, "standard output is the program's alone")
	require.Contains(t, notes, "task 9 submitted")
	require.Equal(t, []string{"--flag", "x"}, d.submitted.Args)
	require.Equal(t, "cid-of-wasm", d.submitted.ModuleCid)
	require.Equal(t, "cid-of-inpu", d.submitted.StdinCid)
	require.Equal(t, uint32(3), d.submitted.Seats)
	require.Equal(t, uint64(512<<20), d.submitted.MemoryLimit)
	require.Len(t, d.submitted.Inputs, 2)
	require.Equal(t, "a", d.submitted.Inputs[0].Name, "in ascending order, as the chain wants them")
	require.Equal(t, "big", d.submitted.Inputs[1].Name)
	require.Len(t, d.uploads[3], 3*uploadChunk+1)

	d.refuse = status.Error(codes.FailedPrecondition, "the escrow would be too high")
	_, _, err = run(t, home, "task", "submit", "--module", dir+"/m.wasm")
	require.Equal(t, "submit: the escrow would be too high", api.Plain(err))
}

func TestAQuoteTellsThePriceAndWhomItReaches(t *testing.T) {
	d := &fakeDaemon{}
	out, _, err := run(t, d.home(t), "task", "quote", "--gas-limit", "5", "--verify", "sample", "--min-rating", "7")
	require.NoError(t, err)
	require.Equal(t, &apiv1.QuoteTaskRequest{GasLimit: 5, MemoryLimit: 512 << 20, Verify: "sample", MinRatingBps: 7}, d.quoted, "one seat is no committee")
	for _, want := range []string{"700 uopen; what is not earned returns", "6 of 8 accept it in a random sample of the 9", "by lot in 500 of 10000"} {
		require.Contains(t, out, want)
	}
}

func TestTheEndOfATaskIsTheExitCode(t *testing.T) {
	tests := map[string]struct {
		last *apiv1.Task
		code int
		want string
	}{
		"verified":               {verified("ok"), 0, ""},
		"the program failed":     {verified("trap"), exitProgram, "trap"},
		"closed":                 {&apiv1.Task{Id: 9, Phase: "closed", Reason: "no_committee"}, exitClosed, "ask for fewer seats"},
		"closed for a new cause": {&apiv1.Task{Id: 9, Phase: "closed", Reason: "new"}, exitClosed, "new"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := &fakeDaemon{watch: []*apiv1.Task{tt.last}}
			_, _, err := run(t, d.home(t), "task", "watch", "9")
			if tt.code == 0 {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.want)
			var coded *codedError
			require.ErrorAs(t, err, &coded)
			require.Equal(t, tt.code, coded.code)
		})
	}
	d := &fakeDaemon{watch: []*apiv1.Task{{Id: 9, Phase: "drawing"}}, refuse: errors.New("gone")}
	_, _, err := run(t, d.home(t), "task", "watch", "9")
	require.ErrorContains(t, err, "`xworker task watch 9` comes back to it")
}

func TestAResultThatIsRefusedTouchesNoFile(t *testing.T) {
	d := &fakeDaemon{output: "hello"}
	home := d.home(t)
	out := filepath.Join(t.TempDir(), "out")
	_, _, err := run(t, home, "task", "result", "9", "--path", "out/a", "--out", out)
	require.NoError(t, err)
	require.Equal(t, "out/a", d.path)
	d.refuse = status.Error(codes.FailedPrecondition, "not verified")
	_, _, err = run(t, home, "task", "result", "9", "--out", out)
	require.ErrorContains(t, err, "not verified")
	body, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, "hello", string(body))
}
