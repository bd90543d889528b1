package web_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"capdo/fixtures"
	"capdo/internal/law"
	"capdo/internal/web"
)

func TestFigures(t *testing.T) {
	for n, want := range map[int][2]string{0: {"0", "0"}, 999: {"999", "999"}, 1539: {"1.539", "1,539"}, 1234567: {"1.234.567", "1,234,567"}, -1539: {"-1.539", "-1,539"}, -100: {"-100", "-100"}} {
		if vi, en := web.Num("vi", n), web.Num("en", n); vi != want[0] || en != want[1] {
			t.Errorf("%d: %q, %q", n, vi, en)
		}
	}
	for _, c := range []struct {
		part, whole int
		vi, en      string
	}{{5515, 7206, "76,5%", "76.5%"}, {4068, 7206, "56,5%", "56.5%"}, {0, 7, "0,0%", "0.0%"}, {7, 7, "100,0%", "100.0%"}, {1, 3, "33,3%", "33.3%"}, {2, 3, "66,7%", "66.7%"}, {1, 0, "–", "–"}} {
		if vi, en := web.Pct("vi", c.part, c.whole), web.Pct("en", c.part, c.whole); vi != c.vi || en != c.en {
			t.Errorf("%d of %d: %q, %q", c.part, c.whole, vi, en)
		}
	}
}

func TestDays(t *testing.T) {
	if got := web.Day("vi", "2024-12-31"); got != "31/12/2024" {
		t.Errorf("day: %q", got)
	}
	if got := web.Day("vi", ""); got != "" {
		t.Errorf("no day: %q", got)
	}
	late := time.Date(2024, 12, 31, 17, 0, 0, 0, time.UTC)
	if got := web.When("en", late); got != "00:00, 01/01/2025" {
		t.Errorf("an instant in Viet Nam: %q", got)
	}
	for in, want := range map[string]law.Day{"30/6/2024": "2024-06-30", " 2024-06-30 ": "2024-06-30", "31/02/2024": "", "2024-6-30": "", "nay": "", "30/06/24": ""} {
		if got, ok := web.ParseDay(in); got != want || ok != (want != "") {
			t.Errorf("parseDay(%q) = %q, %v", in, got, ok)
		}
	}
}

// TestBand: the colour of all is kept for all.
func TestBand(t *testing.T) {
	for _, c := range [][3]int{{0, 100, 0}, {24, 100, 0}, {25, 100, 1}, {74, 100, 2}, {99, 100, 3}, {100, 100, 4}, {0, 0, 0}} {
		if got := web.Band(c[0], c[1]); got != c[2] {
			t.Errorf("band(%d, %d) = %d, want %d", c[0], c[1], got, c[2])
		}
	}
}

// TestPageLinks: the ends and the neighbours, a gap for the rest.
func TestPageLinks(t *testing.T) {
	for _, c := range []struct {
		page, last int
		want       string
	}{{1, 1, ""}, {1, 2, "[1] 2 Trang sau"}, {2, 2, "Trang trước 1 [2]"}, {1, 9, "[1] 2 3 … 9 Trang sau"}, {5, 9, "Trang trước 1 … 3 4 [5] 6 7 … 9 Trang sau"}, {141, 141, "Trang trước 1 … 139 140 [141]"}} {
		if got := strings.Join(web.PageLinks(c.page, c.last), " "); got != c.want {
			t.Errorf("page %d of %d: %q, want %q", c.page, c.last, got, c.want)
		}
	}
}

// TestTiles: the 63 provinces and the 34, each on a place of its own and under
// the key the register has for it.
func TestTiles(t *testing.T) {
	old, now := map[string]bool{}, map[string]bool{}
	agencies, err := fixtures.Agencies()
	if err != nil {
		t.Fatal(err)
	}
	successors, err := fixtures.Successors()
	if err != nil {
		t.Fatal(err)
	}
	successions, err := fixtures.Successions()
	if err != nil {
		t.Fatal(err)
	}
	ended := map[string]bool{}
	for _, x := range successions {
		ended[x.From] = true
	}
	for _, a := range agencies {
		if a.Group == "province" {
			old[a.Code] = true
			now[a.Name] = now[a.Name] || !ended[a.Code]
		}
	}
	for _, a := range successors {
		if a.Group == "province" {
			now[a.Name] = true
		}
	}
	maps.DeleteFunc(now, func(_ string, lives bool) bool { return !lives })
	tilesAre(t, web.Tiles(), old, 63)
	tilesAre(t, web.MergedTiles(), now, 34)
}

// tilesAre fails unless the tiles are those, each on its own place.
func tilesAre(t *testing.T, tiles map[string][2]int, want map[string]bool, n int) {
	t.Helper()
	taken := map[[2]int]string{}
	for key, place := range tiles {
		if other := taken[place]; other != "" || !want[key] {
			t.Errorf("%s stands on %q, known %t", key, other, want[key])
		}
		taken[place] = key
	}
	if len(tiles) != n || len(want) != n {
		t.Errorf("%d tiles for %d provinces, want %d", len(tiles), len(want), n)
	}
}
