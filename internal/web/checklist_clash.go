package web

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
)

// answerClash shows both versions of the parts of an answer that two people
// changed. tag is the answer a choice is made against.
func (v *visit) answerClash(c plan.Clash, tag int) *ClashView {
	name, at := v.nameOf(c.By), v.moment(c.At, v.today0())
	return &ClashView{ID: c.Key, Tag: strconv.Itoa(tag), TheirsTyped: v.typedParts(c).Encode(), Says: v.t("clash.says", name, at), TheirsName: v.t("clash.theirs.of", name, at),
		Was: v.partsOf(c.Parts, c.Was), Theirs: v.partsOf(c.Parts, c.Theirs), Yours: v.partsOf(c.Parts, c.Mine)}
}

// partsOf writes the parts of an answer, one a line.
func (v *visit) partsOf(parts []plan.Part, a plan.AnswerInput) string {
	var lines []string
	for _, p := range parts {
		says := a.Text(p)
		if p == plan.PartEvidence {
			says = v.evidenceText(a.Evidence)
		}
		switch {
		case says == "":
			says = v.t("clash.empty")
		case p == plan.PartResult:
			says = v.t("result." + says)
		case p == plan.PartRole:
			says = v.planRole(says)
		case p == plan.PartCost:
			says = v.costClass(says)
		case p == plan.PartDue:
			says = orElse(v.day(a.Due), says)
		}
		lines = append(lines, v.t("part."+string(p))+": "+says)
	}
	return strings.Join(lines, "\n")
}

// evidenceText writes pieces of evidence, with the days until which they hold.
func (v *visit) evidenceText(es []plan.Evidence) string {
	var all []string
	for _, e := range es {
		text := e.Ref
		if e.Until != "" {
			text += " (" + v.t("pl.euntil") + " " + v.day(e.Until) + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// typedParts are the parts of theirs as the page's fields would send them.
func (v *visit) typedParts(c plan.Clash) url.Values {
	names := map[plan.Part]string{plan.PartResult: "r", plan.PartHow: "how", plan.PartOrigin: "origin", plan.PartRole: "role", plan.PartDue: "due", plan.PartCost: "cost", plan.PartNote: "note"}
	out := url.Values{}
	for _, p := range c.Parts {
		text := c.Theirs.Text(p)
		if p == plan.PartDue {
			text = v.day(c.Theirs.Due)
		}
		out.Set(names[p]+"."+c.Key, text)
	}
	return out
}

// clashFinding says at the head of the page which control clashes.
func (v *visit) clashFinding(c plan.Clash) approval.Finding {
	vi, en := voice{vietnamese, v.site.words}, voice{english, v.site.words}
	name, at := v.nameOf(c.By), v.moment(c.At, v.today0())
	return approval.Finding{Field: c.Key + "." + string(c.Parts[0]), Rule: "answer-changed", Says: law.Text{VI: c.Key + ": " + vi.t("clash.says", name, at), EN: c.Key + ": " + en.t("clash.says", name, at)}}
}

// presentAtPlan notes that the visitor has the plan open, at a control, and says
// who else has.
func (v *visit) presentAtPlan(sheet plan.Sheet, key string) string {
	titles := map[string]string{}
	for _, x := range sheet.States {
		titles[x.Control.Key] = v.say(x.Control.Title)
	}
	if titles[key] == "" {
		key = ""
	}
	others := v.site.seats.sit("plan:"+v.code(), v.account.Login, seat{orElse(v.account.Name, v.account.Login), key, v.now})
	var all []string
	for _, o := range others {
		ago := v.t("present.now")
		if m := int(v.now.Sub(o.at) / time.Minute); m > 0 {
			ago = v.t("present.mins", m)
		}
		if title := titles[o.field]; title != "" {
			all = append(all, v.t("present.at", o.name, title, ago))
		} else {
			all = append(all, v.t("pl.present", o.name, ago))
		}
	}
	return strings.Join(all, " ")
}

// planPresence notes and tells, for the script. Only who may answer sits there.
func (s *site) planPresence(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read presence: %w", err)
	}
	file, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	if !v.mayAnswer(&file) {
		return v.says(http.StatusForbidden, v.t("msg.notnow"))
	}
	v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(v.w, v.presentAtPlan(sheet, v.r.PostForm.Get("at"))) // the client may be gone; nothing to do about it
	return nil
}
