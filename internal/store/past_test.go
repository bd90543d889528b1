package store_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
)

// TestGateOfAPastDay: an approval decided in September and entered in November did
// not open the gate in September, and yet was so: two questions, two answers. The
// ledger of the second is as long as it was then, and neither is of now.
func TestGateOfAPastDay(t *testing.T) {
	clock := storetest.At("2026-09-20")
	o, s := storetest.Office(t, clock)
	x := storetest.Lead(t, o, "H56", "Hệ thống ghi muộn", storetest.Appraised)
	ctx := context.Background()
	clock.T = law.Day("2026-11-05").Time().Add(9 * time.Hour)
	x, err := o.Decide(ctx, storetest.Actor(law.RoleOwner, "H56"), x.Code, x.Version, approval.DecisionInput{Outcome: approval.Approve, Number: "1/QĐ", DecidedOn: "2026-09-21", Digest: x.Last().Digest})
	if err != nil {
		t.Fatal(err)
	}
	entered := clock.T
	clock.T = clock.T.Add(time.Hour)
	x, err = o.Confirm(ctx, storetest.Actor(law.RoleMPS, "G01"), x.Code, x.Version, "")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate.Gate{Standings: s, Book: o.Book, Clock: clock.Now, Then: func(x approval.AsOf) gate.Standings { return s.At(x) }}
	at := law.Day("2026-09-30").Time().Add(12 * time.Hour)
	level := func(q gate.Question) law.Level {
		v := g.Ask(ctx, q)
		if v.When == gate.Now {
			t.Errorf("%+v: an answer of now", q)
		}
		if q.Known.IsZero() != (v.Known == nil) {
			t.Errorf("%+v: known %v", q, v.Known)
		}
		if v.Level == nil {
			return 0
		}
		return *v.Level
	}
	for _, c := range []struct {
		at, known time.Time
		want      law.Level
	}{
		{at, time.Time{}, 0},
		{at, at, 0},
		{at, entered.Add(-time.Second), 0},
		{at, entered, 3},
		{at, clock.T, 3},
		{law.Day("2026-09-20").Time().Add(13 * time.Hour), clock.T, 0},
		{clock.T.Add(-time.Minute), entered.Add(-time.Second), 0},
	} {
		if got := level(gate.Question{Provider: x.Code, At: c.at, Known: c.known}); got != c.want {
			t.Errorf("at %v known %v: level %d, want %d", c.at, c.known, got, c.want)
		}
	}
	head := func(known time.Time) int64 {
		return g.Ask(ctx, gate.Question{Provider: x.Code, At: at, Known: known}).Ledger.Size
	}
	if a, b := head(entered.Add(-time.Second)), head(entered); b != a+1 {
		t.Errorf("the ledger had %d entries before, %d after", a, b)
	}
	if v := g.Ask(ctx, gate.Question{Provider: x.Code, Known: at}); v.Reasons[0].Code != "F03" {
		t.Errorf("known without at: %+v", v.Reasons)
	}
	past := s.At(approval.AsOf{On: "2026-09-30", Known: at})
	if err := past.Update(ctx, storetest.Keeper(), clock.T, func(approval.Tx) error { return nil }); err == nil {
		t.Error("the past was written")
	}
}

