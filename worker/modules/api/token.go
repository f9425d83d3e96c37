// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// TokenFile is the name of the token's file in the daemon's home.
const TokenFile = "api.token"

// LoadOrCreateToken reads the bearer token of home, making it on first use. The
// file is readable by its owner alone.
func LoadOrCreateToken(home string) (string, error) {
	token, err := LoadToken(home)
	if !errors.Is(err, fs.ErrNotExist) {
		return token, err
	}
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return "", err
	}
	path := filepath.Join(home, TokenFile)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("make the API token: %w", err)
	}
	_, err = f.WriteString(hex.EncodeToString(secret) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", fmt.Errorf("make the API token: %w", err)
	}
	return hex.EncodeToString(secret), nil
}

// LoadToken reads the bearer token of home. It refuses a file that others may read.
func LoadToken(home string) (string, error) {
	path := filepath.Join(home, TokenFile)
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("read the API token (did the daemon of this home ever start?): %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s may be read by others: run `chmod 600 %s`", path, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read the API token: %w", err)
	}
	token := strings.TrimSpace(string(b))
	if token == "" {
		return "", fmt.Errorf("%s is empty: remove it and start the daemon again", path)
	}
	return token, nil
}

// guard refuses calls without the token.
type guard string

func (g guard) check(ctx context.Context) error {
	md, _ := metadata.FromIncomingContext(ctx)
	for _, v := range md.Get("authorization") {
		if subtle.ConstantTimeCompare([]byte(v), []byte("Bearer "+string(g))) == 1 {
			return nil
		}
	}
	return status.Error(codes.Unauthenticated, "the call needs the header `authorization: Bearer <token>`; the token is in the file "+TokenFile+" of the daemon's home")
}

func (g guard) unary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	if err := g.check(ctx); err != nil {
		return nil, err
	}
	return next(ctx, req)
}

func (g guard) stream(srv any, s grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	if err := g.check(s.Context()); err != nil {
		return err
	}
	return next(srv, s)
}

// Bearer is a client's side of the token.
type Bearer string

// GetRequestMetadata implements credentials.PerRPCCredentials.
func (b Bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(b)}, nil
}

// RequireTransportSecurity is false: the API is on loopback.
func (b Bearer) RequireTransportSecurity() bool { return false }
