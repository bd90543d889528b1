package approval_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// yard is a register without agencies, for worlds of its own.
type yard struct {
	testing.TB
	clock  *storetest.Clock
	office *approval.Office
	store  *store.Store
}

func newYard(t testing.TB, day law.Day) *yard {
	t.Helper()
	book, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	shelf, err := forms.Load()
	if err != nil {
		t.Fatal(err)
	}
	clock, s := storetest.At(day), storetest.Open(t)
	return &yard{t, clock, &approval.Office{Store: s, Book: book, Shelf: shelf, Clock: clock.Now}, s}
}

func (y *yard) ok(err error) {
	y.Helper()
	if err != nil {
		y.Fatal(err)
	}
}

func (y *yard) overview(day law.Day) approval.Overview {
	y.Helper()
	ov, err := y.office.Overview(context.Background(), storetest.Keeper(), approval.Believed(day))
	y.ok(err)
	return ov
}

func (y *yard) counts(day law.Day) (cells []approval.Count) {
	y.Helper()
	y.ok(y.store.View(context.Background(), storetest.Keeper(), func(r approval.Reader) (err error) {
		cells, err = r.Counts(approval.Believed(day))
		return err
	}))
	return cells
}

// agencyFigures are total, approved, deployed by agency.
func (y *yard) agencyFigures(day law.Day) map[string][3]int {
	y.Helper()
	out := map[string][3]int{}
	for _, x := range y.overview(day).Agencies {
		out[x.Agency.Code] = [3]int{x.Total, x.Approved, x.Deployed}
	}
	return out
}

func (y *yard) agencies() []approval.Agency {
	y.Helper()
	as, err := y.office.AgencyList(context.Background(), storetest.Keeper())
	y.ok(err)
	return as
}

func (y *yard) systems() (ss []approval.System) {
	y.Helper()
	y.ok(y.store.Each(context.Background(), storetest.Keeper(), func(s approval.System) error {
		ss = append(ss, s)
		return nil
	}))
	return ss
}

// sound fails the test when the register and its ledger disagree.
func (y *yard) sound() {
	y.Helper()
	r, err := y.store.Verify(context.Background())
	y.ok(err)
	for _, v := range r.Violations {
		y.Errorf("verify: %+v", v)
	}
}

// rules lists the rules of a refusal, "" for none.
func rules(err error) string {
	var r *approval.Refusal
	if !errors.As(err, &r) {
		if err != nil {
			return "no refusal: " + err.Error()
		}
		return ""
	}
	out := ""
	for i, f := range r.Findings {
		if i > 0 {
			out += " "
		}
		out += f.Rule
	}
	return string(r.Kind) + " " + out
}

// small is a register of two provinces with a system in every step under each.
func small(t testing.TB, day law.Day) *yard {
	t.Helper()
	clock := storetest.At(day)
	o, s := storetest.Office(t, clock)
	for _, owner := range []string{"H56", "H41"} {
		for step := storetest.Registered; step <= storetest.Deployed; step++ {
			storetest.Lead(t, o, owner, "Hệ thống số "+string(rune('1'+int(step))), step)
		}
	}
	clock.T = clock.T.Add(time.Hour)
	return &yard{t, clock, o, s}
}

// fresh is a province that comes into being.
func fresh(code string) approval.Agency {
	return approval.Agency{Code: code, CodeScheme: "capdo", CodeConfidence: "provisional", Name: "Thanh Hóa", NameEN: "Thanh Hoa", Group: "province", No: 56, Sector: law.SectorCivil}
}

// merger makes one new province of the two.
func merger(on law.Day) approval.Reorganisation {
	return approval.Reorganisation{On: on, Source: "thử", Successors: []approval.Agency{fresh("P25-01")}, Successions: []approval.Succession{
		{From: "H56", To: "P25-01", Kind: approval.SuccessionMerge, Cites: "NQ 202/2025/QH15, Điều 1"},
		{From: "H41", To: "P25-01", Kind: approval.SuccessionMerge, Scope: "toàn bộ", Cites: "NQ 202/2025/QH15, Điều 1"}}}
}

func (y *yard) reorganise(in approval.Reorganisation) approval.Reorganised {
	y.Helper()
	done, err := y.office.Reorganise(context.Background(), storetest.Actor(law.RoleMPS, "G01"), in)
	y.ok(err)
	return done
}

