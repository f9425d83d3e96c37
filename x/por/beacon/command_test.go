// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package beacon_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/client"
	codectestutil "github.com/cosmos/cosmos-sdk/codec/testutil"

	"github.com/openmesh-network/openmesh/x/por/beacon"
	"github.com/openmesh-network/openmesh/x/por/internal/fakes"
)

func TestBeaconKeyCommandMakesAndShowsAKey(t *testing.T) {
	registry := codectestutil.CodecOptions{AccAddressPrefix: "open", ValAddressPrefix: "openvaloper"}.NewInterfaceRegistry()
	home := t.TempDir()
	clientCtx := client.Context{}.WithHomeDir(home).WithInterfaceRegistry(registry)
	run := func(args ...string) (string, error) {
		cmd := beacon.Command()
		var out bytes.Buffer
		cmd.SetOut(&out)
		cmd.SetErr(&out)
		cmd.SetArgs(args)
		err := cmd.ExecuteContext(context.WithValue(context.Background(), client.ClientContextKey, &clientCtx))
		return out.String(), err
	}
	_, err := run("init")
	require.NoError(t, err)
	_, err = run("init")
	require.ErrorIs(t, err, os.ErrExist)
	_, err = run("init", "--next")
	require.NoError(t, err)
	signer, err := beacon.LoadKeyFile(filepath.Join(home, "config", beacon.KeyFileName))
	require.NoError(t, err)
	require.Len(t, signer.PubKeys(), 2)

	validator, err := fakes.ValidatorCodec.BytesToString(bytes.Repeat([]byte{1}, 20))
	require.NoError(t, err)
	_, err = run("show", validator)
	require.ErrorContains(t, err, "--chain-id")
	out, err := run("show", validator, "--chain-id", "openmesh-1")
	require.NoError(t, err)
	require.Contains(t, out, "opend tx por register-beacon-key")
}
