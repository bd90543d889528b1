package law_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/law"
)

// copyBook reads the book into memory, so that a test may damage it.
func copyBook(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	entries, err := os.ReadDir("book")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile("book/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = &fstest.MapFile{Data: text}
	}
	return out
}

// damage replaces the first old by new in one file and returns the line of the
// damage.
func damage(t *testing.T, book fstest.MapFS, file, old, new string) int {
	t.Helper()
	text := string(book[file].Data)
	before, after, found := strings.Cut(text, old)
	if !found {
		t.Fatalf("%s holds no %q", file, old)
	}
	book[file] = &fstest.MapFile{Data: []byte(before + new + after)}
	return strings.Count(before, "\n") + 1
}

func TestLoadFSRefuses(t *testing.T) {
	cases := []refusal{
		{"unknown key", "levels-r85.yaml", "    kind: level\n", "    kindness: level\n", "field kindness not found"},
		{"repeated key", "gate.yaml", "    code: G01", "    code: G01\n    code: G01", `mapping key "code" already defined`},
		{"empty list", "levels-r331.yaml", "in: [II, III, IV]", "in: []", "empty list"},
		{"empty sentence", "gate.yaml", "vi: Hệ thống đáp ứng các điều kiện; được phép kết nối.", `vi: ""`, "empty value"},
		{"duplicate id", "levels-r85.yaml", "- id: r85.10-4", "- id: r85.10-3", `duplicate id "r85.10-3"`},
		{"duplicate id across files", "authority.yaml", "- id: authority.r331.3", "- id: r331.13-3", `duplicate id "r331.13-3"`},
		{"unknown kind of provision", "provisions.yaml", "kind: separation", "kind: distance", `kind "distance" is not one of`},
		{"a choice of duty", "provisions.yaml", "  - id: duty.head.r85\n    kind: duty\n", "  - id: duty.head.r85\n    kind: duty\n    choice: true\n", "only a measure can be a choice"},
		{"unknown fact in doubt", "levels-r331.yaml", "  - fact: handles_tthc\n    below: 3", "  - fact: handles\n    below: 3", `doubts: unknown fact "handles"`},
		{"unknown fact", "levels-r85.yaml", "fact: dvctt_level, gte: 3", "fact: dvctt, gte: 3", `unknown fact "dvctt"`},
		{"unknown fact asked", "levels-r331.yaml", "fact: risk_assessed", "fact: risk", `unknown fact "risk"`},
		{"unknown word", "levels-r85.yaml", "fact: infra_scope, eq: international", "fact: infra_scope, eq: galactic", `infra_scope "galactic" is not one of`},
		{"word for a number", "levels-r85.yaml", "fact: dvctt_level, gte: 3", "fact: dvctt_level, eq: a", "needs gte or lt"},
		{"number for a word", "levels-r85.yaml", "fact: works_grade, eq: I", "fact: works_grade, gte: 1", "takes eq or in"},
		{"flag false", "levels-r85.yaml", "fact: national_egov, eq: true", "fact: national_egov, eq: false", "takes only eq: true"},
		{"unknown parameter", "levels-r85.yaml", "fact: users, gte: many_users", "fact: users, gte: few_users", "a number or a parameter"},
		{"two comparisons", "levels-r85.yaml", "fact: users, gte: many_users", "fact: users, gte: 1, lt: many_users", "exactly one of eq, in, gte, lt"},
		{"list compared", "levels-r85.yaml", "fact: users, lt: many_users", "fact: components, lt: 3", "components cannot be compared"},
		{"dangling citation", "authority.yaml", "instrument: handover-2025", "instrument: handover-1925", `unknown instrument "handover-1925"`},
		{"dangling source", "rulesets.yaml", "source: S2, INF", "source: S2, S99", `source "S99" is not in the legend`},
		{"unknown confidence", "rulesets.yaml", "confidence: high", "confidence: total", `confidence "total" is not one of`},
		{"unknown role", "authority.yaml", "opinion: specialised_unit", "opinion: oracle", `role "oracle" is not one of`},
		{"unknown effect", "gate.yaml", "effect: limit", "effect: delay", `effect "delay" is not one of`},
		{"revocation overridden", "gate.yaml", "value: [not-confirmed,", "value: [approval-revoked,", "approval-revoked is no reason that may be overridden"},
		{"policy against reason", "gate.yaml", "effect: warn", "effect: deny", "must follow policy.inspection_overdue"},
		{"no such day", "rulesets.yaml", "until: 2026-06-30", "until: 2026-06-31", `parse day "2026-06-31"`},
		{"ends before it starts", "rulesets.yaml", "until: 2026-08-18", "until: 2026-06-30", "ends before it starts"},
		{"unknown rule set", "gate.yaml", "rules: [R331]", "rules: [R332]", `unknown rule set "R332"`},
		{"list for a value", "gate.yaml", "code: G03", "code: [G03]", "want a single value"},
		{"composite with condition", "levels-r331.yaml", "- id: r331.8-2\n", "- id: r331.8-2\n    when: {fact: type, eq: a}\n", "when does not fit kind composite"},
		{"level of a flag", "levels-r331.yaml", "- id: r331.16-1\n", "- id: r331.16-1\n    level: 5\n", "kind flag with level 5"},
		{"level 6", "levels-r85.yaml", "- id: r85.7\n    kind: level\n    level: 1", "- id: r85.7\n    kind: level\n    level: 6", "kind level with level 6"},
		{"level from a word", "levels-r331.yaml", "take: [risk_level]", "take: [type]", `cannot take a level from "type"`},
		{"role for a duty", "authority.yaml", "- id: term.risk.r331\n", "- id: term.risk.r331\n    role: mps\n", "role does not fit kind risk_first"},
		{"no approval", "authority.yaml", "- id: authority.r331.3\n    rules: R331\n    levels: [3]\n    listed: \"no\"\n    from: 2026-08-19\n    prepare: operator\n", "- id: authority.r331.3\n    rules: R331\n    levels: [3]\n    listed: \"no\"\n    from: 2026-08-19\n", "needs prepare, appraise and approve"},
		{"level 6 in a list", "authority.yaml", "- id: authority.r331.4\n    rules: R331\n    levels: [4]\n", "- id: authority.r331.4\n    rules: R331\n    levels: [6]\n", "level 6 does not exist"},
		{"unknown sector", "authority.yaml", "appraise_in: {defence:", "appraise_in: {navy:", `sector "navy" is not one of`},
		{"no levels", "gate.yaml", "- id: inspection.r331.3\n    rules: [R331]\n    levels: [3]\n", "- id: inspection.r331.3\n    rules: [R331]\n", "no levels"},
		{"no rule set", "gate.yaml", "- id: inspection.r331.3\n    rules: [R331]\n", "- id: inspection.r331.3\n", "names no rule set"},
		{"no months", "gate.yaml", "- id: inspection.r331.3\n    rules: [R331]\n    levels: [3]\n    months: 12", "- id: inspection.r331.3\n    rules: [R331]\n    levels: [3]\n    months: 0", "months must be at least 1"},
		{"no start", "rulesets.yaml", "- id: R331\n    from: 2026-08-19\n", "- id: R331\n", "no start day"},
		{"no last day", "transition.yaml", "- id: transition.kept-level-conform\n    applies_when: {stage: operating, approved_under: [R85, R116], from: 2026-07-01}\n    effect: conform\n    due: 2027-07-01\n", "- id: transition.kept-level-conform\n    applies_when: {stage: operating, approved_under: [R85, R116], from: 2026-07-01}\n    effect: conform\n", "due does not fit effect conform"},
		{"no code", "gate.yaml", "- id: allowed\n    code: G99\n", "- id: allowed\n", "no code"},
		{"no citation", "gate.yaml", "- id: allowed\n    code: G99\n    effect: allow\n    strength: product\n    cites: [{instrument: product}]\n", "- id: allowed\n    code: G99\n    effect: allow\n    strength: product\n", "cites nothing"},
		{"one language", "levels-r116.yaml", "- id: r116.8-1\n    kind: manual\n", "- id: r116.8-1\n    kind: manual\n    note: {vi: a}\n", "given in vi and en"},
		{"no issuer", "instruments.yaml", "- id: nd-85-2016\n    number: 85/2016/NĐ-CP\n", "- id: nd-85-2016\n", "needs number, short and issuer"},
		{"instrument ends first", "instruments.yaml", "until: 2026-06-30", "until: 2016-06-30", "ends before it starts"},
		{"source given twice", "instruments.yaml", "{key: S2,", "{key: S1,", `source "S1" is given twice`},
		{"third language", "levels-r85.yaml", "- id: r85.9-3\n", "- id: r85.9-3\n    note: {vi: a, en: b, de: c}\n", "field de not found"},
		{"all and not", "levels-r331.yaml", "- {not: {fact: info, in: [public, state_secret]}}", "- {not: {fact: info, eq: public}, fact: users, gte: 0}", "exactly one of all, any, not, fact"},
	}
	refuses(t, cases)
}

