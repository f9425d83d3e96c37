// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	dbm "github.com/cosmos/cosmos-db"
)

// copyAttempts bounds how often a database is copied that changes meanwhile.
const copyAttempts = 10

// openState opens the application's database in a node's home; a copy of it, if
// a running node holds it. Done removes the copy.
func openState(home string) (db dbm.DB, done func(), err error) {
	dir := filepath.Join(home, "data")
	if _, err := os.Stat(filepath.Join(dir, "application.db")); err != nil {
		return nil, nil, fmt.Errorf("no node's state in %s: %w", home, err)
	}
	db, err = dbm.NewGoLevelDB("application", dir, nil)
	if err == nil {
		return db, func() {}, nil
	}
	if !errors.Is(err, syscall.EAGAIN) {
		return nil, nil, fmt.Errorf("open the state in %s: %w", home, err)
	}
	for range copyAttempts {
		db, done, err = openCopy(dir)
		if err == nil {
			return db, done, nil
		}
	}
	return nil, nil, fmt.Errorf("copy the state of the running node in %s: %w", home, err)
}

func openCopy(dir string) (dbm.DB, func(), error) {
	tmp, err := os.MkdirTemp("", "opend-state-*")
	if err != nil {
		return nil, nil, err
	}
	done := func() { remove(tmp) }
	if err := copyLevelDB(filepath.Join(dir, "application.db"), filepath.Join(tmp, "application.db")); err != nil {
		done()
		return nil, nil, err
	}
	db, err := dbm.NewGoLevelDB("application", tmp, nil)
	if err != nil {
		done()
		return nil, nil, err
	}
	return db, done, nil
}

// copyLevelDB copies a database that is being written. Tables never change, the
// manifest and the logs only grow; so if the manifest is read first and is the
// same at the end, the copy holds every table that it names, and is what a crash
// would have left. Otherwise it returns an error, and one may try again.
func copyLevelDB(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	before, err := manifest(from)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	// Manifest before logs before tables: what is named is copied after it is named.
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(copyRank(a.Name()), copyRank(b.Name())) })
	for _, entry := range entries {
		if entry.IsDir() || entry.Name() == "LOCK" || entry.Name() == "LOG" || strings.HasPrefix(entry.Name(), "LOG.") {
			continue
		}
		if err := copyFile(filepath.Join(from, entry.Name()), filepath.Join(to, entry.Name())); err != nil {
			return err
		}
	}
	after, err := manifest(from)
	if err != nil {
		return err
	}
	if before != after {
		return errors.New("the database was reorganised while it was copied")
	}
	return nil
}

func copyRank(name string) int {
	switch {
	case strings.HasPrefix(name, "CURRENT"):
		return 0
	case strings.HasPrefix(name, "MANIFEST"):
		return 1
	case strings.HasSuffix(name, ".log"):
		return 2
	}
	return 3
}

// manifest tells the state of the list of tables: which one, and how long.
func manifest(dir string) (string, error) {
	current, err := os.ReadFile(filepath.Join(dir, "CURRENT"))
	if err != nil {
		return "", err
	}
	name := strings.TrimSpace(string(current))
	info, err := os.Stat(filepath.Join(dir, name))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %d", name, info.Size()), nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() // read only: nothing to lose
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
