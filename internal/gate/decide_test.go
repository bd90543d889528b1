package gate_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
)

const allowed = "G99 allowed allow"

// rule is one reason: what brings it about, and what nearly does.
type rule struct {
	id       string
	platform string
	breaks   func(*approval.Standing)
	want     []string // without the party
	nearly   func(*approval.Standing)
	near     []string // nil: allowed alone
}

// rules has a row, or more, for every reason a single party can be given.
func rules() []rule {
	revoked := func(s *approval.Standing) *approval.Approval {
		a := *s.Approval
		a.Revocation = &approval.Revocation{At: noon(today)}
		return &a
	}
	return []rule{
		{id: law.ReasonOutOfScope, breaks: func(s *approval.Standing) { s.Sector, s.Target = law.SectorDefence, population }, want: []string{"G00 out-of-scope deny"},
			nearly: func(s *approval.Standing) { s.Sector = law.SectorCipher }},
		{id: law.ReasonOutOfScope, breaks: func(s *approval.Standing) { s.Sector = law.SectorPublicSecurity }, want: []string{"G00 out-of-scope deny"},
			nearly: func(s *approval.Standing) { s.Sector, s.Target = law.SectorPublicSecurity, population }},
		{id: law.ReasonOwnerEnded, breaks: func(s *approval.Standing) { s.OwnerEnded = "2026-11-21" }, want: []string{"G01 owner-ended deny"},
			nearly: func(s *approval.Standing) { s.OwnerEnded = today }},
		{id: law.ReasonOwnerEnded, breaks: func(s *approval.Standing) { s.OwnerEnded = "31/12/2030" }, want: []string{"G01 owner-ended deny"},
			nearly: func(s *approval.Standing) { s.OwnerEnded = "2030-12-31" }},
		{id: law.ReasonUnknownSystem, breaks: func(s *approval.Standing) { *s = approval.Standing{Code: s.Code, At: s.At} }, want: []string{"G02 unknown-system deny"},
			nearly: func(*approval.Standing) {}},
		{id: law.ReasonSystemRetired, breaks: func(s *approval.Standing) { s.Retired = true }, want: []string{"G02 system-retired deny"},
			nearly: func(s *approval.Standing) { s.Retired = false }},
		{id: law.ReasonNoApproval, breaks: func(s *approval.Standing) { s.Approval = nil }, want: []string{"G02 no-approval deny"},
			nearly: func(s *approval.Standing) { s.Dossier = approval.Submitted }},
		{id: law.ReasonApprovalRevoked, breaks: func(s *approval.Standing) { s.Approval, s.Former = nil, revoked(s) }, want: []string{"G02 approval-revoked deny"},
			nearly: func(s *approval.Standing) {
				s.Former = revoked(s)
				s.Approval = new(*s.Approval)
				s.Approval.No = 2
			}},
		{id: "a replaced approval does not come back", breaks: func(s *approval.Standing) { s.Former = revoked(s); s.Former.No = 2 }, want: []string{"G02 approval-revoked deny"},
			nearly: func(s *approval.Standing) { s.Former = revoked(s); s.Former.No = 0 }},
		{id: law.ReasonApprovalLapsed, breaks: func(s *approval.Standing) {
			s.Former, s.Approval = s.Approval, nil
			s.Former.Until = "2026-11-21"
		}, want: []string{"G02 approval-lapsed deny"},
			nearly: func(s *approval.Standing) { s.Approval.Until = today }},
		{id: "an end that is no day", breaks: func(s *approval.Standing) { s.Approval.Until = "2027-02-30" }, want: []string{"G02 approval-lapsed deny"},
			nearly: func(s *approval.Standing) { s.Approval.Until = "9999-12-31" }},
		{id: law.ReasonApprovalNotYet, breaks: func(s *approval.Standing) { s.Approval.DecidedOn = "2026-11-23" }, want: []string{"G02 approval-not-yet deny"},
			nearly: func(s *approval.Standing) { s.Approval.DecidedOn = today }},
		{id: law.ReasonWrongAuthority, breaks: func(s *approval.Standing) { s.Approval.Authority = law.RoleSpecialisedUnit }, want: []string{"G04 wrong-authority deny"},
			nearly: func(s *approval.Standing) { s.Approval.Authority, s.Approval.Level = law.RoleSpecialisedUnit, 2 }},
		{id: "the list is not the level", breaks: func(s *approval.Standing) { s.Approval.Authority, s.Approval.Level = law.RolePrimeMinister, 5 }, want: []string{"G04 wrong-authority deny"},
			nearly: func(s *approval.Standing) { s.Approval.Level = 5 }},
		{id: "rules nobody knows", breaks: func(s *approval.Standing) { s.Approval.Rules = "R999" }, want: []string{"G04 wrong-authority deny"},
			nearly: func(s *approval.Standing) { s.Approval.Rules = law.R116 }},
		{id: "no day of decision", breaks: func(s *approval.Standing) { s.Approval.DecidedOn = "" }, want: []string{"G04 wrong-authority deny"}, nearly: func(*approval.Standing) {}},
		{id: "no level", breaks: func(s *approval.Standing) { s.Approval.Level = 6 }, want: []string{"G04 wrong-authority deny"}, nearly: func(*approval.Standing) {}},
		{id: law.ReasonNewSystemPlanNotFull, breaks: func(s *approval.Standing) {
			s.Stage, s.Plan, s.RoadmapUntil = approval.Upgrade, approval.PlanPart, "2027-01-01"
		}, want: []string{"G05 new-system-plan-not-full deny"},
			nearly: func(s *approval.Standing) { s.Stage = approval.New }},
		{id: law.ReasonOperatingPlanNotFull, breaks: func(s *approval.Standing) { s.Plan, s.RoadmapUntil = approval.PlanPart, "2026-11-21" }, want: []string{"G06 operating-plan-not-full deny"},
			nearly: func(s *approval.Standing) { s.Plan, s.RoadmapUntil = approval.PlanPart, today }, near: []string{"G07 roadmap-running limit", allowed}},
		{id: "a roadmap of a plan not begun", breaks: func(s *approval.Standing) { s.Plan, s.RoadmapUntil = approval.PlanNone, "2027-01-01" }, want: []string{"G06 operating-plan-not-full deny"},
			nearly: func(s *approval.Standing) { s.RoadmapUntil = "2026-01-01" }},
		{id: "a roadmap to no day", breaks: func(s *approval.Standing) { s.Plan, s.RoadmapUntil = approval.PlanPart, "2099-99-99" }, want: []string{"G06 operating-plan-not-full deny"},
			nearly: func(s *approval.Standing) { s.RoadmapUntil = "2099-99-99" }},
		{id: law.ReasonRoadmapRunning, breaks: func(s *approval.Standing) { s.Plan, s.RoadmapUntil = approval.PlanPart, "2027-01-01" }, want: []string{"G07 roadmap-running limit", allowed},
			nearly: func(s *approval.Standing) { s.RoadmapUntil = "2027-01-01" }},
		{id: law.ReasonInspectionOverdue, breaks: func(s *approval.Standing) {
			s.Approval.From, s.Inspected = noon("2025-11-21"), "2025-11-21"
		}, want: []string{"G09 inspection-overdue warn", allowed},
			nearly: func(s *approval.Standing) { s.Approval.From, s.Inspected = noon("2025-11-22"), "" }},
		{id: law.ReasonMinutesExpired, platform: "NDOP", breaks: func(s *approval.Standing) { s.Minutes = "2026-05-21" }, want: []string{"G10 minutes-expired deny"},
			nearly: func(s *approval.Standing) { s.Minutes = "2026-05-22" }},
		{id: law.ReasonMinutesExpired, platform: "NDOP", breaks: func(s *approval.Standing) { s.Minutes = "" }, want: []string{"G10 minutes-expired deny"},
			nearly: func(s *approval.Standing) { s.Minutes = today }},
		{id: "minutes of a day to come", platform: "NDOP", breaks: func(s *approval.Standing) { s.Minutes = "2026-11-23" }, want: []string{"G10 minutes-expired deny"},
			nearly: func(*approval.Standing) {}},
		{id: "minutes elsewhere", platform: "NDXP", breaks: func(s *approval.Standing) { s.Minutes = "" }, want: []string{allowed}, nearly: func(*approval.Standing) {}},
		{id: law.ReasonRiskAssessmentDue, breaks: func(s *approval.Standing) { s.RiskAssessed = "2025-11-21" }, want: []string{"G11 risk-assessment-due warn", allowed},
			nearly: func(s *approval.Standing) { s.RiskAssessed = "2025-11-22" }},
		{id: law.ReasonNotConfirmed, breaks: func(s *approval.Standing) { s.Confirmed = false }, want: []string{"G12 not-confirmed deny"},
			nearly: func(s *approval.Standing) { s.Confirmed = true }},
		{id: "everything at once", platform: "NDOP", breaks: func(s *approval.Standing) {
			s.Sector, s.OwnerEnded, s.Approval.Authority, s.Approval.DecidedOn = law.SectorDefence, "2020-01-01", law.RoleMIC, "2026-12-01"
			s.Plan, s.Approval.From, s.Inspected, s.Minutes, s.RiskAssessed, s.Confirmed = approval.PlanNone, noon("2020-01-01"), "", "", "", false
		}, want: []string{"G00 out-of-scope deny", "G01 owner-ended deny", "G02 approval-not-yet deny", "G04 wrong-authority deny", "G06 operating-plan-not-full deny",
			"G09 inspection-overdue warn", "G10 minutes-expired deny", "G11 risk-assessment-due warn", "G12 not-confirmed deny"}, nearly: func(*approval.Standing) {}},
		{id: "no approval and more", platform: "NDOP", breaks: func(s *approval.Standing) {
			s.Sector, s.OwnerEnded, s.Approval, s.Minutes = law.SectorDefence, "2020-01-01", nil, ""
		}, want: []string{"G00 out-of-scope deny", "G01 owner-ended deny", "G02 no-approval deny", "G10 minutes-expired deny"}, nearly: func(*approval.Standing) {}},
	}
}

