package ledger_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"capdo/internal/ledger"
)

// carried makes a bundle of n random entries, with a signed checkpoint.
func carried(t testing.TB, n int, rnd *rand.Rand) (ledger.Bundle, note.Verifiers) {
	t.Helper()
	var b ledger.Bundle
	var tree ledger.Tree
	for i := range n {
		e := fmt.Appendf(nil, `{"seq":%d,"x":"%x"}`, i, rnd.Uint64()>>rnd.IntN(64))
		hs, err := tree.Add(e)
		if err != nil {
			t.Fatal(err)
		}
		b.Entries, b.Hashes = append(b.Entries, e), append(b.Hashes, hs...)
	}
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	skey, vkey, err := note.GenerateKey(nil, "capdo.test")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	if b.Checkpoint, err = (ledger.Checkpoint{Origin: "capdo.test", Size: int64(n), Root: root}).Sign(signer); err != nil {
		t.Fatal(err)
	}
	return b, note.VerifierList(v)
}

// whole checks a bundle with its checkpoint.
func whole(file []byte, vs note.Verifiers) []ledger.Flaw {
	b, head, flaws := ledger.CheckBundle(file)
	if c, _, err := ledger.OpenCheckpoint(b.Checkpoint, "capdo.test", vs); err != nil {
		flaws = append(flaws, ledger.Flaw{Seq: -1, What: err.Error()})
	} else if c.Size != head.Size || c.Root != head.Root {
		flaws = append(flaws, ledger.Flaw{Seq: -1, What: "another head"})
	}
	return flaws
}

// TestBundleEveryBit flips every bit of a bundle: each is found, and one in an
// entry's line names the entry. CAPDO_BUNDLE is how many entries it has.
func TestBundleEveryBit(t *testing.T) {
	n := 11
	if more, err := strconv.Atoi(os.Getenv("CAPDO_BUNDLE")); err == nil {
		n = more
	}
	b, vs := carried(t, n, rand.New(rand.NewPCG(1, 2)))
	file := b.Bytes()
	if flaws := whole(file, vs); len(flaws) > 0 {
		t.Fatalf("before: %+v", flaws)
	}
	line, seqOf := int64(-3), make([]int64, len(file))
	for i, c := range file {
		seqOf[i] = -1
		if line >= 0 && line < int64(len(b.Entries)) {
			seqOf[i] = line
		}
		if c == '\n' {
			line++
		}
	}
	for i := range file {
		for bit := range 8 {
			file[i] ^= 1 << bit
			flaws := whole(file, vs)
			file[i] ^= 1 << bit
			if len(flaws) == 0 {
				t.Fatalf("byte %d bit %d (%q) not found", i, bit, file[i])
			}
			if seqOf[i] >= 0 && flaws[0].Seq != seqOf[i] {
				t.Fatalf("byte %d bit %d stands in entry %d, blamed is %+v", i, bit, seqOf[i], flaws[0])
			}
		}
	}
}

// TestBundleAttacks: what somebody does who knows the form but not the key.
func TestBundleAttacks(t *testing.T) {
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		n := 2 + rnd.IntN(40)
		made := func(change func(es [][]byte) [][]byte) []byte {
			b, _ := carried(t, n, rand.New(rand.NewPCG(seed, 2)))
			es := change(b.Entries)
			var tree ledger.Tree
			b.Entries, b.Hashes = nil, nil
			for _, e := range es {
				hs, err := tree.Add(e)
				if err != nil {
					t.Fatal(err)
				}
				b.Entries, b.Hashes = append(b.Entries, e), append(b.Hashes, hs...)
			}
			return b.Bytes()
		}
		b, vs := carried(t, n, rand.New(rand.NewPCG(seed, 2)))
		at := rnd.IntN(n)
		attacks := map[string][]byte{
			"entry rewritten, hashes too": made(func(es [][]byte) [][]byte { es[at] = []byte("{}"); return es }),
			"deleted":                     made(func(es [][]byte) [][]byte { return append(es[:at], es[at+1:]...) }),
			"doubled":                     made(func(es [][]byte) [][]byte { return append(es[:at+1], es[at:]...) }),
			"tail cut":                    made(func(es [][]byte) [][]byte { return es[:n-1] }),
			"added":                       made(func(es [][]byte) [][]byte { return append(es, []byte("{}")) }),
			"all cut":                     made(func(es [][]byte) [][]byte { return nil }),
			"swapped":                     made(func(es [][]byte) [][]byte { es[0], es[n-1] = es[n-1], es[0]; return es }),
		}
		for name, file := range attacks {
			checkpoint := strings.Index(string(file), "\ncapdo.test\n")
			file = append(file[:checkpoint+1:checkpoint+1], b.Checkpoint...) // the checkpoint that was signed
			if len(whole(file, vs)) == 0 {
				t.Errorf("seed %d: %s: not found", seed, name)
			}
		}
	}
}

