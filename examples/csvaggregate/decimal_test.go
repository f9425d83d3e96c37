// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import "testing"

func number(t *testing.T, text string) *decimal {
	t.Helper()
	var d decimal
	if err := d.parse(text); err != nil {
		t.Fatal(err)
	}
	return &d
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "+7": "7", " 12 ": "12", "1.50": "1.50", "-.5": "-0.5", "5.": "5",
		"1e3": "1000", "1.25e1": "12.5", "12E-3": "0.012", "-1.5e-1": "-0.15",
		"-999999999999999999": "-999999999999999999", "9223372036854775808": "9223372036854775808", "0.000000000000000001": "0.000000000000000001",
		"123456789012345678901234567890.123456789": "123456789012345678901234567890.123456789",
	} {
		if got := number(t, text).String(); got != want {
			t.Errorf("%q is read as %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "-", ".", "e5", "1e", "1e999999999", "0x10", "1,5", "1.2.3", "--1", "NaN", "Inf", "1_000", "١"} {
		if err := new(decimal).parse(text); err == nil {
			t.Errorf("%q is read as a number", text)
		}
	}
}

func TestSumsAreExact(t *testing.T) {
	sum := number(t, "0")
	tenth := number(t, "0.1")
	for range 1000 {
		sum.add(tenth)
	}
	if got := sum.String(); got != "100.0" {
		t.Errorf("a thousand times 0.1 is %s", got)
	}
	for _, test := range []struct{ a, b, want string }{
		{"1.10", "2.2", "3.30"},
		{"2.2", "1.10", "3.30"},
		{"9223372036854775807", "1", "9223372036854775808"},
		{"-0.05", "0.05", "0.00"},
	} {
		a := number(t, test.a)
		a.add(number(t, test.b))
		if a.String() != test.want {
			t.Errorf("%s + %s is %s, want %s", test.a, test.b, a, test.want)
		}
	}
}

func TestCompare(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"1", "1.00", 0}, {"1.01", "1", 1}, {"-2", "1.5", -1}, {"0.1", "0.09", 1},
	} {
		if got := number(t, test.a).compare(number(t, test.b)); got != test.want {
			t.Errorf("%s against %s: %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func TestAveragesRoundHalvesToEven(t *testing.T) {
	for _, test := range []struct {
		sum    string
		n      int64
		places int
		want   string
	}{
		{"1", 3, 6, "0.333333"},
		{"2", 3, 6, "0.666667"},
		{"-2", 3, 2, "-0.67"},
		{"1", 2, 0, "0"},
		{"3", 2, 0, "2"},
		{"5", 2, 0, "2"},
		{"-3", 2, 0, "-2"},
		{"0.25", 1, 1, "0.2"},
		{"0.35", 1, 1, "0.4"},
		{"10.50", 3, 2, "3.50"},
	} {
		if got := number(t, test.sum).over(test.n, test.places).String(); got != test.want {
			t.Errorf("%s / %d to %d places is %s, want %s", test.sum, test.n, test.places, got, test.want)
		}
	}
}
