package web_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// timeless are the pages that take no day, with the reason. An end of "…" stands for
// all that begins so.
var timeless = map[string]string{
	"/systems/{code}/dossier":             "a form of an act of now",
	"/systems/{code}/dossier/…":           "the draft in hand; each of its saves bears its time",
	"/systems/{code}/facts":               "a form of an act of now",
	"/systems/{code}/opinion":             "a form of an act of now",
	"/systems/{code}/receipt":             "a form of an act of now",
	"/systems/{code}/appraisal":           "a form of an act of now",
	"/systems/{code}/decision":            "a form of an act of now",
	"/systems/{code}/confirmation":        "a form of an act of now",
	"/systems/{code}/plan":                "a form of an act of now",
	"/systems/{code}/inspection":          "a form of an act of now",
	"/systems/{code}/suspension":          "a form of an act of now",
	"/systems/{code}/reinstatement":       "a form of an act of now",
	"/systems/{code}/revocation":          "a form of an act of now",
	"/systems/{code}/retirement":          "a form of an act of now",
	"/systems/{code}/assistant":           "what the law says of facts that are typed",
	"/systems/{code}/review/consult":      "a form of an act of now",
	"/systems/{code}/import/{form}":       "a form of an act of now",
	"/systems/{code}/checklist/{group}/…": "one answer in the hands of the page that saves it",
	"/systems/new":                        "a form of an act of now",
	"/assistant":                          "what the law says of facts that are typed",
	"/bulk":                               "a form of an act of now",
	"/import":                             "a form of an act of now",
	"/import/…":                           "a table that was just brought",
	"/statements/new":                     "a form of an act of now",
	"/queue/several":                      "a form of an act of now",
	"/connections/new":                    "a form of an act of now",
	"/connections/{id}/{act}":             "a form of an act of now",
	"/services/new":                       "a form of an act of now",
	"/consultations/…":                    "what another body may read while it is asked, and not after",
	"/alarms":                             "what gateways reported and nobody took note of yet",
	"/delegations":                        "the own account's; each bears the days of which it is",
	"/delegations/{id}":                   "the own account's; it bears the days of which it is",
	"/notices":                            "the own account's settings",
	"/notices/{id}":                       "the own account's settings",
	"/reports":                            "a form that names the day and the knowledge",
	"/reports/{ref}":                      "a report that was asked for with its day",
	"/reports/{ref}/file":                 "a report that was asked for with its day",
	"/ledger":                             "the record itself, every entry with its time",
	"/gateways":                           "machines that ask, not systems",
	"/gateways/…":                         "machines that ask, not systems",
	"/public":                             "figures of the last day of a month and of no other",
	"/public/…":                           "figures of the last day of a month and of no other",
	"/calendar/feed.ics":                  "what a calendar follows from now on",
	"/r":                                  "what is so of a paper today",
	"/r/…":                                "what is so of a paper today",
	"/law":                                "the law, which names its own days",
	"/law/…":                              "the law, which names its own days",
	"/account":                            "the own account", "/account/…": "the own account",
	"/accounts": "accounts", "/accounts/…": "accounts", "/admin": "the service itself", "/backups": "the service itself", "/retention": "the service itself",
	"/sign-in": "the way in", "/sign-in/…": "the way in", "/sign-ins": "who came in, with the time", "/enrol": "the way in", "/confirm": "the way in",
	"/about": "the program", "/help": "the program", "/livez": "the program", "/static/": "the program", "/.well-known/security.txt": "the program",
	"/": "whatever is no page",
}

// excused finds the reason for which a page takes no day.
func excused(path string) (pattern, why string) {
	if why := timeless[path]; why != "" {
		return path, why
	}
	for p, why := range timeless {
		if start, ok := strings.CutSuffix(p, "…"); ok && strings.HasPrefix(path, start) {
			return p, why
		}
	}
	return "", ""
}

