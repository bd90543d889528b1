package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

const today = law.Day("2026-11-22")

// ofAgency are the capacities that see their own body only.
func ofAgency() []approval.Capacity {
	return []approval.Capacity{law.RoleOperator, law.RoleSpecialisedUnit, law.RoleIndependentCouncil, law.RoleOwner}
}

// national are those that see every body.
func national() []approval.Capacity {
	return []approval.Capacity{law.RoleMIC, law.RoleMPS, law.RoleMOD, law.RoleCipherCommittee, law.RolePrimeMinister, approval.Auditor, approval.Gateway, approval.Keeper}
}

// two fills a register with like-named systems of two agencies in every step.
func two(t *testing.T) (*approval.Office, *store.Store) {
	t.Helper()
	return twoIn(t, t.TempDir())
}

// walls runs a test on that register behind both walls and, in a file, behind the
// scope alone: neither may lean on the other.
func walls(t *testing.T, test func(*testing.T, *store.Store)) {
	dir := t.TempDir()
	_, s := twoIn(t, dir)
	t.Run("both walls", func(t *testing.T) { test(t, s) })
	if storetest.OnPostgres() {
		return
	}
	bare, err := store.Bare(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer bare.Close()
	bare.Guard(storetest.Keys(dir))
	t.Run("the scope alone", func(t *testing.T) { test(t, bare) })
}

func twoIn(t *testing.T, dir string) (*approval.Office, *store.Store) {
	t.Helper()
	o, s := storetest.OfficeIn(t, dir, storetest.At(today))
	for step := storetest.Registered; step <= storetest.Deployed; step++ {
		for _, owner := range []string{"H56", "H41"} {
			storetest.Lead(t, o, owner, fmt.Sprint("Hệ thống một cửa ", int(step)), step)
		}
	}
	return o, s
}

// view runs f on the register as the actor sees it.
func view(t *testing.T, s *store.Store, a approval.Actor, f func(approval.Reader) error) {
	t.Helper()
	if err := s.View(context.Background(), a, f); err != nil {
		t.Fatal(err)
	}
}

// filters are questions one may ask the list.
func filters() []approval.Filter {
	fs := []approval.Filter{{}, {Text: "mot cua"}, {Text: "H41"}, {Owner: "H41"}, {Owner: "H56"}, {Level: 3}, {Plan: approval.PlanFull}, {Plan: approval.PlanNone},
		{Origin: approval.Registered}, {Page: 2}, {Text: "' OR 1=1 --"}, {Owner: "H56' OR '1'='1"}, {State: "x' OR s.owner = 'H41"}}
	for _, state := range approval.States() {
		fs = append(fs, approval.Filter{State: state})
	}
	return fs
}

// TestReaderShowsOneTenant asks every question of the Reader in every capacity
// of an agency: whatever comes back is the agency's own.
func TestReaderShowsOneTenant(t *testing.T) { walls(t, readerShowsOneTenant) }

func readerShowsOneTenant(t *testing.T, s *store.Store) {
	for _, c := range ofAgency() {
		a := storetest.Actor(c, "H56")
		view(t, s, a, func(r approval.Reader) error {
			for _, f := range filters() {
				p, err := r.Search(f)
				if err != nil {
					return err
				}
				for _, row := range p.Rows {
					if row.Owner != "H56" || !strings.HasPrefix(row.Code, "H56-") {
						t.Errorf("%s, %+v: row of %s", c, f, row.Owner)
					}
				}
				if p.Total > 7 || f.Owner == "H41" && p.Total != 0 {
					t.Errorf("%s, %+v: total %d", c, f, p.Total)
				}
			}
			pending, _, err := r.Pending(100, everyone)
			if err != nil {
				return err
			}
			for _, x := range pending {
				if x.Owner != "H56" {
					t.Errorf("%s: pending %s of %s", c, x.Code, x.Owner)
				}
			}
			cells, err := r.Counts(approval.Believed(today))
			if err != nil {
				return err
			}
			for _, cell := range cells {
				if cell.Owner != "H56" {
					t.Errorf("%s: counts %s", c, cell.Owner)
				}
			}
			if len(pending) == 0 || len(cells) == 0 {
				t.Errorf("%s: %d pending, %d cells of its own", c, len(pending), len(cells))
			}
			for i := 1; i <= 7; i++ {
				sameRefusal(t, r, fmt.Sprintf("H41-%04d", i), "H41-9999")
			}
			return nil
		})
	}
}

// TestBlindSeesNothing: to who runs the service every system is absent, those of
// its own body too, and it may write none.
func TestBlindSeesNothing(t *testing.T) { walls(t, blindSeesNothing) }

func blindSeesNothing(t *testing.T, s *store.Store) {
	a := storetest.Actor(approval.Administrator, "H56")
	view(t, s, a, func(r approval.Reader) error {
		p, err := r.Search(approval.Filter{})
		pending, _, err2 := r.Pending(100, everyone)
		cells, err3 := r.Counts(approval.Believed(today))
		if p.Total != 0 || len(pending) != 0 || len(cells) != 0 {
			t.Errorf("found %d, pending %d, counted %d", p.Total, len(pending), len(cells))
		}
		sameRefusal(t, r, "H56-0001", "H56-9999")
		return errors.Join(err, err2, err3)
	})
	if err := s.Update(context.Background(), a, storetest.At(today).T, func(tx approval.Tx) error {
		return tx.Create(&approval.System{Name: "Mới", Owner: "H56", Stage: approval.New, Origin: approval.Registered})
	}); err == nil {
		t.Error("a system was created by who sees none")
	}
}

// TestEveryQueryIsNarrowed: behind the scope alone, every query that the room can
// begin reaches what is the actor's body's, and nothing where that has nothing; and
// nothing is written under another body.
func TestEveryQueryIsNarrowed(t *testing.T) {
	dir := t.TempDir()
	_, s := full(t, dir)
	if !storetest.OnPostgres() {
		bare, err := store.Bare(context.Background(), dir)
		if err != nil {
			t.Fatal(err)
		}
		defer bare.Close()
		s = bare
	}
	of := func(c approval.Capacity, body string) map[string]int64 {
		all, err := store.Reached(s, storetest.Actor(c, body))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	all, own, provider, none, blind := of(approval.Auditor, "G01"), of(law.RoleOperator, "H56"), of(law.RoleOperator, "H41"), of(law.RoleOperator, "H99"), of(approval.Administrator, "H56")
	for query, n := range all {
		if none[query] != 0 || blind[query] != 0 && query != "machines" {
			t.Errorf("%s: %d for a body that has nothing, %d for who runs the service", query, none[query], blind[query])
		}
		if query != "consulted" && (n == 0 || own[query]+provider[query] == 0) {
			t.Errorf("%s: %d in all, none of which is a body's: too few to tell", query, n)
		}
	}
	if provider["connections"] == 0 || own["connections"] == 0 || own["systems"]+provider["systems"] != all["systems"] || own["table"]+provider["table"] != all["table"] || provider["statements"] != 0 || own["years"] != 0 {
		t.Errorf("of all %v H56 reaches %v, H41 %v", all, own, provider)
	}
	asked := func() int64 { return of(law.RoleSpecialisedUnit, "G01")["consulted"] }
	if asked() != 1 || of(law.RoleOperator, "G01")["consulted"] != 0 || of(law.RoleSpecialisedUnit, "H56")["consulted"] != 0 {
		t.Errorf("G01, which was asked, reaches %d rounds", asked())
	}
	db := storetest.Raw(t, dir)
	for _, state := range []string{"draft", "returned", "appraised", "unfit", "approved", "refused", "withdrawn"} {
		if _, err := db.Exec("UPDATE dossier SET state = '" + state + "'"); err != nil || asked() != 0 {
			t.Errorf("a dossier that is %s is shown to the body that was asked: %v", state, err)
		}
	}
	for what, err := range store.Foreign(s, storetest.Actor(law.RoleOperator, "H41"), "H56") {
		if r := (*approval.Refusal)(nil); !errors.As(err, &r) || r.Kind != approval.NotFound {
			t.Errorf("%s of another body: %v", what, err)
		}
	}
}

// TestNarrowAfterAWideLook: what an act looks at of the whole register leaves the
// actor as narrow as before, in the database too.
func TestNarrowAfterAWideLook(t *testing.T) {
	_, s := two(t)
	for _, ask := range []func(*store.Store, approval.Actor, string) (int64, error){store.Unscoped, store.UnscopedAfterWide} {
		if n, err := ask(s, storetest.Actor(law.RoleOperator, "H56"), "SELECT count(*) FROM system"); err != nil || n != 7 {
			t.Errorf("%d of 14 systems, %v", n, err)
		}
	}
}

// sameRefusal: another's system and an absent one give one and the same answer.
func sameRefusal(t *testing.T, r approval.Reader, theirs, absent string) {
	t.Helper()
	for name, ask := range map[string]func(string) error{
		"System":  func(code string) error { _, err := r.System(code); return err },
		"Entries": func(code string) error { _, err := r.Entries(code); return err },
	} {
		a, b := ask(theirs), ask(absent)
		if ra, rb := (*approval.Refusal)(nil), (*approval.Refusal)(nil); !errors.As(a, &ra) || !errors.As(b, &rb) || ra.Kind != approval.NotFound || encode(t, ra) != encode(t, rb) {
			t.Errorf("%s: theirs %v, absent %v", name, a, b)
		}
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestNationalCapacitiesSeeAll is the control: the register is not empty.
func TestNationalCapacitiesSeeAll(t *testing.T) {
	_, s := two(t)
	for _, c := range national() {
		view(t, s, storetest.Actor(c, "G01"), func(r approval.Reader) error {
			p, err := r.Search(approval.Filter{})
			if err == nil && p.Total != 14 {
				t.Errorf("%s sees %d of 14", c, p.Total)
			}
			return err
		})
	}
	stranger := storetest.Actor("unheard_of", "H56")
	view(t, s, stranger, func(r approval.Reader) error {
		p, err := r.Search(approval.Filter{})
		if err == nil && p.Total != 7 {
			t.Errorf("a capacity nobody knows sees %d, want its own 7", p.Total)
		}
		return err
	})
}

// TestWriterWritesOneTenant: the write handle knows no other's system either.
func TestWriterWritesOneTenant(t *testing.T) { walls(t, writerWritesOneTenant) }

func writerWritesOneTenant(t *testing.T, s *store.Store) {
	var theirs approval.System
	view(t, s, storetest.Keeper(), func(r approval.Reader) (err error) {
		theirs, err = r.System("H41-0007")
		return err
	})
	before := head(t, s)
	a := storetest.Actor(law.RoleOperator, "H56")
	for name, write := range map[string]func(approval.Tx) error{
		"load":   func(tx approval.Tx) error { _, err := tx.System(theirs.Code); return err },
		"save":   func(tx approval.Tx) error { x := theirs; x.Name = "Của tôi"; return tx.Save(&x) },
		"create": func(tx approval.Tx) error { return tx.Create(&approval.System{Owner: "H41", Name: "Cài vào"}) },
		"save under my code": func(tx approval.Tx) error {
			x := theirs
			x.Code = "H56-0007"
			return tx.Save(&x) // the id is theirs
		},
	} {
		err := s.Update(context.Background(), a, storetest.At(today).T, func(tx approval.Tx) error {
			if err := write(tx); err != nil {
				return err
			}
			return tx.Append(&approval.Entry{Act: "x", Object: "system:" + theirs.Code})
		})
		if r := (*approval.Refusal)(nil); !errors.As(err, &r) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if head(t, s) != before {
		t.Error("something was written")
	}
}

func head(t *testing.T, s *store.Store) (h approval.Head) {
	t.Helper()
	view(t, s, storetest.Keeper(), func(r approval.Reader) (err error) {
		h, err = r.Head()
		return err
	})
	return h
}

// TestOneTenantCannotSenseAnother plays the same acts and questions of agency A
// beside two different agencies B. Every answer is the same, byte for byte, the
// positions in the common ledger aside.
func TestOneTenantCannotSenseAnother(t *testing.T) {
	empty := func(*approval.Office) {}
	full := func(o *approval.Office) {
		for step := storetest.Registered; step <= storetest.Deployed; step++ {
			storetest.Lead(t, o, "H41", "Hệ thống một cửa", step)
		}
	}
	first, second := trace(t, empty), trace(t, full)
	if len(first) != len(second) || len(first) < 80 {
		t.Fatalf("%d answers beside %d", len(first), len(second))
	}
	for i := range first {
		if first[i] != second[i] {
			t.Errorf("answer %d:\n%s\nbeside another B:\n%s", i, first[i], second[i])
		}
	}
}

// trace collects every answer that agency H56 gets, with others at work between.
func trace(t *testing.T, others func(*approval.Office)) (answers []string) {
	t.Helper()
	ctx := context.Background()
	o, _ := storetest.Office(t, storetest.At(today))
	note := func(v any, err error) {
		answers = append(answers, fmt.Sprintf("%s %v", encode(t, v), err))
	}
	var mine []approval.System
	for step := storetest.Registered; step <= storetest.Deployed; step++ {
		others(o)
		s := storetest.Lead(t, o, "H56", "Hệ thống một cửa", step)
		mine = append(mine, s)
		note(s, nil)
	}
	for _, c := range ofAgency() {
		a := storetest.Actor(c, "H56")
		for _, s := range append(mine, approval.System{Code: "H41-0001"}, approval.System{Code: "H41-0009"}, approval.System{Code: "H56-0008"}) {
			f, err := o.File(ctx, a, s.Code)
			for i := range f.History {
				f.History[i].Seq = 0
			}
			f.Form = nil
			note(f, err)
			_, err = o.StateFacts(ctx, a, "H41-0001", s.Version, storetest.Facts(2, false))
			note(nil, err)
		}
		for _, f := range filters() {
			note(o.Find(ctx, a, f))
		}
		note(o.Queue(ctx, a))
		note(o.Overview(ctx, a, approval.Believed(today)))
		note(o.AgencyList(ctx, a))
	}
	return answers
}

// TestStandingsForTheGate: known and unknown, in the order asked, and the same
// as the record says.
func TestStandingsForTheGate(t *testing.T) {
	_, s := two(t)
	at := storetest.At(today).T
	sts, h, err := s.Standings(context.Background(), at, "H41-0007", "H56-9999", "H56-0001", "H56-0001\x00", "")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for _, st := range sts {
		fmt.Fprintf(&got, "%q %v %s; ", st.Code, st.Registered, st.State())
	}
	if want := `"H41-0007" true deployed; "H56-9999" false registered; "H56-0001" true registered; "H56-0001\x00" false registered; "" false registered; `; got.String() != want {
		t.Errorf("standings = %s\nwant %s", got.String(), want)
	}
	if h != head(t, s) {
		t.Errorf("head = %+v", h)
	}
}

// everyone is told of every system.
func everyone(*approval.System) bool { return true }
