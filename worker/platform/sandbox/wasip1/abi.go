// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import "fmt"

// Errno is an error code of WASI; 0 is success.
type Errno uint16

// The error codes that this package answers. Numbers and names are those of
// typenames.witx in snapshot 1.
const (
	EBADF        Errno = 8  // no such descriptor, or not one for this
	EEXIST       Errno = 20 // the name is taken
	EFAULT       Errno = 21 // a pointer outside memory
	EFBIG        Errno = 22 // a size that no file has
	EILSEQ       Errno = 25 // a path that is not UTF-8
	EINVAL       Errno = 28 // an argument that makes no sense
	EISDIR       Errno = 31 // a folder where a file is needed
	EMFILE       Errno = 33 // MaxDescriptors are open
	ENAMETOOLONG Errno = 37 // a path, name or depth above its limit
	ENOENT       Errno = 44 // no such name
	ENOSPC       Errno = 51 // OutputLimit or MaxEntries is reached
	ENOSYS       Errno = 52 // a function that is not offered
	ENOTDIR      Errno = 54 // a file where a folder is needed
	ENOTEMPTY    Errno = 55 // a folder with entries
	ENOTSOCK     Errno = 57 // nothing here is a socket
	EPERM        Errno = 63 // a path that leaves its folder
	EROFS        Errno = 69 // /in and stdin do not change
	ESPIPE       Errno = 70 // stdout and stderr have no position
	ENOTCAPABLE  Errno = 76 // rights that were given up
)

var errnoNames = map[Errno]string{
	0: "success", EBADF: "badf", EEXIST: "exist", EFAULT: "fault", EFBIG: "fbig", EILSEQ: "ilseq", EINVAL: "inval",
	EISDIR: "isdir", EMFILE: "mfile", ENAMETOOLONG: "nametoolong", ENOENT: "noent", ENOSPC: "nospc", ENOSYS: "nosys",
	ENOTDIR: "notdir", ENOTEMPTY: "notempty", ENOTSOCK: "notsock", EPERM: "perm", EROFS: "rofs",
	ESPIPE: "spipe", ENOTCAPABLE: "notcapable",
}

// String is the code's name in typenames.witx.
func (e Errno) String() string {
	if name, known := errnoNames[e]; known {
		return name
	}
	return fmt.Sprintf("errno %d", uint16(e))
}

// filetype of typenames.witx.
const (
	typeUnknown   byte = 0
	typeDirectory byte = 3
	typeRegular   byte = 4
)

// rights of typenames.witx. Two of them decide something, reading and writing;
// the others are kept and reported.
const (
	rightRead             uint64 = 1 << 1
	rightFdstatSetFlags   uint64 = 1 << 3
	rightWrite            uint64 = 1 << 6
	rightFilestatGet      uint64 = 1 << 21
	rightFilestatSetTimes uint64 = 1 << 23
	rightPoll             uint64 = 1 << 27

	// What there is to do with a regular file: datasync, read, seek,
	// fdstat_set_flags, sync, tell, write, advise, allocate, filestat_get,
	// filestat_set_size, filestat_set_times, poll.
	rightsFile = 0x1ff | 7<<21 | rightPoll
	// What there is to do with a folder: fdstat_set_flags, sync, every path_*,
	// readdir, filestat_get, filestat_set_times.
	rightsDirectory = rightFdstatSetFlags | 1<<4 | 0xfff<<9 | rightFilestatGet | rightFilestatSetTimes | 7<<24
	rightsStdin     = rightsFile &^ (1<<0 | rightWrite | 1<<8 | 1<<22 | rightFilestatSetTimes)
	rightsStream    = rightWrite | rightFdstatSetFlags | rightFilestatGet | rightPoll
)

// oflags, fdflags, lookupflags and fstflags of typenames.witx.
const (
	openCreate    = 1 << 0
	openDirectory = 1 << 1
	openExclusive = 1 << 2
	openTruncate  = 1 << 3
	openFlags     = 1<<4 - 1

	flagAppend = 1 << 0
	fdFlags    = 1<<5 - 1

	lookupFlags = 1 // symlink_follow

	timeAccess, timeAccessNow = 1 << 0, 1 << 1
	timeChange, timeChangeNow = 1 << 2, 1 << 3
	timeFlags                 = 1<<4 - 1
)

// whence of typenames.witx.
const (
	seekSet = 0
	seekCur = 1
	seekEnd = 2
)

const maxAdvice = 5 // noreuse

// Sizes of records in bytes.
const (
	sizeVector       = 8
	sizeFdstat       = 24
	sizeFilestat     = 64
	sizePrestat      = 8
	sizeDirent       = 24
	sizeSubscription = 48
	sizeEvent        = 32
)
