// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sales = `country,product,price,quantity
DE,apple,0.10,3
FR,pear,0.20,1
DE,apple,0.20,
FR,apple,1.5,2
DE,"pear, ripe",2,1
`

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name, args, input, want string
	}{
		{"groups come in the order of their keys", "-by country count", sales, "country,count\nDE,3\nFR,2\n"},
		{"sums keep every digit", "-by country sum:price", sales, "country,sum:price\nDE,2.30\nFR,1.70\n"},
		{"several columns are one key", "-by product,country sum:quantity", sales, "product,country,sum:quantity\napple,DE,3\napple,FR,2\npear,FR,1\n\"pear, ripe\",DE,1\n"},
		{"least, greatest and average", "-by country -places 2 min:price max:price avg:price", sales, "country,min:price,max:price,avg:price\nDE,0.10,2,0.77\nFR,0.20,1.5,0.85\n"},
		{"empty cells count for nothing", "-by product avg:quantity count:quantity count", sales, "product,avg:quantity,count:quantity,count\napple,2.500000,2,3\npear,1.000000,1,1\n\"pear, ripe\",1.000000,1,1\n"},
		{"no key is one group", "sum:quantity count", sales, "sum:quantity,count\n7,5\n"},
		{"a group without numbers has none", "-by k sum:v", "k,v\na,\n", "k,sum:v\na,\n"},
		{"without a header columns have numbers", "-no-header -by 2 sum:1", "1,a\n2,b\n3,a\n", "2,sum:1\na,4\nb,2\n"},
		{"another separator goes in and out", `-comma \t -by k,l sum:v`, "k\tl\tv\na\tx\t1\n", "k\tl\tsum:v\na\tx\t1\n"},
		{"a spreadsheet's byte order mark is skipped", "-by k count", "\ufeffk,v\na,1\n", "k,count\na,1\n"},
		{"no rows at all", "-by k count", "", "k,count\n"},
		{"a header alone", "-by k count", "k\n", "k,count\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := run(append([]string{"-in", "-"}, strings.Fields(test.args)...), strings.NewReader(test.input), &out, io.Discard); err != nil {
				t.Fatal(err)
			}
			if out.String() != test.want {
				t.Errorf("got %q, want %q", &out, test.want)
			}
		})
	}
}

func TestRunSaysWhatIsWrongAndWhere(t *testing.T) {
	for _, test := range []struct {
		name, args, input, want string
	}{
		{"text in a column of numbers", "sum:v", "k,v\na,1\nb,x\n", `line 3, column v: "x" is no number`},
		{"a column that is not there", "sum:w", "k,v\n", `no column "w"; there are k, v`},
		{"a row with too few cells", "count", "k,v\na\n", "wrong number of fields"},
		{"an aggregate that is none", "median:v", "k,v\n", "none of count"},
		{"a sum of nothing", "sum", "k,v\n", "wants a column"},
		{"no aggregate", "-by k", "k,v\n", "nothing to aggregate"},
		{"a separator of two characters", "-comma ab count", "", "not one character"},
		{"too many places", "-places 1000000000 count", "", "not between"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			err := run(append([]string{"-in", "-"}, strings.Fields(test.args)...), strings.NewReader(test.input), &out, io.Discard)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if out.Len() > 0 {
				t.Errorf("failed and printed %q", &out)
			}
		})
	}
}

func TestRunReadsDirectories(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"1.csv": "k,v\na,1\n", "2.csv": "v,k\n2,a\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := run([]string{"-in", dir, "-by", "k", "sum:v"}, nil, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if want := "k,sum:v\na,3\n"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
}
