package forms_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"capdo/forms"

	"golang.org/x/text/unicode/norm"
)

// FuzzParse types the same bytes into every field of a form. Parse never
// panics; what it keeps is clean, reads back to itself and makes valid JSON;
// what it says is fit to be shown.
func FuzzParse(f *testing.F) {
	shelf, err := forms.Load()
	if err != nil {
		f.Fatal(err)
	}
	all := shelf.Forms()
	for _, s := range []string{
		"", "yes", "b", "đ", "4", "1, 2, 3", "1.539", "31/12/2024", "2024-12-31", "29/2/2023", "H56.12", "part", "approve",
		"He\u0323\u0302 tho\u0302\u0301ng", "a\x00", "\xff", "\u202e", "\U0001F600", " \u200b ", "\r\n \n", "e\u200b\u0301", "\uFACF",
		"a" + strings.Repeat("\u0301", 40), "a" + strings.Repeat("\u0301\u0323", 40), "\u0301", "\u1100\u1161\u11a8", "-0", "{1}{name}",
	} {
		for i := range all {
			f.Add(uint8(i), uint8(i), s)
		}
	}
	f.Fuzz(func(t *testing.T, form, bits uint8, s string) {
		paper := all[int(form)%len(all)]
		c := forms.Context{Today: today, Level: int(bits % 6), Rules: "R331", Stage: "new", Draft: bits&64 != 0}
		in := url.Values{}
		for i, field := range paper.Fields() {
			in.Set(field.ID, s)
			if bits&128 != 0 && i < 3 { // open the doors of the first questions
				in.Set(field.ID, sample(field))
			}
		}
		a, problems := paper.Parse(c, in)
		for _, p := range problems {
			printable(t, p.Says.VI)
			printable(t, p.Says.EN)
			if a[p.Field] != "" {
				t.Errorf("%s has both an answer and the problem %s", p.Field, p.Code)
			}
		}
		for id, value := range a {
			if field, _ := paper.Field(id); field.Type != "password" {
				printable(t, value)
			}
		}
		if !json.Valid(paper.Canonical(a)) {
			t.Errorf("not JSON: %s", paper.Canonical(a))
		}
		stored := paper.Values(a)
		for _, field := range paper.Fields() {
			if field.Type == "password" && a[field.ID] != "" {
				stored.Set(field.ID, a[field.ID])
			}
		}
		if again, _ := paper.Parse(c, stored); !maps.Equal(a, again) {
			t.Errorf("%q reads back as %q", a, again)
		}
		paper.Shown(c, a)
	})
}

func printable(t *testing.T, s string) {
	t.Helper()
	if !norm.NFC.IsNormalString(s) {
		t.Errorf("%q is not in NFC", s)
	}
	for _, r := range s {
		if r == unicode.ReplacementChar || r > 0xFFFF || unicode.Is(unicode.Bidi_Control, r) || unicode.IsControl(r) && r != '\n' && r != '\t' {
			t.Errorf("%q has %U", s, r)
		}
	}
}
