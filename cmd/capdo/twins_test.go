package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
)

// twins are two registers that differ in agency H41's data only: in the second it
// has dossiers in every state, and goes on working. What every agency is shown of
// another is the same in both: the data service H41 offers, with its system.
type twins struct {
	*rand.Rand
	t      *testing.T
	alone  *castle
	beside *castle
	routes []string
	work   int
	done   map[int]int // how many answers had which status
}

// TestTwins walks both registers at random, as people of H56 who look, search and
// act: every answer is the same in both, byte for byte, whatever H41 has and does.
// CAPDO_TWINS=N takes N steps instead of the few of every day.
func TestTwins(t *testing.T) {
	steps, seed := 600, uint64(20261125)
	if n, err := strconv.Atoi(os.Getenv("CAPDO_TWINS")); err == nil {
		steps, seed = n, rand.Uint64()
	}
	w := &twins{Rand: rand.New(rand.NewPCG(seed, 1)), t: t, alone: found(t), beside: found(t), done: map[int]int{}}
	for _, c := range []*castle{w.alone, w.beside} {
		c.fill(t, "H56")
		c.connect(t, "H56")
		c.connect(t, "H41")
		if c == w.beside {
			c.fill(t, "H41")
		}
		c.open(t)
	}
	for kind, ids := range w.beside.ids { // where the first has nothing, the second's names are asked for
		mine := w.alone.ids[kind]
		mine[1] = ids[1]
		w.alone.ids[kind] = mine
	}
	for _, r := range web.Routes(w.alone.pages(front{})) {
		// Each step comes with its own session; what the owner publishes is the
		// country's; a report in the making is at another point in each.
		if r != "POST /sign-in" && r != "POST /sign-out" && !strings.Contains(r, " /public") && !strings.Contains(r, " /reports") {
			w.routes = append(w.routes, r)
		}
	}
	for i := range steps {
		if i%25 == 0 {
			w.goOn()
		}
		if !w.step() {
			t.Fatalf("at step %d of seed %d", i, seed)
		}
	}
	t.Logf("%d steps, seed %d: 0 differences; answers by status %v", steps, seed, w.done)
	for _, status := range []int{200, 303, 403, 404, 422} {
		if w.done[status] == 0 {
			t.Errorf("no answer of status %d: the walk does not go where it should", status)
		}
	}
}

// goOn lets H56 do the same in both, and H41 go on beside only.
func (w *twins) goOn() {
	w.work++
	for _, c := range []*castle{w.alone, w.beside} {
		storetest.Lead(w.t, c.office, "H56", fmt.Sprint("Hệ thống mới ", w.work), storetest.Step(w.work%7))
	}
	storetest.Lead(w.t, w.beside.office, "H41", fmt.Sprint("Hệ thống mới ", w.work), storetest.Step(w.work%7))
}

// people are those of H56.
func (w *twins) person() approval.Actor {
	all := []law.Role{law.RoleOperator, law.RoleOperator, law.RoleSpecialisedUnit, law.RoleOwner, law.RoleIndependentCouncil}
	return storetest.Actor(all[w.IntN(len(all))], "H56")
}

// step asks one thing of both, and tells whether they answered alike.
func (w *twins) step() bool {
	route := w.routes[w.IntN(len(w.routes))]
	method, path, _ := strings.Cut(route, " ")
	a, which, query := w.person(), w.IntN(3), ""
	if method == http.MethodGet && w.IntN(2) == 0 {
		query = "?" + w.query()
	}
	dice := w.Uint64()
	var text [2]string
	for i, c := range []*castle{w.alone, w.beside} {
		at, name := c.path(w.t, path, which)
		var in url.Values
		if method != http.MethodGet {
			in = w.form(c, a, at, rand.New(rand.NewPCG(dice, 2)))
		}
		answer := c.ask(a, method, at+query, in)
		if i == 0 {
			w.done[answer.Code]++
		}
		text[i] = w.plain(answer, name)
	}
	if text[0] != text[1] {
		w.t.Errorf("%s by %s (object %d): H41's data shows\n%s", route+query, a.Account, which, difference(text[0], text[1]))
		return false
	}
	return true
}

// path is a route's path with one of the objects it may name, and that name.
func (c *castle) path(t *testing.T, path string, which int) (at, name string) {
	t.Helper()
	paths, names := c.filled(t, path)
	if len(names) == 0 {
		return paths[0], ""
	}
	return paths[which], names[which]
}

// query is a question of a list or a page, of what the pages read.
func (w *twins) query() string {
	q := url.Values{}
	for _, x := range [][2]string{{"q", "he thong"}, {"q", "H41"}, {"owner", "H41"}, {"owner", "H56"}, {"level", "3"}, {"state", "approved"}, {"plan", "full"}, {"page", "2"}, {"system", "H41-0001"}, {"system", "H56-0005"},
		{"lang", "en"}, {"scope", "nation"}, {"scope", "agency"}, {"agency", "H41"}, {"provider", "H41-0005"}, {"provider", "H56-0005"}, {"from", "H41-0001"}, {"service", "H41-S1"}, {"on", "2026-06-30"}, {"rules", "R331"}, {"day", "2026-12-01"}} {
		if w.IntN(8) == 0 {
			q.Set(x[0], x[1])
		}
	}
	return q.Encode()
}

