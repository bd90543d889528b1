package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// answerAll opens every group from the list of tasks and answers each control
// that has no answer; the first one as change says.
func answerAll(b *browser, code string, change func(url.Values, string)) (groups, controls int) {
	b.h.t.Helper()
	for _, a := range b.get("/systems/" + code + "/checklist").wants(http.StatusOK).all("ul.work a") {
		to := attr(a, "href")
		p := b.get(to).wants(http.StatusOK)
		in := url.Values{}
		for _, n := range p.all(`input[name^="seen."]`) {
			key := strings.TrimPrefix(attr(n, "name"), "seen.")
			in.Set(attr(n, "name"), attr(n, "value"))
			in.Set("r."+key, "met")
			in.Set("how."+key, "Đã ban hành quy định và thực hiện")
			in.Set("ek."+key+".0", "document")
			in.Set("er."+key+".0", "15/QĐ-TTCNTT")
			in.Set("eo."+key+".0", "1/10/2026")
			in.Set("eu."+key+".0", "31/12/2027")
			in.Set("role."+key, "operator")
			if change != nil {
				change(in, key)
			}
			controls++
		}
		if groups++; len(in) == 0 {
			continue
		}
		b.post(to, in).leads(to + "?done=checklist")
	}
	return groups, controls
}

// TestOfficerFillsLevel3: a province's officer answers every control of a
// level-3 system by pages, without scripts; another person checks; the plan
// becomes full by what was answered, and the gate opens.
func TestOfficerFillsLevel3(t *testing.T) {
	h := open(t, nil)
	code := storetest.Lead(t, h.office, "H56", "Một cửa điện tử", storetest.Confirmed).Code
	officer, unit := h.as("vanhanh"), h.as("chuyentrach")
	at := "/systems/" + code
	p := officer.get(at + "/checklist").wants(http.StatusOK)
	p.lint("vi")
	if got := p.text(".stat-num"); got != "0 | 0 | 0" {
		t.Errorf("three numbers before: %q", got)
	}
	p = officer.get(at + "/gaps").wants(http.StatusOK)
	p.lint("vi")
	lists, err := listsOnce()
	if err != nil {
		t.Fatal(err)
	}
	want := len(lists.For(law.R331, 3))
	if got := len(p.all("tbody tr")); got != want {
		t.Errorf("%d gaps, want %d", got, want)
	}
	late := ""
	groups, n := answerAll(officer, code, func(in url.Values, key string) {
		if late == "" {
			late = key
			in.Set("r."+key, "not_met")
			in.Set("due."+key, "31/03/2027")
			in.Set("cost."+key, "minor")
		}
	})
	if n != want || groups < 15 {
		t.Errorf("%d controls in %d groups answered, want %d", n, groups, want)
	}
	p = officer.get(at + "/checklist")
	if got := p.text(".panel"); !strings.Contains(got, "Triển khai một phần") || !strings.Contains(got, "31/03/2027") {
		t.Errorf("computed: %q", got)
	}
	p = officer.fill(at+"/plan", url.Values{"status": {"full"}, "on": {"22/11/2026"}}).wants(http.StatusUnprocessableEntity)
	if got := p.text(".errors"); !strings.Contains(got, "triển khai một phần") {
		t.Errorf("declared against the controls: %q", got)
	}
	officer.fill(at+"/plan", url.Values{"status": {"part"}, "on": {"22/11/2026"}, "roadmap_until": {"31/03/2027"}}).leads(at + "?done=plan")
	if got := officer.get(at).text("section.verdict"); !strings.Contains(got, "G07") || !strings.Contains(got, "01/04/2027") {
		t.Errorf("the gate with a roadmap: %q", got)
	}
	csv := officer.get(at + "/gaps.csv").wants(http.StatusOK).body
	if lines := strings.Count(csv, "\n"); lines != 2 || !strings.Contains(csv, "2027-03-31") {
		t.Errorf("gaps as CSV: %d lines: %s", lines, csv)
	}
	answerAll(officer, code, func(in url.Values, key string) {
		if key != late { // only the last one changes
			for name := range in {
				if strings.Contains(name, key) {
					in.Del(name)
				}
			}
		}
	})
	unit.get(at + "/checklist-all?state=unverified").wants(http.StatusOK).lint("vi")
	group := attr(unit.get(at + "/checklist").all("ul.work a")[0], "href")
	checks := url.Values{"do": {"check"}}
	p = unit.get(group).wants(http.StatusOK)
	p.lint("vi")
	for _, n := range p.all(`input[name^="answer."]`) {
		key := strings.TrimPrefix(attr(n, "name"), "answer.")
		checks.Set("answer."+key, attr(n, "value"))
		checks.Set("check."+key, "accepted")
	}
	unit.post(group, checks).leads(group + "?done=checklist")
	officer.post(group, checks).wants(http.StatusForbidden)
	officer.fill(at+"/plan", url.Values{"status": {"full"}, "on": {"22/11/2026"}}).leads(at + "?done=plan")
	if st := h.system(code).Standing(h.clock.T); st.Plan != approval.PlanFull {
		t.Errorf("declared in full: %s", st.Plan)
	}
	if st := h.system(code).Standing(h.clock.T); st.PlanHolds == "" {
		t.Error("checks that grow old set no end")
	}
	if p := officer.get(at + "?lang=en").wants(http.StatusOK); !strings.Contains(p.body, "State of the plan holds through") {
		t.Error("the page does not say how long the plan in full holds")
	}
	for _, path := range []string{"/checklist", "/checklist-all", "/gaps"} {
		officer.get(at + path + "?lang=en").wants(http.StatusOK).lint("en")
	}
	officer.get(group + "?lang=en").wants(http.StatusOK).lint("en")
	far := h.as("nghean")
	for _, path := range []string{"/checklist", "/checklist-all", "/gaps", "/gaps.csv", strings.TrimPrefix(group, at)} {
		theirs, none := far.get(at+path).wants(http.StatusNotFound).body, far.get("/systems/H56-9999"+path).wants(http.StatusNotFound).body
		if strings.ReplaceAll(theirs, code, "X") != strings.ReplaceAll(none, "H56-9999", "X") {
			t.Errorf("%s: another's system answers otherwise than none", path)
		}
	}
}

