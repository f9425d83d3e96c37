// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// maxScale bounds the digits after the point, and the zeros that an exponent
// may put before it: a cell of ten letters must not become a number of a
// billion digits.
const maxScale = 100

// decimal is the exact number mantissa / 10^scale.
type decimal struct {
	mantissa big.Int
	scale    int
}

// parse reads a number such as 12, -0.50, .5 or 1.2e-3.
func (d *decimal) parse(text string) error {
	text = strings.TrimSpace(text)
	if d.parseShort(text) {
		return nil
	}
	digits, scale := text, 0
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		exponent, err := strconv.Atoi(text[at+1:])
		if err != nil || exponent > maxScale || exponent < -maxScale {
			return fmt.Errorf("%q is no number", text)
		}
		digits, scale = text[:at], -exponent
	}
	if at := strings.IndexByte(digits, '.'); at >= 0 {
		scale += len(digits) - at - 1
		digits = digits[:at] + digits[at+1:]
	}
	if !isInteger(digits) || scale > maxScale {
		return fmt.Errorf("%q is no number", text)
	}
	d.mantissa.SetString(digits, 10)
	d.scale = scale
	if scale < 0 {
		d.rescale(0)
	}
	return nil
}

// parseShort reads what nearly all cells are, at most 18 digits without an
// exponent, in one pass and without memory. Of all else it says false.
func (d *decimal) parseShort(text string) bool {
	unsigned := text
	if text != "" && (text[0] == '-' || text[0] == '+') {
		unsigned = text[1:]
	}
	if len(unsigned) > 19 {
		return false
	}
	n, digits, whole := int64(0), 0, -1
	for i := range len(unsigned) {
		switch c := unsigned[i]; {
		case c >= '0' && c <= '9' && digits < 18:
			n = n*10 + int64(c-'0')
			digits++
		case c == '.' && whole < 0:
			whole = digits
		default:
			return false
		}
	}
	if digits == 0 {
		return false
	}
	if whole < 0 {
		whole = digits
	}
	if text[0] == '-' {
		n = -n
	}
	d.mantissa.SetInt64(n)
	d.scale = digits - whole
	return true
}

// isInteger says whether text is digits with or without a sign.
func isInteger(text string) bool {
	text = strings.TrimLeft(text[:min(1, len(text))], "+-") + text[min(1, len(text)):]
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

func power10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// rescale writes the same number with more digits after the point.
func (d *decimal) rescale(scale int) {
	if scale > d.scale {
		d.mantissa.Mul(&d.mantissa, power10(scale-d.scale))
		d.scale = scale
	}
}

func (d *decimal) set(x *decimal) {
	d.mantissa.Set(&x.mantissa)
	d.scale = x.scale
}

// add adds x. The sum has the digits after the point of the longer of the two.
func (d *decimal) add(x *decimal) {
	d.rescale(x.scale)
	if x.scale == d.scale {
		d.mantissa.Add(&d.mantissa, &x.mantissa)
		return
	}
	var longer decimal
	longer.set(x)
	longer.rescale(d.scale)
	d.mantissa.Add(&d.mantissa, &longer.mantissa)
}

// compare is negative, 0 or positive as d is less than, equal to or greater than x.
func (d *decimal) compare(x *decimal) int {
	if d.scale == x.scale {
		return d.mantissa.Cmp(&x.mantissa)
	}
	var a, b decimal
	a.set(d)
	b.set(x)
	a.rescale(b.scale)
	b.rescale(a.scale)
	return a.mantissa.Cmp(&b.mantissa)
}

// String writes all digits, trailing zeros included: 1.10 + 2.2 is 3.30.
func (d *decimal) String() string {
	digits := new(big.Int).Abs(&d.mantissa).String()
	if missing := d.scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	if d.scale > 0 {
		digits = digits[:len(digits)-d.scale] + "." + digits[len(digits)-d.scale:]
	}
	if d.mantissa.Sign() < 0 {
		return "-" + digits
	}
	return digits
}

// over divides by n > 0 and rounds to places digits after the point, halves to
// the even neighbour.
func (d *decimal) over(n int64, places int) *decimal {
	numerator := new(big.Int).Abs(&d.mantissa)
	denominator := new(big.Int).Mul(big.NewInt(n), power10(d.scale))
	numerator.Mul(numerator, power10(places))
	q := &decimal{scale: places}
	rest := new(big.Int)
	q.mantissa.QuoRem(numerator, denominator, rest)
	switch rest.Lsh(rest, 1).Cmp(denominator) {
	case 1:
		q.mantissa.Add(&q.mantissa, big.NewInt(1))
	case 0:
		if q.mantissa.Bit(0) == 1 {
			q.mantissa.Add(&q.mantissa, big.NewInt(1))
		}
	}
	if d.mantissa.Sign() < 0 {
		q.mantissa.Neg(&q.mantissa)
	}
	return q
}
