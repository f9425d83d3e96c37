module github.com/openmesh-network/openmesh/testutil/wasmtime

go 1.26.5

require (
	github.com/bytecodealliance/wasmtime-go/v44 v44.0.0
	github.com/openmesh-network/openmesh v0.0.0
)

require (
	github.com/tetratelabs/wazero v1.12.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
)

replace github.com/openmesh-network/openmesh => ../../
