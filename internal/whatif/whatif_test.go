package whatif_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/controls"
	"capdo/internal/law"
	"capdo/internal/whatif"
)

// on is nine o'clock of a day.
func on(d law.Day) time.Time { return d.Time().Add(9 * time.Hour).UTC() }

// system is approved under R85 at the level given, confirmed, and deployed in
// full; facts are JSON.
func system(t testing.TB, code, owner string, level law.Level, facts string) approval.System {
	t.Helper()
	var f law.Facts
	if err := json.Unmarshal([]byte(facts), &f); err != nil {
		t.Fatal(err)
	}
	s := approval.System{Code: code, Name: "Hệ thống " + code, Owner: owner, Sector: law.SectorCivil, Stage: approval.Operating, Origin: approval.Registered,
		RegisteredAt: on("2020-01-02"), Facts: &approval.Facts{Facts: f, At: on("2020-01-02")}}
	if level == 0 {
		return s
	}
	authority := law.RoleSpecialisedUnit
	if level >= 3 {
		authority = law.RoleOwner
	}
	s.Approvals = []approval.Approval{{No: 1, Level: level, Rules: law.R85, Authority: authority, DecidedOn: "2024-03-01", From: on("2024-03-01"),
		Confirmation: &approval.Confirmation{At: on("2024-03-02")}}}
	s.Plans = []approval.Plan{{Approval: 1, Status: approval.PlanFull, On: "2024-03-03", At: on("2024-03-03")}}
	return s
}

func books(t testing.TB) (*law.Book, *controls.Catalogues) {
	t.Helper()
	b, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	c, err := controls.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b, c
}

// world is one system of each fate.
func world(t testing.TB) []approval.System {
	retired := system(t, "H56-0005", "H56", 2, `{"type":"a","info":"private"}`)
	retired.Retirement = &approval.Retirement{At: on("2025-01-01")}
	return []approval.System{
		system(t, "H56-0001", "H56", 3, `{"type":"b","info":"personal","users":12000,"subjects_basic":12000,"subjects_sensitive":0}`), // 3 -> 2
		system(t, "H56-0002", "H56", 2, `{"type":"b","info":"personal","users":9000,"subjects_basic":0,"subjects_sensitive":10000}`),  // 2 -> 3
		system(t, "H41-0001", "H41", 2, `{"type":"a","info":"private"}`),                                                              // 2 -> 2
		system(t, "H41-0002", "H41", 0, `{"type":"c","infra_scope":"nationwide"}`),                                                    // 3 -> a person
		retired,
	}
}

func TestAdoptR331(t *testing.T) {
	b, c := books(t)
	q := whatif.Question{Before: whatif.Side{Book: b, Rules: law.R85, Day: "2026-11-22"}, After: whatif.Side{Book: b, Rules: law.R331, Day: "2027-07-01"}, Controls: c}
	res := whatif.Run(q, slices.Values(world(t)))
	if a := res.All; a.Systems != 4 || a.Raised != 1 || a.Lowered != 1 || a.Manual != 1 || a.LosesGate != 0 || a.GainsGate != 0 {
		t.Errorf("last day of conformity: %+v", a)
	}
	if res.Moves[3][2] != 1 || res.Moves[2][3] != 1 || res.Moves[2][2] != 1 || res.Moves[3][0] != 1 {
		t.Errorf("moves %v", res.Moves)
	}
	if len(res.Agencies) != 2 || res.Agencies[0].Owner != "H41" || res.Agencies[1].Systems != 2 {
		t.Errorf("agencies %+v", res.Agencies)
	}
	q.After.Day = "2027-07-02"
	late := whatif.Run(q, slices.Values(world(t)))
	if late.All.LosesGate != 3 {
		t.Errorf("the day after: %d lose the gate, want the 3 approved ones", late.All.LosesGate)
	}
	for _, r := range late.Rows {
		if r.LosesGate() && !slices.Contains(r.Lost, law.ReasonConformityOverdue) {
			t.Errorf("%s lost the gate by %v", r.Code, r.Lost)
		}
		if r.Approved > 0 && r.New == 0 {
			t.Errorf("%s, approved under the older catalogue, needs nothing new", r.Code)
		}
		if r.Approved == 0 && r.New > 0 {
			t.Errorf("%s has no plan in force and needs %d new controls", r.Code, r.New)
		}
	}
}

