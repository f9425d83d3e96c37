// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package localnet

import (
	"fmt"
	"strings"

	clientconfig "github.com/cosmos/cosmos-sdk/client/config"

	"github.com/openmesh-network/openmesh/cmd/opend/nodeconfig"
)

// configure gives every node fresh ports and writes all configuration files.
func (n *Network) configure() error {
	const each = 4
	addrs, err := freePorts(each * len(n.Nodes))
	if err != nil {
		return err
	}
	for i, node := range n.Nodes {
		node.P2P, node.RPC, node.GRPC, node.REST = addrs[each*i], addrs[each*i+1], addrs[each*i+2], addrs[each*i+3]
		*n.state.Nodes[i] = node.NodeState
	}
	for _, node := range n.Nodes {
		node.configure()
	}
	if err := n.configureClient(); err != nil {
		return err
	}
	return n.state.write()
}

// configure writes the node's files: everything on loopback, and no other peers
// than those of the network.
func (n *Node) configure() {
	comet := nodeconfig.Comet()
	comet.SetRoot(n.Home)
	comet.Moniker = n.Name
	nodeconfig.SetBlockTime(comet, n.network.state.BlockTime)
	comet.RPC.ListenAddress = "tcp://" + n.RPC
	comet.P2P.ListenAddress = "tcp://" + n.P2P
	comet.P2P.ExternalAddress = n.P2P
	comet.P2P.AddrBookStrict = false // loopback is no address for the world
	comet.P2P.AllowDuplicateIP = true
	comet.P2P.PexReactor = false
	var peers []string
	for _, other := range n.network.Nodes {
		if other != n {
			peers = append(peers, other.ID+"@"+other.P2P)
		}
	}
	comet.P2P.PersistentPeers = strings.Join(peers, ",")

	app := nodeconfig.App()
	app.GRPC.Address = n.GRPC
	app.API.Address = "tcp://" + n.REST
	app.StateSync.SnapshotInterval = 0 // nobody joins
	nodeconfig.Write(n.Home, app, comet)
}

// configureClient lets opend --home <client home> talk to the first node.
func (n *Network) configureClient() error {
	config := clientconfig.DefaultConfig()
	config.ChainID = n.state.ChainID
	config.KeyringBackend = keyringBackend
	config.Node = "tcp://" + n.Nodes[0].RPC
	if err := writeClientConfig(n.state.ClientHome, config); err != nil {
		return fmt.Errorf("localnet: client: %w", err)
	}
	return nil
}
