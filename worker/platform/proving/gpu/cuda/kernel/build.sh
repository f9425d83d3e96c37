#!/bin/sh
# Copyright 2026 The Openmesh Authors
# SPDX-License-Identifier: Apache-2.0
#
# Makes the PTX texts of kernel.cu. Needs clang with the NVPTX back end (14 made
# those that are committed), and nothing of CUDA.
set -eu
cd "$(dirname "$0")"
ptx() { # name, architecture, flags
	name=$1 arch=$2
	shift 2
	{
		echo "// Copyright 2026 The Openmesh Authors"
		echo "// SPDX-License-Identifier: Apache-2.0"
		echo "// Made of kernel.cu by build.sh. DO NOT EDIT."
		clang -x cuda --cuda-device-only -nocudainc -nocudalib -O3 -S -Wall -Wno-unknown-cuda-version \
			--cuda-gpu-arch="$arch" "$@" -o - kernel.cu | grep -v '^[[:space:]]*//' | cat -s
	} >"$name"
}
ptx step_sm80.ptx sm_80 -DTENSOR -Xclang -target-feature -Xclang +ptx70
ptx step_sm61.ptx sm_61 -DDP4A
ptx digest.ptx sm_61
