// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package por_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openmesh-network/openmesh/x/por"
	"github.com/openmesh-network/openmesh/x/por/beacon"
)

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	bz, err := hex.DecodeString(text)
	require.NoError(t, err)
	return bz
}

func TestValidatePubKey(t *testing.T) {
	good := unhex(t, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
	require.NoError(t, por.ValidatePubKey(good))
	for name, bad := range map[string]string{
		"nothing":               "",
		"31 bytes":              "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751",
		"33 bytes":              "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a00",
		"no point of the curve": "0200000000000000000000000000000000000000000000000000000000000000",
		"the neutral element":   "0100000000000000000000000000000000000000000000000000000000000000",
		"order 2":               "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"order 4":               "0000000000000000000000000000000000000000000000000000000000000000",
		"order 8":               "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"y beyond the prime":    "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"minus zero":            "0100000000000000000000000000000000000000000000000000000000000080",
	} {
		t.Run(name, func(t *testing.T) {
			key := unhex(t, bad)
			require.ErrorIs(t, por.ValidatePubKey(key), por.ErrInvalidKey)
			_, ok := por.VerifyProof(key, make([]byte, por.ProofSize), []byte("alpha"))
			require.False(t, ok)
		})
	}
}

// The suite is that of RFC 9381, appendix B.4, example 19.
func TestVerifyProofIsRFC9381(t *testing.T) {
	output, ok := por.VerifyProof(
		unhex(t, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
		unhex(t, "7d9c633ffeee27349264cf5c667579fc583b4bda63ab71d001f89c10003ab46f"+
			"14adf9a3cd8b8412d9038531e865c341cafa73589b023d14311c331a9ad15ff2fb37831e00f0acaa6d73bc9997b06501"),
		nil)
	require.True(t, ok)
	require.Equal(t, "9d574bf9b8302ec0fc1e21c3ec5368269527b87b462ce36dab2d14ccf80c53cc"+
		"cf6758f058c5b1c856b116388152bbe509ee3b9ecfe63d93c3b4346c1fbc6c54", hex.EncodeToString(output))
}

// The vectors stand in README.md.
func TestVectors(t *testing.T) {
	const chainID = "openmesh-test"
	signer, err := beacon.NewSigner(bytes.Repeat([]byte{1}, 32))
	require.NoError(t, err)
	pubKey := signer.PubKeys()[0]
	equal := func(name, want string, got []byte) {
		t.Helper()
		require.Equal(t, want, hex.EncodeToString(got), name)
	}
	equal("pub_key", "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c", pubKey)
	genesis := por.GenesisSeed(chainID, 0)
	equal("genesis", "ba34883186c5a9451652c6a5888653b658ad09bd93791435e36bf7cfe4a7d0e8", genesis.Seed)
	alpha := por.Alpha(chainID, 1, genesis.Seed)
	equal("alpha", "000000156f70656e6d6573682f706f722f76312f616c7068610000000d6f70656e6d6573682d7465737400000008000000000000000100000020ba34883186c5a9451652c6a5888653b658ad09bd93791435e36bf7cfe4a7d0e8", alpha)
	proof, err := signer.Prove(pubKey, alpha)
	require.NoError(t, err)
	equal("proof", "da93e6e5181674b27a496e4f1180ddebad01c6720ec7d3efba9a07af4a57a674a116feed5e5e72296c108f9c17e8fa9e4bd23018a8a9f998c2896129dfaa52f8d3114525bdd79aa4f0c2d087c70c8106", proof)
	output, ok := por.VerifyProof(pubKey, proof, alpha)
	require.True(t, ok)
	equal("output", "7325d19a12013a41e73154df658ba59998abce3c0badaea3888230697662616e4e519195df1d86e6130b403f05b830ec172c10fd8c629c45640e5346435007c9", output)
	equal("fresh", "0d35f70c5aaa62388262e228666b76e2c41061de65b8d49241a69969e833f448", genesis.Next(1, "", output).Seed)
	equal("absent", "5276662ca661b0ffeb05b89abb61716bf53d39826691a70c03881426b4ccc12d", genesis.NextAbsent(1).Seed)
	possession, err := signer.Possession(pubKey, chainID, bytes.Repeat([]byte{1}, 20))
	require.NoError(t, err)
	equal("possession", "b98e28a6e620b8a6cd1f6abd78a01a62738a529700fcdcb80b2660086730f208d29b0a39afd5ab8de677514e22d388763946b7008f999107c69ecbea9d76579a8fbe3e76631060057f369c8c1bbd790f", possession)
}