// file is a system's file as an actor sees it.
func (y *yard) file(a approval.Actor, code string) approval.File {
	y.Helper()
	f, err := y.office.File(context.Background(), a, code)
	y.ok(err)
	return f
}

func TestOwnerAt(t *testing.T) {
	s := approval.System{Owner: "C", Transfers: []approval.Transfer{{From: "A", To: "B", On: "2025-03-01"}, {From: "B", To: "A", On: "2025-07-01"}, {From: "A", To: "C", On: "2025-07-01"}}}
	for _, c := range []struct{ at, want string }{{"2020-01-01 00:00:00", "A"}, {"2025-02-28 23:59:59.999999", "A"}, {"2025-03-01 00:00:00", "B"},
		{"2025-06-30 23:59:59.999999", "B"}, {"2025-07-01 00:00:00", "C"}, {"2030-01-01 00:00:00", "C"}} {
		if got := approval.OwnerAt(s, at(c.at).UTC()); got != c.want || s.Standing(at(c.at)).Owner != c.want {
			t.Errorf("%s: %s, want %s", c.at, got, c.want)
		}
	}
	if got := approval.OwnerAt(approval.System{Owner: "A"}, at("2020-01-01 00:00:00")); got != "A" {
		t.Errorf("never handed on: %s", got)
	}
}

// TestWhatATransferAsksFor: the approval is inherited until a newer one is
// given, the risk assessment from before counts no more, and days before the
// change stay as they were.
func TestWhatATransferAsksFor(t *testing.T) {
	recorded := at("2025-09-01 10:00:00")
	base := approval.System{Owner: "B", RegisteredAt: at("2024-01-01 00:00:00"),
		Transfers:   []approval.Transfer{{From: "A", To: "B", On: "2025-07-01", At: recorded}},
		Approvals:   []approval.Approval{{No: 1, Level: 3, From: at("2024-05-01 09:00:00")}},
		Inspections: []approval.Inspection{{Kind: approval.InspectionRisk, On: "2025-06-30", At: at("2025-06-30 09:00:00")}}}
	again := func(when string) func(*approval.System) {
		return func(s *approval.System) {
			s.Approvals = append(slices.Clone(s.Approvals), approval.Approval{No: 2, Level: 3, From: at(when)})
		}
	}
	for name, c := range map[string]struct {
		change      func(*approval.System)
		at          string
		inherited   bool
		risk, dueOn law.Day
	}{
		"the day before":                   {nil, "2025-06-30 23:59:59", false, "2025-06-30", ""},
		"the day":                          {nil, "2025-07-01 00:00:00", true, "", "2025-07-01"},
		"years after":                      {nil, "2029-07-01 00:00:00", true, "", "2025-07-01"},
		"approved after the recording":     {again("2025-09-02 09:00:00"), "2025-09-03 00:00:00", false, "", "2025-07-01"},
		"before that approval":             {again("2025-09-02 09:00:00"), "2025-09-01 23:00:00", true, "", "2025-07-01"},
		"approved in the old owner's name": {again("2025-08-01 09:00:00"), "2025-09-03 00:00:00", true, "", "2025-07-01"},
		"assessed on the day": {func(s *approval.System) {
			s.Inspections = append(slices.Clone(s.Inspections), approval.Inspection{Kind: approval.InspectionRisk, On: "2025-07-01", At: at("2025-07-02 09:00:00")})
		}, "2025-07-03 00:00:00", true, "2025-07-01", ""},
		"never assessed":  {func(s *approval.System) { s.Inspections = nil }, "2025-07-03 00:00:00", true, "", "2025-07-01"},
		"never approved":  {func(s *approval.System) { s.Approvals = nil }, "2025-07-03 00:00:00", false, "", "2025-07-01"},
		"never handed on": {func(s *approval.System) { s.Transfers = nil }, "2025-07-03 00:00:00", false, "2025-06-30", ""},
		"revoked meantime": {func(s *approval.System) {
			s.Approvals = []approval.Approval{{No: 1, Level: 3, Revocation: &approval.Revocation{}}}
		}, "2025-07-03 00:00:00", false, "", "2025-07-01"},
		"handed on twice": {func(s *approval.System) {
			s.Owner = "C"
			s.Transfers = append(slices.Clone(s.Transfers), approval.Transfer{From: "B", To: "C", On: "2026-01-01", At: at("2026-01-05 09:00:00")})
			s.Inspections = []approval.Inspection{{Kind: approval.InspectionRisk, On: "2025-10-01", At: at("2025-10-01 09:00:00")}}
		}, "2026-02-01 00:00:00", true, "", "2026-01-01"},
	} {
		s := base
		if c.change != nil {
			c.change(&s)
		}
		if st := s.Standing(at(c.at)); st.Inherited != c.inherited || st.RiskAssessed != c.risk || st.RiskDue != c.dueOn {
			t.Errorf("%s: inherited %v, assessed %q, due %q", name, st.Inherited, st.RiskAssessed, st.RiskDue)
		}
	}
}

