package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/ledger"
)

// word is one statement as text, and its place when it is one of several.
type word struct {
	text  string
	joint *approval.Joint
}

// sayAll writes statements, at least one, as they are signed and kept: one stands
// alone, several are the leaves of a tree.
func sayAll(sts []Statement) ([]word, error) {
	words := make([]word, len(sts))
	var tree ledger.Tree
	for i, st := range sts {
		var err error
		if words[i].text, err = st.Text(); err != nil {
			return nil, err
		}
		if _, err := tree.Add([]byte(words[i].text)); err != nil {
			return nil, fmt.Errorf("add statement: %w", err)
		}
	}
	if len(words) < 2 {
		return words, nil
	}
	root, err := tree.Root()
	if err != nil {
		return nil, fmt.Errorf("root of statements: %w", err)
	}
	for i := range words {
		path, err := ledger.ProveInclusion(tree.Size(), int64(i), &tree)
		if err != nil {
			return nil, fmt.Errorf("path of statement: %w", err)
		}
		words[i].joint = &approval.Joint{Size: tree.Size(), Index: int64(i), Root: ledger.Hex(root), Path: []string{}}
		for _, h := range path {
			words[i].joint.Path = append(words[i].joint.Path, ledger.Hex(h))
		}
	}
	return words, nil
}

// challenge is what a passkey signs for a word.
func (w word) challenge() string {
	return challengeOf(&approval.Signed{Statement: w.text, Joint: w.joint})
}

// challengeOf is what a passkey signs for a word that was given: of a statement
// that stands alone its Challenge; of several SHA-256 of "capdo/decisions/v1", and
// the size and the root of their tree, a line each; base64url.
func challengeOf(s *approval.Signed) string {
	if s.Joint == nil {
		return Challenge(s.Statement)
	}
	h := sha256.Sum256(fmt.Appendf(nil, "capdo/decisions/v1\n%d\n%s\n", s.Joint.Size, s.Joint.Root))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// joined is the text of all words, a line each; canonical JSON has no line feed.
func joined(words []word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = w.text
	}
	return strings.Join(texts, "\n")
}

// givenBy are words given in one way.
func givenBy(words []word, by approval.Signed) []approval.Signed {
	all := make([]approval.Signed, len(words))
	for i, w := range words {
		all[i] = by
		all[i].Statement, all[i].Joint = w.text, w.joint
	}
	return all
}

// included checks that a statement has the place among those signed together that it claims.
func included(s *approval.Signed) error {
	if s.Joint == nil {
		return nil
	}
	b := s.Joint
	at := ledger.Checkpoint{Size: b.Size}
	root, err := hash(b.Root)
	if err != nil || b.Size < 2 || b.Index < 0 || b.Index >= b.Size {
		return fmt.Errorf("no place among statements: %d of %d under %q", b.Index, b.Size, b.Root)
	}
	at.Root = root
	path := make([]ledger.Hash, len(b.Path))
	for i, text := range b.Path {
		if path[i], err = hash(text); err != nil {
			return err
		}
	}
	if err := ledger.CheckInclusion(path, at, b.Index, ledger.LeafHash([]byte(s.Statement))); err != nil {
		return fmt.Errorf("the statement is none of those signed together: %w", err)
	}
	return nil
}

// hash reads a hash as Joint writes it, lower-case hex.
func hash(text string) (h ledger.Hash, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(h) || ledger.Hex(ledger.Hash(b)) != text {
		return h, fmt.Errorf("%q is no hash", text)
	}
	return ledger.Hash(b), nil
}