// TestRules judges every broken and every nearly broken standing as the
// provider, and as the consumer of a good provider.
func TestRules(t *testing.T) {
	b := open(t)
	for _, r := range rules() {
		for _, c := range []struct {
			name string
			edit func(*approval.Standing)
			want []string
		}{{"broken", r.breaks, r.want}, {"nearly", r.nearly, r.near}} {
			if c.want == nil {
				c.want = []string{allowed}
			}
			sole, other := good("A"), good("B")
			c.edit(&sole)
			v := gate.Decide(b, gate.Case{Provider: sole, Platform: r.platform, At: noon(today), Live: true})
			expect(t, r.id+", "+c.name+", provider", v, by("provider", c.want))
			c.edit(&other)
			pair := gate.Case{Provider: good("A"), Consumer: &other, Platform: r.platform, At: noon(today), Live: true}
			expect(t, r.id+", "+c.name+", consumer", gate.Decide(b, pair), by("consumer", c.want))
		}
	}
}

// by puts the party before each reason but the allowance.
func by(party string, reasons []string) []string {
	var out []string
	for _, r := range reasons {
		if r != allowed {
			r = party + " " + r
		}
		out = append(out, r)
	}
	return out
}

// expect compares the reasons, and what must follow from them.
func expect(t *testing.T, name string, v gate.Verdict, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, told(v)); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
	decision := gate.Deny
	if want[len(want)-1] == allowed {
		decision = gate.Allow
	}
	if v.Decision != decision || decision == gate.Deny && v.ValidUntil != nil || len(v.LawDigest) != 64 {
		t.Errorf("%s: %s until %v, law %q", name, v.Decision, v.ValidUntil, v.LawDigest)
	}
	for _, r := range v.Reasons {
		if r.VI == "" || r.EN == "" || r.Confidence == "" || r.Cites == "" {
			t.Errorf("%s: %s does not explain itself: %+v", name, r.ID, r)
		}
	}
}

