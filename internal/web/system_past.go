package web

import (
	"fmt"
	"strings"

	"capdo/internal/approval"
)

// DossierCard is one dossier with what was said about it.
type DossierCard struct {
	Title     string
	State     Tag
	Facts     []Fact
	Steps     []Step
	Statement []Fact
	Documents string // address of what is attached, "" where nothing can be
}

// ApprovalRow is one approval.
type ApprovalRow struct {
	Number, Level, Authority, Decided, Until, Note string
	State                                          Tag
	Inherited                                      *Tag // set when an earlier owner's approval waits to be reviewed
}

// Event is one entry of the history; no person is named.
type Event struct{ Stamp, At, Act, By string }

// dossierCards are the dossiers, latest first.
func (v *visit) dossierCards(f *approval.File) []DossierCard {
	var all []DossierCard
	for i := len(f.System.Dossiers) - 1; i >= 0; i-- {
		d := &f.System.Dossiers[i]
		c := DossierCard{Title: v.t("sys.dossier", d.No), State: v.dossierState(d.State), Facts: v.dossierFacts(d), Steps: v.steps(d)}
		if d.Digest != "" {
			c.Facts = append(c.Facts, Fact{Label: v.t("f.digest"), Value: d.Digest})
		}
		for _, s := range v.statement(f, d) {
			for _, x := range s.Facts {
				if x.Value != "" {
					c.Statement = append(c.Statement, x)
				}
			}
		}
		if v.Documents != nil {
			c.Documents = "/systems/" + f.System.Code + "/documents?dossier=" + fmt.Sprint(d.No)
		}
		all = append(all, c)
	}
	return all
}

// approvalRows are the approvals, latest first.
func (v *visit) approvalRows(f *approval.File) []ApprovalRow {
	var all []ApprovalRow
	for i := len(f.System.Approvals) - 1; i >= 0; i-- {
		a := f.System.Approvals[i]
		row := ApprovalRow{Number: orElse(a.Number, fmt.Sprint(a.No)), Level: v.level(a.Level), Authority: v.role(a.Authority),
			Decided: v.day(a.DecidedOn), Until: orElse(v.day(a.Until), v.t("until.none")), State: v.approvalState(f, a)}
		switch {
		case a.Revocation != nil:
			row.Note = strings.TrimSpace(a.Revocation.Number + " " + a.Revocation.Ground)
		case a.Confirmation != nil:
			row.Note = v.t("sys.confirmed", v.dated(a.Confirmation.At))
		default:
			row.Note = v.t("sys.unconfirmed")
		}
		if current := f.Standing.Approval; f.Standing.Inherited && current != nil && current.No == a.No {
			row.Inherited = &Tag{v.t("approval.inherited"), "yellow"}
		}
		all = append(all, row)
	}
	return all
}

// approvalState says whether an approval is the one in force.
func (v *visit) approvalState(f *approval.File, a approval.Approval) Tag {
	switch current := f.Standing.Approval; {
	case a.Revocation != nil:
		return Tag{v.t("sys.revoked"), "red"}
	case current != nil && current.No == a.No:
		return Tag{v.t("sys.in.force"), "green"}
	case a.InForce(v.now) && current != nil:
		return Tag{v.t("sys.superseded"), "grey"}
	}
	return Tag{v.t("sys.lapsed"), "red"}
}

// planFacts are the plan, the checks and the rest of the description.
func (v *visit) planFacts(f *approval.File) []Fact {
	st, s := f.Standing, &f.System
	all := []Fact{{Label: v.t("f.plan"), Value: v.t("plan." + string(st.Plan))}}
	if n := len(s.Plans); n > 0 && st.Approval != nil && s.Plans[n-1].Approval == st.Approval.No {
		all = append(all, Fact{Label: v.t("f.planon"), Value: v.day(s.Plans[n-1].On)})
	}
	if st.RoadmapUntil != "" {
		all = append(all, Fact{Label: v.t("f.roadmap"), Value: v.day(st.RoadmapUntil)})
	}
	if st.PlanHolds != "" {
		all = append(all, Fact{Label: v.t("f.planholds"), Value: v.day(st.PlanHolds)})
	}
	return append(all,
		Fact{Label: v.t("f.inspected"), Value: v.day(st.Inspected)}, Fact{Label: v.t("f.risk"), Value: v.day(st.RiskAssessed)},
		Fact{Label: v.t("f.minutes"), Value: v.day(st.Minutes)}, Fact{Label: v.t("f.critical"), Value: v.num(st.OpenCritical)},
		Fact{Label: v.t("f.stage"), Value: v.t("stage." + string(s.Stage))},
		Fact{Label: v.t("f.description"), Value: s.Description, Long: true}, Fact{Label: v.t("f.served"), Value: s.Served, Long: true})
}

// events are the entries of the ledger in words, latest first.
func (v *visit) events(es []approval.Entry) []Event {
	var all []Event
	for i := len(es) - 1; i >= 0; i-- {
		e := es[i]
		if i > 0 && e.Act == approval.ActDraft && es[i-1].Act == approval.ActDraft && es[i-1].By == e.By {
			continue // many saves of one person in a row are one piece of work: its first save stands for all
		}
		act := v.t("past." + e.Act)
		if o := e.Detail["outcome"]; v.has("outcome." + o) {
			act += ": " + v.t("outcome."+o)
		}
		if n := orElse(e.Detail["number"], e.Detail["asked"]); n != "" {
			act += " (" + n + ")"
		}
		by := v.role(e.By.Capacity)
		if n := e.Detail["delegation_number"]; n != "" {
			by += v.t("dg.past", n)
		}
		all = append(all, Event{Stamp: stamp(e.At), At: v.when(e.At), Act: act, By: by})
	}
	return all
}
