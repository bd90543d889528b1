package approval_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// The days the tests play on: one under each regime.
const (
	dayMIC = law.Day("2024-06-30") // R85, the MIC regulates
	dayMPS = law.Day("2025-06-15") // R85, Public Security regulates
	dayGap = law.Day("2026-07-15") // R116
	dayNew = law.Day("2026-11-22") // R331
)

// house is an office on a register of its own.
type house struct {
	testing.TB
	clock  *storetest.Clock
	office *approval.Office
	store  *store.Store
	db     *sql.DB // straight to the file, past the office and the store
	eye    *sql.DB // never writes
	dir    string
}

func open(t testing.TB, day law.Day) *house {
	t.Helper()
	dir, clock := t.TempDir(), storetest.At(day)
	o, s := storetest.OfficeIn(t, dir, clock)
	return &house{t, clock, o, s, storetest.Raw(t, dir), storetest.Raw(t, dir), dir}
}

// print is the database's count of the commits made by others than h.eye: equal
// prints mean that nothing at all was written in between.
func (h *house) print() (n int) {
	h.Helper()
	count := "PRAGMA data_version"
	if storetest.OnPostgres() {
		count = "SELECT version FROM turn"
	}
	if err := h.eye.QueryRow(count).Scan(&n); err != nil {
		h.Fatal(err)
	}
	return n
}

func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// tick moves the clock on.
func (h *house) tick(d time.Duration) { h.clock.T = h.clock.T.Add(d) }

// sound fails the test when the register and its ledger disagree.
func (h *house) sound() {
	h.Helper()
	r, err := h.store.Verify(context.Background())
	if err != nil {
		h.Fatal(err)
	}
	for _, v := range r.Violations {
		h.Errorf("verify: %+v", v)
	}
}

// life is one system on its way from registration to retirement.
type life struct {
	*house
	level       law.Level
	specialised bool // operated by the specialised unit itself
	listed      bool // on the national-security list
	code        string
	seen        approval.System // as the latest act left it
}

// begin registers a system of a level.
func (h *house) begin(level law.Level) *life { return (&life{house: h, level: level}).register() }

func (l *life) register() *life {
	l.Helper()
	s, err := l.office.Register(context.Background(), l.hand(law.RoleOperator, "register"), approval.Registration{Name: "Hệ thống thử", OperatorUnit: "Trung tâm CNTT",
		OperatorIsSpecialised: l.specialised, Stage: approval.Operating, StartedOn: "2020-01-01", Attested: true})
	if err != nil {
		l.Fatal(err)
	}
	l.code, l.seen = s.Code, s
	return l
}

// capacities are all there are.
func capacities() []approval.Capacity {
	return []approval.Capacity{law.RoleOperator, law.RoleSpecialisedUnit, law.RoleIndependentCouncil, law.RoleOwner, law.RoleMIC, law.RoleMPS, law.RoleMOD,
		law.RoleCipherCommittee, law.RolePrimeMinister, approval.Auditor, approval.Gateway, approval.Keeper}
}

// hand is a person of its own for each capacity and act.
func (l *life) hand(c approval.Capacity, act string) approval.Actor {
	a := storetest.Actor(c, "H56")
	if a.National() {
		a.Body = "G01"
	}
	a.Person, a.Account = a.Person+"."+act, a.Account+"."+act
	return a
}

// handlers is what the tables of level-rules.md §11 say of a case.
type handlers struct {
	opinion, appraise, confirm approval.Capacity
	decide                     []approval.Capacity
}

// named reads the tables b1 and b2, written out again to check the law's data.
func (l *life) named() handlers {
	day := law.DayOf(l.clock.T)
	ministry := law.RoleMPS
	if day < "2025-03-01" {
		ministry = law.RoleMIC
	}
	n := handlers{appraise: law.RoleSpecialisedUnit, confirm: ministry, decide: []approval.Capacity{law.RoleOwner}}
	if l.level <= 2 {
		n.decide = []approval.Capacity{law.RoleSpecialisedUnit}
	}
	if l.specialised {
		n.appraise = law.RoleIndependentCouncil
	}
	if l.level >= 4 || l.listed {
		n.opinion, n.appraise = law.RoleSpecialisedUnit, ministry
	}
	if l.level == 5 || l.listed {
		n.decide = []approval.Capacity{law.RolePrimeMinister, law.RoleOwner}
	}
	return n
}

// right is who may do an act in this life; for a decision the first decider.
func (l *life) right(act string) approval.Actor {
	n := l.named()
	c := law.RoleOperator
	switch act {
	case approval.ActOpinion:
		c = n.opinion
		if c == "" {
			c = law.RoleSpecialisedUnit
		}
	case approval.ActReceive, approval.ActReview:
		c = n.appraise
	case approval.ActDecide:
		c = n.decide[0]
	case approval.ActConfirm, approval.ActRevoke, approval.ActSuspend, approval.ActReinstate:
		c = n.confirm
	}
	return l.hand(c, act)
}

// stored reads the system as it stands.
func (l *life) stored() approval.System {
	l.Helper()
	var s approval.System
	l.ok(l.store.View(context.Background(), storetest.Keeper(), func(r approval.Reader) (err error) {
		s, err = r.System(l.code)
		return err
	}))
	return s
}

// do tries an act with input that fits the state of the system.
func (l *life) do(act string, a approval.Actor) error {
	l.Helper()
	return l.keep(l.on(l.seen, act, a))
}

