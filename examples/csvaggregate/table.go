// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// function is what an aggregate does with the cells of its column.
type function string

const (
	count   function = "count"
	sum     function = "sum"
	average function = "avg"
	least   function = "min"
	most    function = "max"
)

// aggregate is one column of the output.
type aggregate struct {
	spec   string // as it was asked for
	does   function
	column int // in table.columns; -1 for all rows
}

// table groups rows.
type table struct {
	by         []string // columns of the key
	columns    []string // columns that aggregates look at, each once
	numeric    []bool   // whether a column's cells must be numbers
	aggregates []aggregate
	places     int // digits after the point of averages
	groups     map[string]*group
	// Of the row being added:
	key     []byte
	numbers []decimal
}

// group is the rows of one key.
type group struct {
	key    []string
	states []state // one for each aggregate
}

// state is an aggregate so far.
type state struct {
	n     int64 // rows, or cells that are not empty
	value decimal
}

func newTable(by string, specs []string, places int) (*table, error) {
	t := &table{places: places, groups: make(map[string]*group)}
	if by != "" {
		t.by = strings.Split(by, ",")
	}
	if len(specs) == 0 {
		return nil, errors.New("nothing to aggregate: name at least one of count, sum:column, avg:column, min:column, max:column")
	}
	for _, spec := range specs {
		name, column, found := strings.Cut(spec, ":")
		a := aggregate{spec: spec, does: function(name), column: -1}
		switch a.does {
		case count:
		case sum, average, least, most:
			if !found {
				return nil, fmt.Errorf("%s wants a column: %s:column", spec, spec)
			}
		default:
			return nil, fmt.Errorf("%q is none of count, sum, avg, min, max", name)
		}
		if found {
			a.column = t.column(column, a.does != count)
		}
		t.aggregates = append(t.aggregates, a)
	}
	t.numbers = make([]decimal, len(t.columns))
	return t, nil
}

// column returns the index of a column among those looked at.
func (t *table) column(name string, numeric bool) int {
	at := slices.Index(t.columns, name)
	if at < 0 {
		at = len(t.columns)
		t.columns, t.numeric = append(t.columns, name), append(t.numeric, false)
	}
	t.numeric[at] = t.numeric[at] || numeric
	return at
}

// places says where a file has the columns that matter.
type places struct{ by, columns []int }

func (t *table) locate(names []string) (places, error) {
	find := func(wanted []string) ([]int, error) {
		at := make([]int, len(wanted))
		for i, w := range wanted {
			if at[i] = slices.Index(names, w); at[i] < 0 {
				return nil, fmt.Errorf("there is no column %q; there are %s", w, strings.Join(names, ", "))
			}
		}
		return at, nil
	}
	by, err := find(t.by)
	if err != nil {
		return places{}, err
	}
	columns, err := find(t.columns)
	return places{by, columns}, err
}

// add adds a row. On an error it says in which of the row's cells.
func (t *table) add(row []string, p places) (at int, err error) {
	for i, at := range p.columns {
		if cell := row[at]; t.numeric[i] && cell != "" {
			if err := t.numbers[i].parse(cell); err != nil {
				return at, err
			}
		}
	}
	g := t.group(row, p.by)
	for i, a := range t.aggregates {
		s := &g.states[i]
		if a.column >= 0 && row[p.columns[a.column]] == "" {
			continue
		}
		s.n++
		if a.does != count {
			s.take(a.does, &t.numbers[a.column])
		}
	}
	return 0, nil
}

// take takes a number in; s.n counts it already.
func (s *state) take(does function, x *decimal) {
	switch {
	case s.n == 1:
		s.value.set(x)
	case does == sum, does == average:
		s.value.add(x)
	case does == least && x.compare(&s.value) < 0, does == most && x.compare(&s.value) > 0:
		s.value.set(x)
	}
}

// group finds or makes the group of a row.
func (t *table) group(row []string, by []int) *group {
	t.key = t.key[:0]
	for _, at := range by {
		t.key = binary.AppendUvarint(t.key, uint64(len(row[at])))
		t.key = append(t.key, row[at]...)
	}
	g, found := t.groups[string(t.key)]
	if !found {
		g = &group{key: make([]string, len(by)), states: make([]state, len(t.aggregates))}
		for i, at := range by {
			g.key[i] = strings.Clone(row[at]) // the reader uses the row's memory again
		}
		t.groups[string(t.key)] = g
	}
	return g
}

// print writes a header and the groups in the byte order of their keys.
func (t *table) print(out *csv.Writer) error {
	row := slices.Clone(t.by)
	for _, a := range t.aggregates {
		row = append(row, a.spec)
	}
	if err := out.Write(row); err != nil {
		return err
	}
	groups := make([]*group, 0, len(t.groups))
	for _, g := range t.groups {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b *group) int { return slices.Compare(a.key, b.key) })
	for _, g := range groups {
		row = append(row[:0], g.key...)
		for i, a := range t.aggregates {
			row = append(row, g.states[i].text(a.does, t.places))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// text is the value of an aggregate; of no cells there is none but their count.
func (s *state) text(does function, places int) string {
	switch {
	case does == count:
		return strconv.FormatInt(s.n, 10)
	case s.n == 0:
		return ""
	case does == average:
		return s.value.over(s.n, places).String()
	default:
		return s.value.String()
	}
}
