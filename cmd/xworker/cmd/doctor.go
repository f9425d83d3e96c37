// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/openmesh-network/openmesh/worker/config"

	"github.com/spf13/cobra"

	"github.com/openmesh-network/openmesh/cmd/xworker/doctor"
)

func doctorCommand(g *globals) *cobra.Command {
	var quick, all bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check everything that an Xnode needs, and say how to mend what is wrong",
		Long: `Looks at the home, the key, the configuration, the machine, the disk, the ports, the
nodes of the chain, the clock, the registration, the bond, the fees and the sandbox,
and proves a little of each claimed resource to itself. All that is wrong is told at
once: what, why that matters, and the fix. It changes nothing.

Exits with 0 when all is good, with 1 when there are warnings only, and with 2 when
something keeps this Xnode from working.`,
		Example: `  xworker doctor
  xworker doctor --quick --output json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			exam := doctor.New(g.home, func(c config.Config) string { return plotDir(c, g.home) }, gpuProgram)
			checks := doctor.Checks()
			if quick {
				checks = doctor.Quick()
			}
			return g.examine(cmd, exam, checks, all)
		},
	}
	cmd.Flags().BoolVar(&quick, "quick", false, "measure nothing: a few seconds")
	cmd.Flags().BoolVar(&all, "all", false, "show what is skipped as well")
	return cmd
}

// examine runs the checks and prints what they found.
func (g *globals) examine(cmd *cobra.Command, exam *doctor.Exam, checks []doctor.Check, all bool) error {
	notes := cmd.ErrOrStderr()
	watched := person() && !g.json()
	report := doctor.Run(cmd.Context(), checks, exam, func(done, total int, last string) {
		if watched {
			fmt.Fprintf(notes, "\r\x1b[Kchecked %d of %d: %s", done, total, last)
		}
	})
	if watched {
		fmt.Fprint(notes, "\r\x1b[K")
	}
	err := g.print(cmd.OutOrStdout(), report, func(w io.Writer) { writeReport(w, report, all) })
	if err != nil || report.ExitCode() == doctor.ExitGood {
		return err
	}
	return &codedError{report.ExitCode(), fmt.Errorf("something is not as it should be: %d failures, %d warnings", report.Failures, report.Warnings)}
}

func writeReport(w io.Writer, r doctor.Report, all bool) {
	counted := map[doctor.Level]int{}
	for _, f := range r.Findings {
		counted[f.Level]++
		if f.Level == doctor.Skipped && !all {
			continue
		}
		mark := string(f.Level)
		if f.Level == doctor.Failure {
			mark = strings.ToUpper(mark)
		}
		fmt.Fprintf(w, "%-8s %-13s %s\n", mark, f.Check, f.What)
		if f.Why != "" {
			fmt.Fprintf(w, "%-8s %-13s why: %s\n", "", "", f.Why)
		}
		if f.Fix != "" {
			fmt.Fprintf(w, "%-8s %-13s fix: %s\n", "", "", f.Fix)
		}
	}
	fmt.Fprintf(w, "\n%d good, %d warnings, %d failures, %d not looked at", counted[doctor.OK], r.Warnings, r.Failures, r.Skipped)
	if r.Skipped > 0 && !all {
		fmt.Fprint(w, " (--all tells why)")
	}
	fmt.Fprintln(w)
}
