package controls_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"capdo/internal/controls"
	"capdo/internal/law"
)

// copyCatalogues reads the catalogues into memory, so that a test may damage
// them.
func copyCatalogues(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	entries, err := os.ReadDir("catalogue")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile("catalogue/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = &fstest.MapFile{Data: text}
	}
	return out
}

// damage replaces the first old by new in one file and returns the line of the
// damage.
func damage(t *testing.T, files fstest.MapFS, file, old, new string) int {
	t.Helper()
	before, after, found := strings.Cut(string(files[file].Data), old)
	if !found {
		t.Fatalf("%s holds no %q", file, old)
	}
	files[file] = &fstest.MapFile{Data: []byte(before + new + after)}
	return strings.Count(before, "\n") + 1
}

func TestLoadFSRefuses(t *testing.T) {
	const oldList, newList, duties, cross, legend = "tcvn-11930.yaml", "tcvn-14423.yaml", "nd-331.yaml", "crosswalk.yaml", "legend.yaml"
	key := func(k string) string { return "  - key: " + k + "\n" }
	cases := []struct {
		name, file, old, new string
		want                 string // reason, at the damaged line or the next
	}{
		{"unknown key", oldList, "    group: M1\n", "    grup: M1\n", "field grup not found"},
		{"repeated key", newList, "    group: RR\n", "    group: RR\n    group: RR\n", `mapping key "group" already defined`},
		{"empty list", newList, "proof: [register]", "proof: []", "empty list"},
		{"empty mapping", newList, "review: {3: 12, 4: 6, 5: 6}", "review: {}", "empty mapping"},
		{"empty value", duties, "vi: Báo cáo hằng năm", `vi: ""`, "empty value"},
		{"loose accent", duties, "vi: Báo cáo hằng năm", "vi: Ba\u0301o cáo hằng năm", "is not composed"},
		{"list for a value", oldList, "source: S3\n", "source: [S3]\n", "want a single value"},
		{"third language", legend, "vi: Vận hành, en: Operation", "vi: Vận hành, en: Operation, fr: Exploitation", "field fr not found"},
		{"unknown rule set", oldList, "rules: [R85, R116]", "rules: [R85, R117]", `rule set "R117" is not one of`},
		{"unknown group", newList, key("RR.assess") + "    group: RR\n", key("RR.assess") + "    group: RX\n", `unknown group "RX"`},
		{"duplicate control", newList, key("RR.assess"), key("RR.process"), `duplicate control "RR.process"`},
		{"duplicate control across files", duties, key("ND331.drills"), key("T3.4"), `duplicate control "T3.4", first in tcvn-11930.yaml`},
		{"duplicate group", oldList, key("M2"), key("M1"), `duplicate group "M1"`},
		{"unknown proof", newList, "proof: [register]", "proof: [rumour]", `unknown proof "rumour"`},
		{"unknown plan part", newList, "plan: [d]", "plan: [h]", `plan part "h" is not one of`},
		{"unknown confidence", oldList, "confidence: high", "confidence: total", `confidence "total" is not one of`},
		{"unknown source", oldList, "source: S3\n", "source: S3, S99\n", `source "S99" is not in the legend`},
		{"clause taken", newList, "clauses: {3: 5.1.2.2, 4:", "clauses: {3: 5.1.2.1, 4:", "clause 5.1.2.1 at level 3 is that of RR.process"},
		{"clause outside its group", newList, "clauses: {3: 5.1.2.2, 4:", "clauses: {3: 5.10.2.2, 4:", `clause 5.10.2.2 at level 3 is not within RR "5.1"`},
		{"clause of no level", oldList, key("T3.4"), key("T3.4") + "    review: {6: 12}\n", "T3.4: level 6 does not ask for it"},
		{"review where nothing is asked", oldList, key("T3.4"), key("T3.4") + "    review: {2: 12}\n", "T3.4: level 2 does not ask for it"},
		{"no months", oldList, key("T3.4"), key("T3.4") + "    review: {3: 0}\n", "reviewed every 0 months"},
		{"condition twice", oldList, key("T3.4"), key("T3.4") + "    conditions: [{levels: [3, 3], vi: a, en: b}]\n", "two conditions at level 3"},
		{"condition in one language", oldList, key("T3.4"), key("T3.4") + "    conditions: [{levels: [3], vi: a}]\n", "given in vi and en"},
		{"condition without levels", oldList, key("T3.4"), key("T3.4") + "    conditions: [{vi: a, en: b}]\n", "condition without levels"},
		{"threshold without values", oldList, key("T3.4"), key("T3.4") + "    thresholds: [{name: {vi: a, en: b}, confidence: low}]\n", "threshold without values"},
		{"threshold where nothing is asked", oldList, key("T3.4"), key("T3.4") + "    thresholds: [{name: {vi: a, en: b}, values: {1: x}, confidence: low}]\n", "level 1 does not ask for it"},
		{"note in one language", oldList, key("T3.4"), key("T3.4") + "    note: {vi: a}\n", "given in vi and en"},
		{"rows of no level", newList, "rows: {3: 5, 4: 7, 5: 7}", "rows: {2: 5, 4: 7, 5: 7}", "5 rows stated at level 2"},
		{"plan part twice", legend, "{key: b, vi: Vận", "{key: a, vi: Vận", `plan part "a" is given twice`},
		{"proof twice", legend, "{key: matrix,", "{key: log,", `proof "log" is given twice`},
		{"source twice", legend, "{key: S3,", "{key: S1,", `source "S1" is given twice`},
		{"unknown trust", legend, "trust: low", "trust: none", `trust "none" is not one of`},
		{"link from nowhere", cross, "{from: M4.3, to: HT", "{from: M4.9, to: HT", `no control "M4.9" on this side`},
		{"link to nowhere", cross, "to: HT.acceptance", "to: HT.rejection", `no control "HT.rejection" on this side`},
		{"link against time", cross, "{from: M4.3, to: HT.acceptance", "{from: M4.3, to: M4.3", `no control "M4.3" on this side`},
		{"unknown kind", cross, "kind: related", "kind: cousin", `kind "cousin" is not one of`},
		{"linked twice", cross, "{from: M1.2, to: ND331.regulation", "{from: M1.1, to: ND331.regulation", "are linked twice at level 1"},
		{"link at level 6", cross, "levels: [1, 2]", "levels: [1, 6]", "level 6 does not exist"},
		{"alone and linked", cross, key("M1.3"), key("M1.2"), "M1.2 stands alone and is linked"},
		{"new and linked", cross, "{key: HW.scan}", "{key: HW.wipe}", "HW.wipe stands alone and is linked"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := copyCatalogues(t)
			line := damage(t, files, c.file, c.old, c.new)
			_, err := controls.LoadFS(files)
			if err == nil {
				t.Fatal("the damaged catalogues were accepted")
			}
			where := regexp.MustCompile(regexp.QuoteMeta(c.file) + `:(\d+): .*` + regexp.QuoteMeta(c.want))
			found := where.FindStringSubmatch(err.Error())
			if found == nil {
				t.Fatalf("got %v\nwant %s: %s", err, c.file, c.want)
			}
			at, _ := strconv.Atoi(found[1])
			if d := at - line; d < -3 || d > 1 {
				t.Errorf("damaged at line %d, reported at %d", line, at)
			}
		})
	}
}