// refuses damages the book once for each case and asks for the reason, at the
// damaged line or the one after.
func refuses(t *testing.T, cases []refusal) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			book := copyBook(t)
			line := damage(t, book, c.file, c.old, c.new)
			_, err := law.LoadFS(book)
			if err == nil {
				t.Fatal("the damaged book was accepted")
			}
			where := regexp.MustCompile(regexp.QuoteMeta(c.file) + `:(\d+): .*` + regexp.QuoteMeta(c.want))
			found := where.FindStringSubmatch(err.Error())
			if found == nil {
				t.Fatalf("got %v\nwant %s: %s", err, c.file, c.want)
			}
			if d := lineOf(found[1]) - line; d < 0 || d > 1 {
				t.Errorf("damaged at line %d, reported at %s", line, found[1])
			}
		})
	}
}

// expect asks for one reason among those a damaged book is refused for.
func expect(t *testing.T, book fstest.MapFS, want string) {
	t.Helper()
	if _, err := law.LoadFS(book); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// lineOf reads a line number.
func lineOf(s string) int {
	n := 0
	for _, digit := range s {
		n = n*10 + int(digit-'0')
	}
	return n
}

func TestLoadFSRefusesOverlaps(t *testing.T) {
	cases := []struct{ name, file, old, new, want string }{
		{"rule sets", "rulesets.yaml", "from: 2026-07-01", "from: 2026-06-30", "R116: overlaps R85"},
		{"open rule set", "rulesets.yaml", "    until: 2026-06-30\n", "", "R116: overlaps R85"},
		{"authority", "authority.yaml", "until: 2025-02-28\n    prepare", "until: 2025-03-01\n    prepare", "authority.r85.4-mps: overlaps authority.r85.4-mic"},
		{"listed", "authority.yaml", "    listed: \"no\"\n", "", "authority.r331.listed: overlaps authority.r331.1-2"},
		{"terms", "authority.yaml", "until: 2025-02-28", "until: 2025-03-01", "term.regulator.mps: overlaps term.regulator.mic"},
		{"inspections", "gate.yaml", "levels: [3, 4]", "levels: [2, 3, 4]", "inspection.r85.3-4: overlaps"},
	}
	for _, c := range cases {
		book := copyBook(t)
		damage(t, book, c.file, c.old, c.new)
		if _, err := law.LoadFS(book); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

func TestLoadFSCollectsEverything(t *testing.T) {
	book := copyBook(t)
	damage(t, book, "levels-r85.yaml", "many_users: 10000", "lots_of_users: 10000")
	damage(t, book, "gate.yaml", "effect: limit", "effect: delay")
	delete(book, "rulesets.yaml")
	book["notes.txt"] = &fstest.MapFile{Data: []byte("hello")}
	_, err := law.LoadFS(book)
	for _, want := range []string{
		"a number or a parameter", `effect "delay"`, "rulesets.yaml:1: file is missing", "notes.txt:1: unexpected file",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %s", err, want)
		}
	}
}

func TestLoadFSNeedsWhatTheCodeNames(t *testing.T) {
	cases := []struct{ file, old, new, want string }{
		{"levels-r331.yaml", "id: r331.16-4", "id: r331.16-9", "rule r331.16-4 is missing"},
		{"gate.yaml", "id: not-confirmed", "id: unconfirmed", "reason not-confirmed is missing"},
		{"levels-r116.yaml", "reference: R85", "reference: R84", `reference "R84" has no table`},
		{"levels-r116.yaml", "rules: R116", "rules: R85", "a second table for R85"},
		{"instruments.yaml", "id: product", "id: rule-of-ours", `instrument "rule-of-ours" is cited by nothing`},
		{"rulesets.yaml", "rulesets:", "rulesets: [", "rulesets.yaml:"},
		{"gate.yaml", "policy:\n", "---\n{}\n---\npolicy:\n", "more than one document"},
	}
	for _, c := range cases {
		book := copyBook(t)
		damage(t, book, c.file, c.old, c.new)
		if _, err := law.LoadFS(book); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %s", c.new, err, c.want)
		}
	}
}

func TestDigest(t *testing.T) {
	book := copyBook(t)
	same, err := law.LoadFS(book)
	if err != nil {
		t.Fatal(err)
	}
	want := open(t).Digest()
	if same.Digest() != want || !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(want) {
		t.Errorf("%s beside %s", same.Digest(), want)
	}
	damage(t, book, "levels-r85.yaml", "many_users: 10000", "many_users: 10001")
	other, err := law.LoadFS(book)
	if err != nil {
		t.Fatal(err)
	}
	if other.Digest() == want {
		t.Error("another threshold has the same digest")
	}
	ten := facts(t, `{"type":"b","info":"personal","users":10000}`)
	if d := other.Determine(law.R85, ten); *d.Level != 2 {
		t.Errorf("the edited threshold is not obeyed: %s", summary(d))
	}
}

func TestRuleSetOn(t *testing.T) {
	want := map[law.Day]law.RuleSet{
		"": "", "2016-06-30": "", "2016-07-01": "R85", "2016-07-02": "R85",
		"2026-06-29": "R85", "2026-06-30": "R85", "2026-07-01": "R116", "2026-07-02": "R116",
		"2026-08-17": "R116", "2026-08-18": "R116", "2026-08-19": "R331", "2026-08-20": "R331", "2099-01-01": "R331",
	}
	b := open(t)
	for day, set := range want {
		if got, ok := b.RuleSetOn(day); got != set || ok != (set != "") {
			t.Errorf("on %q: %q, %v, want %q", day, got, ok, set)
		}
	}
}

func TestRulesExplainThemselves(t *testing.T) {
	b := open(t)
	known := map[string]bool{}
	for _, i := range b.Instruments() {
		known[i.ID] = true
	}
	for set, count := range map[law.RuleSet]int{law.R85: 24, law.R116: 25, law.R331: 26} {
		rules := b.Rules(set)
		if len(rules) != count {
			t.Errorf("%s has %d rules, want %d", set, len(rules), count)
		}
		for _, r := range rules {
			again, ok := b.Rule(r.ID)
			if diff := cmp.Diff(r, again); !ok || diff != "" {
				t.Errorf("%s: %s", r.ID, diff)
			}
			for _, c := range r.Cites {
				if !known[c.Instrument] || c.Ref == "" {
					t.Errorf("%s cites %+v", r.ID, c)
				}
			}
			if r.Printed == "" || r.Says.VI == "" || r.Says.EN == "" || r.Confidence == "" || r.Source == "" {
				t.Errorf("%s does not explain itself: %+v", r.ID, r)
			}
		}
	}
	if _, ok := b.Rule("r85.99"); ok {
		t.Error("a rule nobody wrote was found")
	}
	r, _ := b.Rule("r85.9-2-c")
	if r.Printed != "NĐ 85/2016/NĐ-CP, Điều 9 khoản 2 điểm c" {
		t.Errorf("printed as %q", r.Printed)
	}
}

func TestSourcesExplainTheirKeys(t *testing.T) {
	b := open(t)
	legend := map[string]law.Source{}
	for _, s := range b.Sources() {
		legend[s.Key] = s
	}
	for _, i := range b.Instruments() {
		if legend[i.Source].What == "" || legend[i.Source].Trust == "" {
			t.Errorf("%s: source %q is not explained", i.ID, i.Source)
		}
	}
}

func TestReadersCannotChangeTheBook(t *testing.T) {
	b := open(t)
	*b.Rules(law.R85)[0].Level = 1
	b.Rules(law.R85)[0].Cites[0].Ref = "elsewhere"
	b.Instruments()[0].Short, b.RuleSets()[0].Until = "changed", "2000-01-01"
	*b.Determine(law.R85, facts(t, `{"pm_decision_level":5}`)).Matched[0].Level = 1
	r, _ := b.Rule("r85.11-5")
	if *r.Level != 5 || r.Cites[0].Ref != "Điều 11 khoản 5" || b.Instruments()[0].Short == "changed" || b.RuleSets()[0].Until != "2026-06-30" {
		t.Error("a reader changed the book")
	}
}
