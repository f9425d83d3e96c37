// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Command guest holds the kernels that are written in Go: what Go programs do
// most, by the standard library. For every line "kernel n" on stdin it runs n
// steps of the kernel with that number, and writes the CPU time that they took
// in ns, and a checksum. Built for wasip1 as a reactor it exports run instead.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
)

// kernels by number; the harness knows them by the same order.
var kernels = []func(n int) uint64{encodingJSON, sorting, hashing, maps, printing}

func main() {
	in := bufio.NewReader(os.Stdin)
	for {
		var kernel, n int
		if _, err := fmt.Fscan(in, &kernel, &n); errors.Is(err, io.EOF) {
			return
		} else if err != nil || kernel < 0 || kernel >= len(kernels) {
			fmt.Fprintln(os.Stderr, "guest: each line is a kernel's number and a number of steps")
			os.Exit(2)
		}
		began := cpuNanos()
		sum := kernels[kernel](n)
		fmt.Println(cpuNanos()-began, sum)
	}
}

// random is the same on every run.
func random() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

type record struct {
	ID     int               `json:"id"`
	Name   string            `json:"name"`
	Score  float64           `json:"score"`
	Tags   []string          `json:"tags"`
	Labels map[string]string `json:"labels"`
}

// encodingJSON reads and writes 50 records with each step.
func encodingJSON(n int) uint64 {
	r := random()
	records := make([]record, 50)
	for i := range records {
		records[i] = record{
			ID: i, Name: "user " + strconv.Itoa(r.IntN(1e6)), Score: float64(r.IntN(1e6)) / 64,
			Tags: []string{"alpha", "beta", "gamma"}, Labels: map[string]string{"zone": "a", "kind": strconv.Itoa(i)},
		}
	}
	h := fnv.New64a()
	for range n {
		text, err := json.Marshal(records)
		if err != nil {
			panic(err)
		}
		var again []record
		if err := json.Unmarshal(text, &again); err != nil {
			panic(err)
		}
		h.Write(text[:64])
		records = again
	}
	return h.Sum64()
}

// sorting makes and sorts 10,000 numbers with each step.
func sorting(n int) uint64 {
	r := random()
	numbers := make([]uint64, 10_000)
	sum := uint64(0)
	for i := range n {
		for k := range numbers {
			numbers[k] = r.Uint64()
		}
		slices.Sort(numbers)
		sum = sum*31 + numbers[i%len(numbers)]
	}
	return sum
}

// hashing hashes 4 KiB with each step.
func hashing(n int) uint64 {
	var text [4096]byte
	for range n {
		sum := sha256.Sum256(text[:])
		copy(text[:], sum[:])
	}
	return binary.LittleEndian.Uint64(text[:])
}

// maps fills a map with 5,000 strings with each step, and looks them up.
func maps(n int) uint64 {
	keys := make([]string, 5000)
	for i := range keys {
		keys[i] = "key " + strconv.Itoa(i*7919)
	}
	sum := uint64(0)
	for i := range n {
		m := make(map[string]int)
		for k, key := range keys {
			m[key] += k + i
		}
		for _, key := range keys {
			sum = sum*31 + uint64(m[key])
		}
	}
	return sum
}

// printing formats 1,000 lines with each step.
func printing(n int) uint64 {
	h := fnv.New64a()
	for i := range n {
		for k := range 1000 {
			fmt.Fprintf(h, "%d: %s is %8.3f, %x of %v\n", k, "value", float64(i*k)/7, k*k, i)
		}
	}
	return h.Sum64()
}
