package web

import (
	"html/template"
	"net/url"
	"strconv"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// Both gives the phrases in both languages by key.
func Both() map[string][2]string {
	all := map[string][2]string{}
	for key, w := range newCatalogue() {
		all[key] = [2]string{w.vi, w.en}
	}
	return all
}

// Num, Pct, Day, When write figures and days in a language.
func Num(lang string, n int) string           { return speak(lang).num(n) }
func Pct(lang string, part, whole int) string { return speak(lang).pct(part, whole) }
func Day(lang string, d law.Day) string       { return speak(lang).day(d) }
func When(lang string, t time.Time) string    { return speak(lang).when(t) }

func speak(lang string) voice { return voice{lang, newCatalogue()} }

// The small functions tested by table.
var (
	ParseDay  = parseDay
	LocalPath = localPath
	Band      = band
)

// Draw draws a form as a page would.
func Draw(lang string, f *forms.Form, c forms.Context, in url.Values, fs ...approval.Finding) Form {
	v := &visit{voice: speak(lang)}
	return v.draw(paper{form: f, context: c, in: in, findings: fs, action: "/here",
		agencies: []approval.Agency{{Code: "H56", Name: "Thanh Hóa", NameEN: "Thanh Hoa"}}})
}

// PageLinks are the texts of the links to other pages; the present page is in
// brackets.
func PageLinks(page, last int) []string {
	v := &visit{voice: speak("vi")}
	var texts []string
	for _, l := range v.pageLinks(url.Values{"q": {"a b"}}, page, last) {
		if l.Here {
			l.Text = "[" + l.Text + "]"
		}
		texts = append(texts, l.Text)
	}
	return texts
}

// Template is a parsed page; Fill executes it.
func Template(lang, name string) (*template.Template, error) {
	all, err := parsePages(newCatalogue())
	if err != nil {
		return nil, err
	}
	return all.page(lang, name)
}

// Fill executes a page.
func Fill(lang, name string, page any) ([]byte, error) {
	all, err := parsePages(newCatalogue())
	if err != nil {
		return nil, err
	}
	return all.fill(lang, name, page)
}

// PageNames lists the pages.
func PageNames() ([]string, error) { return pageNames() }

// Tiles is the grid of the map of the 63 provinces: code, row, column.
func Tiles() map[string][2]int { return places(tileGrid()) }

// MergedTiles is the grid of the map of the 34 provinces: name, row, column.
func MergedTiles() map[string][2]int { return places(mergedGrid()) }

func places(ts []tile) map[string][2]int {
	all := map[string][2]int{}
	for _, t := range ts {
		all[t.code] = [2]int{t.row, t.col}
	}
	return all
}

// Remembered is how many of n strangers the pace remembers.
func Remembered(n int, p Pace) int {
	b, now := buckets{pace: p}, time.Unix(0, 0)
	for i := range n {
		b.take(strconv.Itoa(i), now)
	}
	return len(b.late) + len(b.old)
}
