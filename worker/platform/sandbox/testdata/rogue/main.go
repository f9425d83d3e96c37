// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Rogue is a child that compiles as it should and, where it should run a
// module, ends in the way that the task's first argument says.
package main

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/openmesh-network/openmesh/worker/platform/sandbox"
)

func main() {
	if len(os.Args) < 2 || os.Args[1] != "run" {
		sandbox.ChildMain()
		return
	}
	job := os.NewFile(3, "job")
	var size [4]byte
	if _, err := io.ReadFull(job, size[:]); err != nil {
		panic(err)
	}
	body := make([]byte, binary.BigEndian.Uint32(size[:]))
	if _, err := io.ReadFull(job, body); err != nil {
		panic(err)
	}
	var asked struct{ Args []string }
	if err := json.Unmarshal(body, &asked); err != nil {
		panic(err)
	}
	behave(asked.Args[0])
}

const good = `{"Status":"ok","Gas":7}`

func behave(how string) {
	switch how {
	case "verdict":
		send('v', good)
	case "verdict and status 3":
		send('v', good)
		os.Exit(3)
	case "verdict and more":
		send('v', good)
		send('v', good)
	case "half a verdict":
		write([]byte{'v', 0, 0, 0, 100, '{'})
	case "no verdict":
	case "an unknown status":
		send('v', `{"Status":"splendid"}`)
	case "no JSON":
		send('v', "ok")
	case "a frame without end":
		write([]byte{'o', 0xff, 0xff, 0xff, 0xff})
	case "abstains":
		send('v', `{"Cause":"cache","Detail":"for reasons of its own"}`)
		os.Exit(3)
	case "abstains for the parent's reason":
		send('v', `{"Cause":"timeout"}`)
		os.Exit(3)
	case "abstains with status 0":
		send('v', `{"Cause":"cache"}`)
	case "panics":
		panic("as planned")
	case "segfaults":
		var nowhere *int
		*nowhere = 1
	case "takes all memory":
		limit := syscall.Rlimit{Cur: 256 << 20, Max: 256 << 20}
		if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &limit); err != nil {
			panic(err)
		}
		for {
			kept = append(kept, make([]byte, 16<<20))
		}
	case "kills itself":
		if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
			panic(err)
		}
		select {}
	case "sleeps":
		time.Sleep(time.Hour)
	case "writes too much":
		for range 3 {
			send('o', string(make([]byte, 1<<19)))
		}
	}
}

var kept [][]byte

func send(kind byte, payload string) {
	write(append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(payload))), payload...))
}

func write(p []byte) {
	if _, err := os.NewFile(4, "verdict").Write(p); err != nil {
		os.Exit(5)
	}
}