// TestEveryPageKnowsTime: every page that shows what is on the register is had as of
// any day, as known up to any other, or stands among the few that are not, with its
// reason. A day that is none is refused by the one, and nothing to the other.
func TestEveryPageKnowsTime(t *testing.T) {
	var made web.Config
	h := open(t, func(c *web.Config) { made = *c })
	auditor := h.as("kiemtoan")
	holes := regexp.MustCompile(`\{[a-z]+\}`)
	used := map[string]bool{}
	for _, route := range web.Routes(made) {
		method, path, _ := strings.Cut(route, " ")
		if method != http.MethodGet {
			continue
		}
		at := holes.ReplaceAllString(strings.TrimSuffix(path, "{$}"), "x")
		if path == "/" {
			at = "/no-such-page"
		}
		asks := func(q string) bool {
			return auditor.get(at+"?"+q).status == http.StatusUnprocessableEntity && auditor.get(at).status != http.StatusUnprocessableEntity
		}
		knows, day := asks("known=31/02/2026"), asks("on=31/02/2026")
		pattern, why := excused(path)
		switch {
		case why == "":
			if !knows || !day {
				t.Errorf("%s takes no day (on %v, known %v) and no reason stands for it", path, day, knows)
			}
		case knows:
			t.Errorf("%s takes a day, and is excused: %s", path, why)
		default:
			used[pattern] = true
		}
	}
	for p, why := range timeless {
		if !used[p] && !strings.HasPrefix(p, "/sign-in/") && !strings.HasPrefix(p, "/public") && !strings.HasPrefix(p, "/r") && !strings.HasPrefix(p, "/backups") && !strings.HasPrefix(p, "/notices") {
			t.Errorf("no page needs the excuse of %s: %s", p, why)
		}
	}
}

// lived is a house in which a year went by: systems at every step, of two bodies,
// decided late, revoked, retired, handed on.
func lived(t *testing.T) (h *house, days []string) {
	t.Helper()
	h = open(t, nil)
	h.simulated()
	ctx := context.Background()
	day := func(d law.Day) {
		h.clock.T = d.Time().Add(9 * time.Hour)
		days = append(days, "on="+string(d), "on="+string(d.AddDays(1))+"&known=28%2F11%2F2027")
	}
	must := func(_ approval.System, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	day("2026-12-01")
	a := storetest.Lead(t, h.office, "H56", "Cổng thông tin", storetest.Deployed)
	storetest.Lead(t, h.office, "H41", "Của Nghệ An", storetest.Approved)
	late := storetest.Lead(t, h.office, "H56", "Ghi muộn", storetest.Appraised)
	day("2027-02-01")
	must(h.office.Decide(ctx, storetest.Actor(law.RoleOwner, "H56"), late.Code, late.Version, approval.DecisionInput{Outcome: approval.Approve, Number: "1/QĐ", DecidedOn: "2026-12-20", Digest: late.Last().Digest}))
	day("2027-04-01")
	must(h.office.Revoke(ctx, storetest.Actor(law.RoleMPS, "G01"), a.Code, a.Version, approval.RevocationInput{Ground: "khai sai"}))
	gone := storetest.Lead(t, h.office, "H56", "Sắp ngừng", storetest.Submitted)
	day("2027-06-01")
	must(h.office.Retire(ctx, storetest.Actor(law.RoleOperator, "H56"), gone.Code, gone.Version, "thay bằng hệ thống khác"))
	h.clock.T = law.Day("2027-11-28").Time().Add(9 * time.Hour)
	return h, append(days, "on=2024-06-30", "on=2026-11-22", "on=2027-11-27", "known=2027-06-01")
}

// TestEveryFigureOfAPastDayLeadsToItsList: whatever the day and the knowledge, each
// figure of the first page and of the overview leads to a list of that same point in
// both times, with as many lines.
func TestEveryFigureOfAPastDayLeadsToItsList(t *testing.T) {
	h, days := lived(t)
	seen := 0
	for i, who := range []string{"bca", "chuquan", "nghean"} {
		b := h.as(who)
		had := map[string]string{} // what a list says, by its address
		for j, day := range days {
			if i > 0 && j%3 != i {
				continue
			}
			paths := []string{"/?", "/overview?"}
			if j%4 == 0 {
				paths = append(paths, "/overview?level=3&group=province&")
			}
			for _, path := range paths {
				p := b.get(path + day).wants(http.StatusOK)
				for _, n := range p.all(".signals a[href^='/systems?'], .signals a[href^='/calendar?'], .signals a[href^='/queue?'], td.num a[href^='/systems?'], .stat-num a, .rate-of a") {
					figure := strings.Fields(textOf(n))[0]
					if _, total, ok := strings.Cut(figure, "/"); ok {
						figure = total
					}
					href := attr(n, "href")
					if !strings.Contains(href, "on=") {
						t.Fatalf("%s, %s%s: %q leads to %s, which is of another day", who, path, day, textOf(n), href)
					}
					got, known := had[href]
					if !known {
						list := b.get(href).wants(http.StatusOK)
						if got = list.text("#results"); strings.HasPrefix(href, "/queue?") {
							got = list.text("h2 .count") + " "
						}
						had[href] = got
					}
					if !strings.HasPrefix(got, figure+" ") {
						t.Errorf("%s, %s%s: %q leads to %s, which has %q", who, path, day, textOf(n), href, got)
					}
					seen++
				}
			}
		}
	}
	if seen < 300 {
		t.Errorf("only %d figures were looked at", seen)
	}
}
