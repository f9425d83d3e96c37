// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package beacon_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/x/por/beacon"
)

func TestAKeyFileIsPrivateAndNeverOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config", beacon.KeyFileName)
	signer, err := beacon.GenerateKeyFile(path)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode())
	loaded, err := beacon.LoadKeyFile(path)
	require.NoError(t, err)
	require.Equal(t, signer.PubKeys(), loaded.PubKeys())

	_, err = beacon.GenerateKeyFile(path)
	require.ErrorIs(t, err, fs.ErrExist)
	again, err := beacon.LoadKeyFile(path)
	require.NoError(t, err)
	require.Equal(t, signer.PubKeys(), again.PubKeys())
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "no temporary file is left")
}

func TestASecondKeyFileIsReadToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), beacon.KeyFileName)
	first, err := beacon.GenerateKeyFile(path)
	require.NoError(t, err)
	next, err := beacon.GenerateKeyFile(path + beacon.NextSuffix)
	require.NoError(t, err)
	both, err := beacon.LoadKeyFile(path)
	require.NoError(t, err)
	require.Equal(t, append(first.PubKeys(), next.PubKeys()...), both.PubKeys())
	require.NoError(t, os.Chmod(path+beacon.NextSuffix, 0o640))
	_, err = beacon.LoadKeyFile(path)
	require.ErrorContains(t, err, "chmod 600 "+path+beacon.NextSuffix)
}

func TestD16_AKeyFileIsRefused(t *testing.T) {
	digits := strings.Repeat("ab", 32)
	for name, tc := range map[string]struct {
		content string
		mode    fs.FileMode
		want    string
	}{
		"that the group can read":  {digits, 0o640, "chmod 600"},
		"that others can read":     {digits, 0o604, "chmod 600"},
		"that others can write":    {digits, 0o602, "chmod 600"},
		"that is too short":        {digits[2:], 0o600, "64 hexadecimal digits"},
		"that is too long":         {digits + digits, 0o600, "64 hexadecimal digits"},
		"that is empty":            {"", 0o600, "64 hexadecimal digits"},
		"that is not hexadecimal":  {strings.Repeat("xy", 32), 0o600, "64 hexadecimal digits"},
		"that has text in between": {digits[:32] + "\n" + digits[32:], 0o600, "64 hexadecimal digits"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "key")
			require.NoError(t, os.WriteFile(path, []byte(tc.content), 0o600))
			require.NoError(t, os.Chmod(path, tc.mode))
			_, err := beacon.LoadKeyFile(path)
			require.ErrorContains(t, err, tc.want)
			if len(tc.content) > 8 {
				require.NotContains(t, err.Error(), tc.content[:8], "the secret stays out of errors")
			}
		})
	}
	_, err := beacon.LoadKeyFile(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = beacon.LoadKeyFile(t.TempDir())
	require.Error(t, err)
}

func TestCheckKeyFile(t *testing.T) {
	a, b := newValidator(t, 1), newValidator(t, 2)
	n := start(t, a, a)
	n.decide(a, n.propose(a))
	check := func(signer *beacon.Signer, cons sdk.ConsAddress) error {
		return beacon.CheckKeyFile(n.NewContext(true), n.k, signer, "config/beacon_key", cons, n.next())
	}
	require.NoError(t, check(a.signer, a.cons))
	require.NoError(t, check(nil, b.cons), "no key registered, none needed")
	require.NoError(t, check(nil, sdk.ConsAddress("a full node's address")))

	err := check(nil, a.cons)
	require.ErrorIs(t, err, beacon.ErrKeyMismatch)
	require.ErrorContains(t, err, "there is no key file (config/beacon_key)")
	require.ErrorContains(t, err, "opend tx por deactivate-beacon-key")
	err = check(b.signer, a.cons)
	require.ErrorIs(t, err, beacon.ErrKeyMismatch)
	require.ErrorContains(t, err, "the key file holds")
}