// form fills in the form that stands at an address, by dice that fall alike for
// both; where none stands, what is sent is empty.
func (w *twins) form(c *castle, a approval.Actor, at string, dice *rand.Rand) url.Values {
	in := url.Values{}
	doc, err := html.Parse(c.ask(a, http.MethodGet, at, nil).Body)
	if err != nil {
		w.t.Fatal(err)
	}
	for f := range doc.Descendants() {
		if f.Type != html.ElementNode || f.Data != "form" || attr(f, "action") != at {
			continue
		}
		for n := range f.Descendants() {
			if n.Type == html.ElementNode {
				fillIn(in, n, dice)
			}
		}
	}
	return in
}

// fillIn gives one field a value.
func fillIn(in url.Values, n *html.Node, dice *rand.Rand) {
	name, value := attr(n, "name"), attr(n, "value")
	switch {
	case name == "":
	case n.Data == "textarea":
		in.Set(name, "Nội dung")
	case n.Data == "select":
		var options []string
		for o := range n.Descendants() {
			if o.Type == html.ElementNode && o.Data == "option" {
				options = append(options, attr(o, "value"))
			}
		}
		in.Set(name, options[dice.IntN(len(options))])
	case n.Data == "button":
		if in.Get(name) == "" || dice.IntN(2) == 0 {
			in.Set(name, value)
		}
	case n.Data != "input":
	case attr(n, "type") == "hidden" || value != "" && attr(n, "type") == "text":
		in.Set(name, value)
	case attr(n, "type") == "radio" || attr(n, "type") == "checkbox":
		if in.Get(name) == "" || dice.IntN(2) == 0 {
			in.Set(name, value)
		}
	default:
		in.Set(name, []string{"22/11/2026", "3", "Nội dung", "H41-0005", "H56-0005", "H41"}[dice.IntN(6)])
	}
}

// chance matches what is drawn by lot: tokens of forms, secrets and names that
// are random.
var chance = regexp.MustCompile(`name="once" value="[0-9a-f]+"|/(notices|delegations)/[0-9a-f-]{16,}|/account/factors/[a-z]+-[0-9a-f]{16,}|/reports/jobs/[0-9a-f]{16,}|/import/[0-9a-f]{16,}|whsec_[A-Za-z0-9+/=&#;]+|<code class="secret">[A-Za-z0-9_-]{20,}</code>|secret=[A-Z2-7]{32}|name="secret" value="[A-Z2-7]{32}"|<code>[A-Z2-7]{32}</code>|<li><code>[a-z0-9]{4}(-[a-z0-9]{4}){5}</code></li>`)

// head matches where a report or a page prints the ledger's head, by which it can be held
// against a witness: it moves with everybody's acts and tells nothing of them.
var head = regexp.MustCompile(`[0-9.,]+ (mục|entries)[.,]\s+([Gg]ốc|root):?\s+[0-9a-f]+`)

// plain is an answer without what is drawn by lot.
func (w *twins) plain(r *httptest.ResponseRecorder, name string) string {
	h := r.Header().Clone()
	for _, drawn := range []string{"X-Request-Id", "Content-Length"} {
		h.Del(drawn)
	}
	var b bytes.Buffer
	fmt.Fprintln(&b, r.Code)
	_ = h.Write(&b) // a buffer takes it all
	switch {
	case bytes.HasPrefix(r.Body.Bytes(), []byte("PK\x03\x04")):
		w.unpacked(&b, r.Body.Bytes())
	case h.Get("Content-Type") == "application/pdf":
		c := exec.Command(need(w.t, "pdftotext"), "-raw", "-enc", "UTF-8", "-", "-")
		c.Stdin = r.Body
		text, err := c.Output()
		if err != nil {
			w.t.Fatal(err)
		}
		b.Write(text)
	default:
		b.Write(r.Body.Bytes())
	}
	if r.Code == http.StatusInternalServerError {
		w.t.Errorf("500: %s", b.String())
	}
	text := b.String()
	if len(name) > 8 { // a name drawn by lot
		text = strings.ReplaceAll(text, name, "NAMED")
	}
	return head.ReplaceAllString(chance.ReplaceAllString(nonces.ReplaceAllString(text, "DRAWN"), "DRAWN"), "HEAD")
}

// unpacked writes what is in a workbook, by name: in which order it is packed is
// drawn by lot.
func (w *twins) unpacked(to io.Writer, packed []byte) {
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		w.t.Fatal(err)
	}
	slices.SortFunc(z.File, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range z.File {
		part, err := f.Open()
		if err != nil {
			w.t.Fatal(err)
		}
		fmt.Fprintf(to, "\n%s\n", f.Name)
		if _, err := io.Copy(to, part); err != nil {
			w.t.Fatal(err)
		}
	}
}

// difference shows the first line in which two texts part.
func difference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("line %d\nalone:  %.600s\nbeside: %.600s", i, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d lines, %d lines", len(x), len(y))
}