// keep remembers what an act left behind.
func (l *life) keep(s approval.System, err error) error {
	if err == nil {
		l.seen = s
	}
	return err
}

// on tries an act as somebody who saw the system as s.
func (l *life) on(s approval.System, act string, a approval.Actor) (approval.System, error) {
	l.Helper()
	ctx, o, day := context.Background(), l.office, law.DayOf(l.clock.T)
	digest := ""
	if d := s.Last(); d != nil {
		digest = d.Digest
	}
	switch act {
	case approval.ActFacts:
		return o.StateFacts(ctx, a, s.Code, s.Version, l.facts())
	case approval.ActDraft:
		return o.Draft(ctx, a, s.Code, s.Version, l.statement())
	case approval.ActSubmit:
		return o.Submit(ctx, a, s.Code, s.Version, l.statement())
	case approval.ActOpinion:
		return o.Review(ctx, a, s.Code, s.Version, approval.ReviewInput{Kind: approval.Opinion, Outcome: approval.Agree, Digest: digest})
	case approval.ActReceive:
		return o.Receive(ctx, a, s.Code, s.Version, approval.ReceiptInput{Complete: true, Digest: digest})
	case approval.ActReview:
		return o.Review(ctx, a, s.Code, s.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.FindFit, Digest: digest})
	case approval.ActDecide:
		return o.Decide(ctx, a, s.Code, s.Version, approval.DecisionInput{Outcome: approval.Approve, Digest: digest, Number: "1/QĐ", DecidedOn: day})
	case approval.ActConfirm:
		return o.Confirm(ctx, a, s.Code, s.Version, "")
	case approval.ActPlan:
		return o.DeclarePlan(ctx, a, s.Code, s.Version, approval.PlanInput{Status: approval.PlanFull, On: day})
	case approval.ActInspect:
		return o.Inspect(ctx, a, s.Code, s.Version, approval.InspectionInput{Kind: approval.InspectionCheck, On: day, Performer: "Đơn vị độc lập"})
	case approval.ActRevoke:
		return o.Revoke(ctx, a, s.Code, s.Version, approval.RevocationInput{Ground: "Kê khai sai"})
	case approval.ActSuspend:
		return o.Suspend(ctx, a, s.Code, s.Version, approval.SuspensionInput{Ground: "Sự cố", Number: "7/QĐ"})
	case approval.ActReinstate:
		return o.Reinstate(ctx, a, s.Code, s.Version, "Đã khắc phục", "8/QĐ")
	case approval.ActRetire:
		return o.Retire(ctx, a, s.Code, s.Version, "Ngừng vận hành")
	}
	l.Fatalf("no act %q", act)
	return s, nil
}

// must does acts as whoever may.
func (l *life) must(acts ...string) *life {
	l.Helper()
	for _, act := range acts {
		if act == approval.ActDecide {
			for _, c := range l.named().decide {
				l.ok(l.do(act, l.hand(c, act)))
			}
			continue
		}
		if act == approval.ActOpinion && l.named().opinion == "" {
			continue
		}
		l.ok(l.do(act, l.right(act)))
	}
	return l
}

// approved leads the system to its approval.
func (l *life) approved() *life {
	l.Helper()
	return l.must(approval.ActFacts, approval.ActDraft, approval.ActSubmit, approval.ActOpinion, approval.ActReview, approval.ActDecide)
}

// review does a review with an outcome.
func (l *life) review(kind approval.ReviewKind, outcome approval.Outcome, a approval.Actor) error {
	in := approval.ReviewInput{Kind: kind, Outcome: outcome, Comment: "Bổ sung sơ đồ", Digest: l.seen.Last().Digest}
	return l.keep(l.office.Review(context.Background(), a, l.code, l.seen.Version, in))
}

// decide decides on what was last seen.
func (l *life) decide(in approval.DecisionInput, a approval.Actor) error {
	in.Digest = l.seen.Last().Digest
	return l.keep(l.office.Decide(context.Background(), a, l.code, l.seen.Version, in))
}

func (l *life) facts() law.Facts { return storetest.Facts(l.level, l.listed) }

func (l *life) statement() forms.Answers {
	return storetest.Statement(l.level, law.DayOf(l.clock.T))
}

// kindOf is the kind of a refusal; "" for no error, "other" for any other.
func kindOf(err error) approval.Kind {
	var r *approval.Refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &r):
		return r.Kind
	}
	return "other: " + approval.Kind(err.Error())
}

// rulesOf lists the rules of a refusal as "field:rule", sorted.
func rulesOf(err error) []string {
	var r *approval.Refusal
	if !errors.As(err, &r) {
		return nil
	}
	var ids []string
	for _, f := range r.Findings {
		id := f.Rule
		if f.Field != "" {
			id = f.Field + ":" + f.Rule
		}
		if f.Says.VI == "" || f.Says.EN == "" {
			id += " (says nothing)"
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// refused fails unless err is a refusal of that kind by those rules, if any are
// named, and nothing changed since the print.
func (h *house) refused(err error, before int, kind approval.Kind, rules ...string) {
	h.Helper()
	if got := kindOf(err); got != kind {
		h.Errorf("refused as %q (%v), want %q", got, err, kind)
	}
	slices.Sort(rules)
	if got := rulesOf(err); len(rules) > 0 && !slices.Equal(got, rules) {
		h.Errorf("refused by %q, want %q", got, rules)
	}
	if h.print() != before {
		h.Errorf("refused (%v), and yet something changed", err)
	}
}
