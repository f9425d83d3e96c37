// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Package keeper keeps the beacon's state: the seeds and the validators' keys.
package keeper
