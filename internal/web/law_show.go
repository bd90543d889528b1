package web

import (
	"net/http"
	"strings"

	"capdo/internal/law"
)

// LawPage is the book: what every answer of the program stands on.
type LawPage struct {
	Page
	Digest      string
	RuleSets    []RuleSetRow
	Sets        []RuleTable
	Reasons     []ReasonRow
	Policy      []PolicyRow
	WhatIf      bool // the question what another law would do can be asked
	Instruments []InstrumentRow
}

// RuleSetRow is one rule set with its days.
type RuleSetRow struct {
	ID, Says, From, Until, Basis, Sure string
	Now                                bool
	Badge                              Tag
}

// RuleTable is the level rules of one rule set.
type RuleTable struct {
	ID, Title string
	Rows      []RuleRow
}

// RuleRow is one level rule.
type RuleRow struct{ Says, Note, Level, Cites, Sure string }

// ReasonRow is one reason of the gate.
type ReasonRow struct{ Code, Says, Effect, Cites, Strength, Sure string }

// PolicyRow is one switch of the program with its present state and why.
type PolicyRow struct{ Name, Value, Says string }

// InstrumentRow is one document cited.
type InstrumentRow struct{ ID, Number, Title, Force, Note, Sure string }

// lawShow shows the book.
func (s *site) lawShow(v *visit) error {
	p := LawPage{Page: v.page(v.t("law.title")), Digest: s.Book.Digest()}
	now, _ := s.Book.RuleSetOn(v.today())
	for _, rs := range s.Book.RuleSets() {
		p.RuleSets = append(p.RuleSets, RuleSetRow{ID: string(rs.ID), Says: v.say(rs.Says), From: v.day(rs.From),
			Until: orElse(v.day(rs.Until), v.t("law.open")), Basis: rs.Basis, Sure: v.sure(rs.Confidence),
			Now: rs.ID == now, Badge: Tag{v.t("law.now"), "blue"}})
		if rules := s.Book.Rules(rs.ID); len(rules) > 0 {
			p.Sets = append(p.Sets, v.ruleTable(rs.ID, rules))
		}
	}
	for _, r := range s.Book.Reasons() {
		p.Reasons = append(p.Reasons, ReasonRow{r.Code, v.say(r.Says), v.t("effect." + r.Effect), r.Cites, v.orCode("strength.", r.Strength), v.sure(r.Confidence)})
	}
	p.Policy = v.switches(s.Book.Policy())
	p.WhatIf = s.WhatIf != nil && mayAskWhatIf(v.actor())
	for _, i := range s.Book.Instruments() {
		p.Instruments = append(p.Instruments, v.instrument(i))
	}
	return v.show(http.StatusOK, "law", p)
}

// ruleTable is the level rules of a rule set in words.
func (v *visit) ruleTable(id law.RuleSet, rules []law.Rule) RuleTable {
	t := RuleTable{ID: string(id), Title: v.t("law.rules", string(id))}
	for _, r := range rules {
		row := RuleRow{Says: v.say(r.Says), Note: v.say(r.Note), Level: v.t("law.varies"), Cites: r.Printed, Sure: v.sure(r.Confidence)}
		if r.Level != nil {
			row.Level = v.level(*r.Level)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// switches are the choices of the program as they stand.
func (v *visit) switches(p law.Policy) []PolicyRow {
	yesno := func(b bool) string {
		if b {
			return v.t("yes")
		}
		return v.t("no")
	}
	values := map[string]string{"confirmation_required": yesno(p.ConfirmationRequired), "roadmap_allows": yesno(p.RoadmapAllows),
		"inspection_overdue": v.t("effect." + p.InspectionOverdue), "minutes_months": v.t("cal.every", p.MinutesMonths),
		"risk_months": v.t("cal.every", p.RiskMonths), "due_soon_days": v.t("switch.days", p.DueSoonDays),
		"check_first": yesno(p.CheckFirst), "consult_wait": v.t("consult.wait." + p.ConsultWait), "held_blocks_submission": yesno(p.HeldBlocks), "redetermine_days": v.t("switch.workdays", p.RedetermineDays), "gateway_pin_days": v.t("switch.days", p.GatewayPinDays),
		"connection_required": yesno(p.ConnectionRequired), "provider_consent": yesno(p.ProviderConsent),
		"connection_months": v.t("switch.months", p.ConnectionMonths), "sandbox_days": v.t("switch.days", p.SandboxDays),
		"break_glass_hours": v.t("switch.hours", p.BreakGlassHours), "break_glass_interval_hours": v.t("switch.hours", p.BreakGlassInterval),
		"break_glass_overrides": strings.Join(p.BreakGlassOverrides, ", "), "gateway_silent_hours": v.t("switch.hours", p.GatewaySilentHours),
		"backup_fresh_days": v.t("switch.days", p.BackupFreshDays), "drill_months": v.t("cal.every", p.DrillMonths), "restore_hours": v.t("switch.hours", p.RestoreHours), "public_least": v.num(p.PublicLeast)}
	var all []PolicyRow
	for _, n := range p.Notes {
		all = append(all, PolicyRow{v.orCode("switch.", n.Key), orElse(values[n.Key], "–"), v.say(n.Says)})
	}
	return all
}

// instrument is a document in words; its number and title stay as issued.
func (v *visit) instrument(i law.Instrument) InstrumentRow {
	force := v.day(i.From)
	if i.Until != "" {
		force += " – " + v.day(i.Until)
	}
	number := i.Number
	if number == "" || number == "-" {
		number = i.Short
	}
	return InstrumentRow{i.ID, number, v.say(i.Title), force, v.say(i.Note), v.sure(i.Confidence)}
}

// sure says how sure the book is.
func (v voice) sure(confidence string) string { return v.orCode("confidence.", confidence) }

// orCode is the words of a code, or the code where there are none.
func (v voice) orCode(prefix, code string) string {
	if v.has(prefix + code) {
		return v.t(prefix + code)
	}
	return code
}
