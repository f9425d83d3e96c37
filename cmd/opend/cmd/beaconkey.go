// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package cmd

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/server"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/openmesh-network/openmesh/app"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

const (
	flagNext     = "next"
	flagOperator = "operator"
	flagChainID  = "chain-id"
)

// beaconKeyCmd groups the commands around the key that a validator contributes
// to the beacon with.
func beaconKeyCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "beacon-key",
		Short: "The key with which a validator contributes to the randomness beacon",
		RunE:  client.ValidateCmd,
	}
	cmd.AddCommand(beaconKeyGenerateCmd(), beaconKeyShowCmd())
	return cmd
}

func beaconKeyGenerateCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "generate",
		Short: "Make a new beacon key",
		Long: `Make a new beacon key and write it to the file that app.toml names ([beacon] key-file),
readable by its owner only. An existing file is never overwritten: a validator that has
registered a key and lost it proposes no valid block until it has changed the key.
To change a key, generate the next one with --next beside it, restart the node, and
register the next one; both are held until the change takes effect.`,
		Example: "opend beacon-key generate\nopend beacon-key show --operator openvaloper1...",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			next, err := cmd.Flags().GetBool(flagNext)
			if err != nil {
				return err
			}
			path := app.BeaconKeyFile(server.GetServerContextFromCmd(cmd).Viper)
			if path == "" {
				return errors.New("app.toml names no file: set key-file in section [beacon]")
			}
			if next {
				path += beacon.NextSuffix
			}
			signer, err := beacon.GenerateKeyFile(path)
			if errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("%s exists; a key is never overwritten (to change it: --next)", path)
			}
			if err != nil {
				return err
			}
			return printJSON(cmd, beaconKeyView{File: path, PubKey: hex.EncodeToString(signer.PubKeys()[0])})
		},
	}
	cmd.Flags().Bool(flagNext, false, "make the key to change to, beside the one in use")
	return cmd
}

func beaconKeyShowCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show the public beacon key, and the transaction that registers it",
		Long: `Show the public part of the beacon key. With --operator and --chain-id also the
proof of possession, and the command that registers the key on chain.`,
		Example: "opend beacon-key show --operator openvaloper1... --chain-id openmesh-test-1",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			operator, err := cmd.Flags().GetString(flagOperator)
			if err != nil {
				return err
			}
			chainID, err := cmd.Flags().GetString(flagChainID)
			if err != nil {
				return err
			}
			path := app.BeaconKeyFile(server.GetServerContextFromCmd(cmd).Viper)
			signer, err := beacon.LoadKeyFile(path)
			if err != nil {
				return err
			}
			for _, pubKey := range signer.PubKeys() {
				view, err := viewBeaconKey(signer, pubKey, operator, chainID)
				if err != nil {
					return err
				}
				view.File = path
				if err := printJSON(cmd, view); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().String(flagOperator, "", "operator address of the validator (openvaloper1...)")
	cmd.Flags().String(flagChainID, "", "chain id that the proof is for")
	return cmd
}

// beaconKeyView is what is printed of a key. Bytes are hexadecimal, and base64
// where a command line wants it.
type beaconKeyView struct {
	File     string `json:"file"`
	PubKey   string `json:"pub_key"`
	Proof    string `json:"proof,omitempty"`
	Register string `json:"register,omitempty"`
}

func viewBeaconKey(signer *beacon.Signer, pubKey []byte, operator, chainID string) (beaconKeyView, error) {
	view := beaconKeyView{PubKey: hex.EncodeToString(pubKey)}
	if operator == "" || chainID == "" {
		return view, nil
	}
	addr, err := sdk.ValAddressFromBech32(operator)
	if err != nil {
		return view, fmt.Errorf("operator: %w", err)
	}
	proof, err := signer.Possession(pubKey, chainID, addr)
	if err != nil {
		return view, err
	}
	view.Proof = hex.EncodeToString(proof)
	view.Register = fmt.Sprintf("opend tx por register-beacon-key %s %s --from <operator>",
		base64.StdEncoding.EncodeToString(pubKey), base64.StdEncoding.EncodeToString(proof))
	return view, nil
}

// printJSON writes a value to the command's output, for people and programs.
func printJSON(cmd *cobra.Command, v any) error {
	encoder := json.NewEncoder(cmd.OutOrStdout())
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
