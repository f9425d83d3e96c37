// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package workers

import (
	"net/netip"
	"strconv"
	"strings"

	errorsmod "cosmossdk.io/errors"
)

const (
	// MaxEndpointLength bounds one endpoint, in bytes.
	MaxEndpointLength = 256
	maxNameLength     = 253
	maxValueLength    = 128
)

// Every node must accept exactly the same endpoints for ever, so the grammar is
// written down here rather than borrowed from a library that may widen it.
// Private and loopback addresses are well-formed: whoever dials refuses them.

// hostParts open an endpoint. The value says which check its argument gets.
var hostParts = map[string]func(string) bool{
	"ip4":  func(v string) bool { a, ok := parseIP(v); return ok && a.Is4() },
	"ip6":  func(v string) bool { a, ok := parseIP(v); return ok && a.Is6() },
	"dns":  isHostName,
	"dns4": isHostName,
	"dns6": isHostName,
}

// laterParts may follow the port. A nil check means that the part has no argument.
var laterParts = map[string]func(string) bool{
	"quic-v1":       nil,
	"tls":           nil,
	"noise":         nil,
	"ws":            nil,
	"wss":           nil,
	"webtransport":  nil,
	"webrtc-direct": nil,
	"p2p-circuit":   nil,
	"certhash":      isAlphanumeric,
	"sni":           isHostName,
	"p2p":           isAlphanumeric,
}

// ValidateEndpoints refuses more than MaxEndpoints endpoints, one that comes
// twice, and any that ValidateEndpoint refuses.
func ValidateEndpoints(endpoints []string, peerID string) error {
	if len(endpoints) > MaxEndpoints {
		return errorsmod.Wrapf(ErrInvalidEndpoint, "%d endpoints, at most %d", len(endpoints), MaxEndpoints)
	}
	for i, endpoint := range endpoints {
		if err := ValidateEndpoint(endpoint, peerID); err != nil {
			return err
		}
		for _, earlier := range endpoints[:i] {
			if earlier == endpoint {
				return errorsmod.Wrapf(ErrInvalidEndpoint, "%q comes twice", endpoint)
			}
		}
	}
	return nil
}

// ValidateEndpoint refuses what is not of the form
// /<ip4|ip6|dns|dns4|dns6>/<host>/<tcp|udp>/<port>[/<later parts>]/p2p/<peerID>
// (ErrInvalidEndpoint).
func ValidateEndpoint(endpoint, peerID string) error {
	refuse := func(why string) error {
		return errorsmod.Wrapf(ErrInvalidEndpoint, "%.64q: %s", endpoint, why)
	}
	if len(endpoint) > MaxEndpointLength {
		return refuse("longer than " + strconv.Itoa(MaxEndpointLength) + " bytes")
	}
	rest, ok := strings.CutSuffix(endpoint, "/p2p/"+peerID)
	if !ok {
		return refuse("must end in /p2p/" + peerID)
	}
	parts := strings.Split(rest, "/")
	if len(parts) < 5 || parts[0] != "" {
		return refuse("must begin with /<ip4|ip6|dns|dns4|dns6>/<host>/<tcp|udp>/<port>")
	}
	if check, known := hostParts[parts[1]]; !known || !check(parts[2]) {
		return refuse("the host is not an address or a name of its kind")
	}
	if (parts[3] != "tcp" && parts[3] != "udp") || !isPort(parts[4]) {
		return refuse("the transport is not tcp or udp with a port of 1 to 65535")
	}
	return validateLaterParts(parts[5:], refuse)
}

func validateLaterParts(parts []string, refuse func(string) error) error {
	for len(parts) > 0 {
		check, known := laterParts[parts[0]]
		if !known {
			return refuse("it has an unknown part")
		}
		used := 1
		if check != nil {
			if len(parts) < 2 || !check(parts[1]) {
				return refuse("the argument of " + parts[0] + " is missing or malformed")
			}
			used = 2
		}
		// A peer id in the middle is a relay's.
		if parts[0] == "p2p" && (len(parts) != 3 || parts[2] != "p2p-circuit") {
			return refuse("a peer id in the middle must be followed by p2p-circuit only")
		}
		if parts[0] == "p2p-circuit" && len(parts) != 1 {
			return refuse("p2p-circuit must be followed by the own peer id")
		}
		parts = parts[used:]
	}
	return nil
}

// parseIP accepts only the one canonical spelling of a unicast address.
func parseIP(v string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(v)
	ok := err == nil && a.String() == v && a.Zone() == "" && !a.IsUnspecified() && !a.IsMulticast()
	return a, ok
}

func isHostName(v string) bool {
	if v == "" || len(v) > maxNameLength {
		return false
	}
	for label := range strings.SplitSeq(v, ".") {
		if label == "" || !isSlug(label, 63) || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

func isPort(v string) bool {
	n, err := strconv.ParseUint(v, 10, 16)
	return err == nil && n != 0 && strconv.FormatUint(n, 10) == v
}

func isAlphanumeric(v string) bool {
	for _, c := range []byte(v) {
		// certhash is multibase base64url: "-" and "_" occur.
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return v != "" && len(v) <= maxValueLength
}
