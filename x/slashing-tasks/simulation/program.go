// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package simulation

import (
	"crypto/sha256"
	"strconv"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	sdk "github.com/cosmos/cosmos-sdk/types"

	slashingtasks "github.com/openmesh-network/openmesh/x/slashing-tasks"
)

// rawCID is the CID of a blob with the given content.
func rawCID(content string) string {
	sum := sha256.Sum256([]byte(content))
	hash, err := multihash.Encode(sum[:], multihash.SHA2_256)
	if err != nil {
		return ""
	}
	return cid.NewCidV1(cid.Raw, hash).String()
}

func randomProgram(r *simsx.XRand, params slashingtasks.Params) slashingtasks.Program {
	program := slashingtasks.Program{
		ModuleCid:   rawCID(r.StringN(20)),
		GasLimit:    r.Uint64InRange(1, params.MaxGasLimit),
		MemoryLimit: 1 << 16,
		OutputLimit: 1 << 10,
	}
	if r.Intn(2) == 0 {
		program.DetwasmVersion = params.MinDetwasmVersion + uint32(r.Intn(int(params.MaxDetwasmVersion-params.MinDetwasmVersion)+1))
	}
	for i := range r.Intn(3) {
		program.Args = append(program.Args, r.StringN(10))
		program.Env = append(program.Env, "KEY_"+strconv.Itoa(i)+"="+r.StringN(10))
		program.Inputs = append(program.Inputs, slashingtasks.Input{Name: "input-" + strconv.Itoa(i), Cid: rawCID(r.StringN(10))})
	}
	return program
}

// randomVerify asks for a committee of some tier, or for one seat.
func randomVerify(r *simsx.XRand, params slashingtasks.Params, msg *slashingtasks.MsgSubmitTask) {
	msg.Verify = slashingtasks.Verify(r.Intn(int(slashingtasks.VERIFY_COMMITTEE) + 1))
	switch {
	case msg.Verify == slashingtasks.VERIFY_SAMPLE && params.MaxEscalations == 0:
		msg.Verify = slashingtasks.VERIFY_NONE
	case msg.Verify == slashingtasks.VERIFY_UNSPECIFIED || msg.Verify == slashingtasks.VERIFY_COMMITTEE:
		msg.Seats = simsx.OneOf(r, params.Tiers)
	default:
		msg.Seats = uint32(r.Intn(2))
	}
	if r.Intn(4) == 0 {
		msg.MinRatingBps = min(params.MinRatingBps+uint32(r.Intn(2_000)), slashingtasks.BasisPoints)
	}
}

// outcome is what a simulated seat finds: honest ones all find variant 0.
func outcome(task slashingtasks.Task, variant int) slashingtasks.Outcome {
	if variant == 1 {
		return slashingtasks.Outcome{Status: slashingtasks.OUTCOME_STATUS_OUT_OF_GAS, Gas: task.Program.GasLimit}
	}
	return slashingtasks.Outcome{
		Status:     slashingtasks.OUTCOME_STATUS_OK,
		Gas:        task.Program.GasLimit - task.Program.GasLimit/2,
		OutputRoot: rawCID(slashingtasks.Subject(task.Id) + "/" + strconv.Itoa(variant)),
	}
}

// variants is how many outcomes simulated seats can find.
const variants = 3

// salt is a function of the seat, so that a later block can reveal.
func salt(taskID uint64, operator sdk.AccAddress) []byte {
	sum := sha256.Sum256(append([]byte(slashingtasks.Subject(taskID)+"/"), operator...))
	return sum[:]
}
