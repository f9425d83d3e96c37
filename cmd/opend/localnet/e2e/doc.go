// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package e2e tells stories about a network of real validators: they are killed,
// withheld their keys and come back, and the chain does what it has to.
package e2e
