package identity_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestSignedTogether: one signature for several decisions; each entry keeps its
// own place in it. Of what changed after the signature, only that one act is
// refused. What was signed is the list: another order, one less, one more or
// another answer is another list, and a signature is good once.
func TestSignedTogether(t *testing.T) {
	x := newApprover(t, 5)
	wants := x.wants(x.systems...)
	reordered := slices.Clone(wants)
	reordered[0], reordered[1] = wants[1], wants[0]
	changed := slices.Clone(wants)
	changed[2].Answers = map[string]string{"outcome": "refuse", "number": "1/QĐ"}
	for name, other := range map[string][]identity.Statement{"reordered": reordered, "one dropped": wants[:4], "one alone": wants[:1], "none": nil, "one added": append(slices.Clone(wants), wants[0]), "another answer": changed} {
		if words, err := x.given(other, x.sign(wants)); !errors.Is(err, identity.ErrPasskey) || words != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	answer := x.sign(wants)
	words, err := x.given(wants, answer)
	if err != nil || len(words) != len(wants) {
		t.Fatal(words, err)
	}
	if _, err := x.given(wants, answer); !errors.Is(err, identity.ErrPasskey) {
		t.Errorf("a signature given twice: %v", err)
	}
	if err := x.decide(x.systems[0], &words[1]); err == nil {
		t.Errorf("the word on another dossier: %v", err)
	}
	moved, err := x.office.Inspect(context.Background(), storetest.Actor(law.RoleOperator, "H56"), x.systems[2].Code, x.systems[2].Version, approval.InspectionInput{Kind: approval.InspectionCheck, On: law.DayOf(x.clock.T), Performer: "A"})
	x.must(err)
	for i, s := range x.systems {
		if i == 2 {
			s = moved // as if its version were seen: the signature is of the one before
		}
		if err := x.decide(s, &words[i]); (err != nil) != (i == 2) || i == 2 && rule(err) != rule(approval.ErrStale()) {
			t.Errorf("dossier %d: %v", i, err)
		}
	}
	for i, s := range x.systems {
		e := x.last(s.Code)
		if i == 2 {
			if e.Act == approval.ActDecide {
				t.Error("what changed after the signature was decided")
			}
			continue
		}
		if b := e.Assurance.Signed.Joint; b == nil || b.Size != 5 || b.Index != int64(i) || e.Assurance.Signed.Signature != words[0].Signature {
			t.Errorf("entry of %d: %+v", i, b)
		}
	}
	if err := x.decide(x.systems[0], &words[0]); err == nil {
		t.Error("one word for two decisions")
	}
	x.clean()
	x.forged()
}

// forged: whatever is changed of one entry's place in the joint is found with
// nothing but that entry and its key.
func (x *approver) forged() {
	x.Helper()
	read := x.reader()
	if err := read(func(*approval.Entry) {}); err != nil {
		x.Fatalf("unchanged: %v", err)
	}
	joint := func(f func(b *approval.Joint)) func(*approval.Entry) {
		return on(func(s *approval.Signed) { f(s.Joint) })
	}
	for name, change := range map[string]func(*approval.Entry){
		"statement": on(func(s *approval.Signed) { s.Statement = strings.Replace(s.Statement, "1/QĐ", "2/QĐ", 1) }),
		"signature": on(func(s *approval.Signed) { s.Signature = flip(s.Signature) }), "out of its joint": on(func(s *approval.Signed) { s.Joint = nil }),
		"place": joint(func(b *approval.Joint) { b.Index = (b.Index + 1) % b.Size }), "place below": joint(func(b *approval.Joint) { b.Index = -1 }), "place above": joint(func(b *approval.Joint) { b.Index += b.Size }),
		"size": joint(func(b *approval.Joint) { b.Size++ }), "size 1": joint(func(b *approval.Joint) { *b = approval.Joint{Size: 1, Root: b.Root} }), "root": joint(func(b *approval.Joint) { b.Root = flipHex(b.Root) }),
		"root in capitals": joint(func(b *approval.Joint) { b.Root = strings.ToUpper(b.Root) }), "path": joint(func(b *approval.Joint) { b.Path[0] = flipHex(b.Path[0]) }),
		"path shorter": joint(func(b *approval.Joint) { b.Path = b.Path[1:] }), "path longer": joint(func(b *approval.Joint) { b.Path = append(b.Path, b.Root) }),
		"path of no hashes": joint(func(b *approval.Joint) { b.Path[0] = "x" }),
	} {
		if err := read(change); err == nil {
			x.Errorf("%s changed: not found", name)
		} else if n := strings.Count(fmt.Sprint(err), "\n") + 1; n != 4 {
			x.Errorf("%s changed: %d of 4 entries found: %v", name, n, err)
		}
	}
}

// flipHex changes the first digit of a hash.
func flipHex(s string) string {
	if s[0] == '0' {
		return "1" + s[1:]
	}
	return "0" + s[1:]
}

// TestOneWordForSeveral: password and code, once, are a word on each of several
// statements; each keeps its place, and nothing is signed.
func TestOneWordForSeveral(t *testing.T) {
	h, code, _ := twofold(t)
	h.desk.Policy = identity.Fallback
	a := h.account("canbo")
	var sts []identity.Statement
	for i := range 3 {
		sts = append(sts, identity.Statement{Act: approval.ActDecide, Object: fmt.Sprint("system:", i)})
	}
	h.clock.T = h.clock.T.Add(time.Minute)
	c := identity.Claim{Password: password, Code: code()}
	words, err := h.desk.Words(context.Background(), &a, sts, c)
	if err != nil || len(words) != 3 {
		t.Fatal(words, err)
	}
	for i, w := range words {
		if w.Method != "password+totp" || w.Signature != "" || w.Joint == nil || w.Joint.Index != int64(i) || !strings.Contains(w.Statement, sts[i].Object) {
			t.Errorf("%d: %+v", i, w)
		}
	}
	if _, err := h.desk.Words(context.Background(), &a, sts, c); !errors.Is(err, identity.ErrCredentials) {
		t.Errorf("a code given twice: %v", err)
	}
}
