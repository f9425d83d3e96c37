// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// A guest that uses what Go programs use: maps, goroutines, floats, reflection,
// recursion and a panic that is recovered.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"sort"
	"strings"
)

func main() {
	words := map[string]int{}
	for w := range strings.FieldsSeq(strings.Repeat("the quick brown fox jumps over the lazy dog ", 100)) {
		words[w]++
	}
	keys := make([]string, 0, len(words))
	for k := range words {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	sum := make(chan float64)
	go func() {
		var s float64
		for i := range 1000 {
			s += math.Sqrt(float64(i)) / math.Pi
		}
		sum <- s
	}()
	var nested any
	err := json.Unmarshal([]byte(strings.Repeat("[", 1000)+strings.Repeat("]", 1000)), &nested)
	func() {
		defer func() { _ = recover() }()
		var none []int
		_ = none[len(keys)]
	}()
	out, _ := json.Marshal(words)
	fmt.Printf("%v %s %.6f %v\n", keys, out, <-sum, err)
	os.Exit(3)
}
