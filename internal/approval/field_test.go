package approval_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// officer is the n-th officer of the operating unit of H56.
func officer(n int) approval.Actor {
	a := storetest.Actor(law.RoleOperator, "H56")
	a.Person, a.Account = fmt.Sprint("p", n), fmt.Sprint("officer-", n)
	return a
}

// drafting is a system of H56 whose dossier is to be drafted.
func drafting(t *testing.T) (*approval.Office, *store.Store, string) {
	t.Helper()
	o, s := storetest.Office(t, storetest.At("2026-11-25"))
	return o, s, storetest.Lead(t, o, "H56", "Hệ thống một cửa", storetest.Stated).Code
}

// put saves one field as seen at a tag.
func put(t *testing.T, o *approval.Office, a approval.Actor, code, field, value, seen string) approval.Saved {
	t.Helper()
	out, err := o.SaveFields(context.Background(), a, code, []approval.FieldInput{{Field: field, Value: value, Seen: seen}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sound(t *testing.T, s *store.Store) {
	t.Helper()
	r, err := s.Verify(context.Background())
	if err != nil || len(r.Violations) > 0 {
		t.Errorf("verify: %v %+v", err, r.Violations)
	}
}

// TestFieldsMerge: two people on different fields merge silently.
func TestFieldsMerge(t *testing.T) {
	o, s, code := drafting(t)
	blank := approval.FieldTag(1, 0, "")
	if out := put(t, o, officer(1), code, "scope", "một", blank); len(out.Clashes) != 0 || len(out.Fields) != 1 {
		t.Errorf("%+v", out)
	}
	out := put(t, o, officer(2), code, "scale", "hai", blank)
	if len(out.Clashes) != 0 || out.Dossier.Statement["scope"] != "một" || out.Dossier.Statement["scale"] != "hai" {
		t.Errorf("%+v", out.Dossier)
	}
	if by := out.Dossier.Fields["scope"].By.Account; by != "officer-1" {
		t.Errorf("scope by %s", by)
	}
	if !reflect.DeepEqual(out.Dossier.Editors, []string{"p1", "p2"}) {
		t.Errorf("editors %v", out.Dossier.Editors)
	}
	sound(t, s)
}

// TestFieldsClash: on the same field the second one is shown both, and nothing
// is lost: neither what stands there nor what stood there before.
func TestFieldsClash(t *testing.T) {
	o, s, code := drafting(t)
	first := put(t, o, officer(1), code, "scope", "trước", approval.FieldTag(1, 0, "")).Dossier.Tag("scope")
	put(t, o, officer(2), code, "scope", "của hai", first)
	out := put(t, o, officer(1), code, "scope", "của một", first)
	if len(out.Clashes) != 1 || len(out.Fields) != 0 {
		t.Fatalf("%+v", out)
	}
	c := out.Clashes[0]
	if c.Was != "trước" || c.Theirs != "của hai" || c.Yours != "của một" || c.By.Account != "officer-2" || c.At.IsZero() {
		t.Errorf("%+v", c)
	}
	if out = put(t, o, officer(1), code, "scope", "của một", c.Tag); out.Dossier.Statement["scope"] != "của một" {
		t.Errorf("use mine: %+v", out)
	}
	all, err := o.FieldHistory(context.Background(), officer(1), code, 1, "scope")
	if err != nil || len(all) != 3 || all[1].Value != "của hai" {
		t.Errorf("history %+v, %v", all, err)
	}
	sound(t, s)
}

// TestFieldsUntouchedAndSame: a field one never touched does not clash, and
// neither does the same text written by two.
func TestFieldsUntouchedAndSame(t *testing.T) {
	o, _, code := drafting(t)
	first := put(t, o, officer(1), code, "scope", "trước", approval.FieldTag(1, 0, "")).Dossier.Tag("scope")
	put(t, o, officer(2), code, "scope", "sau", first)
	if out := put(t, o, officer(1), code, "scope", "trước", first); len(out.Clashes) != 0 || out.Dossier.Statement["scope"] != "sau" {
		t.Errorf("untouched: %+v", out)
	}
	if out := put(t, o, officer(1), code, "scope", "sau", first); len(out.Clashes) != 0 || len(out.Fields) != 0 {
		t.Errorf("the same: %+v", out)
	}
	if out := put(t, o, officer(1), code, "scope", "khác", ""); len(out.Clashes) != 1 {
		t.Errorf("no tag: %+v", out)
	}
}

// TestFieldsNeverLost: many editors save at random with stale and fresh tags;
// every value that was ever accepted is in the history in order, what is
// refused left no trace, and the register is sound.
func TestFieldsNeverLost(t *testing.T) {
	o, s, code := drafting(t)
	rng := rand.New(rand.NewPCG(1, 2))
	fields := []string{"scope", "scale", "zones"}
	tags, accepted := map[string]string{}, map[string][]string{}
	for n := range 300 {
		who, field, value := 1+rng.IntN(8), fields[rng.IntN(len(fields))], fmt.Sprint("v", n)
		key := fmt.Sprint(who, field)
		if tags[key] == "" || rng.IntN(3) == 0 { // looks at the page again
			f, err := o.File(context.Background(), officer(who), code)
			if err != nil {
				t.Fatal(err)
			}
			tags[key] = approval.FieldTag(1, 0, "")
			if d := f.System.Open(); d != nil {
				tags[key] = d.Tag(field)
			}
		}
		out := put(t, o, officer(who), code, field, value, tags[key])
		fresh := len(out.Clashes) == 0
		if fresh {
			accepted[field] = append(accepted[field], value)
			tags[key] = out.Dossier.Tag(field)
		} else if last := accepted[field]; out.Clashes[0].Theirs != last[len(last)-1] {
			t.Fatalf("clash shows %q, %q stands there", out.Clashes[0].Theirs, last[len(last)-1])
		}
	}
	for _, field := range fields {
		all, err := o.FieldHistory(context.Background(), officer(1), code, 1, field)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range all {
			got = append(got, x.Value)
		}
		if !reflect.DeepEqual(got, accepted[field]) {
			t.Errorf("%s: %d kept, %d accepted", field, len(got), len(accepted[field]))
		}
	}
	sound(t, s)
}

// TestCopy: what makes sense comes over, with where it came from; what must be
// fresh does not, and nothing written is replaced.
func TestCopy(t *testing.T) {
	o, s, code := drafting(t)
	from := storetest.Lead(t, o, "H56", "Hệ thống khác", storetest.Submitted).Code
	put(t, o, officer(1), code, "scope", "của tôi", approval.FieldTag(1, 0, ""))
	want := []string{"scope", "scale", "proposed_level", "basis_detail", "risk_assessed_on", "regulation_number", "regulation_on", "zones"}
	out, err := o.CopyStatement(context.Background(), officer(1), code, from, want)
	if err != nil || !reflect.DeepEqual(out.Fields, []string{"scale", "zones"}) {
		t.Fatalf("%v, %v", out.Fields, err)
	}
	d := out.Saved.Dossier
	if d.Statement["scope"] != "của tôi" || d.Statement["scale"] != "Nội dung scale" || d.Level != 0 {
		t.Errorf("%+v", d.Statement)
	}
	all, err := o.FieldHistory(context.Background(), officer(1), code, 1, "scale")
	if err != nil || len(all) != 1 || all[0].From != from {
		t.Errorf("%+v, %v", all, err)
	}
	var r *approval.Refusal
	if _, err := o.CopyStatement(context.Background(), officer(1), code, from, want); !errors.As(err, &r) || r.Findings[0].Rule != "nothing-to-copy" {
		t.Errorf("again: %v", err)
	}
	other := storetest.Lead(t, o, "H41", "Của tỉnh khác", storetest.Submitted).Code
	_, theirs := o.CopyStatement(context.Background(), officer(1), code, other, want)
	_, none := o.CopyStatement(context.Background(), officer(1), code, "H41-9999", want)
	if fmt.Sprintf("%#v", theirs) != fmt.Sprintf("%#v", none) || !errors.As(theirs, &r) || r.Kind != approval.NotFound {
		t.Errorf("another's %v, none %v", theirs, none)
	}
	sound(t, s)
}

// TestOnce: under one token an act is done once; another body is refused.
func TestOnce(t *testing.T) {
	o, s, code := drafting(t)
	ctx := approval.WithOnce(context.Background(), approval.Once{Token: "0123456789abcdef", Body: "b"})
	save := func(ctx context.Context) error {
		_, err := o.SaveFields(ctx, officer(1), code, []approval.FieldInput{{Field: "scope", Value: "x", Seen: approval.FieldTag(1, 0, "")}})
		return err
	}
	if err := save(ctx); err != nil {
		t.Fatal(err)
	}
	var again *approval.Repeated
	if err := save(ctx); !errors.As(err, &again) || again.Object != "system:"+code {
		t.Errorf("%v", err)
	}
	if err := s.Done(ctx, officer(1)); !errors.As(err, &again) {
		t.Errorf("%v", err)
	}
	var r *approval.Refusal
	if err := save(approval.WithOnce(context.Background(), approval.Once{Token: "0123456789abcdef", Body: "other"})); !errors.As(err, &r) || r.Findings[0].Rule != "token-used" {
		t.Errorf("%v", err)
	}
	if err := s.Done(ctx, officer(2)); err != nil {
		t.Errorf("another account: %v", err)
	}
}
