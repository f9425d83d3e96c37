// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package wasmgen

// wasiFunction is a function of wasi_snapshot_preview1. Every parameter has a
// letter for what is a plausible value; capital letters and 'i' are i32.
//
//	F a file descriptor      P a place for results    L a small length
//	V a list of vectors      N how many of them       S a path, two parameters
//	B a little number        i any i32                l an offset or a size, i64
//	r rights, i64            w whence
type wasiFunction struct {
	name, params string
	result       string // "i", or empty of those that do not return
}

var wasiFunctions = []wasiFunction{
	{"args_get", "PP", "i"}, {"args_sizes_get", "PP", "i"}, {"environ_get", "PP", "i"}, {"environ_sizes_get", "PP", "i"},
	{"clock_res_get", "BP", "i"}, {"clock_time_get", "BlP", "i"},
	{"fd_advise", "FllB", "i"}, {"fd_allocate", "Fll", "i"}, {"fd_close", "F", "i"}, {"fd_datasync", "F", "i"},
	{"fd_fdstat_get", "FP", "i"}, {"fd_fdstat_set_flags", "FB", "i"}, {"fd_fdstat_set_rights", "Frr", "i"},
	{"fd_filestat_get", "FP", "i"}, {"fd_filestat_set_size", "Fl", "i"}, {"fd_filestat_set_times", "FllB", "i"},
	{"fd_pread", "FVNlP", "i"}, {"fd_prestat_get", "FP", "i"}, {"fd_prestat_dir_name", "FPL", "i"}, {"fd_pwrite", "FVNlP", "i"},
	{"fd_read", "FVNP", "i"}, {"fd_readdir", "FPLlP", "i"}, {"fd_renumber", "FF", "i"}, {"fd_seek", "FlwP", "i"},
	{"fd_sync", "F", "i"}, {"fd_tell", "FP", "i"}, {"fd_write", "FVNP", "i"},
	{"path_create_directory", "FS", "i"}, {"path_filestat_get", "FBSP", "i"}, {"path_filestat_set_times", "FBSllB", "i"},
	{"path_link", "FBSFS", "i"}, {"path_open", "FBSBrrBP", "i"}, {"path_readlink", "FSPLP", "i"},
	{"path_remove_directory", "FS", "i"}, {"path_rename", "FSFS", "i"}, {"path_symlink", "SFS", "i"}, {"path_unlink_file", "FS", "i"},
	{"poll_oneoff", "PPBP", "i"}, {"proc_exit", "B", ""}, {"proc_raise", "B", "i"}, {"random_get", "PL", "i"}, {"sched_yield", "", "i"},
	{"sock_accept", "FBP", "i"}, {"sock_recv", "FVNBPP", "i"}, {"sock_send", "FVNBP", "i"}, {"sock_shutdown", "FB", "i"},
}

// useful are the functions that most programs call.
var useful = []string{"fd_write", "fd_read", "path_open", "fd_close", "fd_seek", "random_get", "clock_time_get", "path_create_directory", "fd_pwrite", "fd_readdir", "path_unlink_file"}

// paths lie in memory at pathsAt with a zero byte between them.
var paths = []string{"a", "b", "d", "d/x", "d/../a", ".", "..", "", "/a", "no", "d/", "\xff\xfe", "out", "a/b"}

func (w wasiFunction) signature() signature {
	var s signature
	for _, c := range w.params {
		switch c {
		case 'l', 'r':
			s.params = append(s.params, I64)
		case 'S':
			s.params = append(s.params, I32, I32)
		default:
			s.params = append(s.params, I32)
		}
	}
	if w.result != "" {
		s.results = []ValType{I32}
	}
	return s
}

func (g *generator) drawImports() {
	for _, w := range wasiFunctions {
		n := 5
		for _, name := range useful {
			if name == w.name || w.result == "" {
				n = 2
			}
		}
		if g.oneIn(n) {
			g.imports = append(g.imports, w)
			g.functions = append(g.functions, g.typeIndex(w.signature()))
		}
	}
}

// wasiStatement calls the host with mostly plausible arguments and keeps the
// error number.
func (f *function) wasiStatement(depth int) bool {
	if len(f.imports) == 0 {
		return false
	}
	i := f.n(len(f.imports))
	w := f.imports[i]
	if w.result == "" && !f.oneIn(5) {
		return false
	}
	if f.pages > 0 {
		f.prepareVectors(w)
	}
	for _, c := range w.params {
		f.argument(c, depth)
	}
	f.call(i)
	if w.result != "" {
		f.observe(I32)
	}
	return true
}

// prepareVectors stores two vectors for a function that takes a list of them.
func (f *function) prepareVectors(w wasiFunction) {
	for _, c := range w.params {
		if c != 'V' {
			continue
		}
		for at := range 2 {
			f.storeWord(vectorsAt+8*at, f.n(addressEnd))
			f.storeWord(vectorsAt+8*at+4, f.n(choose(f.source, []int{2, 20, 300})))
		}
	}
}

func (f *function) storeWord(at, v int) {
	f.i32(at)
	f.i32(v)
	f.emit("i32.store", 0, 0x36)
	f.code.byte(2, 0)
}

func (f *function) argument(c rune, depth int) {
	if !f.safe() || f.oneIn(60) {
		t := I32
		switch c {
		case 'l', 'r':
			t = I64
		case 'S':
			f.expr(I32, depth)
		}
		f.expr(t, depth)
		return
	}
	switch c {
	case 'F':
		f.descriptor()
	case 'P':
		f.i32(resultsAt + choose(f.source, []int{0, 8, 0x100, f.n(addressEnd)}))
	case 'V':
		f.i32(vectorsAt)
	case 'N':
		f.i32(f.n(3))
	case 'L':
		f.i32(f.n(choose(f.source, []int{8, 100, 1000})))
	case 'S':
		at := pathsAt
		which := f.n(len(paths))
		for _, p := range paths[:which] {
			at += len(p) + 1
		}
		f.i32(at)
		f.i32(len(paths[which]))
	case 'B':
		f.i32(choose(f.source, []int{0, 0, 0, 1, 1, 2, 3, f.n(16), f.n(256)}))
	case 'w':
		f.i32(f.n(4))
	case 'l':
		f.emit("i64.const", 0, 0x42)
		f.code.signed(int64(choose(f.source, []int{0, 0, 1, 2, f.n(100), f.n(1 << 16), -1})))
	case 'r':
		f.emit("i64.const", 0, 0x42)
		f.code.signed(choose(f.source, []int64{-1, 1<<30 - 1, 0, 2, 64}))
	default:
		f.expr(I32, depth)
	}
}

// descriptor pushes a standard one, or what path_open may have left.
func (f *function) descriptor() {
	if f.pages > 0 && f.oneIn(3) {
		f.i32(resultsAt)
		f.emit("i32.load", 0, 0x28)
		f.code.byte(2, 0)
		return
	}
	f.i32(choose(f.source, []int{0, 1, 1, 2, 3, 4, 4, 5, 6, 7, f.n(20)}))
}
