#!/usr/bin/env bash
# Compiles csum for WASI with clang. Exits with 77 and says what to install if
# there is no compiler for it.
# Usage: examples/csum/build.sh OUTPUT | --check
#   WASI_SDK_PATH  a wasi-sdk to take instead of the system's clang
set -euo pipefail
[ $# -eq 1 ] || { sed -n 's/^# Usage: /usage: /p' "$0" >&2; exit 2; }
out=$1
here=$(dirname "$0")

missing() {
	echo "csum is not built: $*." >&2
	echo "  Debian, Ubuntu: apt-get install clang lld wasi-libc" >&2
	echo "  elsewhere: https://github.com/WebAssembly/wasi-sdk, and WASI_SDK_PATH=where/it/is" >&2
	exit 77
}

if [ -n "${WASI_SDK_PATH:-}" ]; then
	clang=$WASI_SDK_PATH/bin/clang
	[ -x "$clang" ] || missing "there is no $clang"
else
	clang=clang
	command -v clang >/dev/null || missing "there is no clang"
	command -v wasm-ld >/dev/null || missing "clang's linker wasm-ld is missing"
	echo '#include <stdio.h>' | clang --target=wasm32-wasi -E - >/dev/null 2>&1 || missing "the C library for WASI is missing"
fi
[ "$out" = --check ] && exit

# Without clang's own run-time library, which is a package of its own and which
# a program without 128-bit arithmetic does not need.
"$clang" --target=wasm32-wasi -std=c11 -O2 -Wall -Wextra -nodefaultlibs -lc -Wl,--strip-all \
	-o "$out" "$here"/*.c
