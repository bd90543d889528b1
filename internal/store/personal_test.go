package store_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/retention"
	"capdo/internal/store/storetest"
)

// TestErase: the name of an account and the grounds of what was done to it stand
// nowhere in the open; two persons erase them, of a disabled account, while no hold
// is in force; then they are nowhere at all, nothing that is left tells a right
// guess from a wrong one, and everything verifies as before.
func TestErase(t *testing.T) {
	const name, ground = "Trưởng phòng Lê Thị Chim Sẻ", "Nghỉ việc vì ốm nặng"
	dir, clock, ctx := t.TempDir(), storetest.At(today), t.Context()
	o, s := storetest.OfficeIn(t, dir, clock)
	one, two := approval.Actor{Account: "qt1", Person: "qt1", Capacity: approval.Administrator}, approval.Actor{Account: "qt2", Person: "qt2", Capacity: approval.Administrator}
	g := &identity.Registrar{Store: s, Clock: clock.Now, Law: "law", Bodies: func(context.Context) ([]approval.Agency, error) { return storetest.Agencies(), nil }}
	d := &retention.Desk{Store: s, Book: o.Book, Clock: clock.Now}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	rule := func(err error) string {
		var r *approval.Refusal
		if errors.As(err, &r) {
			return r.Findings[0].Rule
		}
		return fmt.Sprint(err)
	}
	r, err := g.Ask(ctx, one, identity.Request{Kind: identity.AskCreate, Login: "chimse", Ground: ground, Change: identity.Change{Name: name, Capacity: law.RoleOperator, Body: "H56"}})
	must(err)
	_, _, err = g.Confirm(ctx, two, r.ID)
	must(err)
	if a, _, err := s.Account(ctx, "chimse"); err != nil || a.Name != name || a.NameAs == "" {
		t.Fatalf("%+v, %v", a, err)
	}
	if _, err := d.AskErase(ctx, one, "chimse", "1/CV"); rule(err) != "erase-enabled" {
		t.Errorf("of an enabled account: %v", err)
	}
	must(g.Disable(ctx, one, "chimse", ground))
	heard := func(stage string) {
		t.Helper()
		if all := dumped(t, dir); strings.Contains(all, name) || strings.Contains(all, ground) {
			t.Errorf("%s: it stands in the open", stage)
		}
	}
	heard("before")
	es, err := s.Record(ctx, approval.Actor{Capacity: approval.Auditor}, "account:chimse", 0, 1)
	must(err)
	if es[0].Detail["ground"] != ground {
		t.Errorf("the record reads %q", es[0].Detail["ground"])
	}
	if _, err := storetest.Raw(t, dir).Exec("DELETE FROM personal_text"); err == nil || !strings.Contains(err.Error(), "as retention says") {
		t.Errorf("by SQL alone: %v", err)
	}
	no, err := d.AskErase(ctx, one, "chimse", "1/CV")
	must(err)
	if _, err := d.Purge(ctx, one, no, "1/CV"); rule(err) != "two-administrators" {
		t.Errorf("by one person: %v", err)
	}
	must(d.Hold(ctx, one, "Thanh tra"))
	if _, err := d.Purge(ctx, two, no, "1/CV"); rule(err) != "retention-held" {
		t.Errorf("while it is held: %v", err)
	}
	must(d.Lift(ctx, two, no+1, "Xong"))
	n, err := d.Purge(ctx, two, no, "1/CV")
	must(err)
	if n != 3 {
		t.Errorf("%d texts went, want 3: the name, two grounds", n)
	}
	if r, err := s.Verify(ctx); err != nil || len(r.Violations) > 0 || r.Erased != n {
		t.Errorf("%+v, %v", r, err)
	}
	a, _, err := s.Account(ctx, "chimse")
	must(err)
	if a.Name != "chimse" || !a.Disabled() || a.Actor.Body != "H56" {
		t.Errorf("the account is %+v", a)
	}
	if es, err = s.Record(ctx, approval.Actor{Capacity: approval.Auditor}, "account:chimse", 0, 1); err != nil || !strings.Contains(es[0].Detail["ground"], "erased") {
		t.Errorf("the record reads %q, %v", es[0].Detail["ground"], err)
	}
	_, err = s.Scour(ctx)
	must(err)
	heard("after")
	all := dumped(t, dir)
	salted := regexp.MustCompile("salted:([0-9a-f]{64})").FindAllStringSubmatch(all, -1)
	if len(salted) == 0 {
		t.Fatal("no hash is left to guess at")
	}
	left := map[string]bool{}
	for _, m := range regexp.MustCompile("[0-9a-f]{32,64}").FindAllString(all, -1) {
		left[m] = true
	}
	for _, guess := range []string{name, ground} {
		for with := range left { // with every salt, and whatever looks like one, that is left
			sum := sha256.Sum256([]byte(with[:32] + "\n" + guess))
			if left[hex.EncodeToString(sum[:])] {
				t.Errorf("the guess %q is confirmed", guess)
			}
		}
		if sum := sha256.Sum256([]byte(guess)); left[hex.EncodeToString(sum[:])] {
			t.Errorf("the guess %q is confirmed without a salt", guess)
		}
	}
}
