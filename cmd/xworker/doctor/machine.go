// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/platform/proving/machine"
	"github.com/openmesh-network/openmesh/worker/platform/sandbox"

	"github.com/openmesh-network/openmesh/cmd/xworker/measure"
)

const (
	gib        = 1 << 30
	littleRoom = 2 * gib // in the home, for blocks and journals
	leastRoom  = gib / 2
	slowSync   = 100 * time.Millisecond
)

// checkDisk: what is kept stays, can be written, and has room (D2).
func checkDisk(ctx context.Context, e *Exam) []Finding {
	if _, err := os.Stat(e.Home); err != nil {
		return skip("not looked at before there is a home")
	}
	m := e.look(ctx)
	claims, _ := e.claims(ctx)
	var out []Finding
	for i, d := range m.Disks {
		if i > 0 && claims.StorageBytes == 0 {
			break
		}
		kind := "the home"
		if i > 0 {
			kind = "the plot"
		}
		lost := Warning
		if i > 0 {
			lost = Failure
		}
		switch {
		case d.Problem != "":
			out = append(out, fail(fmt.Sprintf("%s, %s, cannot be written: %s", kind, d.Path, d.Problem), "nothing can be kept",
				"`mount | grep '"+d.Mount+"'` and `dmesg | tail` tell why; mount it writable, or `sudo chown -R $USER "+d.Path+"`"))
			continue
		case d.Storage == machine.StorageMemory:
			out = append(out, Finding{Level: lost, What: fmt.Sprintf("%s, %s, is in memory (%s)", kind, d.Path, d.System), Why: "it is lost with a restart: key, journal and plot", Fix: "put it on a disk"})
		case d.Storage == machine.StorageOverlay:
			out = append(out, Finding{Level: lost, What: fmt.Sprintf("%s, %s, is in a container's own layer", kind, d.Path), Why: "it is lost with the container: key, journal and plot", Fix: "mount a volume there: docker run -v xworker:" + d.Path})
		case d.Storage == machine.StorageNetwork:
			out = append(out, warn(fmt.Sprintf("%s, %s, is on the network (%s)", kind, d.Path, d.System), "proofs have deadlines, and others can fill it", "put it on a disk of this machine"))
		}
		if d.Fsync > slowSync {
			out = append(out, warn(fmt.Sprintf("%s takes %s to write 4 KiB for good", d.Path, d.Fsync.Round(time.Millisecond)), "every vote and every cell waits for the disk", "use a faster disk, or find what else writes: iotop"))
		}
		if i == 0 {
			switch {
			case d.Free < leastRoom:
				out = append(out, fail(fmt.Sprintf("%s has %.1f GiB free", d.Mount, float64(d.Free)/gib), "the daemon takes no work with so little", "free some: `du -xh "+d.Mount+" | sort -h | tail`"))
			case d.Free < littleRoom:
				out = append(out, warn(fmt.Sprintf("%s has %.1f GiB free", d.Mount, float64(d.Free)/gib), "inputs and outputs of tasks need room", "free some: `du -xh "+d.Mount+" | sort -h | tail`"))
			}
		}
	}
	out = append(out, e.room(ctx, m, claims.StorageBytes)...)
	if len(out) > 0 {
		return out
	}
	if len(m.Disks) == 0 {
		return skip("the disk is not known on this system")
	}
	d := m.Disks[len(m.Disks)-1]
	return good("%s: %.1f GiB free on %s at %s, 4 KiB written for good in %s", d.Path, float64(d.Free)/gib, d.System, d.Mount, d.Fsync.Round(10*time.Microsecond))
}