// TestThePastStays: whatever happens to systems later, what the register said at
// any earlier instant is what it says of that instant ever after.
func TestThePastStays(t *testing.T) {
	clock := storetest.At("2026-09-01")
	o, s := storetest.Office(t, clock)
	ctx := context.Background()
	type seen struct {
		at   time.Time
		rows string
	}
	var all []seen
	now := func(known time.Time) string {
		var out string
		err := s.At(approval.AsOf{On: law.DayOf(known), Known: known}).Each(ctx, storetest.Keeper(), func(x approval.System) error {
			x.Version = 0 // how often it was saved, and by whom each field, is not taken back
			for i := range x.Dossiers {
				x.Dossiers[i].Editors, x.Dossiers[i].Fields = nil, nil
			}
			digest, err := approval.Digest(struct {
				S approval.System
				T approval.Standing
			}{x, x.Standing(known)})
			out += x.Code + " " + digest + "\n"
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	step := func(act func()) {
		clock.T = clock.T.Add(26 * time.Hour)
		act()
		at := clock.T.Add(time.Minute)
		all = append(all, seen{at, now(at)})
	}
	var x approval.System
	must := func(s approval.System, err error) {
		if err != nil {
			t.Fatal(err)
		}
		x = s
	}
	officer, unit, mps := storetest.Actor(law.RoleOperator, "H56"), storetest.Actor(law.RoleSpecialisedUnit, "H56"), storetest.Actor(law.RoleMPS, "G01")
	step(func() { x = storetest.Lead(t, o, "H56", "Một", storetest.Stated) })
	step(func() { must(o.StateFacts(ctx, officer, x.Code, x.Version, storetest.Facts(2, false))) })
	step(func() { must(o.StateFacts(ctx, officer, x.Code, x.Version, storetest.Facts(3, false))) })
	step(func() { must(o.Draft(ctx, officer, x.Code, x.Version, storetest.Statement(2, law.DayOf(clock.T)))) })
	step(func() { must(o.Submit(ctx, officer, x.Code, x.Version, storetest.Statement(3, law.DayOf(clock.T)))) })
	step(func() {
		must(o.Review(ctx, unit, x.Code, x.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.SendBack, Comment: "x", Digest: x.Last().Digest}))
	})
	step(func() {
		st := storetest.Statement(3, law.DayOf(clock.T))
		st["scope"] = "khác"
		must(o.Draft(ctx, officer, x.Code, x.Version, st))
	})
	step(func() { must(o.Submit(ctx, officer, x.Code, x.Version, storetest.Statement(3, law.DayOf(clock.T)))) })
	step(func() {
		must(o.Review(ctx, unit, x.Code, x.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.FindFit, Digest: x.Last().Digest}))
	})
	step(func() {
		must(o.Decide(ctx, storetest.Actor(law.RoleOwner, "H56"), x.Code, x.Version, approval.DecisionInput{Outcome: approval.Approve, Number: "1/QĐ", DecidedOn: law.DayOf(clock.T), Digest: x.Last().Digest}))
	})
	step(func() { must(o.Confirm(ctx, mps, x.Code, x.Version, "")) })
	step(func() {
		must(o.DeclarePlan(ctx, officer, x.Code, x.Version, approval.PlanInput{Status: approval.PlanFull, On: law.DayOf(clock.T)}))
	})
	step(func() {
		must(o.Suspend(ctx, mps, x.Code, x.Version, approval.SuspensionInput{Ground: "x", Number: "2/QĐ"}))
	})
	step(func() { must(o.Reinstate(ctx, mps, x.Code, x.Version, "x", "3/QĐ")) })
	step(func() { must(o.Revoke(ctx, mps, x.Code, x.Version, approval.RevocationInput{Ground: "x"})) })
	step(func() { must(o.Draft(ctx, officer, x.Code, x.Version, storetest.Statement(3, law.DayOf(clock.T)))) })
	step(func() { must(o.Retire(ctx, officer, x.Code, x.Version, "hết dùng")) })
	for i, was := range all {
		if is := now(was.at); is != was.rows {
			t.Errorf("after step %d the register said otherwise than it says of that instant now", i)
		}
	}
	sound(t, s)
}

// TestWhatABodyHeldThen: of a day that is over a body sees what it held on that day
// and holds still: neither what came to it later nor what it handed on; in its lists,
// its figures, one by one, and whatever it may have known.
func TestWhatABodyHeldThen(t *testing.T) {
	clock := storetest.At("2027-01-10")
	o, s := storetest.Office(t, clock)
	ctx := context.Background()
	own := storetest.Lead(t, o, "H56", "Của Thanh Hóa", storetest.Approved)
	came := storetest.Lead(t, o, "H41", "Về Thanh Hóa sau", storetest.Approved)
	clock.T = law.Day("2027-03-01").Time().Add(9 * time.Hour)
	_, err := o.Reorganise(ctx, storetest.Keeper(), approval.Reorganisation{On: "2027-03-01", Source: "x", Successions: []approval.Succession{{From: "H41", To: "H56", Kind: approval.SuccessionMerge, On: "2027-03-01", Cites: "x"}}})
	if err != nil {
		t.Fatal(err)
	}
	clock.T = law.Day("2027-06-01").Time().Add(9 * time.Hour)
	now := clock.T
	for _, c := range []struct {
		body  string
		on    law.Day
		known time.Time
		want  []string
	}{
		{"H56", "2027-02-01", law.Day("2027-02-02").Time(), []string{own.Code}},
		{"H56", "2027-02-01", now, []string{own.Code}},
		{"H56", "2027-04-01", law.Day("2027-04-02").Time(), []string{own.Code, came.Code}},
		{"H56", "2027-04-01", law.Day("2027-02-02").Time(), []string{own.Code}}, // as it was known before it was entered
		{"H41", "2027-02-01", law.Day("2027-02-02").Time(), nil},
		{"H41", "2027-02-01", now, nil},
		{"H41", "2027-04-01", now, nil},
	} {
		a := storetest.Actor(law.RoleOperator, c.body)
		x := approval.AsOf{On: c.on, Known: c.known}
		past := &approval.Office{Store: s.At(x), Book: o.Book, Shelf: o.Shelf, Clock: x.Last, Past: true}
		var got []string
		if err := past.List(ctx, a, approval.Filter{}, func(r approval.Row) error { got = append(got, r.Code); return nil }); err != nil {
			t.Fatal(err)
		}
		if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(c.want))) {
			t.Errorf("%s on %s known %v: lists %v, want %v", c.body, c.on, c.known, got, c.want)
		}
		for _, code := range []string{own.Code, came.Code} {
			if _, err := past.File(ctx, a, code); (err == nil) != slices.Contains(c.want, code) {
				t.Errorf("%s on %s known %v: the file of %s: %v", c.body, c.on, c.known, code, err)
			}
			err := s.At(x).Plans().View(ctx, a, func(r plan.Reader) error { _, err := r.Plan(code); return err })
			if (err == nil) != slices.Contains(c.want, code) {
				t.Errorf("%s on %s known %v: the plan of %s: %v", c.body, c.on, c.known, code, err)
			}
		}
		if ov, err := past.Overview(ctx, a, x); err != nil || ov.Total != len(c.want) {
			t.Errorf("%s on %s known %v: %d are counted, want %d, %v", c.body, c.on, c.known, ov.Total, len(c.want), err)
		}
		if ps, err := past.Trend(ctx, a, "2027-02-01", 0, approval.Part{}); err != nil || c.body == "H56" && ps[0].Total != 1 {
			t.Errorf("%s: the trend counts %+v in February, %v", c.body, ps, err)
		}
		if ov, err := past.Overview(ctx, storetest.Actor(approval.Auditor, ""), x); err != nil || ov.Total != 2 {
			t.Errorf("the country on %s: %d, %v", c.on, ov.Total, err)
		}
	}
	r, err := s.Verify(ctx)
	if err != nil || len(r.Violations) > 0 {
		t.Errorf("%v %v", r.Violations, err)
	}
}

