// Copyright 2026 The Openmesh Authors
// SPDX-License-Identifier: Apache-2.0

package archtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/openmesh-network/openmesh/testutil/archtest"
)

// repository reads this repository once for all tests of this file.
var repository = sync.OnceValues(func() (*archtest.Tree, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module "+archtest.Module+"\n") {
			return archtest.Load(os.DirFS(dir))
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, os.ErrNotExist
		}
		dir = parent
	}
})

func holds(t *testing.T, check func(*archtest.Tree) []archtest.Problem) {
	t.Helper()
	tree, err := repository()
	if err != nil {
		t.Fatalf("read the repository: %v", err)
	}
	for _, problem := range check(tree) {
		t.Error(problem)
	}
}

func TestEveryArrowStandsInTheImportTable(t *testing.T) { holds(t, archtest.CheckImports) }

func TestEveryHandWrittenFileCarriesTheLicenceHeader(t *testing.T) { holds(t, archtest.CheckHeaders) }

func TestEveryPackageSaysWhatItIsResponsibleFor(t *testing.T) { holds(t, archtest.CheckPackageDocs) }

func TestNoHandWrittenFileOutgrowsItsReader(t *testing.T) { holds(t, archtest.CheckSizes) }

func TestEveryPromiseHasAnIssue(t *testing.T) { holds(t, archtest.CheckPromises) }

func TestC2_TheStateMachineIsWrittenDeterministically(t *testing.T) {
	holds(t, archtest.CheckDeterminism)
}

func TestModulesDoNotPanicAfterStartUp(t *testing.T) { holds(t, archtest.CheckPanics) }

func TestErrorCodesStartAtTwoAndAreUnique(t *testing.T) { holds(t, archtest.CheckErrorCodes) }

func TestEveryMessageIsSignedNamedAndSpecified(t *testing.T) { holds(t, archtest.CheckMessages) }

func TestEveryQueryAndMessageHasACommand(t *testing.T) { holds(t, archtest.CheckCommands) }

func TestTheWorkersVocabularyIsPlainValues(t *testing.T) { holds(t, archtest.CheckVocabulary) }
