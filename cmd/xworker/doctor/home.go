// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"github.com/openmesh-network/openmesh/worker"
	"github.com/openmesh-network/openmesh/worker/config"
	"github.com/openmesh-network/openmesh/worker/platform/keys"
)

// checkHome: the home is there, and nobody else may look into it (D16).
func checkHome(_ context.Context, e *Exam) []Finding {
	info, err := os.Stat(e.Home)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []Finding{fail(e.Home+" is not there", "key, configuration and data live in it", fmt.Sprintf("xworker init --home %s --chain-id <id>", e.Home))}
	case err != nil:
		return []Finding{fail(fmt.Sprintf("%s cannot be read: %v", e.Home, err), "key, configuration and data live in it", "sudo chown -R $USER "+e.Home)}
	case !info.IsDir():
		return []Finding{fail(e.Home+" is no folder", "key, configuration and data live in it", "give another --home")}
	case info.Mode().Perm()&0o077 != 0:
		return []Finding{warn(fmt.Sprintf("%s has mode %04o", e.Home, info.Mode().Perm()), "other users of this machine can look into it", "chmod 700 "+e.Home)}
	}
	return good("%s is there and private", e.Home)
}

// checkConfig: the file parses, all keys are known, the values hold together (D19).
func checkConfig(_ context.Context, e *Exam) []Finding {
	path := filepath.Join(e.Home, config.File)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return []Finding{fail(path+" is not there", "the daemon does not know its chain", fmt.Sprintf("xworker init --home %s --chain-id <id>", e.Home))}
	}
	if _, err := e.config.get(e.Config); err != nil {
		var out []Finding
		for line := range strings.SplitSeq(err.Error(), "\n") {
			out = append(out, fail(line, "the daemon refuses to start with it", "edit "+path))
		}
		return out
	}
	return good("%s holds together", path)
}

// checkSigner: the key is there, whole, and readable by its owner alone (D16).
func checkSigner(_ context.Context, e *Exam) []Finding {
	path := filepath.Join(e.Home, worker.SignerFile)
	s, err := e.signer.get(e.Signer)
	switch {
	case err == nil:
		return good("%s is private; it signs as %s", path, s.Account())
	case errors.Is(err, fs.ErrNotExist):
		return []Finding{fail(path+" is not there", "the daemon is nobody without it", fmt.Sprintf("xworker init --home %s --chain-id <id>, or put it back from a backup", e.Home))}
	case errors.Is(err, keys.ErrLooseMode):
		return []Finding{fail(err.Error(), "whoever reads it votes in this Xnode's name, which costs the bond", "chmod 600 "+path)}
	default:
		return []Finding{fail(err.Error(), "the daemon does not start without it", "put it back from a backup; or make another, `mv "+path+" "+path+".bad`, `xworker init`, and let the operator sign `opend tx workers rotate-signer`")}
	}
}

// checkPorts: what the daemon listens on is free, or ours.
func checkPorts(ctx context.Context, e *Exam) []Finding {
	cfg, f := e.cfg()
	if f != nil {
		return f
	}
	if d := e.running(); d != nil {
		return good("the daemon runs as process %d and listens on %s", d.PID, strings.Join(append([]string{d.GRPC, d.REST}, d.P2P...), ", "))
	}
	type port struct{ key, network, addr string }
	ports := []port{{"api.grpc", "tcp", cfg.API.GRPC}, {"api.rest", "tcp", cfg.API.REST}}
	for _, a := range cfg.Host.Listen {
		network, addr, err := dialArgs(a)
		if err == nil {
			ports = append(ports, port{"host.listen", network, addr})
		}
	}
	var out []Finding
	for _, p := range ports {
		if err := e.Listen(ctx, p.network, p.addr); err != nil {
			out = append(out, fail(fmt.Sprintf("%s: %s %s cannot be taken: %v", p.key, p.network, p.addr, err),
				"the daemon does not start without its ports", "`ss -lntup | grep "+portOf(p.addr)+"` tells who has it; stop that, or change "+p.key))
		}
	}
	if host, _, err := net.SplitHostPort(cfg.API.REST); err == nil && !loopback(host) {
		out = append(out, warn("api.rest listens on "+cfg.API.REST, "metrics and health are for whoever reaches it", "set api.rest to 127.0.0.1:9192, or put a proxy with a login in front"))
	}
	if len(out) > 0 {
		return out
	}
	return good("no daemon runs, and all %d ports are free", len(ports))
}

