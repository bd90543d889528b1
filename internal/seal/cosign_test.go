package seal_test

import (
	"testing"

	"golang.org/x/mod/sumdb/note"

	"capdo/internal/seal"
)

// TestCosignature: a witness's signature stands beside that of the ledger, is
// checked by its own key alone, and no bit of it may change.
func TestCosignature(t *testing.T) {
	log, witness := made(t, seal.Ed25519), made(t, seal.Ed25519)
	ls, err := log.Note("capdo.test")
	if err != nil {
		t.Fatal(err)
	}
	ws, err := witness.Cosigner("w.test", noon)
	if err != nil {
		t.Fatal(err)
	}
	b, err := note.Sign(&note.Note{Text: "capdo.test\n1\nAA\n"}, ls, ws)
	if err != nil {
		t.Fatal(err)
	}
	lv, err1 := log.NoteVerifier("capdo.test")
	wv, err2 := witness.CosignVerifier("w.test")
	plain, err3 := witness.NoteVerifier("w.test")
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	if n, err := note.Open(b, note.VerifierList(lv, wv)); err != nil || len(n.Sigs) != 2 {
		t.Errorf("%v %+v", err, n)
	}
	if n, err := note.Open(b, note.VerifierList(lv, plain)); err != nil || len(n.Sigs) != 1 {
		t.Errorf("a plain signature of the same key: %v %+v", err, n)
	}
	msg := []byte("x\n")
	sig, err := ws.Sign(msg)
	if err != nil || !wv.Verify(msg, sig) {
		t.Fatal(err)
	}
	for i := range len(sig) * 8 {
		sig[i/8] ^= 1 << (i % 8)
		if wv.Verify(msg, sig) {
			t.Fatalf("bit %d may change", i)
		}
		sig[i/8] ^= 1 << (i % 8)
	}
	if _, err := made(t, seal.ES256).Cosigner("w", noon); err == nil {
		t.Error("ES256 cosigns")
	}
}