// TestConsistency: every pair of sizes proves, no other proof does.
func TestConsistency(t *testing.T) {
	var tree ledger.Tree
	heads := []ledger.Checkpoint{{Origin: "o"}}
	heads[0].Root, _ = tree.Root()
	for i := range 40 {
		if _, err := tree.Add(fmt.Append(nil, i)); err != nil {
			t.Fatal(err)
		}
		root, err := tree.Root()
		if err != nil {
			t.Fatal(err)
		}
		heads = append(heads, ledger.Checkpoint{Origin: "o", Size: int64(i + 1), Root: root})
	}
	for from := range heads {
		for to := range heads {
			proof, err := ledger.ProveConsistency(int64(from), int64(to), &tree)
			if from > to {
				if err == nil {
					t.Fatalf("%d to %d proved", from, to)
				}
				if err := ledger.CheckConsistency(nil, heads[from], heads[to]); !errors.Is(err, ledger.ErrRollback) {
					t.Fatalf("%d to %d: %v", from, to, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := ledger.CheckConsistency(proof, heads[from], heads[to]); err != nil {
				t.Fatal(err)
			}
			bad := heads[to]
			bad.Root[3] ^= 1
			if from > 0 {
				if err := ledger.CheckConsistency(proof, heads[from], bad); !errors.Is(err, ledger.ErrFork) {
					t.Fatalf("%d to another %d: %v", from, to, err)
				}
			}
			for k := range proof {
				proof[k][0] ^= 1
				if err := ledger.CheckConsistency(proof, heads[from], heads[to]); err == nil {
					t.Fatalf("%d to %d with hash %d changed", from, to, k)
				}
				proof[k][0] ^= 1
			}
		}
		if seq := int64(from) - 1; seq >= 0 {
			proof, err := ledger.ProveInclusion(40, seq, &tree)
			if err != nil {
				t.Fatal(err)
			}
			leaf := ledger.LeafHash(fmt.Append(nil, seq))
			if err := ledger.CheckInclusion(proof, heads[40], seq, leaf); err != nil {
				t.Fatal(err)
			}
			if err := ledger.CheckInclusion(proof, heads[40], (seq+1)%40, leaf); err == nil {
				t.Fatal("included elsewhere too")
			}
		}
	}
}

func TestCheckpointForm(t *testing.T) {
	good := "o\n3\n" + strings.Repeat("A", 43) + "=\n"
	if _, err := ledger.ParseCheckpoint(good); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "\n3\n" + good[4:], "o\n03\n" + good[4:], "o\n-3\n" + good[4:], good + "x\n", good[:len(good)-1], strings.Replace(good, "A=", "B=", 1), strings.Replace(good, "AAAA", "", 1)} {
		if _, err := ledger.ParseCheckpoint(bad); err == nil {
			t.Errorf("read: %q", bad)
		}
	}
	for _, origin := range []string{"", "a\nb"} {
		if _, err := (ledger.Checkpoint{Origin: origin}).Sign(); err == nil {
			t.Errorf("signed with origin %q", origin)
		}
	}
}

// TestCheckpointIsOfOneLedger: another origin is another ledger, whatever its
// root, and a signature has one form.
func TestCheckpointIsOfOneLedger(t *testing.T) {
	b, vs := carried(t, 3, rand.New(rand.NewPCG(7, 7)))
	if _, _, err := ledger.OpenCheckpoint(b.Checkpoint, "capdo.other", vs); err == nil {
		t.Error("a checkpoint of capdo.test is one of capdo.other")
	}
	c, n, err := ledger.OpenCheckpoint(b.Checkpoint, "capdo.test", vs)
	if err != nil {
		t.Fatal(err)
	}
	other := c
	other.Origin = "capdo.other"
	if err := ledger.CheckConsistency(nil, c, other); !errors.Is(err, ledger.ErrFork) {
		t.Errorf("another origin follows: %v", err)
	}
	// The last sign before = holds bits that no byte needs.
	sig := n.Sigs[0].Base64
	at := strings.IndexByte(sig, '=') - 1
	if at < 0 {
		at = len(sig) - 1
	}
	const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	stray := sig[:at] + string(signs[strings.IndexByte(signs, sig[at])^1]) + sig[at+1:]
	if _, _, err := ledger.OpenCheckpoint(strings.Replace(b.Checkpoint, sig, stray, 1), "capdo.test", vs); err == nil {
		t.Error("one signature in two forms")
	}
}

// TestBundleLacksNoHash: a file whose stored hashes end early is not whole.
func TestBundleLacksNoHash(t *testing.T) {
	b, vs := carried(t, 6, rand.New(rand.NewPCG(3, 3)))
	for n := range b.Hashes {
		less := b
		less.Hashes = b.Hashes[:n]
		if len(whole(less.Bytes(), vs)) == 0 {
			t.Errorf("%d of %d hashes: not found", n, len(b.Hashes))
		}
	}
}

// TestSecondVerifier: a program that shares nothing with ours but the form
// agrees on random ledgers, good and bad.
func TestSecondVerifier(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		if strings.Contains(os.Getenv("CAPDO_TEST_REQUIRE"), "all") {
			t.Fatal("python3 is required")
		}
		t.Skip("no python3: the second verifier is not run")
	}
	dir := t.TempDir()
	var args []string
	var want []string
	for seed := range uint64(100) {
		rnd := rand.New(rand.NewPCG(seed, 9))
		b, vs := carried(t, rnd.IntN(70), rnd)
		file := b.Bytes()
		if seed%2 == 1 {
			file[rnd.IntN(len(file)-120)] ^= 1 << rnd.IntN(8) // not in the signature, which it does not check
		}
		name := filepath.Join(dir, fmt.Sprint(seed))
		if err := os.WriteFile(name, file, 0o600); err != nil {
			t.Fatal(err)
		}
		verdict := "good"
		if len(whole(file, vs)) > 0 {
			verdict = "bad"
		}
		args, want = append(args, name), append(want, verdict)
	}
	out, err := exec.Command(python, append([]string{filepath.Join("testdata", "verify_bundle.py")}, args...)...).CombinedOutput()
	if e := (*exec.ExitError)(nil); err != nil && !(errors.As(err, &e) && e.ExitCode() == 1) {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d answers to %d bundles:\n%s", len(lines), len(want), out)
	}
	for i, l := range lines {
		if got, _, _ := strings.Cut(l, " "); got != want[i] {
			t.Errorf("bundle %d: ours %s, theirs %s", i, want[i], l)
		}
	}
}