// TestEveryReasonIsReached: no reason of the law is one the gate never gives.
func TestEveryReasonIsReached(t *testing.T) {
	b, seen := open(t), map[string]bool{}
	for _, r := range rules() {
		s := good("A")
		r.breaks(&s)
		for _, x := range gate.Decide(b, gate.Case{Provider: s, Platform: r.platform, At: noon(today)}).Reasons {
			seen[x.ID] = true
		}
	}
	seen[law.ReasonLevelTooLow] = true       // TestBothSides
	seen[law.ReasonConformityOverdue] = true // TestEdges
	pairs := []struct {
		link    approval.Link
		service string
		sandbox bool
	}{{approval.Link{Service: "S", Barred: true}, "S", false}, {approval.Link{Service: "S", Broken: noon(today).Add(1)}, "S", false},
		{approval.Link{}, "S", false}, {approval.Link{}, "S", true}}
	for _, c := range pairs {
		p, k := good("P"), good("K")
		c.link.Provider = "P"
		k.Links = []approval.Link{c.link}
		p.Suspensions = []approval.Suspension{{From: noon(today), At: noon(today)}}
		for _, x := range gate.Decide(b, gate.Case{Provider: p, Consumer: &k, Service: c.service, Sandbox: c.sandbox, At: noon(today)}).Reasons {
			seen[x.ID] = true
		}
	}
	for _, id := range law.ReasonIDs() {
		if !seen[id] {
			t.Errorf("the gate never says %s", id)
		}
	}
}

