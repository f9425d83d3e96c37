// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package plot

import (
	"errors"
	"fmt"
	"syscall"
)

var (
	// ErrSpec says that no plot can be like that.
	ErrSpec = errors.New("plot: impossible plot")
	// ErrExists is returned by Create where there is a plot already.
	ErrExists = errors.New("plot: there is a plot in this folder already")
	// ErrNotEmpty is returned by Create where other files lie.
	ErrNotEmpty = errors.New("plot: the folder is not empty")
	// ErrNone is returned by Open where there is no plot.
	ErrNone = errors.New("plot: there is no plot in this folder")
	// ErrHeader says that plot.json cannot be read as one.
	ErrHeader = errors.New("plot: plot.json is damaged")
	// ErrInUse says that another process has the plot open.
	ErrInUse = errors.New("plot: another process has this plot open")
	// ErrBusy says that something else is being done with the plot that excludes this.
	ErrBusy = errors.New("plot: busy with another operation")
	// ErrDiskFull says that writing on would eat into the reserve. What is there stays usable.
	ErrDiskFull = errors.New("plot: no room on the disk")
	// ErrReadOnly says that the folder cannot be written to.
	ErrReadOnly = errors.New("plot: the folder is read-only")
	// ErrNotReady says that not as many units are filled as shall be proven.
	ErrNotReady = errors.New("plot: not filled far enough")
	// ErrNoProof says that the whole plot was searched and no nonce had enough labels.
	ErrNoProof = errors.New("plot: no proof found")
)

// explain puts the errors of this package in front of the system's, where there is one that says more.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	return err
}
