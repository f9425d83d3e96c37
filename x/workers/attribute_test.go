// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/workers"
)

func attributes(pairs ...string) (out []workers.Attribute) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, workers.Attribute{Key: pairs[i], Value: pairs[i+1]})
	}
	return out
}

func TestC13_AttributesAreFewShortPlainAndOrdered(t *testing.T) {
	many := func(n int) (out []workers.Attribute) {
		for i := range n {
			out = append(out, workers.Attribute{Key: fmt.Sprintf("k%02d", i)})
		}
		return out
	}
	for name, good := range map[string][]workers.Attribute{
		"none":                 nil,
		"a flag":               attributes("tee", ""),
		"every character":      attributes("abcdefghijklmnopqrstuvwxyz.-0189", " ~!=\"x"),
		"a value of 64":        attributes("k", strings.Repeat("v", 64)),
		"sixteen":              many(16),
		"one begins the other": attributes("a", "", "a-b", "", "a.b", "", "ab", ""),
	} {
		require.NoError(t, workers.ValidateAttributes(good), name)
	}
	for name, bad := range map[string][]workers.Attribute{
		"no key":                 attributes("", "x"),
		"a key of 33":            attributes(strings.Repeat("k", 33), "x"),
		"a key in capitals":      attributes("Tee", "x"),
		"a key with a blank":     attributes("t ee", "x"),
		"a key with =":           attributes("t=ee", "x"),
		"a look-alike":           attributes("tее", "x"), // Cyrillic
		"a value of 65":          attributes("k", strings.Repeat("v", 65)),
		"a newline":              attributes("k", "a\nb"),
		"a value that is hidden": attributes("k", "a\u202eb"),
		"seventeen":              many(17),
		"out of order":           attributes("b", "", "a", ""),
		"a key twice":            attributes("a", "1", "a", "2"),
	} {
		require.ErrorIs(t, workers.ValidateAttributes(bad), workers.ErrInvalidCard, name)
	}
}

func TestAttributesAreFoundByKey(t *testing.T) {
	c := workers.Card{Attributes: attributes("a", "1", "a.b", "2", "ab", "")}
	for key, want := range map[string]string{"a": "1", "a.b": "2", "ab": ""} {
		got, ok := c.Attribute(key)
		require.True(t, ok, key)
		require.Equal(t, want, got)
	}
	for _, key := range []string{"", "b", "a.", "abc"} {
		_, ok := c.Attribute(key)
		require.False(t, ok, key)
	}
	parsed, err := workers.ParseAttributes([]string{"ab=", "a.b=2", "a=1"})
	require.NoError(t, err)
	require.Equal(t, c.Attributes, parsed, "in any order")
	parsed, err = workers.ParseAttributes([]string{"url=a=b"})
	require.NoError(t, err)
	require.Equal(t, attributes("url", "a=b"), parsed, "the first = parts them")
}