// TestBothSides: the level a target asks is asked of the consumer, and both
// sides' reasons stand in the answer, the provider's first.
func TestBothSides(t *testing.T) {
	level := func(code string, l law.Level) approval.Standing {
		s := good(code)
		s.Approval.Level = l
		if l < 3 {
			s.Approval.Authority = law.RoleSpecialisedUnit
		}
		return s
	}
	target := func(s approval.Standing) approval.Standing { s.Target = population; return s }
	none := good("A")
	none.Approval = nil
	cases := []struct {
		name     string
		provider approval.Standing
		consumer approval.Standing
		at       time.Time
		want     []string
	}{
		{"level 2 asks for the population", target(level("A", 4)), level("B", 2), noon(today), []string{"consumer G03 level-too-low deny"}},
		{"level 3 asks for the population", target(level("A", 4)), level("B", 3), noon(today), []string{allowed}},
		{"the provider itself may be lower", target(level("A", 2)), level("B", 3), noon(today), []string{allowed}},
		{"no target, no level", level("A", 4), level("B", 1), noon(today), []string{allowed}},
		{"the consumer's own target asks nothing", level("A", 1), target(level("B", 1)), noon(today), []string{allowed}},
		{"both", target(none), level("B", 2), noon(today), []string{"provider G02 no-approval deny", "consumer G03 level-too-low deny"}},
		{"both unknown", approval.Standing{Code: "A"}, approval.Standing{Code: "B"}, noon(today), []string{"provider G02 unknown-system deny", "consumer G02 unknown-system deny"}},
	}
	b := open(t)
	for _, c := range cases {
		v := gate.Decide(b, gate.Case{Provider: c.provider, Consumer: &c.consumer, At: c.at, Live: true})
		expect(t, c.name, v, c.want)
		if v.Provider != "A" || v.Consumer != "B" {
			t.Errorf("%s: %s, %s", c.name, v.Provider, v.Consumer)
		}
		if a := c.provider.Approval; (a == nil) != (v.Level == nil) || a != nil && *v.Level != a.Level {
			t.Errorf("%s: level %v", c.name, v.Level)
		}
	}
}

// TestRevocationOnRecord: asked now, a revocation counts though its instant
// lies ahead of the asker's clock; asked of the past it counts from its instant.
func TestRevocationOnRecord(t *testing.T) {
	s, b := good("A"), open(t)
	later := noon(today).Add(time.Hour)
	s.Approval.Revocation = &approval.Revocation{At: later}
	live := gate.Decide(b, gate.Case{Provider: s, At: noon(today), Live: true})
	expect(t, "now", live, []string{"provider G02 approval-revoked deny"})
	if live.Level != nil {
		t.Errorf("a revoked level is shown: %d", *live.Level)
	}
	before := gate.Decide(b, gate.Case{Provider: s, At: noon(today)})
	expect(t, "before", before, []string{allowed})
	if before.ValidUntil == nil || !before.ValidUntil.Equal(later) {
		t.Errorf("valid until %v, want %v", before.ValidUntil, later)
	}
	s.Approval, s.Former = nil, s.Approval
	expect(t, "former, now", gate.Decide(b, gate.Case{Provider: s, At: noon(today), Live: true}), []string{"provider G02 approval-revoked deny"})
}