// TestGroupKeepsWhatWasTyped: a refused group comes back as typed, 422, and the
// summary leads to the control; an answer of another hand is a conflict.
func TestGroupKeepsWhatWasTyped(t *testing.T) {
	h := open(t, nil)
	code := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Confirmed).Code
	officer := h.as("vanhanh")
	to := attr(officer.get("/systems/" + code + "/checklist").all("ul.work a")[0], "href")
	key := strings.TrimPrefix(attr(officer.get(to).all(`input[name^="seen."]`)[0], "name"), "seen.")
	in := url.Values{"seen." + key: {"0"}, "r." + key: {"not_applicable"}, "how." + key: {""}, "note." + key: {"Ghi chú <b>"}, "due." + key: {"31/02/2027"}}
	p := officer.post(to, in).wants(http.StatusUnprocessableEntity)
	p.lint("vi")
	if got := attr(p.one(`input[name="due.`+key+`"]`), "value"); got != "31/02/2027" {
		t.Errorf("typed day: %q", got)
	}
	if got := p.text(".errors"); !strings.Contains(got, "lý do không áp dụng") || !strings.Contains(got, "31/12/2026") {
		t.Errorf("summary: %q", got)
	}
	if got := attr(p.all(".errors a")[0], "href"); got != "#how-"+key {
		t.Errorf("summary leads to %q", got)
	}
	in.Set("how."+key, "Không có mạng không dây")
	in.Set("due."+key, "")
	officer.post(to, in).leads(to + "?done=checklist")
	in.Set("r."+key, "met")
	officer.post(to, in).wants(http.StatusConflict)
}

// TestCarryOverMarksNothing: answers under the old list are shown with how sure
// the link is; the new list stays unanswered.
func TestCarryOverMarksNothing(t *testing.T) {
	h := open(t, nil)
	h.clock.T = storetest.At("2026-05-04").T
	code := storetest.Lead(t, h.office, "H56", "Giữ cấp độ", storetest.Confirmed).Code
	h.clock.T = storetest.At("2026-11-22").T
	officer := h.as("vanhanh")
	answerAll(officer, code, nil)
	p := officer.get("/systems/" + code + "/checklist?rules=R331").wants(http.StatusOK)
	if got := p.text(".stat-num"); got != "0 | 0 | 0" {
		t.Errorf("carried over by itself: %q", got)
	}
	notes := 0
	for _, a := range p.all("ul.work a") {
		notes += strings.Count(officer.get(attr(a, "href")).text(".note"), "Theo danh mục cũ")
	}
	if notes < 20 {
		t.Errorf("%d controls show what the old list is worth", notes)
	}
	f, err := h.office.File(context.Background(), storetest.Actor(law.RoleOperator, "H56"), code)
	if err != nil || f.Standing.Approval.Rules != law.R85 {
		t.Fatalf("not a kept level: %v", err)
	}
}
