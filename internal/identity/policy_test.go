package identity_test

import (
	"context"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/store/storetest"
)

// unsigned is the decision of a system written by a program that asks for no word.
func (x *approver) unsigned(s approval.System) {
	x.Helper()
	x.office.Assure = nil
	x.must(x.decide(s, nil))
	x.office.Assure = x.desk.Assure
}

// bySigning is the decision of a system with the passkey's word.
func (x *approver) bySigning(s approval.System) {
	x.Helper()
	words, err := x.given(x.wants(s), x.sign(x.wants(s)))
	x.must(err)
	x.must(x.decide(s, &words[0]))
}

// named are the violations that verify finds.
func (x *approver) named() string {
	x.Helper()
	r, err := x.store.Verify(context.Background())
	x.must(err)
	var all []string
	for _, v := range r.Violations {
		all = append(all, v.Object+": "+v.What)
	}
	return strings.Join(all, "\n")
}

const lacksWord = ": nobody signed this, and the policy of the time asked for it"

// TestPolicyOfTheDay: the ledger says which policy was in force when, and verify
// names what was done without the word that the policy of its day asked for, and
// nothing else.
func TestPolicyOfTheDay(t *testing.T) {
	x := newApprover(t, 4)
	set := func(p identity.Policy) { x.must(x.desk.SetPolicy(context.Background(), storetest.Keeper(), p)) }
	clean := func(when string) {
		if got := x.named(); got != "" {
			t.Errorf("%s: %s", when, got)
		}
	}
	x.unsigned(x.systems[0])
	clean("before the ledger knew of policies")
	set(identity.Relaxed)
	x.unsigned(x.systems[1])
	clean("under a policy that asks for no word")
	set(identity.Strict)
	x.bySigning(x.systems[2])
	clean("signed under the strict policy")
	x.unsigned(x.systems[3])
	if got := x.named(); got != "system:"+x.systems[3].Code+lacksWord {
		t.Errorf("written under the strict policy without a signature: %q", got)
	}
	if err := x.desk.SetPolicy(context.Background(), x.actor, identity.Relaxed); err == nil {
		t.Error("whoever approves sets the policy")
	}
}

// TestPolicyIsRecordedOnce: the ledger has an entry where the policy changes, and
// none where it stays.
func TestPolicyIsRecordedOnce(t *testing.T) {
	h := newHall(t)
	size := func() int64 {
		b, err := h.store.Bundle(context.Background())
		h.must(err)
		return int64(len(b.Entries))
	}
	before := size()
	for i, p := range []identity.Policy{identity.Strict, identity.Strict, identity.Fallback, identity.Fallback, identity.Strict} {
		h.must(h.desk.SetPolicy(context.Background(), storetest.Keeper(), p))
		if got, want := size()-before, []int64{1, 1, 2, 2, 3}[i]; got != want || h.desk.Policy != p {
			t.Errorf("after setting %d: %d entries, want %d; the desk has %s", i, got, want, h.desk.Policy)
		}
	}
	h.clean()
}

// TestStrippedSignature: whoever has the database's own rights takes the signature
// out of an entry and makes every hash and the head anew. Only the policy of the
// day shows it: without it nothing does, as in registers from before.
func TestStrippedSignature(t *testing.T) {
	for _, known := range []bool{false, true} {
		x := newApprover(t, 1)
		if known {
			x.must(x.desk.SetPolicy(context.Background(), storetest.Keeper(), identity.Strict))
		}
		x.bySigning(x.systems[0])
		storetest.Rewrite(t, x.store, x.dir, func(e *approval.Entry) {
			if e.Act == approval.ActDecide {
				e.Assurance.Signed = nil
			}
		})
		want := ""
		if known {
			want = "system:" + x.systems[0].Code + lacksWord
		}
		if got := x.named(); got != want {
			t.Errorf("with the policy recorded %v: verify names %q, want %q", known, got, want)
		}
	}
}

// TestPolicyInTheLedger: what an entry says of the policy, and a word too weak for
// it, are found with nothing but the entries at hand.
func TestPolicyInTheLedger(t *testing.T) {
	x := newApprover(t, 1)
	x.must(x.desk.SetPolicy(context.Background(), storetest.Keeper(), identity.Fallback))
	x.must(x.desk.SetPolicy(context.Background(), storetest.Keeper(), identity.Strict))
	x.bySigning(x.systems[0])
	read := x.reader()
	if err := read(func(*approval.Entry) {}); err != nil {
		t.Fatalf("unchanged: %v", err)
	}
	policy := func(to string) func(*approval.Entry) {
		return func(e *approval.Entry) {
			if e.Object == identity.PolicyObject && e.Detail["policy"] == "strict" {
				e.Detail["policy"] = to
			}
		}
	}
	for name, c := range map[string]struct {
		want   string
		change func(*approval.Entry)
	}{
		"the word gone":            {lacksWord[2:], said(func(e *approval.Entry) { e.Assurance.Signed = nil })},
		"password and code":        {"the policy of the time asked for more", on(func(s *approval.Signed) { s.Method = string(identity.ByCode) })},
		"a policy put for it":      {"does not say the policy relaxed", policy("relaxed")},
		"a policy that is unknown": {"is no policy of the door", policy("lax")},
	} {
		if err := read(c.change); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The word by password and code is enough under the policy before.
	err := read(func(e *approval.Entry) {
		policy("fallback")(e)
		on(func(s *approval.Signed) { s.Method = string(identity.ByCode) })(e)
		if e.Object == identity.PolicyObject {
			e.After, _ = approval.Digest(e.Detail)
		}
	})
	if err != nil {
		t.Errorf("password and code under the policy that asks for them: %v", err)
	}
}
