// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package beacon

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519"
)

// NextSuffix makes the name of a second key file, for the key that a validator changes to. A
// node reads both, so it need not be restarted at the very block of the change.
const NextSuffix = ".next"

// KeyFileName is the usual name of the key file, in the node's config folder.
const KeyFileName = "beacon_key"

// GenerateKeyFile makes a new key and writes its secret seed to path, as 64 hexadecimal
// digits, readable by its owner only. It never overwrites: fs.ErrExist if there is a file.
// The file appears whole or not at all.
func GenerateKeyFile(path string) (*Signer, error) {
	secret := make([]byte, ed25519.SeedSize)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	if err := writeNew(path, []byte(hex.EncodeToString(secret)+"\n")); err != nil {
		return nil, fmt.Errorf("beacon key file: %w", err)
	}
	return NewSigner(secret)
}

// LoadKeyFile reads the key at path, and the one at path with NextSuffix if there is one. The
// error is fs.ErrNotExist if there is no file at path.
func LoadKeyFile(path string) (*Signer, error) {
	secret, err := readSecret(path)
	if err != nil {
		return nil, err
	}
	secrets := [][]byte{secret}
	next, err := readSecret(path + NextSuffix)
	switch {
	case err == nil:
		secrets = append(secrets, next)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return NewSigner(secrets...)
}

func readSecret(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("beacon key file: %w", err)
	}
	defer file.Close() // read only: nothing to lose
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("beacon key file: %w", err)
	}
	if mode := info.Mode(); !mode.IsRegular() || mode.Perm()&0o077 != 0 {
		return nil, fmt.Errorf("beacon key file %s has mode %s: others can read or write it; run: chmod 600 %s", path, mode, path)
	}
	const more = 16 // room for line ends, and to see that a file is too long
	text, err := io.ReadAll(io.LimitReader(file, int64(hex.EncodedLen(ed25519.SeedSize)+more)))
	if err != nil {
		return nil, fmt.Errorf("beacon key file: %w", err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != ed25519.SeedSize {
		// The content is a secret: it does not go into the error.
		return nil, fmt.Errorf("beacon key file %s must hold %d hexadecimal digits", path, hex.EncodedLen(ed25519.SeedSize))
	}
	return secret, nil
}

// writeNew writes and syncs a private file beside path, then links it into place: a link, as
// opposed to a rename, fails where there is a file already.
func writeNew(path string, content []byte) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, ".beacon_key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file.Name())) }()
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