// room compares a storage claim with the disk.
func (e *Exam) room(ctx context.Context, m machine.Machine, claimed uint64) []Finding {
	cfg, f := e.cfg()
	if f != nil || claimed == 0 || len(m.Disks) < 2 || m.Disks[1].Problem != "" {
		return nil
	}
	need := claimed
	if terms, none := e.ask(ctx); none == nil && terms.Storage.UnitBytes > 0 {
		need = terms.Storage.Units(claimed) * terms.Storage.PlotBytes
	}
	d, has := m.Disks[1], measure.Occupied(e.PlotDir(cfg))
	if c := cfg.Proofs.StorageBytes; c > 0 {
		need = min(need, c)
	}
	reserve := cfg.Proofs.ReserveBytes
	if d.Free+has >= need+reserve {
		return nil
	}
	return []Finding{{
		Level: Failure, Claimed: claimed, Measured: d.Free + has,
		What: fmt.Sprintf("%.1f GiB are claimed; a plot of that and %.1f GiB of reserve do not fit into %.1f GiB of %s", float64(claimed)/gib, float64(reserve)/gib, float64(d.Free+has)/gib, d.Mount),
		Why:  "the plot stops at the reserve, and the rest of the claim is never verified",
		Fix:  "claim less (`opend tx workers update-xnode`, or [claims] before registering), or add a disk",
	}}
}

// checkMemory: the memory that is claimed is there (W3).
func checkMemory(ctx context.Context, e *Exam) []Finding {
	claims, f := e.claims(ctx)
	if f != nil {
		return f
	}
	if claims.MemoryBytes == 0 {
		return skip("no memory is claimed")
	}
	m := e.look(ctx).Memory
	free, err := e.Free()
	f1 := Finding{Claimed: claims.MemoryBytes, Measured: free}
	less := "claim less: `opend tx workers update-xnode`, or [claims] before registering"
	switch {
	case m.Usable > 0 && claims.MemoryBytes > m.Usable:
		f1.Level, f1.Measured = Failure, m.Usable
		f1.What = fmt.Sprintf("%s of memory are claimed; this machine, or its control group, has %s", Amount("memory", claims.MemoryBytes), Amount("memory", m.Usable))
		f1.Why, f1.Fix = "it can never be proved", less
	case err != nil:
		return skip("free memory is not known: %v", err)
	case claims.MemoryBytes > free:
		f1.Level = Warning
		f1.What = fmt.Sprintf("%s of memory are claimed; %s are free now", Amount("memory", claims.MemoryBytes), Amount("memory", free))
		f1.Why, f1.Fix = "work that needs the rest pushes others out, and proofs fail", "stop what else uses it (`ps aux --sort=-rss | head`), or "+less
	default:
		f1.Level, f1.What = OK, fmt.Sprintf("%s of memory are claimed, %s are free", Amount("memory", claims.MemoryBytes), Amount("memory", free))
	}
	return []Finding{f1}
}

// checkCores: the processors that are claimed may be used (W3).
func checkCores(ctx context.Context, e *Exam) []Finding {
	claims, f := e.claims(ctx)
	if f != nil {
		return f
	}
	cpu := e.look(ctx).CPU
	if cpu.Millis == 0 {
		return skip("the processors are not known on this system")
	}
	if claims.CPUMillis <= cpu.Millis {
		return []Finding{{Level: OK, Claimed: claims.CPUMillis, Measured: cpu.Millis, What: fmt.Sprintf("%s are claimed, %s may be used", Amount("cpu", claims.CPUMillis), Amount("cpu", cpu.Millis))}}
	}
	why := "it can never be proved"
	if cpu.QuotaMillis > 0 {
		why = fmt.Sprintf("a control group allows %s of %d", Amount("cpu", cpu.QuotaMillis), cpu.Threads)
	}
	return []Finding{{
		Level: Failure, Claimed: claims.CPUMillis, Measured: cpu.Millis, Why: why,
		What: fmt.Sprintf("%s are claimed, %s may be used", Amount("cpu", claims.CPUMillis), Amount("cpu", cpu.Millis)),
		Fix:  "claim less: `opend tx workers update-xnode`, or [claims] before registering; or raise the container's limit",
	}}
}

