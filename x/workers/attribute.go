// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"slices"
	"strings"

	errorsmod "cosmossdk.io/errors"
)

const (
	// MaxAttributes bounds the number of attributes of a card, and of a need.
	MaxAttributes = 16
	// MaxAttributeKeyLength bounds Attribute.key, in bytes.
	MaxAttributeKeyLength = 32
	// MaxAttributeValueLength bounds Attribute.value, in bytes.
	MaxAttributeValueLength = 64
)

// ValidateAttributes refuses too many, malformed ones, and any order but that of
// the keys, each of which may come once (ErrInvalidCard).
func ValidateAttributes(attributes []Attribute) error {
	if len(attributes) > MaxAttributes {
		return errorsmod.Wrapf(ErrInvalidCard, "attributes: at most %d", MaxAttributes)
	}
	for i, a := range attributes {
		if a.Key == "" || len(a.Key) > MaxAttributeKeyLength || strings.Trim(a.Key, attributeKeyCharacters) != "" {
			return errorsmod.Wrapf(ErrInvalidCard, "attribute %.32q: a key is 1 to %d of a-z, 0-9, . and -", a.Key, MaxAttributeKeyLength)
		}
		if !isPrintable(a.Value, MaxAttributeValueLength) {
			return errorsmod.Wrapf(ErrInvalidCard, "attribute %q: a value is at most %d printable ASCII characters", a.Key, MaxAttributeValueLength)
		}
		if i > 0 && attributes[i-1].Key >= a.Key {
			return errorsmod.Wrapf(ErrInvalidCard, "attribute %q comes twice or out of order", a.Key)
		}
	}
	return nil
}

const attributeKeyCharacters = "abcdefghijklmnopqrstuvwxyz0123456789.-"

// Attribute returns the value that the card gives a key, and whether it does.
func (c Card) Attribute(key string) (string, bool) {
	i, found := slices.BinarySearchFunc(c.Attributes, key, func(a Attribute, key string) int { return strings.Compare(a.Key, key) })
	if !found {
		return "", false
	}
	return c.Attributes[i].Value, true
}

// ParseAttributes reads attributes written as "key=value", in any order. What it
// returns is in order, and valid (ErrInvalidNeed).
func ParseAttributes(texts []string) ([]Attribute, error) {
	attributes := make([]Attribute, 0, min(len(texts), MaxAttributes+1))
	for _, text := range texts {
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, errorsmod.Wrapf(ErrInvalidNeed, "attribute %.100q: write key=value", text)
		}
		attributes = append(attributes, Attribute{Key: key, Value: value})
		if len(attributes) > MaxAttributes {
			break // refused below
		}
	}
	slices.SortFunc(attributes, func(a, b Attribute) int { return strings.Compare(a.Key, b.Key) })
	if err := ValidateAttributes(attributes); err != nil {
		return nil, errorsmod.Wrap(ErrInvalidNeed, err.Error())
	}
	return attributes, nil
}
