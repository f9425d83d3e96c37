// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

var (
	// ErrKeyExists is returned by Create when the file is already there.
	ErrKeyExists = errors.New("the signer key already exists")
	// ErrLooseMode is returned by Load when others may read the key.
	ErrLooseMode = errors.New("the signer key is readable by others")
)

// Create generates a signer and writes it to path, as hex with mode 0600. It
// never overwrites: ErrKeyExists. When it returns, the key survives a power cut.
func Create(path string) (*Signer, error) {
	s := Generate()
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".signer-*") // 0600 by itself
	if err != nil {
		return nil, fmt.Errorf("create signer key: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = fmt.Fprintln(tmp, hex.EncodeToString(s.account.Key))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return nil, fmt.Errorf("create signer key: %w", err)
	}
	// A link fails where a rename would overwrite.
	if err := os.Link(tmp.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("%w: %s", ErrKeyExists, path)
		}
		return nil, fmt.Errorf("create signer key: %w", err)
	}
	return s, syncDir(dir)
}

// Load reads the signer at path. It refuses a file that others may read, with
// ErrLooseMode and the command that mends it; errors.Is(err, fs.ErrNotExist)
// when there is none.
func Load(path string) (*Signer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("load signer key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("load signer key: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("load signer key: %s is not a regular file", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %04o; run: chmod 600 %s", ErrLooseMode, path, mode, path)
	}
	text := make([]byte, 256)
	n, err := f.Read(text)
	if err != nil {
		return nil, fmt.Errorf("load signer key %s: %w", path, err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text[:n])))
	if err != nil {
		// The error of hex would quote a part of the secret.
		return nil, fmt.Errorf("load signer key: %s is not 64 hex digits", path)
	}
	s, err := FromBytes(secret)
	if err != nil {
		return nil, fmt.Errorf("load signer key %s: %w", path, err)
	}
	return s, nil
}

// LoadOrCreate loads the signer at path, or creates it when there is none.
func LoadOrCreate(path string) (*Signer, error) {
	s, err := Load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	s, err = Create(path)
	if errors.Is(err, ErrKeyExists) { // somebody else was faster
		return Load(path)
	}
	return s, err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
