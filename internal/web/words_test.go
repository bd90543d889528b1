package web_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/law"
	"capdo/internal/web"
	"capdo/templates"
	"golang.org/x/text/unicode/norm"
)

// TestWordsInBothLanguages: no phrase is empty, and both take the same values.
func TestWordsInBothLanguages(t *testing.T) {
	verb := regexp.MustCompile(`%[a-z%]`)
	for key, both := range web.Both() {
		for _, text := range both {
			if strings.TrimSpace(text) == "" || !norm.NFC.IsNormalString(text) {
				t.Errorf("%s: %q", key, text)
			}
		}
		if vi, en := verb.FindAllString(both[0], -1), verb.FindAllString(both[1], -1); !slices.Equal(vi, en) {
			t.Errorf("%s takes %v in Vietnamese, %v in English", key, vi, en)
		}
		if lower := strings.ToLower(both[0]); strings.Contains(lower, "hợp lệ") || strings.Contains(lower, "vui lòng") {
			t.Errorf("%s: %q says nothing of what to do", key, both[0])
		}
	}
}

// TestWordsOfTemplatesAndCode: every key asked for is there.
func TestWordsOfTemplatesAndCode(t *testing.T) {
	words := web.Both()
	asked := regexp.MustCompile(`\bt\(?\s?"([a-z][a-z0-9._]*)"`)
	seen := 0
	check := func(name string, text []byte) {
		for _, m := range asked.FindAllSubmatch(text, -1) {
			key := string(m[1])
			seen++
			if _, ok := words[key]; !ok && !strings.HasSuffix(key, ".") {
				t.Errorf("%s asks for %q", name, key)
			}
		}
	}
	names, err := fs.Glob(templates.Files, "*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := templates.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		check(name, text)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		check(name, text)
	}
	if seen < 200 {
		t.Errorf("only %d keys found: the pattern is broken", seen)
	}
}

// TestWordsOfCodes: every code of the office and the law has words.
func TestWordsOfCodes(t *testing.T) {
	words := web.Both()
	need := func(prefix string, codes ...string) {
		for _, c := range codes {
			if _, ok := words[prefix+c]; !ok {
				t.Errorf("no words for %s%s", prefix, c)
			}
		}
	}
	need("state.", approval.States()...)
	need("act.", approval.Acts()...)
	need("past.", append(approval.Acts(), "register", "import")...)
	need("dossier.", "draft", "submitted", "opined", "returned", "appraised", "unfit", "approved", "refused", "withdrawn")
	need("outcome.", "agree", "disagree", "fit", "unfit", "return", "approve", "refuse")
	need("plan.", "none", "part", "full")
	need("role.", "operator", "specialised_unit", "independent_council", "owner", "mic", "mps", "mod", "cipher_committee", "prime_minister", "auditor", "administrator", "gateway", "keeper")
	need("confidence.", law.ConfidenceHigh, law.ConfidenceMedium, law.ConfidenceLow, law.ConfidenceInferred)
	need("effect.", law.EffectAllow, law.EffectDeny, law.EffectLimit, law.EffectWarn)
	need("decision.", law.PartLevel, law.PartPlan, law.PartList)
	book, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range book.Reasons() {
		need("strength.", r.Strength)
	}
	for _, i := range book.ByInstrument() {
		for _, p := range i.Provisions {
			for _, e := range p.Entries {
				need("entry.", e.Kind)
			}
		}
	}
	for _, t := range book.Transitions() {
		need("passage.", t.Stage, t.Effect)
	}
	for _, y := range book.Calendars() {
		for _, d := range book.Holidays(y.Year) {
			need("holiday.", d.Kind)
		}
	}
	for _, n := range book.Policy().Notes {
		need("switch.", n.Key)
	}
	need("performer.", law.PerformerSelf, law.PerformerIndependent, law.PerformerLicensed)
	need("kn.state.", connection.States()...)
	need("kn.next.", connection.States()...)
	need("kn.act.", connection.Acts()...)
	need("kn.past.", append(connection.Acts(), connection.ActRequest)...)
	need("done.kn-", append(connection.Acts(), connection.ActRequest, "service")...)
	need("done.", "register", "facts", "draft", "submit", "opinion", "receipt", "appraisal", "decision", "confirmation", "revocation", "suspension", "reinstatement", "plan", "inspection", "retirement")
}