func TestSameLawChangesNothing(t *testing.T) {
	b, c := books(t)
	side := whatif.Side{Book: b, Rules: law.R331, Day: "2026-11-22"}
	res := whatif.Run(whatif.Question{Before: side, After: side, Controls: c}, slices.Values(world(t)))
	if len(res.Rows) != 0 || res.All != (whatif.Sum{Systems: 4}) {
		t.Errorf("%+v, rows %+v", res.All, res.Rows)
	}
}

func TestReadsOnly(t *testing.T) {
	b, c := books(t)
	systems := world(t)
	digest := func() (all []string) {
		for _, s := range systems {
			d, err := s.Digest()
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, d)
		}
		return all
	}
	before := digest()
	whatif.Run(whatif.Question{Before: whatif.Side{Book: b, Rules: law.R85, Day: "2026-11-22"}, After: whatif.Side{Book: b, Rules: law.R331, Day: "2028-01-01"}, Controls: c}, slices.Values(systems))
	if after := digest(); !slices.Equal(before, after) {
		t.Error("the question changed a system")
	}
}

// TestSumsOfAgencies: the parts make up the whole.
func TestSumsOfAgencies(t *testing.T) {
	b, c := books(t)
	res := whatif.Run(whatif.Question{Before: whatif.Side{Book: b, Rules: law.R85, Day: "2026-11-22"}, After: whatif.Side{Book: b, Rules: law.R331, Day: "2028-01-01"}, Controls: c}, slices.Values(world(t)))
	var sum whatif.Sum
	for _, a := range res.Agencies {
		sum.Systems, sum.Raised, sum.Lowered, sum.Manual = sum.Systems+a.Systems, sum.Raised+a.Raised, sum.Lowered+a.Lowered, sum.Manual+a.Manual
		sum.Unstated += a.Unstated
		sum.LosesGate, sum.GainsGate, sum.NeedsNew, sum.NewControls = sum.LosesGate+a.LosesGate, sum.GainsGate+a.GainsGate, sum.NeedsNew+a.NeedsNew, sum.NewControls+a.NewControls
	}
	if sum != res.All {
		t.Errorf("agencies make %+v, all is %+v", sum, res.All)
	}
	moved := 0
	for _, row := range res.Moves {
		for _, n := range row {
			moved += n
		}
	}
	if moved != res.All.Systems {
		t.Errorf("moves count %d of %d", moved, res.All.Systems)
	}
}

