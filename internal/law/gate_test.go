package law_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/law"
)

func TestReasons(t *testing.T) {
	want := map[string]string{
		"out-of-scope": "G00 deny", "owner-ended": "G01 deny", "unknown-system": "G02 deny",
		"no-approval": "G02 deny", "approval-revoked": "G02 deny", "approval-lapsed": "G02 deny",
		"approval-not-yet": "G02 deny", "system-retired": "G02 deny", "level-too-low": "G03 deny",
		"wrong-authority": "G04 deny", "new-system-plan-not-full": "G05 deny",
		"operating-plan-not-full": "G06 deny", "roadmap-running": "G07 limit",
		"conformity-overdue": "G08 deny", "inspection-overdue": "G09 warn", "minutes-expired": "G10 deny",
		"risk-assessment-due": "G11 warn", "not-confirmed": "G12 deny", "suspended": "G13 deny", "connection-suspended": "G13 deny",
		"no-connection": "G14 deny", "connection-not-allowed": "G14 deny", "break-glass": "G15 limit", "sandbox": "G16 limit", "allowed": "G99 allow",
	}
	got := map[string]string{}
	b := open(t)
	for _, r := range b.Reasons() {
		got[r.ID] = r.Code + " " + r.Effect
		if r.Cites == "" || r.Says.VI == "" || r.Says.EN == "" || r.Strength == "" || r.Confidence == "" {
			t.Errorf("%s does not explain itself: %+v", r.ID, r)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r, ok := b.Reason("no-approval"); !ok || r.Code != "G02" {
		t.Errorf("no-approval: %+v, %v", r, ok)
	}
	if _, ok := b.Reason("weather"); ok {
		t.Error("a reason nobody wrote was found")
	}
}

func TestReasonCitesTheTextsInForce(t *testing.T) {
	cases := []struct {
		id   string
		on   law.Day
		want string
	}{
		{"no-approval", "2024-02-22", ""},
		{"no-approval", "2024-02-23", "CT 09/CT-TTg (23/02/2024)"},
		{"no-approval", "2025-07-17", "CT 09/CT-TTg (23/02/2024)"},
		{"no-approval", "2025-07-18", "CT 09/CT-TTg (23/02/2024); QĐ 1562/QĐ-TTg (18/7/2025)"},
		{"wrong-authority", "2026-06-30", "NĐ 85/2016/NĐ-CP, Điều 12"},
		{"wrong-authority", "2026-08-19", "NĐ 331/2026/NĐ-CP, Điều 18"},
	}
	b := open(t)
	for _, c := range cases {
		r, ok := b.Reason(c.id)
		if got := r.CitesOn(c.on); !ok || got != c.want {
			t.Errorf("%s on %s cites %q, want %q", c.id, c.on, got, c.want)
		}
	}
	for _, id := range []string{"no-approval", "new-system-plan-not-full", "operating-plan-not-full"} {
		if r, _ := b.Reason(id); !strings.Contains(r.Cites, "QĐ 1562/QĐ-TTg") || r.Confidence != law.ConfidenceMedium {
			t.Errorf("%s: %s (%s)", id, r.Cites, r.Confidence)
		}
	}
}

// TestReasonCitationsAtTheirEdges checks every cited text on the days around
// its coming into and going out of force.
func TestReasonCitationsAtTheirEdges(t *testing.T) {
	b := open(t)
	for _, i := range b.Instruments() {
		for _, r := range b.Reasons() {
			if !strings.Contains(r.Cites, i.Short) {
				continue
			}
			want := map[law.Day]bool{i.From: true}
			if i.From != "" {
				want[i.From.AddDays(-1)], want[i.From.AddDays(1)] = false, true
			}
			if i.Until != "" {
				want[i.Until], want[i.Until.AddDays(-1)], want[i.Until.AddDays(1)] = true, true, false
			}
			for day, in := range want {
				if got := strings.Contains(r.CitesOn(day), i.Short); got != in {
					t.Errorf("%s cites %s on %s: %v, want %v", r.ID, i.Short, day, got, in)
				}
			}
		}
	}
}

func TestPolicy(t *testing.T) {
	p := open(t).Policy()
	if len(p.Notes) != 25 {
		t.Errorf("want a note for each switch: %v", p.Notes)
	}
	p.Notes = nil
	want := law.Policy{ConfirmationRequired: true, RoadmapAllows: true, InspectionOverdue: "warn", MinutesMonths: 6, RiskMonths: 12, DueSoonDays: 3, HeldBlocks: true, RedetermineDays: 30, ConsultWait: law.ConsultWaitDue, GatewayPinDays: 90,
		ConnectionMonths: 12, SandboxDays: 90, BreakGlassHours: 72, BreakGlassInterval: 24, GatewaySilentHours: 24, BackupFreshDays: 7, DormantDays: 45, LogMonths: 24, DrillMonths: 6, RestoreHours: 24, PublicLeast: 5,
		BreakGlassOverrides: []string{"not-confirmed", "minutes-expired", "conformity-overdue", "inspection-overdue", "connection-not-allowed"}}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
}

func TestInspectionMonths(t *testing.T) {
	want := map[law.RuleSet][7]int{
		law.R85:  {0, 24, 24, 12, 12, 6, 0},
		law.R116: {0, 24, 24, 12, 12, 6, 0},
		law.R331: {0, 0, 0, 12, 6, 6, 0},
		"R1":     {},
	}
	b := open(t)
	for set, row := range want {
		for level, months := range row {
			got, cites := b.InspectionMonths(set, law.Level(level))
			if got != months || (cites == "") != (months == 0) {
				t.Errorf("%s level %d: %d months (%q), want %d", set, level, got, cites, months)
			}
		}
	}
}

func TestRequiredLevel(t *testing.T) {
	b := open(t)
	for day, want := range map[law.Day]bool{"2022-04-25": false, "2022-04-26": true, "2026-11-22": true} {
		level, cites, ok := b.RequiredLevel("csdlqg-dan-cu", day)
		if ok != want || ok && (level != 3 || !strings.Contains(cites, "CV 1552") || !strings.Contains(cites, "CV 708")) {
			t.Errorf("on %s: %d, %q, %v", day, level, cites, ok)
		}
	}
	if _, _, ok := b.RequiredLevel("elsewhere", "2026-11-22"); ok {
		t.Error("a target nobody named asks for a level")
	}
}
