package web_test

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// facts are what an officer knows of a system, as typed into the pages.
type facts map[string]string

// merged is the ordinary system with some facts otherwise.
func (f facts) merged() url.Values {
	in := url.Values{}
	for _, part := range []facts{{"serves_defence_security": "no", "ns_harm": "none", "dvctt_level": "0", "handles_tthc": "no", "conditional_business": "no",
		"need_24x7": "no", "national_egov": "no", "national_critical_store": "no", "ns_list_indicators": "no", "risk_assessed": "yes"}, f} {
		for k, x := range part {
			in.Set(k, x)
		}
	}
	return in
}

// cases are systems of every level, composite ones, and such as a person must
// decide on.
func cases() map[string]facts {
	return map[string]facts{
		"internal, public":       {"type": "a", "info": "public"},
		"internal, private":      {"type": "a", "info": "private"},
		"internal, personal":     {"type": "a", "info": "personal"},
		"portal":                 {"type": "b", "info": "public", "dvctt_level": "1"},
		"portal with accounts":   {"type": "b", "info": "personal", "dvctt_level": "2", "users": "500", "subjects_basic": "500", "subjects_sensitive": "0"},
		"one-stop shop":          {"type": "b", "info": "personal", "dvctt_level": "4", "handles_tthc": "yes", "users": "12.000", "subjects_basic": "12.000", "subjects_sensitive": "0"},
		"health records":         {"type": "b", "info": "personal", "users": "90 000", "subjects_basic": "90000", "subjects_sensitive": "90.000"},
		"provincial data centre": {"type": "c", "info": "private", "infra_scope": "sector_or_provinces", "need_24x7": "yes"},
		"national exchange":      {"type": "c", "info": "personal", "infra_scope": "nationwide", "need_24x7": "yes"},
		"power plant":            {"type": "d", "info": "private", "works_grade": "I"},
		"works not graded":       {"type": "d", "info": "public"},
		"secrets":                {"type": "a", "info": "state_secret", "ns_harm": "serious"},
		"secrets of defence":     {"type": "a", "info": "state_secret", "serves_defence_security": "yes", "ns_harm": "especially_serious"},
		"listed":                 {"type": "a", "info": "private", "ns_list_indicators": "yes"},
		"composite":              {"type": "a", "info": "public", "components": "1, 4, 2"},
		"risk raises":            {"type": "a", "info": "private", "risk_level": "4"},
		"other, undecided":       {"type": "đ", "info": "public"},
		"other, decided":         {"type": "đ", "info": "public", "pm_decision_level": "4"},
		"no risk assessment":     {"type": "a", "info": "private", "risk_assessed": "no"},
	}
}

// answered are the facts that the pages of a walk were told.
func (p *page) answered() []string {
	return strings.FieldsFunc(attr(p.one("input[name=answered]"), "value"), func(r rune) bool { return r == ',' })
}

// hidden is what travels along on a page of the assistant.
func (p *page) hidden() url.Values {
	in := url.Values{}
	for _, n := range p.all("form.form input[type=hidden]") {
		in.Add(attr(n, "name"), attr(n, "value"))
	}
	return in
}

// ask answers page after page from what is known, and gives the last page. No
// walk grows longer as it goes.
func (b *browser) ask(path string, known url.Values) *page {
	b.h.t.Helper()
	p := b.get(path).wants(http.StatusOK)
	left := 99
	for range 30 {
		if len(p.all("input[name=asking]")) == 0 {
			return p
		}
		p.lint("vi")
		in := p.hidden()
		asking := strings.Split(in.Get("asking"), ",")
		if n := most(p); n >= left && len(p.answered()) > 0 {
			b.h.t.Errorf("%s: at most %d more after %d", asking, n, left)
		} else {
			left = n
		}
		for _, id := range asking {
			in.Set(id, known.Get(id))
		}
		in.Set("do", "next")
		p = b.post(path, in).wants(http.StatusOK)
	}
	b.h.t.Fatalf("%s asks without end", path)
	return nil
}

// most is how many more pages a page announces.
func most(p *page) int {
	words := strings.Fields(p.text(".lead"))
	if i := slices.Index(words, "nhất"); i >= 0 {
		n, _ := strconv.Atoi(words[i+1])
		return n
	}
	return 0
}

