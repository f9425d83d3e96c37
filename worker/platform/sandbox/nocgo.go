// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !cgo

package sandbox

const withCgo = false
