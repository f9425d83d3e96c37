// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

// Guest is the program of the end-to-end stories: one word a behaviour.
//
//	guest say WORD...    prints the words
//	guest spin MILLIONS  is busy for a while, then prints what came of it
//	guest exit CODE      ends with a code
//	guest panic WORD     ends as Go programs do that panic
//	guest shuffle WORD…  prints the words in the order of a map, and numbers
//	                     that nobody can know beforehand
package main

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) < 3 {
		os.Exit(2)
	}
	number, _ := strconv.Atoi(os.Args[2]) // 0 where it is a word
	switch os.Args[1] {
	case "say":
		say(strings.Join(os.Args[2:], " "))
	case "spin":
		say(strconv.FormatUint(spin(number), 10))
	case "exit":
		os.Exit(number)
	case "panic":
		panic(os.Args[2])
	case "shuffle":
		words := map[string]uint64{}
		for _, w := range os.Args[2:] {
			words[w] = rand.Uint64()
		}
		for w, n := range words {
			say(w + " " + strconv.FormatUint(n, 10))
		}
	default:
		os.Exit(2)
	}
}

func say(text string) {
	if _, err := os.Stdout.WriteString(text + "\n"); err != nil {
		os.Exit(1)
	}
}

// spin walks a sequence that nobody can shorten (xorshift).
func spin(millions int) uint64 {
	x := uint64(88172645463325252)
	for range millions * 1_000_000 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}
