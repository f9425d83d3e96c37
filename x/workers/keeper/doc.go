// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package keeper holds the state of x/workers and the verbs that change it.
//
// Other modules call the verbs directly, so each verb does its own checks and
// emits its own events; the message server only translates.
package keeper