// checkEndpoints: what others are told is an address at which this host can be.
func checkEndpoints(ctx context.Context, e *Exam) []Finding {
	cfg, f := e.cfg()
	if f != nil {
		return f
	}
	signer, f := e.key()
	if f != nil {
		return f
	}
	where, fix := "host.announce", "set host.announce in config.toml to the address that the router forwards"
	list := cfg.Host.Announce
	if len(list) == 0 {
		where, list = "host.listen", cfg.Host.Listen
	}
	if _, s, f := e.known(ctx); f == nil && s.Xnode != nil {
		where, list = "the card", s.Xnode.Endpoints
		fix = "opend tx workers update-xnode --help (the operator signs), with /ip4/<public address>/tcp/4101/p2p/" + signer.PeerID().String()
	}
	local := Local(cfg.Chain.ChainID)
	var out []Finding
	for _, text := range list {
		addr, err := ma.NewMultiaddr(text)
		if err != nil {
			out = append(out, fail(fmt.Sprintf("%s: %q is no multiaddr", where, text), "nobody can dial it", fix))
			continue
		}
		if id, err := addr.ValueForProtocol(ma.P_P2P); err == nil && id != signer.PeerID().String() {
			out = append(out, fail(fmt.Sprintf("%s: %s is of another key than this home's, %s", where, text, signer.PeerID()), "others refuse the connection", fix))
			continue
		}
		switch {
		case manet.IsIPUnspecified(addr):
			out = append(out, fail(fmt.Sprintf("%s tells others %s, which means every address", where, text), "nobody can dial it", fix))
		case !local && (manet.IsIPLoopback(addr) || manet.IsPrivateAddr(addr)):
			out = append(out, fail(fmt.Sprintf("%s tells others %s, which is private", where, text), "nobody outside can reach it, and clients refuse to try", fix))
		}
	}
	switch {
	case len(list) == 0:
		return []Finding{fail(where+" is empty", "nobody can reach this Xnode", fix)}
	case len(out) > 0:
		return out
	}
	return good("%s tells others %s", where, strings.Join(list, ", "))
}

// checkReach: something answers where others are told to dial. Only another host
// can tell the rest, and the network asks none yet.
func checkReach(ctx context.Context, e *Exam) []Finding {
	_, s, f := e.known(ctx)
	if f != nil {
		return f
	}
	if s.Xnode == nil || e.running() == nil {
		return skip("reachability is looked at while the daemon of a registered Xnode runs")
	}
	var out []Finding
	var answered []string
	for _, text := range s.Xnode.Endpoints {
		network, addr, err := dialArgs(text)
		if err != nil || !strings.HasPrefix(network, "tcp") {
			continue
		}
		if err := e.Dial(ctx, addr); err != nil {
			host, port, _ := net.SplitHostPort(addr)
			out = append(out, warn(fmt.Sprintf("%s does not answer from here: %v", addr, err),
				"either nobody can reach this Xnode, or the router does not let a host dial itself",
				fmt.Sprintf("from another network: nc -vz %s %s; forward TCP and UDP %s in the router and open it in the firewall", host, port, port)))
			continue
		}
		answered = append(answered, addr)
	}
	if len(out) > 0 {
		return out
	}
	if len(answered) == 0 {
		return skip("no TCP endpoint to try: nobody on this network dials back on request")
	}
	return good("%s answers from this machine; whether it does from outside only another host can tell: nc -vz", strings.Join(answered, ", "))
}

// Local says whether a chain is for trying things out on one machine: private
// addresses and small resources are right there.
func Local(chainID string) bool { return strings.Contains(chainID, "local") }

// dialArgs is a multiaddr's network and host:port.
func dialArgs(text string) (network, addr string, err error) {
	a, err := ma.NewMultiaddr(text)
	if err != nil {
		return "", "", err
	}
	// A transport above TCP or UDP is none of a socket's business.
	var kept ma.Multiaddr
	for _, c := range a {
		switch c.Protocol().Code {
		case ma.P_IP4, ma.P_IP6, ma.P_DNS, ma.P_DNS4, ma.P_DNS6, ma.P_TCP, ma.P_UDP:
			kept = append(kept, c)
		}
	}
	return manet.DialArgs(kept)
}

func portOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
