// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/testutil/testapp"
)

// update is set to rewrite the golden files in testdata.
var update = os.Getenv("UPDATE_GOLDEN") != ""

// golden compares what is with what was agreed to, line by line.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if update {
		require.NoError(t, os.WriteFile(path, got, 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "%s differs; if that is meant: UPDATE_GOLDEN=1 go test ./app", path)
}

// What a new network begins with is reviewed: a change of a default is a change
// of the network's rules.
func TestDefaultGenesisIsAsAgreed(t *testing.T) {
	state := testapp.Model(t).DefaultGenesis()
	bz, err := json.Marshal(state)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, json.Indent(&out, bz, "", "  "))
	out.WriteByte('\n')
	golden(t, "default_genesis.json", out.Bytes())
}

// Every message that a transaction may hold is listed.
func TestRegisteredMessagesAreAsAgreed(t *testing.T) {
	urls := testapp.Model(t).Encoding().Registry.ListImplementations(sdk.MsgInterfaceProtoName)
	slices.Sort(urls)
	golden(t, "messages.txt", []byte(strings.Join(urls, "\n")+"\n"))
}

// The order in which modules run is part of consensus.
func TestModuleOrdersAreAsAgreed(t *testing.T) {
	m := testapp.Model(t).Modules()
	var out strings.Builder
	for _, order := range []struct {
		name    string
		modules []string
	}{
		{"pre block", m.OrderPreBlockers},
		{"begin block", m.OrderBeginBlockers},
		{"end block", m.OrderEndBlockers},
		{"init genesis", m.OrderInitGenesis},
		{"export genesis", m.OrderExportGenesis},
	} {
		out.WriteString(order.name + ":\n")
		for _, name := range order.modules {
			out.WriteString("  " + name + "\n")
		}
	}
	golden(t, "module_orders.txt", []byte(out.String()))
}
