// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Command xworker-gpu speaks with NVIDIA's devices for xworker. It is a program of
// its own because it loads libraries at run time, which xworker, being static,
// cannot, and because a driver that crashes ends the process. It answers questions
// on its standard input and ends with it; started by hand with the argument
// "check" it lists the devices, tests each and says what it finds.
package main

import (
	"fmt"
	"os"

	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu"
	"github.com/openmesh-network/openmesh/worker/platform/proving/gpu/cuda"
)

func main() {
	var err error
	if len(os.Args) > 1 && os.Args[1] == "check" {
		err = check()
	} else {
		err = gpu.Serve(os.Stdin, os.Stdout, driver{})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "xworker-gpu:", err)
		os.Exit(1)
	}
}

type driver struct{}

func (driver) Devices() ([]gpu.Device, error) { return cuda.Devices() }

func (driver) Open(index int) (gpu.Engine, error) { return cuda.Open(index, cuda.Options{}) }

// check tests every device that there is.
func check() error {
	devices, err := cuda.Devices()
	if err != nil {
		return err
	}
	if len(devices) == 0 {
		fmt.Println("no device")
	}
	for _, d := range devices {
		fmt.Printf("%d: %s (%s), %d MiB, driver %s, %s\n", d.Index, d.Name, d.Class, d.Memory>>20, d.Driver, d.UUID)
		if err := test(d.Index); err != nil {
			return err
		}
		fmt.Println("   self-test passed")
	}
	return nil
}

func test(index int) error {
	e, err := cuda.Open(index, cuda.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = e.Close() }()
	return gpu.SelfTest(e)
}