// TestAssistantAgreesWithTheBook walks systems through the pages: the level is
// the one the book determines from all the facts, and so is what it leaves to
// a person. What was not asked could not have changed it.
func TestAssistantAgreesWithTheBook(t *testing.T) {
	h := open(t, nil)
	officer := h.as("vanhanh")
	for name, f := range cases() {
		t.Run(name, func(t *testing.T) {
			known := f.merged()
			want := h.office.Book.Determine(law.R331, decoded(t, known))
			p := officer.ask("/assistant", known)
			p.lint("vi")
			level := "Chưa xác định"
			if want.Level != nil {
				level = "Cấp độ " + strconv.Itoa(int(*want.Level))
			}
			if got := p.text(".result .level-big"); got != level {
				t.Errorf("level %q, want %q; asked %v", got, level, p.answered())
			}
			if got := len(p.all("#person-h")) == 1; got != want.Manual {
				t.Errorf("left to a person: %v, want %v", got, want.Manual)
			}
			if got := strings.Contains(p.text(".result .note"), "quan trọng về an ninh quốc gia"); got != want.Listed() {
				t.Errorf("listed: %v, want %v", got, want.Listed())
			}
			for _, m := range want.Matched {
				if m.Level != nil && want.Level != nil && *m.Level == *want.Level && !strings.Contains(p.text(".result"), m.Cites) && asksAll(p, known) {
					t.Errorf("the page does not name %s", m.Cites)
				}
			}
			if want.Level != nil && !strings.Contains(p.text(".result .lead"), "Điều") {
				t.Errorf("the level stands without a clause: %q", p.text(".result .lead"))
			}
		})
	}
}

// asksAll tells whether every fact known was asked.
func asksAll(p *page, known url.Values) bool {
	asked := p.answered()
	for id := range known {
		if !slices.Contains(asked, id) {
			return false
		}
	}
	return true
}