// TestAuthZENOfAPastInstant: an evaluation that names an instant is answered as a
// question is, says that it speaks of the past, and by what knowledge; a search takes
// none.
func TestAuthZENOfAPastInstant(t *testing.T) {
	clock := storetest.At("2026-09-20")
	o, s := storetest.Office(t, clock)
	x := storetest.Lead(t, o, "H56", "Cổng dữ liệu", storetest.Deployed)
	y := storetest.Lead(t, o, "H56", "Bên khai thác", storetest.Deployed)
	approved := clock.T
	clock.T = clock.T.Add(48 * time.Hour)
	if _, err := o.Revoke(context.Background(), storetest.Actor(law.RoleMPS, "G01"), x.Code, x.Version, approval.RevocationInput{Ground: "khai sai"}); err != nil {
		t.Fatal(err)
	}
	clock.T = clock.T.Add(time.Hour)
	g := &gate.Gate{Standings: s, Book: o.Book, Clock: clock.Now, Systems: s, Then: func(x approval.AsOf) gate.Standings { return s.At(x) }}
	h, err := g.Before(http.NotFoundHandler(), gate.Doors{})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path, says string) (status int, decision bool, when, known string) {
		t.Helper()
		body := `{"subject":{"type":"information_system","id":"` + y.Code + `"},"action":{"name":"connect"},"resource":{"type":"information_system","id":"` + x.Code + `"},"context":{` + says + `}}`
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.RemoteAddr = "127.0.0.1:1"
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var out struct {
			Decision bool
			Context  struct{ When, Known string }
		}
		if w.Code == http.StatusOK {
			if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
				t.Fatal(err)
			}
		}
		return w.Code, out.Decision, out.Context.When, out.Context.Known
	}
	const evaluation = "/access/v1/evaluation"
	then := approved.Add(time.Hour).UTC().Format(time.RFC3339)
	for _, c := range []struct {
		says     string
		decision bool
		when     string
		known    bool
	}{
		{``, false, "", false},
		{`"at":"` + then + `"`, true, gate.Past, false},
		{`"at":"` + then + `","known":"` + clock.T.UTC().Format(time.RFC3339) + `"`, true, gate.Past, true},
		{`"at":"` + then + `","known":"` + approved.Add(-time.Hour).UTC().Format(time.RFC3339) + `"`, false, gate.Past, true},
		{`"at":"hôm qua"`, false, "", false},
		{`"known":"` + then + `"`, false, "", false},
	} {
		status, decision, when, known := ask(evaluation, c.says)
		if status != http.StatusOK || decision != c.decision || when != c.when || (known != "") != c.known {
			t.Errorf("{%s}: %d %v %q %q", c.says, status, decision, when, known)
		}
	}
	if status, _, _, _ := ask("/access/v1/search/resource", `"at":"`+then+`"`); status != http.StatusBadRequest {
		t.Errorf("a search of the past: %d", status)
	}
}
