package approval_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// lending is a small world in which capacities are lent.
type lending struct {
	*testing.T
	dir    string
	clock  *storetest.Clock
	office *approval.Office
	store  *store.Store
	desk   *approval.Delegations
}

func newLending(t *testing.T) *lending {
	t.Helper()
	l := &lending{T: t, dir: t.TempDir(), clock: storetest.At("2026-11-22")}
	l.office, l.store = storetest.OfficeIn(t, l.dir, l.clock)
	l.desk = &approval.Delegations{Store: l.store, Book: l.office.Book, Clock: l.clock.Now}
	for _, a := range []approval.Actor{l.unit(), l.owner(), l.officer(), deputy(), storetest.Actor(law.RoleSpecialisedUnit, "H41"), storetest.Actor(law.RoleMPS, "G01"), storetest.Actor(approval.Auditor, "G01"), storetest.Actor(law.RoleOperator, "G01")} {
		if err := l.store.AddAccount(context.Background(), storetest.Keeper(), l.clock.T, "law", identity.Account{Login: a.Account, Name: "Đơn vị " + a.Account, PasswordHash: "$x", Actor: a}); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func (l *lending) unit() approval.Actor    { return storetest.Actor(law.RoleSpecialisedUnit, "H56") }
func (l *lending) owner() approval.Actor   { return storetest.Actor(law.RoleOwner, "H56") }
func (l *lending) officer() approval.Actor { return storetest.Actor(law.RoleOperator, "H56") }

// deputy is a person of H56 who writes nothing and judges nothing of their own.
func deputy() approval.Actor {
	return approval.Actor{Person: "p.deputy", Account: "deputy", Capacity: law.RoleIndependentCouncil, Body: "H56", Sector: law.SectorCivil}
}

// terms are a lending to the deputy that stands.
func terms() approval.DelegationInput {
	return approval.DelegationInput{To: "deputy", Levels: []law.Level{3}, From: "2026-11-22", Until: "2026-12-01", Number: "15/UQ", DocumentOn: "2026-11-20"}
}

func (l *lending) give(by approval.Actor, in approval.DelegationInput) approval.Delegation {
	l.Helper()
	d, err := l.desk.Give(context.Background(), by, in)
	if err != nil {
		l.Fatal(err)
	}
	return d
}

// appraise finds the dossier of a system fit.
func (l *lending) appraise(a approval.Actor, s approval.System) (approval.System, error) {
	return l.office.Review(context.Background(), a, s.Code, s.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.FindFit, Digest: s.Last().Digest})
}

// refusedAs is the rule of a refusal, "" for none.
func refusedAs(err error) string {
	var r *approval.Refusal
	if errors.As(err, &r) && len(r.Findings) > 0 {
		return r.Findings[0].Rule
	}
	return ""
}

// TestDelegatedAct: the delegate acts in the lent capacity as the person they
// are; the entry names the delegation; verify finds nothing.
func TestDelegatedAct(t *testing.T) {
	l, ctx := newLending(t), context.Background()
	s := storetest.Lead(t, l.office, "H56", "Một cửa", storetest.Submitted)
	if _, err := l.appraise(deputy(), s); refusedAs(err) != "wrong-authority" {
		t.Errorf("without a delegation: %v", err)
	}
	d := l.give(l.unit(), terms())
	got, err := l.desk.Received(ctx, deputy())
	if err != nil || len(got) != 1 || got[0].ID != d.ID {
		t.Fatalf("received: %+v, %v", got, err)
	}
	acting := got[0].Acting(deputy())
	items, err := l.office.Queues(ctx, deputy(), got)
	if err != nil || len(items) != 1 || items[0].Under == nil || items[0].Under.Number != "15/UQ" {
		t.Errorf("queue: %+v, %v", items, err)
	}
	if s, err = l.appraise(acting, s); err != nil {
		t.Fatal(err)
	}
	by := s.Last().Reviews[0].By
	if by.Person != "p.deputy" || by.Account != "deputy" || by.Capacity != law.RoleSpecialisedUnit || by.Body != "H56" {
		t.Errorf("by %+v", by)
	}
	file, err := l.office.File(ctx, l.owner(), s.Code)
	if err != nil {
		t.Fatal(err)
	}
	if e := file.History[len(file.History)-1]; e.Detail["delegation"] != d.ID || e.Detail["delegation_number"] != "15/UQ" || e.By.Person != "p.deputy" {
		t.Errorf("entry %+v", e)
	}

	// The same person may not take the next step, by whatever delegation.
	second := l.give(l.owner(), terms())
	decide := approval.DecisionInput{Outcome: approval.Approve, Number: "1/QĐ", DecidedOn: "2026-11-22", Digest: s.Last().Digest}
	if _, err := l.office.Decide(ctx, second.Acting(deputy()), s.Code, s.Version, decide); refusedAs(err) != "four-eyes" {
		t.Errorf("the appraiser decides: %v", err)
	}
	if items, err = l.office.Queues(ctx, deputy(), []approval.Delegation{second}); err != nil || len(items) != 0 {
		t.Errorf("queue of who had a hand: %+v, %v", items, err)
	}
	if err := l.desk.Withdraw(ctx, l.unit(), d.ID, "Hết việc"); err != nil {
		t.Fatal(err)
	}
	if r, err := l.store.Verify(ctx); err != nil || len(r.Violations) != 0 {
		t.Errorf("verify: %+v, %v", r.Violations, err)
	}
}

// TestEditorIsNoDelegateInThatDossier: who wrote the dossier judges it under no
// delegation.
func TestEditorIsNoDelegateInThatDossier(t *testing.T) {
	l := newLending(t)
	s := storetest.Lead(t, l.office, "H56", "Một cửa", storetest.Submitted)
	in := terms()
	in.To = l.officer().Account
	d := l.give(l.unit(), in)
	if _, err := l.appraise(d.Acting(l.officer()), s); refusedAs(err) != "four-eyes" {
		t.Errorf("the editor appraises: %v", err)
	}
}

// TestDelegationCountsForNothing tries an act under every delegation that does
// not carry it: coming, lapsed, withdrawn, out of scope, another's, made up.
func TestDelegationCountsForNothing(t *testing.T) {
	ctx := context.Background()
	with := func(change func(*approval.DelegationInput)) approval.DelegationInput {
		in := terms()
		change(&in)
		return in
	}
	for _, tt := range []struct {
		name string
		in   approval.DelegationInput
		do   func(*lending, *approval.Delegation)
		by   approval.Actor
		want string
	}{
		{name: "it stands", in: terms(), want: ""},
		{name: "its last day", in: terms(), do: func(l *lending, _ *approval.Delegation) { l.clock.T = storetest.At("2026-12-01").T }, want: ""},
		{name: "lapsed", in: terms(), do: func(l *lending, _ *approval.Delegation) { l.clock.T = storetest.At("2026-12-02").T }, want: "delegation-over"},
		{name: "coming", in: with(func(in *approval.DelegationInput) { in.From = "2026-11-23" }), want: "delegation-over"},
		{name: "withdrawn", in: terms(), do: func(l *lending, d *approval.Delegation) {
			if err := l.desk.Withdraw(ctx, l.unit(), d.ID, "Hết việc"); err != nil {
				l.Fatal(err)
			}
		}, want: "delegation-over"},
		{name: "the delegator's account is shut", in: terms(), do: func(l *lending, d *approval.Delegation) {
			l.exec("UPDATE account SET disabled_at = '2026-11-22 00:00:00+00:00' WHERE login = '" + d.By.Account + "'")
		}, want: "delegation-over"},
		{name: "another level", in: with(func(in *approval.DelegationInput) { in.Levels = []law.Level{1, 2, 4, 5} }), want: "not-found"},
		{name: "another system", in: with(func(in *approval.DelegationInput) { in.Systems = []string{"H56-0001"} }), want: "not-found"},
		{name: "this system", in: with(func(in *approval.DelegationInput) { in.Systems = []string{"H56-0002"} }), want: ""},
		{name: "somebody else uses it", in: terms(), by: storetest.Actor(law.RoleOwner, "H56"), want: "not-found"},
		{name: "its scope widened by hand", in: with(func(in *approval.DelegationInput) { in.Levels = []law.Level{2} }), do: func(_ *lending, d *approval.Delegation) { d.Levels = []law.Level{3} }, want: "delegation-over"},
		{name: "made up", in: terms(), do: func(_ *lending, d *approval.Delegation) { d.ID = "none" }, want: "not-found"},
	} {
		l := newLending(t)
		storetest.Lead(t, l.office, "H56", "Một cửa", storetest.Registered)
		s := storetest.Lead(t, l.office, "H56", "Hai cửa", storetest.Submitted)
		d := l.give(l.unit(), tt.in)
		if tt.do != nil {
			tt.do(l, &d)
		}
		by := tt.by
		if by.Person == "" {
			by = deputy()
		}
		if _, err := l.appraise(d.Acting(by), s); refusedAs(err) != tt.want || tt.want == "" && err != nil {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// exec changes the file past the store.
func (l *lending) exec(statement string) {
	l.Helper()
	if err := l.try(statement); err != nil {
		l.Fatal(err)
	}
}

func (l *lending) try(statement string) (err error) {
	_, err = storetest.Raw(l, l.dir).Exec(statement)
	return err
}

// TestOnlyJudgingIsLent: under a delegation nothing else is done.
func TestOnlyJudgingIsLent(t *testing.T) {
	l, ctx := newLending(t), context.Background()
	s := storetest.Lead(t, l.office, "H56", "Một cửa", storetest.Approved)
	d := l.give(l.owner(), terms())
	acting := d.Acting(deputy())
	if _, err := l.office.Retire(ctx, acting, s.Code, s.Version, "x"); refusedAs(err) != "delegation-act" {
		t.Errorf("retire: %v", err)
	}
	if _, err := l.office.Revoke(ctx, acting, s.Code, s.Version, approval.RevocationInput{Ground: "x"}); refusedAs(err) != "delegation-act" {
		t.Errorf("revoke: %v", err)
	}
	if _, err := l.desk.Give(ctx, acting, terms()); refusedAs(err) != "not-delegable" {
		t.Errorf("lent on: %v", err)
	}
	mps := storetest.Actor(law.RoleMPS, "G01")
	in := terms()
	in.To = "operator.G01"
	lent := l.give(mps, in)
	if _, err := l.office.Reorganise(ctx, lent.Acting(storetest.Actor(law.RoleOperator, "G01")), approval.Reorganisation{}); refusedAs(err) != "wrong-authority" {
		t.Errorf("reorganise: %v", err)
	}
	if _, err := l.office.Confirm(ctx, lent.Acting(storetest.Actor(law.RoleOperator, "G01")), s.Code, s.Version, ""); err != nil {
		t.Errorf("confirm: %v", err)
	}
}

// TestGiveIsChecked: who may lend what to whom, and who takes it back; the file
// itself holds the walls.
func TestGiveIsChecked(t *testing.T) {
	l, ctx := newLending(t), context.Background()
	storetest.Lead(t, l.office, "H41", "Của tỉnh khác", storetest.Registered)
	d := l.give(l.unit(), terms())
	for _, tt := range []struct {
		name   string
		by     approval.Actor
		change func(*approval.DelegationInput)
		want   string
	}{
		{"an operator", l.officer(), func(*approval.DelegationInput) {}, "not-delegable"},
		{"the auditor", storetest.Actor(approval.Auditor, "G01"), func(*approval.DelegationInput) {}, "not-delegable"},
		{"to oneself", l.unit(), func(in *approval.DelegationInput) { in.To = l.unit().Account }, "delegate-unknown"},
		{"to another body", l.unit(), func(in *approval.DelegationInput) { in.To = "specialised_unit.H41" }, "delegate-unknown"},
		{"to nobody", l.unit(), func(in *approval.DelegationInput) { in.To = "none" }, "delegate-unknown"},
		{"to the auditor", storetest.Actor(law.RoleMPS, "G01"), func(in *approval.DelegationInput) { in.To = "auditor.G01" }, "delegate-unknown"},
		{"another's system", l.unit(), func(in *approval.DelegationInput) { in.Systems = []string{"H41-0001"} }, "delegation-system"},
		{"no level", l.unit(), func(in *approval.DelegationInput) { in.Levels = nil }, "levels-missing"},
		{"level 6", l.unit(), func(in *approval.DelegationInput) { in.Levels = []law.Level{6} }, "levels-missing"},
		{"no number", l.unit(), func(in *approval.DelegationInput) { in.Number = " " }, "number-missing"},
		{"a document of tomorrow", l.unit(), func(in *approval.DelegationInput) { in.DocumentOn = "2026-11-23" }, "date-in-future"},
		{"from yesterday", l.unit(), func(in *approval.DelegationInput) { in.From = "2026-11-21" }, "from-in-past"},
		{"the end first", l.unit(), func(in *approval.DelegationInput) { in.From, in.Until = "2026-12-02", "2026-12-01" }, "until-before-from"},
		{"without end", l.unit(), func(in *approval.DelegationInput) { in.Until = "" }, "date-missing"},
	} {
		in := terms()
		tt.change(&in)
		if _, err := l.desk.Give(ctx, tt.by, in); refusedAs(err) != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
	for _, tt := range []struct {
		name, id, ground string
		by               approval.Actor
		want             string
	}{
		{"without a ground", d.ID, " ", l.unit(), "ground-missing"},
		{"by a stranger", d.ID, "x", l.owner(), "not-found"},
		{"what is not there", "none", "x", l.unit(), "not-found"},
		{"by the delegate", d.ID, "x", deputy(), "not-delegator"},
		{"by who gave it", d.ID, "x", l.unit(), ""},
		{"twice", d.ID, "x", l.unit(), "delegation-ended"},
	} {
		if err := l.desk.Withdraw(ctx, tt.by, tt.id, tt.ground); refusedAs(err) != tt.want {
			t.Errorf("withdrawn %s: %v, want %q", tt.name, err, tt.want)
		}
	}
	const copied = "INSERT INTO delegation SELECT 'x', person, account, capacity, body, to_login, to_person, levels, systems, from_day, until_day, number, document_on, at FROM delegation"
	for statement, want := range map[string]string{
		"UPDATE delegation SET until_day = '2099-01-01'":                                                 "final",
		"DELETE FROM delegation":                                                                         "final",
		"INSERT OR REPLACE INTO delegation SELECT * FROM delegation":                                     "final",
		"UPDATE delegation_end SET ground = 'y'":                                                         "final",
		"DELETE FROM delegation_end":                                                                     "final",
		"INSERT OR REPLACE INTO delegation_end SELECT * FROM delegation_end":                             "final",
		strings.Replace(copied, "capacity", "'owner'", 1):                                                "within one body",
		strings.Replace(copied, "to_login, to_person", "account, person", 1):                             "CHECK",
		strings.Replace(copied, "body", "'H41'", 1):                                                      "within one body",
		"INSERT INTO delegation_end SELECT 'none', 'x', 'p', 'a', 'c', 'b', '2026-01-01 00:00:00+00:00'": "takes it back",
	} {
		if strings.Contains(statement, "OR REPLACE") && storetest.OnPostgres() {
			continue // it has none
		}
		if err := l.try(statement); err == nil || !strings.Contains(strings.ToUpper(err.Error()), strings.ToUpper(want)) {
			t.Errorf("%s: %v, want %s", statement, err, want)
		}
	}
}
