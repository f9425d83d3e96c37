// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/embedded"
)

// smallBinary puts the embedded binary into memory, once in this process, and
// returns the path that a child is started from; empty if there is none.
var smallBinary = sync.OnceValues(func() (string, error) {
	binary := embedded.Binary()
	if binary == "" {
		return "", nil
	}
	f, err := sealedFile(childName, binary)
	if err != nil {
		return "", fmt.Errorf("put the sandbox binary into memory: %w", err)
	}
	// The file stays open for as long as this process lives.
	return fmt.Sprintf("/proc/self/fd/%d", f), nil
})

// sealedFile makes an executable file in memory that nobody can change any
// more, not even this process. Its descriptor is above those that a child gets:
// they are set up before the path is opened, in the child's own table.
func sealedFile(name, body string) (fd int, err error) {
	low, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING|unix.MFD_EXEC)
	if errors.Is(err, unix.EINVAL) { // before Linux 6.3 all were executable
		low, err = unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	}
	if err != nil {
		return 0, err
	}
	f := os.NewFile(uintptr(low), name)
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := io.WriteString(f, body); err != nil {
		return 0, err
	}
	const seals = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		return 0, err
	}
	return unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, fdInputs+MaxInputs+1)
}