// TestMerger: everything stays with the system, and the people of the old
// bodies see it no more; those of the new one do and may act.
func TestMerger(t *testing.T) {
	y, ctx := small(t, dayNew), context.Background()
	before := y.systems()
	if done := y.reorganise(merger("2026-11-01")); done != (approval.Reorganised{Founded: 1, Ended: 2, Moved: len(before)}) {
		t.Errorf("%+v", done)
	}
	y.sound()
	for i, s := range y.systems() {
		was := before[i]
		if s.Owner != "P25-01" || s.Version != was.Version+1 || len(s.Transfers) != 1 || s.Transfers[0].From != was.Owner || s.Transfers[0].Cites == "" || s.Transfers[0].By.Capacity != law.RoleMPS {
			t.Errorf("%s: %s, version %d, %+v", s.Code, s.Owner, s.Version, s.Transfers)
		}
		s.Owner, s.Version, s.Transfers = was.Owner, was.Version, nil
		if a, b := digest(t, s), digest(t, was); a != b {
			t.Errorf("%s: more than the owner changed", s.Code)
		}
	}
	for _, body := range []string{"H56", "H41"} {
		for _, c := range []approval.Capacity{law.RoleOperator, law.RoleSpecialisedUnit, law.RoleOwner} {
			a := storetest.Actor(c, body)
			page, err := y.office.Find(ctx, a, approval.Filter{})
			queue, err2 := y.office.Queue(ctx, a)
			ov, err3 := y.office.Overview(ctx, a, approval.Believed("2024-06-30"))
			if err := errors.Join(err, err2, err3); err != nil || page.Total != 0 || len(queue) != 0 || ov.Total != 0 {
				t.Errorf("%s of %s: %d systems, %d waiting, %d counted, %v", c, body, page.Total, len(queue), ov.Total, err)
			}
			if _, err := y.office.File(ctx, a, "H56-0007"); rules(err) != "not_found not-found" {
				t.Errorf("%s of %s: %v", c, body, err)
			}
		}
		_, err := y.office.Register(ctx, storetest.Actor(law.RoleOperator, body), approval.Registration{Name: "X", OperatorUnit: "Y", Stage: approval.New, Attested: true})
		if rules(err) != "conflict owner-ended" {
			t.Errorf("register under %s: %v", body, err)
		}
	}
	officer := storetest.Actor(law.RoleOperator, "P25-01")
	page, err := y.office.Find(ctx, officer, approval.Filter{Owner: "P25-01"})
	if err != nil || page.Total != len(before) {
		t.Errorf("the successor sees %d of %d, %v", page.Total, len(before), err)
	}
	f := y.file(officer, "H56-0007")
	steps := ""
	for _, m := range f.Missing {
		steps += m.Rule + " "
	}
	if f.Owner.Code != "P25-01" || !f.Standing.Inherited || f.Standing.RiskDue != "2026-11-01" || steps != "step.inherited step.risk " || f.History[len(f.History)-1].Act != approval.ActTransfer {
		t.Errorf("owner %s, inherited %v, due %s, steps %q", f.Owner.Code, f.Standing.Inherited, f.Standing.RiskDue, steps)
	}
	s, err := y.office.Register(ctx, officer, approval.Registration{Name: "Mới", OperatorUnit: "Y", Stage: approval.New, Attested: true})
	if err != nil || s.Code != "P25-01-0001" || s.Standing(y.clock.T).RiskDue != "" {
		t.Errorf("%s, %v", s.Code, err)
	}
}