func TestLoadFSNeedsTheWhole(t *testing.T) {
	cases := []struct{ file, old, new, want string }{
		{"crosswalk.yaml", "  - {from: M1.1, to: ND331.regulation, kind: partly, confidence: medium, source: S6}\n", "", "M1.1 has no link and does not stand under none"},
		{"crosswalk.yaml", "  - {key: KT.external}\n", "", "KT.external has no link and does not stand under new"},
		{"crosswalk.yaml", "from: [R85, R116]\n", "", "from: names no rule set"},
		{"tcvn-11930.yaml", "clauses: {1: 5.1.1, 2:", "clauses: {1: 5.1.1, 6: 4.1.1, 2:", "level 6 does not exist"},
		{"tcvn-14423.yaml", "  - key: GS.devices\n    group: GS", "  - key: GS.devices\n    group: KT", "is not within KT"},
		{"legend.yaml", "proofs:\n", "proofs:\n  - {key: oath, vi: Lời thề, en: Oath}\n", `proof "oath" proves nothing`},
		{"legend.yaml", "sources:\n", "sources:\n  - {key: S77, trust: low, what: Hearsay}\n", `source "S77" is cited by nothing`},
		{"legend.yaml", "plan:\n", "---\n{}\n---\nplan:\n", "more than one document"},
		{"nd-331.yaml", "groups:", "groups: [", "nd-331.yaml:"},
		{"nd-331.yaml", "groups:\n", "groups:\n  - {key: EMPTY, title: {vi: a, en: b}, clauses: {1: Đ1}}\n", "EMPTY: no control at level 1"},
	}
	for _, c := range cases {
		t.Run(c.want, func(t *testing.T) {
			t.Parallel()
			files := copyCatalogues(t)
			damage(t, files, c.file, c.old, c.new)
			if _, err := controls.LoadFS(files); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q: got %v, want %s", c.new, err, c.want)
			}
		})
	}
}

func TestLoadFSCollectsEverything(t *testing.T) {
	files := copyCatalogues(t)
	damage(t, files, "tcvn-11930.yaml", "confidence: high", "confidence: total")
	damage(t, files, "crosswalk.yaml", "kind: related", "kind: cousin")
	delete(files, "nd-331.yaml")
	files["notes.txt"] = &fstest.MapFile{Data: []byte("hello")}
	_, err := controls.LoadFS(files)
	for _, want := range []string{
		"load control catalogues: ", `confidence "total"`, `kind "cousin"`, "nd-331.yaml:1: file is missing", "notes.txt:1: unexpected file",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %s", err, want)
		}
	}
}

func TestDigest(t *testing.T) {
	files := copyCatalogues(t)
	same, err := controls.LoadFS(files)
	if err != nil {
		t.Fatal(err)
	}
	want := open(t).Digest()
	if same.Digest() != want || !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(want) {
		t.Errorf("%s beside %s", same.Digest(), want)
	}
	damage(t, files, "tcvn-14423.yaml", "review: {3: 12, 4: 6, 5: 6}", "review: {3: 12, 4: 6, 5: 3}")
	other, err := controls.LoadFS(files)
	if err != nil {
		t.Fatal(err)
	}
	if other.Digest() == want {
		t.Error("another period has the same digest")
	}
	if got := find(t, other.For(law.R331, 5), "RR.identify").ReviewMonths; got != 3 {
		t.Errorf("the edited period is not obeyed: %d", got)
	}
}