// checkSystem: limits of open files, network interfaces, and what is not known.
func checkSystem(ctx context.Context, e *Exam) []Finding {
	var out []Finding
	m := e.look(ctx)
	for _, f := range m.Findings() {
		if f.Level == machine.Fine {
			continue
		}
		level := Warning
		if f.Level == machine.Failure {
			level = Failure
		}
		switch f.Subject {
		case "files":
			out = append(out, Finding{Level: level, What: f.Text, Why: "the store and the peers need files and sockets", Fix: "LimitNOFILE=65536 in the service's unit, or `ulimit -n 65536` before starting"})
		case "network":
			out = append(out, Finding{Level: level, What: f.Text, Why: "nobody can be reached", Fix: "ip link set <interface> up"})
		case "machine":
			out = append(out, Finding{Level: level, What: f.Text, Why: "checks that need it say less", Fix: "nothing, if nothing else is wrong"})
		}
	}
	if len(out) > 0 {
		return out
	}
	return good("%s %s on %s, %d files may be open", m.OS, m.Kernel, m.Arch, m.Files.Hard)
}

// Jail is what the sandbox says of itself.
type Jail struct {
	// Layers in words; Outer says that there are namespaces or control groups
	// around the inner one.
	Layers string
	Outer  bool
	// Took is the run of a trivial module.
	Took time.Duration
}

// checkSandbox: programs can be run here, and how well they are held.
func checkSandbox(ctx context.Context, e *Exam) []Finding {
	cfg, f := e.cfg()
	if f != nil {
		return f
	}
	if cfg.Tasks.MaxRunning == 0 {
		return skip("this daemon runs no programs: tasks.max_running is 0")
	}
	if _, err := os.Stat(e.Home); err != nil {
		return skip("not looked at before there is a home")
	}
	dir, err := os.MkdirTemp(e.Home, "doctor-")
	if err != nil {
		return skip("nothing can be written into the home: %v", err)
	}
	defer os.RemoveAll(dir)
	jail, err := e.Sandbox(ctx, cfg, dir)
	switch {
	case err != nil:
		return []Finding{fail(fmt.Sprintf("no program can be run: %v", err), "this Xnode could hold no seat",
			"use a kernel with Landlock (5.13 or newer) and seccomp, outside of containers that forbid them; or tasks.max_running = 0 to take no tasks")}
	case cfg.Tasks.WeakJail:
		return []Finding{warn("programs run in a weak jail: "+jail.Layers, "tasks.weak_jail lets them run where the kernel does not hold them", "tasks.weak_jail = false")}
	case !jail.Outer:
		return []Finding{warn("programs are held by one layer only: "+jail.Layers, "a second one, of namespaces or control groups, is made where the host permits", "sysctl -w kernel.unprivileged_userns_clone=1; or run xworker as a service with Delegate=yes")}
	}
	return good("a trivial program ran in %s, held by %s", jail.Took.Round(time.Millisecond), jail.Layers)
}

// trivial is the module (module (memory (export "memory") 1) (func (export "_start"))).
var trivial = []byte("\x00asm\x01\x00\x00\x00" + "\x01\x04\x01\x60\x00\x00" + "\x03\x02\x01\x00" + "\x05\x03\x01\x00\x01" +
	"\x07\x13\x02\x06memory\x02\x00\x06_start\x00\x00" + "\x0a\x04\x01\x02\x00\x0b")

// tryJail runs the trivial module as a task would be.
func tryJail(ctx context.Context, cfg config.Config, dir string) (Jail, error) {
	runner, err := sandbox.New(sandbox.Config{CacheDir: filepath.Join(dir, "cache"), WeakJail: cfg.Tasks.WeakJail})
	if err != nil {
		return Jail{}, err
	}
	module := filepath.Join(dir, "trivial.wasm")
	if err := os.WriteFile(module, trivial, 0o600); err != nil {
		return Jail{}, err
	}
	res, err := runner.Run(ctx, sandbox.Task{
		ID: "doctor", Module: module, Args: []string{"trivial"}, MemoryLimit: 1 << 20, GasLimit: 1 << 20, OutputLimit: 1 << 10,
		Timeout: 20 * time.Second, ResultDir: filepath.Join(dir, "result"),
	})
	if err != nil {
		return Jail{}, err
	}
	if res.Outcome.Status != sandbox.StatusOK {
		return Jail{}, fmt.Errorf("a trivial program ends with %s: %s", res.Outcome.Status, res.Detail)
	}
	report := runner.Jail()
	return Jail{Layers: report.String(), Outer: report.Namespaces || report.Cgroups != "", Took: res.Usage.Wall}, nil
}