func digest(t testing.TB, s approval.System) string {
	t.Helper()
	d, err := s.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestReviewOfTheInherited: a dossier in hand goes on under the new owner, a new
// approval ends the inheritance, an assessment of risks ends the other due.
func TestReviewOfTheInherited(t *testing.T) {
	y, ctx := small(t, dayNew), context.Background()
	y.reorganise(merger("2026-11-01"))
	officer := storetest.Actor(law.RoleOperator, "P25-01")
	officer.Person = "p.new"
	f := y.file(storetest.Actor(law.RoleSpecialisedUnit, "P25-01"), "H56-0003")
	if !slices.Equal(f.Acts, []string{approval.ActReceive, approval.ActReview, approval.ActInspect}) {
		t.Errorf("the dossier in hand lets the new unit %v", f.Acts)
	}
	f = y.file(officer, "H56-0007")
	s, err := y.office.Inspect(ctx, officer, f.System.Code, f.System.Version, approval.InspectionInput{Kind: approval.InspectionRisk, On: dayNew, Performer: "A"})
	y.ok(err)
	if st := s.Standing(y.clock.T); st.RiskDue != "" || st.RiskAssessed != dayNew || !st.Inherited {
		t.Errorf("after the assessment: %+v", st)
	}
	s, err = y.office.Submit(ctx, officer, s.Code, s.Version, storetest.Statement(3, dayNew))
	y.ok(err)
	s, err = y.office.Review(ctx, storetest.Actor(law.RoleSpecialisedUnit, "P25-01"), s.Code, s.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.FindFit, Digest: s.Last().Digest})
	y.ok(err)
	s, err = y.office.Decide(ctx, storetest.Actor(law.RoleOwner, "P25-01"), s.Code, s.Version, approval.DecisionInput{Outcome: approval.Approve, Number: "2/QĐ", DecidedOn: dayNew, Digest: s.Last().Digest})
	y.ok(err)
	if st := s.Standing(y.clock.T); st.Inherited || st.Approval == nil || st.Approval.No != 2 {
		t.Errorf("after the new approval: %+v", st)
	}
	y.sound()
}

// TestSplitAndTransfer: named systems go where they are named for; a body that
// lives on keeps the others, and codes once given are not given again.
func TestSplitAndTransfer(t *testing.T) {
	y, ctx := small(t, dayNew), context.Background()
	var all []string
	for _, s := range y.systems() {
		if s.Owner == "H56" {
			all = append(all, s.Code)
		}
	}
	in := approval.Reorganisation{On: "2025-07-01", Successors: []approval.Agency{fresh("P25-01")}, Successions: []approval.Succession{
		{From: "H56", To: "P25-01", Kind: approval.SuccessionSplit, Systems: all[:3]},
		{From: "H56", To: "G01", Kind: approval.SuccessionSplit, Systems: all[3:]},
		{From: "H41", To: "P25-01", Kind: approval.SuccessionTransfer, Systems: []string{"H41-0007"}},
		{From: "H41", To: "G01", Kind: approval.SuccessionTransfer, Scope: "nhiệm vụ, không có hệ thống"}}}
	if done := y.reorganise(in); done != (approval.Reorganised{Founded: 1, Ended: 1, Moved: len(all) + 1}) {
		t.Errorf("%+v", done)
	}
	y.sound()
	owners := map[string]int{}
	for _, s := range y.systems() {
		owners[s.Owner]++
	}
	if owners["P25-01"] != 4 || owners["G01"] != len(all)-3 || owners["H41"] != len(all)-1 || owners["H56"] != 0 {
		t.Errorf("%v", owners)
	}
	for _, a := range y.agencies() {
		if want := map[string]law.Day{"H56": "2025-06-30"}[a.Code]; a.EndedOn != want || a.Successor != "" {
			t.Errorf("%s ended %q into %q", a.Code, a.EndedOn, a.Successor)
		}
	}
	s, err := y.office.Register(ctx, storetest.Actor(law.RoleOperator, "H41"), approval.Registration{Name: "Mới", OperatorUnit: "Y", Stage: approval.New, Attested: true})
	if err != nil || s.Code != "H41-0008" {
		t.Errorf("the next code is %s, %v", s.Code, err)
	}
}

