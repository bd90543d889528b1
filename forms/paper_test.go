package forms_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"capdo/forms"
)

func paper(t *testing.T, id, edition string) *forms.Form {
	t.Helper()
	shelf, err := forms.Load()
	if err != nil {
		t.Fatal(err)
	}
	f, ok := shelf.Form(id, edition)
	if !ok {
		t.Fatalf("no form %s in edition %s", id, edition)
	}
	return f
}

func TestShelf(t *testing.T) {
	shelf, err := forms.Load()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range shelf.Forms() {
		got = append(got, f.ID+" "+f.Edition)
	}
	want := []string{
		"account_bind any", "account_create any", "account_disable any", "account_enable any", "account_rebind any", "account_reset any", "account_rights any", "account_sessions any", "app_code any",
		"appraisal any", "confirmation any", "connection_agree any", "connection_allow any", "connection_consent any", "connection_end any", "connection_propose any",
		"connection_refuse any", "connection_reinstate any", "connection_request any", "connection_suspend any", "consultation any", "consultation_opinion any", "decision any", "delegation any", "dossier r331", "dossier r85",
		"enrol any", "enrol_code any", "enrol_first any", "facts any", "gateway_add any", "gateway_pin any", "gateway_reach any", "gateway_revoke any", "gateway_unpin any", "inspection any", "opinion any", "password any", "plan any", "receipt any", "register any", "reinstatement any",
		"retirement any", "revocation any", "service any", "sign_in any", "subscription any", "sure any", "suspension any", "withdrawal any", "word any",
	}
	if !slices.Equal(got, want) {
		t.Errorf("on the shelf: %q", got)
	}
	if _, ok := shelf.Form("facts", "r331"); !ok {
		t.Error("a form of every edition does not answer to r331")
	}
	if _, ok := shelf.Form("dossier", "r116"); ok {
		t.Error("found a dossier in an edition that does not exist")
	}
}

// sample fills a field with something it takes.
func sample(f *forms.Field) string {
	switch f.Type {
	case "choice", "choices":
		return f.Options[0].Code
	case "yesno", "check":
		return "yes"
	case "level", "levels":
		return "4"
	case "int":
		return "1.539"
	case "date":
		if f.AfterToday {
			return "23/11/2026"
		}
		return "22/11/2026"
	case "email":
		return "hop.thu@don-vi.gov.vn"
	case "code", "agency":
		return "H56.12"
	}
	if f.Max != nil && *f.Max < 20 {
		return "123456"
	}
	return "Số 12/QĐ-UBND, mục 1"
}

// Every form, at every level, takes a full paper without a word; what it says
// to an empty one is exactly what is asked for and shown; and what was taken
// reads back to itself, from storage and from what people are shown.
func TestEveryForm(t *testing.T) {
	shelf, err := forms.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range shelf.Forms() {
		for level := range 6 {
			c := forms.Context{Today: today, Level: level, Rules: "R331", Stage: "operating"}
			in := url.Values{}
			for _, field := range f.Fields() {
				in.Set(field.ID, sample(field))
			}
			a, problems := f.Parse(c, in)
			if len(problems) > 0 {
				t.Errorf("%s: full paper at level %d: %v", f.ID, level, problems)
			}
			roundTrip(t, f, c, a)
			empty(t, f, c)
		}
	}
}

func roundTrip(t *testing.T, f *forms.Form, c forms.Context, a forms.Answers) {
	t.Helper()
	stored := f.Values(a)
	for _, field := range f.Fields() {
		if field.Type == "password" && a[field.ID] != "" {
			stored.Set(field.ID, a[field.ID])
		}
	}
	if again, problems := f.Parse(c, stored); !maps.Equal(a, again) || len(problems) > 0 {
		t.Errorf("%s: stored %v reads back as %v, %v", f.ID, a, again, problems)
	}
	for _, field := range f.Fields() {
		if value := a[field.ID]; slices.Contains([]string{"int", "date", "level", "levels", "text", "longtext"}, field.Type) {
			stored.Set(field.ID, field.Show(value).VI)
		}
	}
	if again, problems := f.Parse(c, stored); !maps.Equal(a, again) || len(problems) > 0 {
		t.Errorf("%s: shown %v reads back as %v, %v", f.ID, a, again, problems)
	}
}

func empty(t *testing.T, f *forms.Form, c forms.Context) {
	t.Helper()
	a, problems := f.Parse(c, url.Values{})
	var want []string
	for _, section := range f.Shown(c, a) {
		for _, field := range section.Fields {
			if field.Required {
				want = append(want, field.ID+" required")
			}
		}
	}
	if got := codes(problems); !slices.Equal(got, want) || len(a) > 0 {
		t.Errorf("%s: empty paper at level %d: %q, want %q", f.ID, c.Level, got, want)
	}
}

// The answers of facts are the facts of the law, one to one.
func TestFacts(t *testing.T) {
	f := paper(t, "facts", forms.AnyEdition)
	var ids []string
	for _, field := range f.Fields() {
		ids = append(ids, field.ID)
	}
	want := []string{
		"type", "info", "serves_defence_security", "ns_harm", "dvctt_level", "handles_tthc", "conditional_business",
		"users", "subjects_basic", "subjects_sensitive", "infra_scope", "need_24x7", "national_egov", "works_grade",
		"national_critical_store", "ns_list_indicators", "risk_assessed", "risk_level", "pm_decision_level", "components",
	}
	slices.Sort(ids)
	slices.Sort(want)
	if !slices.Equal(ids, want) {
		t.Errorf("facts asked: %q", ids)
	}
	for id, words := range map[string]string{
		"type": "a b c d đ", "info": "public private personal state_secret", "dvctt_level": "0 1 2 3 4",
		"ns_harm": "none harm serious especially_serious", "works_grade": "IV III II I special ns_important",
		"infra_scope": "one_body sector_or_provinces nationwide international",
	} {
		field, _ := f.Field(id)
		var got []string
		for _, o := range field.Options {
			got = append(got, o.Code)
		}
		if strings.Join(got, " ") != words {
			t.Errorf("%s offers %q", id, got)
		}
	}
}

