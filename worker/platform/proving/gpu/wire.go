// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package gpu

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/openmesh-network/openmesh/x/por/gemm"
)

// What the program xworker-gpu and its parent say to each other, on the program's
// standard input and output. A message is the length of its header (4 bytes, big
// endian), the header in JSON, and as many raw bytes as the header says. The parent
// asks, the program answers each question once, in order. Protocol 1.
const (
	protocol  = 1
	maxHeader = 64 << 10
)

// Operations.
const (
	opDevices = "devices"
	opUse     = "use"
	opRun     = "run"
	opOpen    = "open"
)

type request struct {
	Protocol int    `json:"protocol"`
	Op       string `json:"op"`
	// use
	Device  int     `json:"device,omitempty"`
	Options Options `json:"options,omitzero"`
	// run; open names the run by its commitment
	Challenge  *gemm.Challenge  `json:"challenge,omitempty"`
	Left       time.Duration    `json:"left,omitempty"` // until the deadline
	Steps      uint32           `json:"steps,omitempty"`
	Commitment *gemm.Commitment `json:"commitment,omitempty"`
	Samples    []gemm.Sample    `json:"samples,omitempty"`
	Bytes      int              `json:"bytes,omitempty"`
}

type response struct {
	Protocol int      `json:"protocol"`
	Error    string   `json:"error,omitempty"`
	Kind     string   `json:"kind,omitempty"` // of the error
	Devices  []Device `json:"devices,omitempty"`
	Info     *Info    `json:"info,omitempty"`
	Run      *Run     `json:"run,omitempty"`
	Bytes    int      `json:"bytes,omitempty"` // of what follows: an opening
}

// ErrNone says that there is no device with that number, no driver, or no program
// to speak with them.
var ErrNone = errors.New("no such device")

// kinds are the errors that keep their meaning on the wire.
var kinds = map[string]error{
	"device": ErrDevice, "memory": ErrMemory, "none": ErrNone, "forgotten": ErrForgotten,
	"challenge": gemm.ErrChallenge, "samples": gemm.ErrSamples,
}

// refuse makes a response of an error.
func refuse(err error) response {
	r := response{Error: err.Error()}
	for kind, is := range kinds {
		if errors.Is(err, is) {
			r.Kind = kind
		}
	}
	return r
}

// failed makes an error of a response.
func (r response) failed() error {
	switch {
	case r.Protocol != protocol:
		return fmt.Errorf("%w: xworker-gpu speaks protocol %d, not %d", ErrDevice, r.Protocol, protocol)
	case r.Error == "":
		return nil
	}
	is, ok := kinds[r.Kind]
	if !ok {
		is = ErrDevice
	}
	return fmt.Errorf("%w: %s", is, r.Error)
}

func send(w io.Writer, header any, body []byte) error {
	h, err := json.Marshal(header)
	if err != nil {
		return err
	}
	if len(h) > maxHeader {
		return fmt.Errorf("a header of %d bytes", len(h))
	}
	message := append(binary.BigEndian.AppendUint32(nil, uint32(len(h))), h...)
	if _, err := w.Write(message); err != nil {
		return err
	}
	_, err = w.Write(body)
	return err
}

// receive reads a header; the raw bytes behind it are still to be read.
func receive(r io.Reader, header any) error {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return err
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > maxHeader {
		return fmt.Errorf("a header of %d bytes", n)
	}
	h := make([]byte, n)
	if _, err := io.ReadFull(r, h); err != nil {
		return err
	}
	return json.Unmarshal(h, header)
}