// TestReorganisationRefused: what does not fit refuses the whole, and nothing
// is written.
func TestReorganisationRefused(t *testing.T) {
	y, ctx := small(t, dayNew), context.Background()
	y.reorganise(approval.Reorganisation{On: "2025-03-01", Successors: []approval.Agency{{Code: "X1", Name: "Mới", Group: "ministry", Sector: law.SectorCivil}, {Code: "X2", Name: "Tạm", Group: "ministry", Sector: law.SectorCivil}}})
	y.reorganise(approval.Reorganisation{On: "2025-07-01", Successions: []approval.Succession{
		{From: "H41", To: "H56", Kind: approval.SuccessionTransfer, Systems: []string{"H41-0001"}}, {From: "X2", To: "H56", Kind: approval.SuccessionMerge}}})
	one := func(from, to string, kind approval.SuccessionKind, systems ...string) approval.Reorganisation {
		return approval.Reorganisation{On: "2025-08-01", Successions: []approval.Succession{{From: from, To: to, Kind: kind, Systems: systems}}}
	}
	both := func(a, b approval.Reorganisation) approval.Reorganisation {
		a.Successions = append(a.Successions, b.Successions...)
		return a
	}
	on := func(day law.Day, r approval.Reorganisation) approval.Reorganisation { r.On = day; return r }
	found := func(as ...approval.Agency) approval.Reorganisation {
		return approval.Reorganisation{On: "2025-08-01", Successors: as}
	}
	merge, split, transfer := approval.SuccessionMerge, approval.SuccessionSplit, approval.SuccessionTransfer
	head := y.head()
	for name, c := range map[string]struct {
		in   approval.Reorganisation
		want string
	}{
		"nothing":                {approval.Reorganisation{On: "2025-08-01"}, "nothing-to-do"},
		"no day":                 {on("", one("H56", "H41", merge)), "date-invalid"},
		"no such day":            {on("2025-02-30", one("H56", "H41", merge)), "date-invalid"},
		"tomorrow":               {on("2026-11-23", one("H56", "H41", merge)), "date-in-future"},
		"unknown agency":         {one("H99", "H41", merge), "agency-unknown"},
		"ended already":          {one("X2", "H41", merge), "agency-ended"},
		"not yet founded":        {on("2025-03-01", one("X1", "H41", merge)), "agency-not-founded"},
		"into one not founded":   {on("2025-02-01", one("G01", "X1", merge)), "agency-not-founded"},
		"no such successor":      {one("H56", "P99", merge), "successor-unknown"},
		"into one that ended":    {one("H56", "X2", merge), "successor-ended"},
		"into one that ends":     {both(one("H56", "H41", merge), one("H41", "G01", merge)), "successor-ended"},
		"a transfer to one":      {both(one("H56", "H41", transfer), one("H41", "G01", merge)), "successor-ended"},
		"itself":                 {one("H56", "H56", merge), "cycle"},
		"a circle":               {both(one("H56", "H41", merge), one("H41", "H56", merge)), "cycle cycle"},
		"a split, none named":    {one("H56", "H41", split), "split-without-systems"},
		"a split, some left":     {one("X1", "H41", split, "X1-0001"), "system-unknown"},
		"a split, one behind":    {one("H41", "G01", split, "H41-0002", "H41-0003", "H41-0004", "H41-0005", "H41-0006"), "system-left"},
		"a merger that names":    {one("H56", "H41", merge, "H56-0001"), "merge-names-systems"},
		"another's system":       {one("H56", "H41", transfer, "H41-0002"), "system-unknown"},
		"no such kind":           {one("H56", "H41", "marriage"), "kind-unknown"},
		"ends twice":             {both(one("H56", "H41", merge), one("H56", "G01", merge)), "ends-twice"},
		"merged and split":       {both(one("H56", "H41", split, "H56-0001"), one("H56", "G01", merge)), "ends-twice"},
		"named twice":            {both(one("H56", "H41", transfer, "H56-0001"), one("H56", "G01", transfer, "H56-0001")), "system-named-twice"},
		"two days":               {approval.Reorganisation{On: "2025-08-01", Successions: []approval.Succession{{From: "H56", To: "H41", Kind: merge, On: "2025-08-02"}}}, "other-day"},
		"before a later one":     {on("2025-04-01", one("H56", "H41", transfer, "H41-0001")), "out-of-order"},
		"a taken code":           {found(fresh("H56")), "agency-exists"},
		"a code twice":           {found(fresh("P1"), fresh("P1")), "agency-exists"},
		"no name":                {found(approval.Agency{Code: "P1"}), "agency-incomplete"},
		"founded and ended":      {found(approval.Agency{Code: "P1", Name: "P", EndedOn: "2025-08-02"}), "agency-ended"},
		"from one founded today": {both(found(fresh("P1")), one("P1", "H56", merge)), "agency-unknown"},
	} {
		if _, err := y.office.Reorganise(ctx, storetest.Keeper(), c.in); rules(err) != "invalid "+c.want {
			t.Errorf("%s: %s, want %s", name, rules(err), c.want)
		}
	}
	for _, c := range capacities() {
		want := "forbidden wrong-authority"
		if c == law.RoleMPS || c == approval.Keeper {
			want = "invalid nothing-to-do"
		}
		if _, err := y.office.Reorganise(ctx, storetest.Actor(c, "H56"), approval.Reorganisation{On: "2025-08-01"}); rules(err) != want {
			t.Errorf("%s: %v", c, err)
		}
	}
	if y.head() != head {
		t.Error("a refusal left something in the ledger")
	}
	y.sound()
}

