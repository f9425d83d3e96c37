// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"errors"
	"net"
)

// freePorts returns n loopback addresses whose ports the kernel chose, all
// different. They are free, though not reserved, when it returns.
func freePorts(n int) (addrs []string, err error) {
	listeners := make([]net.Listener, 0, n)
	defer func() {
		for _, l := range listeners {
			err = errors.Join(err, l.Close())
		}
	}()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		listeners = append(listeners, l)
		addrs = append(addrs, l.Addr().String())
	}
	return addrs, nil
}

// port is the port of an address that freePorts gave.
func port(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}
