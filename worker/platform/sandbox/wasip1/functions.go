// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasip1

import (
	"fmt"
	"slices"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox/detwasm"
)

// Module is the import module of every function.
const Module = "wasi_snapshot_preview1"

// Function is one function of WASI preview 1.
type Function struct {
	// Name is the import name.
	Name string
	// Params and Results are its type. Results is one i32, the error code, or
	// empty for proc_exit.
	Params, Results []detwasm.ValType
	// Gas is charged before anything else; gas.go says what else a call costs.
	Gas uint64

	do func(*call) Errno
}

// Call serves one call: args has a value for each of Params, an i32 in the low
// 32 bits. The error, if there is one, ends the guest and errno means nothing;
// otherwise errno is the result, and a call that answers other than 0 has
// changed neither memory nor w.
func (f Function) Call(w *World, m Machine, args []uint64) (errno uint32, err error) {
	c := &w.call // one call at a time
	*c = call{World: w, machine: m, args: args}
	defer func() { *c = call{} }() // the view of memory is not kept
	if !c.charge(f.Gas) {
		return 0, c.end
	}
	c.mem = m.Memory()
	errno = uint32(f.do(c))
	return errno, c.end
}

const (
	i32 = detwasm.I32
	i64 = detwasm.I64
)

func params(types ...detwasm.ValType) []detwasm.ValType { return types }

// functions is WASI preview 1 in the order of wasi_snapshot_preview1.witx.
var functions = complete([]Function{
	{Name: "args_get", Params: params(i32, i32), do: argsGet},
	{Name: "args_sizes_get", Params: params(i32, i32), do: argsSizesGet},
	{Name: "environ_get", Params: params(i32, i32), do: environGet},
	{Name: "environ_sizes_get", Params: params(i32, i32), do: environSizesGet},
	{Name: "clock_res_get", Params: params(i32, i32), do: clockResGet},
	{Name: "clock_time_get", Params: params(i32, i64, i32), do: clockTimeGet},
	{Name: "fd_advise", Params: params(i32, i64, i64, i32), do: fdAdvise},
	{Name: "fd_allocate", Params: params(i32, i64, i64), Gas: gasFile, do: fdAllocate},
	{Name: "fd_close", Params: params(i32), do: fdClose},
	{Name: "fd_datasync", Params: params(i32), do: fdSync},
	{Name: "fd_fdstat_get", Params: params(i32, i32), do: fdFdstatGet},
	{Name: "fd_fdstat_set_flags", Params: params(i32, i32), do: fdFdstatSetFlags},
	{Name: "fd_fdstat_set_rights", Params: params(i32, i64, i64), do: fdFdstatSetRights},
	{Name: "fd_filestat_get", Params: params(i32, i32), do: fdFilestatGet},
	{Name: "fd_filestat_set_size", Params: params(i32, i64), Gas: gasFile, do: fdFilestatSetSize},
	{Name: "fd_filestat_set_times", Params: params(i32, i64, i64, i32), do: fdFilestatSetTimes},
	{Name: "fd_pread", Params: params(i32, i32, i32, i64, i32), Gas: gasFile, do: fdPread},
	{Name: "fd_prestat_get", Params: params(i32, i32), do: fdPrestatGet},
	{Name: "fd_prestat_dir_name", Params: params(i32, i32, i32), do: fdPrestatDirName},
	{Name: "fd_pwrite", Params: params(i32, i32, i32, i64, i32), Gas: gasFile, do: fdPwrite},
	{Name: "fd_read", Params: params(i32, i32, i32, i32), Gas: gasFile, do: fdRead},
	{Name: "fd_readdir", Params: params(i32, i32, i32, i64, i32), do: fdReaddir},
	{Name: "fd_renumber", Params: params(i32, i32), do: fdRenumber},
	{Name: "fd_seek", Params: params(i32, i64, i32, i32), do: fdSeek},
	{Name: "fd_sync", Params: params(i32), do: fdSync},
	{Name: "fd_tell", Params: params(i32, i32), do: fdTell},
	{Name: "fd_write", Params: params(i32, i32, i32, i32), Gas: gasFile, do: fdWrite},
	{Name: "path_create_directory", Params: params(i32, i32, i32), Gas: gasEntry, do: pathCreateDirectory},
	{Name: "path_filestat_get", Params: params(i32, i32, i32, i32, i32), do: pathFilestatGet},
	{Name: "path_filestat_set_times", Params: params(i32, i32, i32, i32, i64, i64, i32), do: pathFilestatSetTimes},
	{Name: "path_link", Params: params(i32, i32, i32, i32, i32, i32, i32), do: notOffered},
	{Name: "path_open", Params: params(i32, i32, i32, i32, i32, i64, i64, i32, i32), Gas: gasEntry, do: pathOpen},
	{Name: "path_readlink", Params: params(i32, i32, i32, i32, i32, i32), do: pathReadlink},
	{Name: "path_remove_directory", Params: params(i32, i32, i32), Gas: gasEntry, do: pathRemoveDirectory},
	{Name: "path_rename", Params: params(i32, i32, i32, i32, i32, i32), Gas: 2 * gasEntry, do: pathRename},
	{Name: "path_symlink", Params: params(i32, i32, i32, i32, i32), do: notOffered},
	{Name: "path_unlink_file", Params: params(i32, i32, i32), Gas: gasEntry, do: pathUnlinkFile},
	{Name: "poll_oneoff", Params: params(i32, i32, i32, i32), do: pollOneoff},
	{Name: "proc_exit", Params: params(i32), do: procExit},
	{Name: "proc_raise", Params: params(i32), do: notOffered},
	{Name: "sched_yield", do: schedYield},
	{Name: "random_get", Params: params(i32, i32), do: randomGet},
	{Name: "sock_accept", Params: params(i32, i32, i32), do: noSocket},
	{Name: "sock_recv", Params: params(i32, i32, i32, i32, i32, i32), do: noSocket},
	{Name: "sock_send", Params: params(i32, i32, i32, i32, i32), do: noSocket},
	{Name: "sock_shutdown", Params: params(i32, i32), do: noSocket},
})

// complete adds what all functions have in common: the gas of any call, and a
// result, which only proc_exit lacks.
func complete(list []Function) []Function {
	for i := range list {
		list[i].Gas += gasCall
		if list[i].Name != "proc_exit" {
			list[i].Results = []detwasm.ValType{i32}
		}
	}
	return list
}

// Functions returns every function of WASI preview 1, in the order of the
// specification. An engine offers all of them under Module.
func Functions() []Function { return slices.Clone(functions) }

// CheckImport refuses whatever a guest may not import: anything but the
// functions of Functions under their exact types.
func CheckImport(i detwasm.Import) error {
	name := fmt.Sprintf("%q.%q", i.Module, i.Name)
	if i.Module == "wasi_unstable" {
		return fmt.Errorf("import %s is WASI preview 0: rebuild for preview 1 (%s)", name, Module)
	}
	if i.Module != Module {
		return fmt.Errorf("import %s: only functions of %q can be imported", name, Module)
	}
	if i.Kind != detwasm.ExternFunc {
		return fmt.Errorf("import %s is not a function", name)
	}
	for _, f := range functions {
		if f.Name != i.Name {
			continue
		}
		if !slices.Equal(f.Params, i.Func.Params) || !slices.Equal(f.Results, i.Func.Results) {
			return fmt.Errorf("import %s has the signature %v, not %v",
				name, i.Func, detwasm.FuncType{Params: f.Params, Results: f.Results})
		}
		return nil
	}
	return fmt.Errorf("import %s: WASI preview 1 has no such function", name)
}