func (y *yard) head() (h approval.Head) {
	y.Helper()
	y.ok(y.store.View(context.Background(), storetest.Keeper(), func(r approval.Reader) (err error) {
		h, err = r.Head()
		return err
	}))
	return h
}

// TestTheMinistryOfItsDay: in 2024 the MIC regulated, and recorded.
func TestTheMinistryOfItsDay(t *testing.T) {
	y := small(t, dayMIC)
	in := merger("2024-06-01")
	if _, err := y.office.Reorganise(context.Background(), storetest.Actor(law.RoleMPS, "G01"), in); rules(err) != "forbidden wrong-authority" {
		t.Errorf("%v", err)
	}
	if _, err := y.office.Reorganise(context.Background(), storetest.Actor(law.RoleMIC, "G14"), in); err != nil {
		t.Error(err)
	}
}

// TestOldDigestsHold: a record of before says nothing of agencies in time, so
// that its digest stays what its entry remembers.
func TestOldDigestsHold(t *testing.T) {
	for _, v := range []any{approval.System{Code: "A-1"}, approval.Agency{Code: "A"}} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"transfers", "founded_on", "successor"} {
			if strings.Contains(string(b), word) {
				t.Errorf("%s in %s", word, b)
			}
		}
	}
}

// TestAnAgencyThatEndedUnsucceeded stays in sight as long as it owns systems.
func TestAnAgencyThatEndedUnsucceeded(t *testing.T) {
	y := newYard(t, dayNew)
	gone := fresh("H56")
	gone.EndedOn = "2025-06-30"
	who := approval.Who{Person: "x"}
	y.ok(y.office.Import(context.Background(), storetest.Keeper(), approval.World{Agencies: []approval.Agency{gone, {Code: "H1", Name: "B", Group: "province", No: 1, Sector: law.SectorCivil, EndedOn: "2025-06-30"}},
		Systems: []approval.System{{Code: "H56-0001", Name: "A", Owner: "H56", Stage: approval.New, Origin: approval.Registered, RegisteredAt: at("2024-01-01 00:00:00").UTC(), RegisteredBy: who}}}))
	for day, want := range map[law.Day]int{"2025-06-30": 2, "2025-07-01": 1} {
		if ov := y.overview(day); len(ov.Agencies) != want || ov.Total != 1 {
			t.Errorf("%s: %+v", day, ov.Agencies)
		}
	}
}

// TestAFoundedBodyIsExpectedToReport: from its first day on it counts among the
// bodies of its group, with nothing registered yet.
func TestAFoundedBodyIsExpectedToReport(t *testing.T) {
	y := small(t, dayNew)
	y.reorganise(approval.Reorganisation{On: "2025-07-01", Successors: []approval.Agency{fresh("P25-01")}})
	for day, want := range map[law.Day]int{"2025-06-30": 2, "2025-07-01": 3} {
		ov := y.overview(day)
		for _, g := range ov.Groups {
			if g.Group == "province" && g.Agencies != want {
				t.Errorf("%s: %d provinces report", day, g.Agencies)
			}
		}
		for _, x := range ov.Agencies {
			if x.Agency.Code == "P25-01" && x.Reported {
				t.Error("a body without records is silent, not zero")
			}
		}
	}
}