// TestBookBends: policy may be softened by an edit of the book, but nothing
// opens the gate to a system without an approval.
func TestBookBends(t *testing.T) {
	soft := []string{"effect: deny", "effect: limit"}
	all, err := edit(t, soft...)
	if err != nil {
		t.Fatal(err)
	}
	late := good("A")
	late.Confirmed = false
	expect(t, "softened", gate.Decide(all, gate.Case{Provider: late, At: noon(today)}), []string{"provider G12 not-confirmed limit", allowed})
	unknown, none, retired := approval.Standing{Code: "A"}, good("A"), good("A")
	none.Approval, retired.Retired = nil, true
	for name, s := range map[string]approval.Standing{"unknown": unknown, "none": none, "retired": retired} {
		if v := gate.Decide(all, gate.Case{Provider: s, At: noon(today)}); v.Decision != gate.Deny {
			t.Errorf("%s: %v", name, told(v))
		}
		ok := good("B")
		if v := gate.Decide(all, gate.Case{Provider: ok, Consumer: &s, At: noon(today)}); v.Decision != gate.Deny {
			t.Errorf("%s as consumer: %v", name, told(v))
		}
	}
	shut, err := edit(t, "code: G99\n    effect: allow", "code: G99\n    effect: deny")
	if err != nil {
		t.Fatal(err)
	}
	if v := gate.Decide(shut, gate.Case{Provider: good("A"), At: noon(today)}); v.Decision != gate.Deny {
		t.Errorf("an allowance that denies: %v", told(v))
	}
	open, err := edit(t, "code: G12\n    effect: deny", "code: G12\n    effect: allow")
	if err != nil {
		t.Fatal(err)
	}
	if v := gate.Decide(open, gate.Case{Provider: late, At: noon(today)}); v.Decision != gate.Deny {
		t.Errorf("an unmet rule that allows: %v", told(v))
	}
}

// TestBookLacksNoReason: a book without one of the gate's reasons is refused
// when it is loaded, so that the gate never meets one.
func TestBookLacksNoReason(t *testing.T) {
	for _, id := range law.ReasonIDs() {
		if _, err := edit(t, "- id: "+id+"\n", "- id: other\n"); err == nil || !strings.Contains(err.Error(), id) {
			t.Errorf("a book without %s is loaded: %v", id, err)
		}
	}
}

// TestPolicySwitches: each switch of the book turns its rule off or on.
func TestPolicySwitches(t *testing.T) {
	cases := []struct {
		name     string
		passages []string
		edit     func(*approval.Standing)
		want     string
	}{
		{"confirmation not required", []string{"confirmation_required:\n    value: true", "confirmation_required:\n    value: false"}, func(s *approval.Standing) { s.Confirmed = false }, allowed},
		{"no roadmaps", []string{"roadmap_allows:\n    value: true", "roadmap_allows:\n    value: false"},
			func(s *approval.Standing) { s.Plan, s.RoadmapUntil = approval.PlanPart, "2027-01-01" }, "provider G06 operating-plan-not-full deny"},
		{"overdue blocks", []string{"value: warn", "value: deny", "code: G09\n    effect: warn", "code: G09\n    effect: deny"},
			func(s *approval.Standing) { s.Approval.From, s.Inspected = noon("2025-01-01"), "" }, "provider G09 inspection-overdue deny"},
	}
	for _, c := range cases {
		b, err := edit(t, c.passages...)
		if err != nil {
			t.Fatal(err)
		}
		s := good("A")
		c.edit(&s)
		expect(t, c.name, gate.Decide(b, gate.Case{Provider: s, At: noon(today)}), []string{c.want})
	}
}

// TestDecideIsPure: the same case gives the same verdict and is left as it was.
func TestDecideIsPure(t *testing.T) {
	b := open(t)
	for _, r := range rules() {
		p, c := good("A"), good("B")
		r.breaks(&p)
		r.breaks(&c)
		x := gate.Case{Provider: p, Consumer: &c, Platform: r.platform, At: noon(today)}
		before, err := json.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		first := gate.Decide(b, x)
		if diff := cmp.Diff(first, gate.Decide(b, x)); diff != "" {
			t.Errorf("%s: %s", r.id, diff)
		}
		if first.Level != nil {
			*first.Level = 1 // the answer is the caller's own
		}
		after, err := json.Marshal(x)
		if err != nil || string(before) != string(after) {
			t.Errorf("%s: the case changed: %v", r.id, err)
		}
	}
}

// TestDecideHasNoClock: the files of the decision start nothing, wait for
// nothing, and read no clock.
func TestDecideHasNoClock(t *testing.T) {
	for _, name := range []string{"decide.go", "judge.go", "rules.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if p := strings.Trim(i.Path.Value, `"`); p != "time" && p != "slices" && p != "capdo/internal/approval" && p != "capdo/internal/law" {
				t.Errorf("%s imports %s", name, p)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.GoStmt, *ast.SelectStmt, *ast.ChanType, *ast.SendStmt:
				t.Errorf("%s: %T", name, x)
			case *ast.SelectorExpr:
				if p, ok := x.X.(*ast.Ident); ok && p.Name == "time" && x.Sel.Name != "Time" {
					t.Errorf("%s uses time.%s", name, x.Sel.Name)
				}
			}
			return true
		})
	}
}