// The branches of the papers: what is typed, what is missing, what is hidden.
func TestPapers(t *testing.T) {
	tests := []struct {
		form     string
		in       string
		problems string // a part of the list
		hidden   string
	}{
		{"facts", "type=a&info=public", "need_24x7 required", "ns_harm dvctt_level users infra_scope works_grade risk_level"},
		{"facts", "type=b&info=personal&users=12.000", "dvctt_level required, handles_tthc required, conditional_business required, need_24x7", "ns_harm infra_scope works_grade"},
		{"facts", "type=b&info=public", "dvctt_level required", "users subjects_basic subjects_sensitive"},
		{"facts", "type=c&info=private", "infra_scope required", "dvctt_level users works_grade"},
		{"facts", "type=d&info=private", "need_24x7 required", "infra_scope"},
		{"facts", "type=a&info=state_secret", "ns_harm required", "users"},
		{"facts", "type=a&info=public&serves_defence_security=yes", "ns_harm required", "users"},
		{"facts", "type=đ&info=public&components=1,7", "components levels", "users"},
		{"register", "stage=operating", "started_on required", ""},
		{"register", "stage=operating&started_on=23/11/2026", "started_on not_after_today", ""},
		{"register", "stage=new&started_on=1/1/2020", "attest_system required", "started_on"},
		{"appraisal", "outcome=unfit", "comment required", ""},
		{"appraisal", "outcome=return", "comment required", ""},
		{"opinion", "outcome=disagree", "comment required", ""},
		{"decision", "outcome=approve", "number required, decided_on required", ""},
		{"decision", "outcome=approve&number=QĐ&decided_on=23/11/2026", "number check, decided_on not_after_today", ""},
		{"decision", "outcome=approve&number=1/QĐ&decided_on=1/11/2026&valid_until=21/11/2026", "valid_until not_before_today", ""},
		{"decision", "outcome=refuse&valid_until=1/1/2030", "grounds required", "valid_until"},
		{"plan", "status=part&on=1/11/2026", "roadmap_until required", ""},
		{"plan", "status=part&on=1/11/2026&roadmap_until=22/11/2026", "roadmap_until after_today", ""},
		{"plan", "status=full&on=1/11/2026&roadmap_until=1/1/2020", "", "roadmap_until"},
		{"plan", "status=none&on=23/11/2026", "on not_after_today", "roadmap_until"},
		{"inspection", "kind=inspection&on=1/11/2026&performer=A", "open_critical required", ""},
		{"inspection", "kind=inspection&on=1/11/2026&performer=A&open_critical=-1", "open_critical min", ""},
		{"inspection", "kind=minutes&on=1/11/2026&performer=A", "", "open_critical"},
		{"revocation", "ground=%20", "ground required", ""},
		{"retirement", "ground=A&on=22/11/2026", "", ""},
		{"confirmation", "outcome=refuse", "outcome choice", ""},
		{"receipt", "complete=no", "lacks required", ""},
		{"sign_in", "login=a%20b&password=%20", "login code", ""},
	}
	for _, tt := range tests {
		f := paper(t, tt.form, "r331")
		in, err := url.ParseQuery(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		a, problems := f.Parse(asked, in)
		got := strings.Join(codes(problems), ", ")
		if !strings.Contains(got, tt.problems) || tt.problems == "" && got != "" {
			t.Errorf("%s: %s: problems %q, want %q", tt.form, tt.in, got, tt.problems)
		}
		view := shown(f.Shown(asked, a))
		for _, id := range strings.Fields(tt.hidden) {
			if slices.Contains(view, id) || a[id] != "" {
				t.Errorf("%s: %s: %s is in view", tt.form, tt.in, id)
			}
		}
	}
}

func TestDossierEditions(t *testing.T) {
	old, late := paper(t, "dossier", "r85"), paper(t, "dossier", "r331")
	for _, f := range []*forms.Form{old, late} {
		for _, id := range []string{"related_systems", "attack_threats", "impact_scope", "availability_need"} {
			if field, ok := f.Field(id); !ok || !slices.Equal(field.Levels, []int{4, 5}) {
				t.Errorf("%s: %s is not for levels 4 and 5", f.Edition, id)
			}
		}
	}
	for _, field := range old.Fields() {
		if _, ok := late.Field(field.ID); !ok {
			t.Errorf("r331 lost the field %s", field.ID)
		}
	}
	if got := len(late.Fields()) - len(old.Fields()); got != 2 {
		t.Errorf("r331 has %d fields more, want the day and the summary of the risk assessment", got)
	}
	_, problems := late.Parse(asked, url.Values{"risk_assessed_on": {"1/11/2026"}, "regulation_number": {"8/QĐ"}})
	for _, want := range []string{"risk_summary required", "regulation_on required", "regulation_issuer required"} {
		if !slices.Contains(codes(problems), want) {
			t.Errorf("missing %q in %q", want, codes(problems))
		}
	}
}
