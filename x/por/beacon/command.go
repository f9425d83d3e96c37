// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package beacon

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
)

const flagNext = "next"

// Command is `opend beacon-key`: it makes and shows the key file of a validating node.
func Command() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "beacon-key",
		Short: "Make and show the key that your validator contributes to the beacon with",
		RunE:  client.ValidateCmd,
	}
	cmd.AddCommand(initCommand(), showCommand())
	return cmd
}

func initCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "init",
		Short:   "Make a key file; never overwrites one",
		Long:    "Make a key file in the node's config folder. With --next make a second one, to change to: the node reads both.",
		Example: "opend beacon-key init",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path := keyFile(client.GetClientContextFromCmd(cmd))
			next, err := cmd.Flags().GetBool(flagNext)
			if err != nil {
				return err
			}
			if next {
				path += NextSuffix
			}
			signer, err := GenerateKeyFile(path)
			if err != nil {
				return err
			}
			cmd.Printf("key file: %s\npub-key:  %x\n", path, signer.PubKeys()[0])
			return nil
		},
	}
	cmd.Flags().Bool(flagNext, false, "make the key to change to")
	return cmd
}

func showCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "show [validator]",
		Short:   "Show the keys in the key files, with the proof of possession that registration asks for",
		Example: "opend beacon-key show openvaloper1... --chain-id openmesh-1",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			clientCtx, err := client.ReadPersistentCommandFlags(client.GetClientContextFromCmd(cmd), cmd.Flags())
			if err != nil {
				return err
			}
			if clientCtx.ChainID == "" {
				return fmt.Errorf("the proof is for one chain: set --%s", flags.FlagChainID)
			}
			operator, err := clientCtx.InterfaceRegistry.SigningContext().ValidatorAddressCodec().StringToBytes(args[0])
			if err != nil {
				return fmt.Errorf("validator: %w", err)
			}
			signer, err := LoadKeyFile(keyFile(clientCtx))
			if err != nil {
				return err
			}
			for _, pubKey := range signer.PubKeys() {
				proof, err := signer.Possession(pubKey, clientCtx.ChainID, operator)
				if err != nil {
					return err
				}
				cmd.Printf("pub-key: %x\nproof:   %x\nregister with: opend tx por register-beacon-key %x %x --from <operator>\n", pubKey, proof, pubKey, proof)
			}
			return nil
		},
	}
	cmd.Flags().String(flags.FlagChainID, "", "chain that the proof is for")
	return cmd
}

func keyFile(clientCtx client.Context) string {
	return filepath.Join(clientCtx.HomeDir, "config", KeyFileName)
}