// decoded reads facts as the law does, from what is typed; questions that do
// not apply to the kind of system are left out, as on the form.
func decoded(t *testing.T, known url.Values) law.Facts {
	t.Helper()
	drop := func(ids ...string) {
		for _, id := range ids {
			known.Del(id)
		}
	}
	if known.Get("type") != "b" {
		drop("dvctt_level", "handles_tthc", "conditional_business", "users", "subjects_basic", "subjects_sensitive")
	}
	if known.Get("info") != "state_secret" && known.Get("serves_defence_security") != "yes" {
		drop("ns_harm")
	}
	var b bytes.Buffer
	b.WriteString("{")
	for id := range known {
		if b.Len() > 1 {
			b.WriteString(",")
		}
		value := strings.NewReplacer(".", "", " ", "").Replace(known.Get(id))
		switch {
		case value == "yes" || value == "no":
			value = strconv.FormatBool(value == "yes")
		case id == "components":
			value = "[" + value + "]"
		case law.FactWords(id) != nil:
			value = strconv.Quote(value)
		}
		b.WriteString(strconv.Quote(id) + ":" + value)
	}
	b.WriteString("}")
	f, err := law.DecodeFacts(&b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestAssistantRecords walks a system through, meets a fault and a step back on
// the way, and finds the answers on the system's page.
func TestAssistantRecords(t *testing.T) {
	h := open(t, nil)
	officer := h.as("vanhanh")
	at := registered(officer, "Hệ thống một cửa điện tử")
	if got := attr(officer.get(at).one("a[href$='/assistant']"), "href"); got != at+"/assistant" {
		t.Errorf("link to %q", got)
	}
	officer.get(at + "/facts").one("a[href$='/assistant']")

	p := officer.get(at + "/assistant").wants(http.StatusOK)
	p = officer.post(at+"/assistant", p.hidden()).wants(http.StatusUnprocessableEntity)
	p.lint("vi")
	p.one(`.errors a[href="#type"]`)
	in := p.hidden()
	in.Set("type", "b")
	p = officer.post(at+"/assistant", in).wants(http.StatusOK)
	if got := p.hidden().Get("asking"); got != "info" {
		t.Errorf("after the kind: %q", got)
	}
	in = p.hidden()
	in.Set("do", "back")
	p = officer.post(at+"/assistant", in).wants(http.StatusOK)
	if n := p.one("input[name=type][checked]"); attr(n, "value") != "b" || len(p.answered()) != 0 {
		t.Error("a step back loses the answer given there, or keeps it as answered")
	}
	if len(officer.get(at).all(".level-big")) != 0 {
		t.Error("answers are stored on the way")
	}

	p = officer.ask(at+"/assistant", cases()["one-stop shop"].merged())
	in = p.hidden()
	in.Set("do", "save")
	stale := url.Values{}
	for k, x := range in {
		stale[k] = x
	}
	stale.Set("version", "0")
	p = officer.post(at+"/assistant", stale).wants(http.StatusConflict)
	p.lint("vi")
	officer.post(at+"/assistant", in).leads(at + "?done=facts")
	s := h.system(strings.TrimPrefix(at, "/systems/"))
	if s.Facts == nil || s.Facts.Type != "b" || !s.Facts.HandlesTTHC || s.Facts.Named != 3 {
		t.Errorf("on record: %+v", s.Facts)
	}
	if got := officer.get(at).text(".level-big"); !strings.HasPrefix(got, "Cấp độ 3") && !strings.HasSuffix(got, "Cấp độ 3") {
		t.Errorf("levels: %q", got)
	}
}

// TestAssistantGroups asks how many people's data are handled on one page, and
// refuses a number that is none.
func TestAssistantGroups(t *testing.T) {
	h := open(t, nil)
	officer := h.as("vanhanh")
	in := url.Values{"answered": {"type,info,serves_defence_security,handles_tthc,conditional_business"}, "type": {"b"}, "info": {"personal"},
		"serves_defence_security": {"no"}, "handles_tthc": {"no"}, "conditional_business": {"no"}, "also": {"yes"}, "asking": {"dvctt_level"}, "dvctt_level": {"1"}}
	p := officer.post("/assistant", in).wants(http.StatusOK)
	if got := p.hidden().Get("asking"); got != "users,subjects_basic,subjects_sensitive" {
		t.Fatalf("asking %q", got)
	}
	in = p.hidden()
	in.Set("users", "1,5")
	in.Set("subjects_basic", "12.000")
	p = officer.post("/assistant", in).wants(http.StatusUnprocessableEntity)
	if attr(p.one("#users"), "value") != "1,5" || attr(p.one("#subjects_basic"), "value") != "12.000" || len(p.all("#users-error")) != 1 {
		t.Error("the page with the fault does not come back as typed")
	}
	in.Set("users", "500")
	p = officer.post("/assistant", in).wants(http.StatusOK)
	in = p.hidden()
	in.Set("do", "back")
	if got := officer.post("/assistant", in).hidden().Get("asking"); got != "users,subjects_basic,subjects_sensitive" {
		t.Errorf("back goes to %q", got)
	}
}

// TestAssistantTrustsNothing: hidden fields that were tampered with are asked
// again or left out, and nothing is recorded before the end or by the wrong
// person.
func TestAssistantTrustsNothing(t *testing.T) {
	h := open(t, nil)
	officer := h.as("vanhanh")
	at := registered(officer, "Trang thông tin")
	p := officer.post(at+"/assistant", url.Values{"answered": {"type,info,stranger,type"}, "type": {"z"}, "info": {"public"}, "do": {"save"}, "version": {"1"}}).wants(http.StatusUnprocessableEntity)
	if got := p.hidden().Get("asking"); got != "type" {
		t.Errorf("asks %q", got)
	}
	p = officer.post(at+"/assistant", url.Values{"answered": {"type"}, "type": {"a"}, "do": {"save"}, "version": {"1"}}).wants(http.StatusOK)
	if got := p.hidden().Get("asking"); got != "info" {
		t.Errorf("saved half way; asks %q", got)
	}
	if h.system(strings.TrimPrefix(at, "/systems/")).Facts != nil {
		t.Error("half an answer is on record")
	}
	h.as("chuyentrach").get(at + "/assistant").wants(http.StatusForbidden)
	h.as("nghean").get(at + "/assistant").wants(http.StatusNotFound)
	h.as("nghean").post(at+"/assistant", url.Values{"do": {"save"}}).wants(http.StatusNotFound)
	h.stranger().get("/assistant").wants(http.StatusSeeOther)
	p = h.as("kiemtoan").ask("/assistant", cases()["composite"].merged())
	if got := p.text("form.form button"); strings.Contains(got, "Ghi vào hồ sơ") || !strings.Contains(p.text(".result"), "Điều 8 khoản 2") {
		t.Errorf("an auditor is offered %q: %s", got, p.text(".result"))
	}
}

// TestAssistantCompares asks on for the other rules' sake.
func TestAssistantCompares(t *testing.T) {
	h := open(t, nil)
	known := cases()["portal with accounts"].merged()
	p := h.as("vanhanh").ask("/assistant", known)
	if got := len(p.all("button[value=more]")); got != 1 {
		t.Fatalf("%d buttons to ask on; asked %v", got, p.answered())
	}
	if got := p.text("[aria-labelledby=shadow-h] .note"); !strings.Contains(got, "Chưa hỏi đủ") {
		t.Errorf("half a comparison looks whole: %q", got)
	}
	b := h.as("vanhanh")
	in := p.hidden()
	in.Set("do", "more")
	p = b.post("/assistant", in).wants(http.StatusOK)
	for len(p.all("input[name=asking]")) > 0 {
		in = p.hidden()
		for id := range strings.SplitSeq(in.Get("asking"), ",") {
			in.Set(id, known.Get(id))
		}
		p = b.post("/assistant", in).wants(http.StatusOK)
	}
	want := h.office.Book.Determine(law.R85, decoded(t, known))
	if got := p.text("[aria-labelledby=shadow-h] .level-big"); want.Level == nil || got != "Cấp độ "+strconv.Itoa(int(*want.Level)) {
		t.Errorf("by R85 %q, want %v", got, want.Level)
	}
	if len(p.all("button[value=more]")) != 0 || strings.Contains(p.text("[aria-labelledby=shadow-h]"), "Chưa hỏi đủ") {
		t.Error("there is more to ask after all was asked")
	}
}

// TestDossierStartsFromTheFacts: the first draft says the level, the kind of
// information and why, clause by clause; a later one says what the last said.
func TestDossierStartsFromTheFacts(t *testing.T) {
	h := open(t, nil)
	officer := h.as("vanhanh")
	at := registered(officer, "Hệ thống một cửa điện tử")
	officer.fill(at+"/facts", level3()).leads(at + "?done=facts")
	p := officer.get(at + "/dossier?lang=en").wants(http.StatusOK)
	if n := p.one("input[name=info_types][checked]"); attr(n, "value") != "personal" {
		t.Errorf("information: %q", attr(n, "value"))
	}
	basis := textOf(p.one("textarea#basis_detail"))
	if !strings.Contains(basis, "NĐ 331/2026/NĐ-CP, Điều 13") || !strings.Contains(basis, "hệ thống") && !strings.Contains(basis, "Hệ thống") {
		t.Errorf("basis: %q", basis)
	}
	if got := attr(p.one("#risk_assessed_on"), "value"); got != "" {
		t.Errorf("a day of risk assessment from nowhere: %q", got)
	}
	officer.fill(at+"/dossier", url.Values{"basis_detail": {"Lý do khác"}, "proposed_level": {"3"}, "do": {"save"}}).leads(at + "?done=draft")
	if got := textOf(officer.get(at + "/dossier").one("textarea#basis_detail")); got != "Lý do khác" {
		t.Errorf("the draft is overwritten: %q", got)
	}
}

// TestAssistantBetweenTheLaws: in the weeks without a decree on levels, a
// person decides whatever the former criteria say; both decrees are compared.
func TestAssistantBetweenTheLaws(t *testing.T) {
	h := open(t, nil)
	h.clock.T = storetest.At("2026-07-15").T
	p := h.as("vanhanh").ask("/assistant", cases()["one-stop shop"].merged())
	p.lint("vi")
	if got := p.text(".result .lead"); !strings.Contains(got, "nêu cấp độ 3") || !strings.Contains(got, "cần người có thẩm quyền kết luận") {
		t.Errorf("in the gap: %q", got)
	}
	if len(p.all("#person-h")) != 1 || len(p.all("[aria-labelledby=shadow-h] .panel")) != 2 {
		t.Errorf("left to a person, compared: %s", p.text("h2, [aria-labelledby=shadow-h] h3"))
	}
}
