// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package keys

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/stretchr/testify/require"
)

func TestOneKeyIsAccountAndPeer(t *testing.T) {
	for range 50 {
		s := Generate()
		addr, err := AddressOfPeer(s.PeerID())
		if err != nil || !bytes.Equal(addr, s.Address()) || len(addr) != 20 {
			t.Fatalf("peer %s has address %x (%v), the account is %x", s.PeerID(), addr, err, s.Address())
		}
		if !strings.HasPrefix(s.Account(), "open1") {
			t.Fatalf("account %s", s.Account())
		}
	}
}

// The account of the secret 0x00..01 is known wherever secp256k1 and
// RIPEMD160(SHA256()) are: 751e76e8199196d454941c45d1b3a323f1433bd6.
func TestTheAddressIsTheKnownOne(t *testing.T) {
	s, err := FromBytes(append(make([]byte, 31), 1))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(s.Address()); got != "751e76e8199196d454941c45d1b3a323f1433bd6" {
		t.Fatalf("address %s", got)
	}
}

func TestPeersWithoutAnAccountAreRefused(t *testing.T) {
	_, ed, err := crypto.GenerateEd25519Key(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	edID, _ := peer.IDFromPublicKey(ed)
	_, rsa, err := crypto.GenerateRSAKeyPair(2048, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaID, _ := peer.IDFromPublicKey(rsa)
	for name, id := range map[string]peer.ID{"ed25519": edID, "rsa": rsaID, "empty": "", "garbage": "\x00\x03abc"} {
		if addr, err := AddressOfPeer(id); err == nil {
			t.Errorf("%s got address %x", name, addr)
		}
	}
}

func TestSecretsThatAreNoScalarAreRefused(t *testing.T) {
	for name, secret := range map[string][]byte{
		"empty": {}, "short": make([]byte, 31), "long": make([]byte, 33),
		"zero": make([]byte, 32), "above the order": bytes.Repeat([]byte{0xff}, 32),
	} {
		if _, err := FromBytes(secret); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestD16_TheKeyFileIsPrivateAndSurvives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "signer.key")
	if _, err := Load(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("load of nothing: %v", err)
	}
	made, err := LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %o", info.Mode().Perm())
	}
	again, err := LoadOrCreate(path)
	if err != nil || again.Account() != made.Account() {
		t.Fatalf("loaded %v %v, want %s", again, err, made)
	}
	if _, err := Create(path); !errors.Is(err, ErrKeyExists) {
		t.Fatalf("second create: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Fatalf("left over: %v", left)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o644, 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); !errors.Is(err, ErrLooseMode) || !strings.Contains(err.Error(), "chmod 600 "+path) {
			t.Fatalf("mode %o: %v", mode, err)
		}
	}
}

func TestD16_NoMessageTellsTheSecret(t *testing.T) {
	s := Generate()
	secret := hex.EncodeToString(s.PrivKey().Key)
	path := filepath.Join(t.TempDir(), "signer.key")
	for _, content := range []string{secret[:63], secret + "00", secret[:40] + "xyz", ""} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		if err == nil || strings.Contains(err.Error(), secret[:16]) {
			t.Fatalf("content of %d digits: %v", len(content), err)
		}
	}
	for _, text := range []string{s.String(), fmt.Sprint(s), fmt.Sprintf("%+v %#v", s, s)} {
		if strings.Contains(text, secret[:16]) {
			t.Fatalf("printed %s", text)
		}
	}
}

func TestManyCreatorsAgreeOnOneKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "signer.key")
	var accounts [16]string
	var wg sync.WaitGroup
	for i := range accounts {
		wg.Go(func() {
			s, err := LoadOrCreate(path)
			if err != nil {
				t.Error(err)
				return
			}
			accounts[i] = s.Account()
		})
	}
	wg.Wait()
	for _, a := range accounts {
		if a != accounts[0] {
			t.Fatalf("accounts %v", accounts)
		}
	}
}

func TestRecordsAreBoundToSignerPurposeAndBytes(t *testing.T) {
	s, other := Generate(), Generate()
	sig, err := s.Sign("receipt", []byte("abc"))
	if err != nil || len(sig) != 64 {
		t.Fatalf("%x %v", sig, err)
	}
	flipped := append([]byte(nil), sig...)
	flipped[10] ^= 1
	for name, c := range map[string]struct {
		id      peer.ID
		purpose string
		record  string
		sig     []byte
		want    bool
	}{
		"the record itself": {s.PeerID(), "receipt", "abc", sig, true},
		"another signer":    {other.PeerID(), "receipt", "abc", sig, false},
		"another purpose":   {s.PeerID(), "feed", "abc", sig, false},
		"another record":    {s.PeerID(), "receipt", "abd", sig, false},
		"a flipped bit":     {s.PeerID(), "receipt", "abc", flipped, false},
		"a short signature": {s.PeerID(), "receipt", "abc", sig[:63], false},
		"no signature":      {s.PeerID(), "receipt", "abc", nil, false},
	} {
		if ok, err := Verify(c.id, c.purpose, []byte(c.record), c.sig); err != nil || ok != c.want {
			t.Errorf("%s: %v %v", name, ok, err)
		}
	}
	for _, purpose := range []string{"", "a/b", "A", "a\nb", strings.Repeat("a", 33)} {
		if _, err := s.Sign(purpose, nil); err == nil {
			t.Errorf("purpose %q was taken", purpose)
		}
	}
}

func TestD5_TheSecondDaemonOfAHomeExitsWithAMessage(t *testing.T) {
	if home := os.Getenv("TEST_LOCK_HOME"); home != "" { // the second process
		_, err := LockHome(home)
		fmt.Println(err)
		os.Exit(0)
	}
	home := t.TempDir()
	lock, err := LockHome(home)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LockHome(home); !errors.Is(err, ErrHomeInUse) {
		t.Fatalf("same process: %v", err)
	}
	second := exec.Command(os.Args[0], "-test.run=^TestD5_")
	second.Env = append(os.Environ(), "TEST_LOCK_HOME="+home)
	out, err := second.CombinedOutput()
	if want := fmt.Sprintf("held by process %d", os.Getpid()); err != nil || !strings.Contains(string(out), want) {
		t.Fatalf("second process: %s %v", out, err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if lock, err = LockHome(home); err != nil {
		t.Fatal(err)
	}
	_ = lock.Release()
}

func TestOnlyTextsWithADomainAreSignedAsTheyAre(t *testing.T) {
	s := Generate()
	text := append([]byte{0, 0, 0, 3}, "por and the rest"...)
	signature, err := s.SignText(text)
	require.NoError(t, err)
	key := s.PrivKey().PubKey().Bytes()
	require.True(t, VerifyText(key, text, signature))
	require.False(t, VerifyText(key, append(text, 1), signature))
	require.False(t, VerifyText(Generate().PrivKey().PubKey().Bytes(), text, signature))
	require.False(t, VerifyText(key[1:], text, signature))
	for name, bad := range map[string][]byte{
		"a sign doc":            {10, 4, 1, 2, 3, 4},
		"JSON":                  []byte(`{"account_number":"1"}`),
		"a record":              []byte("openmesh/meta/1\nx"),
		"nothing":               nil,
		"a domain that is cut":  {0, 0, 0, 9, 'p', 'o', 'r'},
		"a very long domain":    {0, 1, 0, 0, 'p', 'o', 'r'},
		"a length without text": {0, 0, 0, 0},
	} {
		_, err := s.SignText(bad)
		require.ErrorIs(t, err, ErrNoText, name)
	}
}