// TestUnstatedFactIsNoChange: after a walk of the assistant under one rule set
// the facts that only the other asks for are not stated; that is said, and no
// change is claimed.
func TestUnstatedFactIsNoChange(t *testing.T) {
	b, c := books(t)
	q := whatif.Question{Before: whatif.Side{Book: b, Rules: law.R85, Day: "2026-11-22"}, After: whatif.Side{Book: b, Rules: law.R331, Day: "2026-11-22"}, Controls: c}
	for _, x := range []struct {
		name, facts string
		unstated    []string
		from, to    law.Level
	}{
		{"walked under R331", `{"type":"b","info":"personal","subjects_basic":200000,"subjects_sensitive":0}`, []string{"users"}, 0, 3},
		{"procedures, walked under R331", `{"type":"b","info":"public","handles_tthc":true}`, []string{"dvctt_level"}, 0, 3},
		{"a public service, walked under R85", `{"type":"b","info":"public","dvctt_level":3}`, []string{"handles_tthc"}, 3, 0},
		{"a public service, both said", `{"type":"b","info":"public","dvctt_level":2,"handles_tthc":true}`, nil, 2, 3},
		{"walked under R85", `{"type":"b","info":"personal","dvctt_level":0,"users":500}`, []string{"subjects_basic", "subjects_sensitive"}, 2, 0},
		{"a level no unstated fact can raise", `{"type":"b","info":"state_secret","ns_harm":"especially_serious"}`, nil, 5, 5},
		{"all stated", `{"type":"b","info":"personal","dvctt_level":0,"users":500,"subjects_basic":200000,"subjects_sensitive":0}`, nil, 2, 3},
	} {
		res := whatif.Run(q, slices.Values([]approval.System{system(t, "H56-0001", "H56", 0, x.facts)}))
		row := whatif.Row{}
		if len(res.Rows) == 1 {
			row = res.Rows[0]
		}
		if len(x.unstated) > 0 && (!slices.Equal(row.Unstated, x.unstated) || row.From != x.from || row.To != x.to) {
			t.Errorf("%s: %+v", x.name, row)
		}
		want := whatif.Sum{Systems: 1}
		if len(x.unstated) > 0 {
			want.Unstated = 1
		} else if x.from < x.to {
			want.Raised = 1
		}
		if res.All != want {
			t.Errorf("%s: %+v, want %+v", x.name, res.All, want)
		}
		if res.Moves[x.from][x.to] != 1 {
			t.Errorf("%s: moves %v", x.name, res.Moves)
		}
	}
}

// TestEditedBook: an edited book is held against the book here under the same
// rules on the same day; a lower threshold raises whom it catches, and asks more
// of them.
func TestEditedBook(t *testing.T) {
	b, c := books(t)
	text, err := os.ReadFile("../law/book/levels-r331.yaml")
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(text, []byte("basic: 100000"), []byte("basic: 5000"), 1)
	if bytes.Equal(text, changed) {
		t.Fatal("the threshold is written otherwise")
	}
	edited, err := law.LoadOver(map[string][]byte{"levels-r331.yaml": changed})
	if err != nil {
		t.Fatal(err)
	}
	if edited.Digest() == b.Digest() {
		t.Error("an edited book has the digest of the other")
	}
	q, err := whatif.Adoption{Book: b, Edited: edited, On: "2026-11-22", Today: "2026-11-22"}.Question()
	if err != nil || q.Before.Rules != law.R331 || q.After.Rules != law.R331 || q.Before.Book != b || q.After.Book != edited {
		t.Fatalf("%+v, %v", q, err)
	}
	q.Controls = c
	res := whatif.Run(q, slices.Values(world(t)))
	if res.All.Raised != 1 || res.All.Lowered != 0 || len(res.Rows) != 1 || res.Rows[0].Code != "H56-0001" || res.Rows[0].From != 2 || res.Rows[0].To != 3 {
		t.Errorf("%+v, rows %+v", res.All, res.Rows)
	}
	for name, a := range map[string]whatif.Adoption{"unknown rules": {Book: b, Edited: edited, Rules: "R9", On: "2026-11-22"},
		"before the law": {Book: b, Edited: edited, On: "2010-01-01"}, "unknown rules, no book": {Book: b, Rules: "R9", On: "2026-11-22"}} {
		if _, err := a.Question(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := law.LoadOver(map[string][]byte{"other.yaml": text}); err == nil {
		t.Error("a file that the book does not know is taken")
	}
}

// BenchmarkRun asks of 7,008 systems in memory.
func BenchmarkRun(b *testing.B) {
	book, cat := books(b)
	var systems []approval.System
	for i := range 7008 {
		systems = append(systems, system(b, "H56-"+strconv.Itoa(i), "H56", law.Level(1+i%3), `{"type":"b","info":"personal","users":12000,"subjects_basic":12000}`))
	}
	q := whatif.Question{Before: whatif.Side{Book: book, Rules: law.R85, Day: "2026-11-22"}, After: whatif.Side{Book: book, Rules: law.R331, Day: "2027-07-02"}, Controls: cat}
	for b.Loop() {
		whatif.Run(q, slices.Values(systems))
	}
}
