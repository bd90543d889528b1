package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/connection"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/machine"
	"capdo/internal/notice"
	"capdo/internal/review"
	"capdo/internal/statement"
	"capdo/internal/store/storetest"
	"capdo/internal/web"
	"capdo/internal/workbook"
)

var updateWall = flag.Bool("update", false, "write testdata/wall.txt anew; read the difference before keeping it")

// roles are who comes to the pages: everyone a law or this program names, and
// nobody. Agencies are played by H56.
func roles() []approval.Actor {
	of := func(body string, cs ...approval.Capacity) (all []approval.Actor) {
		for _, c := range cs {
			all = append(all, storetest.Actor(c, body))
		}
		return all
	}
	all := []approval.Actor{{}}
	all = append(all, of("H56", law.RoleOperator, law.RoleSpecialisedUnit, law.RoleIndependentCouncil, law.RoleOwner, approval.Administrator)...)
	return append(all, of("G01", law.RoleMIC, law.RoleMPS, law.RoleMOD, law.RoleCipherCommittee, law.RolePrimeMinister, approval.Auditor, approval.Gateway)...)
}

// castle is the whole program with two agencies' objects in it, and a session
// for every role.
type castle struct {
	*program
	http.Handler
	ids  map[string][3]string // by what the address names: own, other's, absent
	time *storetest.Clock
}

// steps is how far the systems of each agency are: enough for every act.
var steps = []storetest.Step{storetest.Stated, storetest.Submitted, storetest.Appraised, storetest.Approved, storetest.Deployed}

// build makes the castle, with the objects of both agencies.
func build(t *testing.T) *castle {
	t.Helper()
	c := found(t)
	for _, owner := range []string{"H56", "H41"} {
		c.fill(t, owner)
		c.connect(t, owner)
		c.consult(t, owner)
	}
	c.open(t)
	return c
}

// found makes a castle with nothing in it yet.
func found(t *testing.T) *castle {
	t.Helper()
	clock := storetest.At("2026-11-22")
	w := world{getenv: func(string) string { return "" }, out: io.Discard, err: t.Output(), clock: clock.Now}
	dir := t.TempDir()
	p, err := open(t.Context(), w, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
	p.published = true
	asked := p.desk.Assure
	p.office.Assure = func(a approval.Actor, act, object, before string) error {
		if a.Assurance != nil && a.Assurance.At.Equal(storetest.Actor(approval.Auditor, "").Assurance.At) { // a person of storetest, without a session to sign in
			return nil
		}
		return asked(a, act, object, before)
	}
	c := &castle{program: p, ids: map[string][3]string{}, time: clock}
	c.must(t, p.office.Import(t.Context(), storetest.Keeper(), approval.World{Agencies: storetest.Agencies(), Source: "wall"}))
	for _, a := range roles()[1:] {
		c.enter(t, a)
	}
	deputy := func(body string) approval.Actor {
		return approval.Actor{Person: "p.deputy." + body, Account: "deputy." + body, Capacity: law.RoleOwner, Body: body}
	}
	for _, a := range []approval.Actor{storetest.Actor(law.RoleOperator, "H41"), storetest.Actor(law.RoleSpecialisedUnit, "H41"), deputy("H56"), deputy("H41")} {
		c.enter(t, a)
	}
	if _, err := webhooksOnly(p, dir); err != nil {
		t.Fatal(err)
	}
	return c
}

// open opens the doors to what is in the castle.
func (c *castle) open(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	c.must(t, err)
	c.must(t, l.Close())
	c.press, err = c.openGazette(t.Context(), l, front{})
	c.must(t, err)
	c.Handler, err = c.handler(front{})
	c.must(t, err)
}

func (c *castle) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// enter makes an account and a session whose token is the account's name.
func (c *castle) enter(t *testing.T, a approval.Actor) {
	t.Helper()
	c.must(t, c.store.AddAccount(t.Context(), storetest.Keeper(), c.clock(), c.book.Digest(), identity.Account{Login: a.Account, Name: "Cán bộ " + a.Account, Actor: a, PasswordHash: "none"}))
	c.enterAgain(t, a, a.Account)
}

// enterAgain makes a session of an account.
func (c *castle) enterAgain(t *testing.T, a approval.Actor, token string) {
	t.Helper()
	h := sha256.Sum256([]byte(token))
	c.must(t, c.store.PutSession(t.Context(), identity.Session{TokenHash: hex.EncodeToString(h[:]), Login: a.Account, CreatedAt: c.clock(), SeenAt: c.clock(), SureAt: c.clock(), Method: identity.ByPasskey}))
}

// fill makes the objects of one agency, each of which its addresses name.
func (c *castle) fill(t *testing.T, owner string) {
	t.Helper()
	ctx := t.Context()
	put := func(kind, id, absent string) { c.put(owner, kind, id, absent) }
	operator, unit := storetest.Actor(law.RoleOperator, owner), storetest.Actor(law.RoleSpecialisedUnit, owner)
	for i, step := range steps {
		s := storetest.Lead(t, c.office, owner, fmt.Sprintf("Hệ thống %d của %s", i, owner), step)
		put(fmt.Sprint("system", step), s.Code, "H41-9999")
	}
	put("agency", owner, "H99")
	code := c.ids[fmt.Sprint("system", storetest.Stated)][map[string]int{"H56": 0, "H41": 1}[owner]]
	doc, err := c.attachments.Attach(ctx, operator, attachment.Upload{System: code, Of: attachment.Dossier(1), Name: "so-do.txt", Body: strings.NewReader("Sơ đồ của " + owner + "\n")})
	c.must(t, err)
	put("document", fmt.Sprint(doc.No), "99")
	_, err = c.machines.Register(ctx, storetest.Keeper(), machine.Registration{Name: "gw-" + strings.ToLower(owner), Title: "Máy cổng " + owner, Body: owner, Reach: machine.Reach{Agencies: []string{owner}, Platforms: []string{machine.NDXP}}})
	c.must(t, err)
	put("gateway", "gw-"+strings.ToLower(owner), "gw-none")
	n, err := c.notices.Subscribe(ctx, operator, notice.Input{Channel: notice.Webhook, Address: "https://hook.example/" + owner, Kinds: notice.Kinds()[:1], Mode: notice.AtOnce})
	c.must(t, err)
	put("notice", n.ID, strings.Repeat("0", len(n.ID)))
	lend := approval.DelegationInput{To: "deputy." + owner, Levels: []law.Level{3}, From: "2026-11-22", Until: "2026-12-01", Number: "15/UQ-" + owner, DocumentOn: "2026-11-20"}
	d, err := (&approval.Delegations{Store: c.store, Book: c.book, Clock: c.clock}).Give(ctx, unit, lend)
	c.must(t, err)
	put("delegation", d.ID, strings.Repeat("0", len(d.ID)))
	held, err := c.tray.Put(operator.Account, workbook.Register, "", strings.NewReader("Mã hệ thống,Tên hệ thống thông tin,Đơn vị vận hành,Giai đoạn của hệ thống\n"))
	c.must(t, err)
	put("table", held, strings.Repeat("A", len(held)))
	st, err := (&statement.Office{Store: c.store, Book: c.book, Clock: c.clock}).Take(ctx, operator, statement.Statement{Agency: owner, Title: "Báo cáo", On: "2026-11-20", Figures: []statement.Figure{{Field: statement.Total, Value: 1, Text: "1"}}})
	c.must(t, err)
	put("statement", st.ID, "BC-999999")
}

// put notes what the addresses of a kind of object name.
func (c *castle) put(owner, kind, id, absent string) {
	ids := c.ids[kind]
	ids[map[string]int{"H56": 0, "H41": 1}[owner]], ids[2] = id, absent
	c.ids[kind] = ids
}

// consult asks owner about a system of the other agency.
func (c *castle) consult(t *testing.T, owner string) {
	t.Helper()
	other := map[string]string{"H56": "H41", "H41": "H56"}[owner]
	s := storetest.Lead(t, c.office, other, "Hệ thống lấy ý kiến", storetest.Submitted)
	ask := review.AskInput{Body: owner, Question: "Có trùng phạm vi không?", Digest: s.Last().Digest, Due: "2026-11-30"}
	c.must(t, (&review.Panel{Store: c.store, Office: c.office}).Ask(t.Context(), storetest.Actor(law.RoleSpecialisedUnit, s.Owner), s.Code, ask))
	c.put(owner, "consultation", s.Code, s.Owner+"-9999")
}

// connect asks for a connection between two systems of owner.
func (c *castle) connect(t *testing.T, owner string) {
	t.Helper()
	operator := storetest.Actor(law.RoleOperator, owner)
	a, b := storetest.Lead(t, c.office, owner, "Nơi dùng", storetest.Deployed), storetest.Lead(t, c.office, owner, "Nơi cấp", storetest.Deployed)
	_, err := c.links.AddService(t.Context(), operator, connection.ServiceInput{Code: owner + "-S1", Name: "Tra cứu", Provider: b.Code})
	c.must(t, err)
	k, err := c.links.Request(t.Context(), operator, connection.RequestInput{Consumer: a.Code, Service: owner + "-S1", Purpose: "Xác minh", Basis: "NĐ 278/2025/NĐ-CP", Platform: "NDXP", Profile: "production"})
	c.must(t, err)
	c.put(owner, "connection", k.ID, "KN-000099")
}

// ask sends a request as a browser of a role does.
func (c *castle) ask(a approval.Actor, method, path string, in url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(in.Encode()))
	r.RemoteAddr = "127.0.0.1:9"
	if a.Account != "" {
		r.AddCookie(&http.Cookie{Name: "capdo", Value: a.Account})
	}
	if method != http.MethodGet {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

// stepOf is how far a system must be for the page at an address to be of use.
func stepOf(path string) storetest.Step {
	for part, step := range map[string]storetest.Step{"/facts": storetest.Stated, "/dossier": storetest.Stated, "/receipt": storetest.Submitted, "/opinion": storetest.Submitted,
		"/appraisal": storetest.Submitted, "/review": storetest.Submitted, "/documents": storetest.Stated, "/decision": storetest.Appraised, "/confirmation": storetest.Approved} {
		if strings.HasPrefix(path, "/systems/{code}"+part) {
			return step
		}
	}
	return storetest.Deployed
}

// filled are the paths of a route: naming one's own object, another's, and one
// that does not exist; one path where the route names none. names is what each
// names, by which answers may differ.
func (c *castle) filled(t *testing.T, path string) (paths, names []string) {
	t.Helper()
	kind, wildcard := "", ""
	for prefix, k := range map[string]string{"/systems/{code}": fmt.Sprint("system", stepOf(path)), "/agencies/{code}": "agency", "/consultations/{code}": "consultation",
		"/connections/{id}": "connection", "/notices/{id}": "notice", "/import/{id}": "table", "/statements/{id}": "statement", "/delegations/{id}": "delegation", "/gateways/{name}": "gateway"} {
		if strings.HasPrefix(path, prefix) {
			kind, wildcard = k, prefix[strings.Index(prefix, "{"):]
		}
	}
	fixed := strings.NewReplacer("/accounts/{login}/{act}", "/accounts/deputy.H56/reset", "{login}", "deputy.H56", "/account-requests/{id}", "/account-requests/none", "/account/factors/{id}", "/account/factors/none", "{field}", "scope", "{no}", "1", "{group}", "RR", "{key}", "RR.process", "{paper}", "mau-01.pdf", "{year}", "2026", "{act}", "end", "{ref}", "none",
		"/law/instruments/{id}", "/law/instruments/nd-85-2016", "{$}", "").Replace
	path = strings.NewReplacer("{form}", "checklist", "{table}", map[bool]string{true: "register.csv", false: "checklist.csv"}[kind == ""]).Replace(path)
	path = strings.Replace(path, "/gateways/{name}/{act}", "/gateways/{name}/revoke", 1)
	if path == "/" { // whatever is no page
		path = "/nowhere"
	}
	paths = []string{path}
	if kind != "" {
		ids := c.ids[kind]
		paths, names = nil, ids[:]
	}
	for _, id := range names {
		paths = append(paths, strings.Replace(path, wildcard, id, 1))
	}
	for i, p := range paths {
		paths[i] = fixed(p)
		if strings.ContainsAny(paths[i], "{}") {
			t.Fatalf("say in filled what %s names", p)
		}
	}
	return paths, names
}

// TestWall asks every route of the pages in every role for an object of one's
// own, for another's and for one that does not exist, and holds the answers
// against the policy on file. To whoever may not see another's object it is, byte
// for byte, one that does not exist. A route without a row fails, and a row
// without a route.
func TestWall(t *testing.T) {
	c := build(t)
	var got strings.Builder
	routes := web.Routes(c.pages(front{}))
	slices.Sort(routes)
	for _, route := range routes {
		got.WriteString(c.row(t, route))
	}
	const golden = "testdata/wall.txt"
	file, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	head, want, _ := bytes.Cut(file, []byte("\n\n"))
	if *updateWall {
		c.must(t, os.WriteFile(golden, []byte(string(head)+"\n\n"+got.String()), 0o644))
		return
	}
	have, policy := blocks(got.String()), blocks(string(want))
	for route, answers := range have {
		if policy[route] != answers {
			t.Errorf("%s\nanswers\n%swhere the policy (%s) says\n%s", route, answers, golden, policy[route])
		}
	}
	for route := range policy {
		if _, ok := have[route]; !ok {
			t.Errorf("%s stands in %s and is no route", route, golden)
		}
	}
}

// blocks parts the policy by its routes.
func blocks(text string) map[string]string {
	all := map[string]string{}
	for b := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		route, rows, _ := strings.Cut(b, "\n")
		all[route] = strings.TrimSpace(rows) + "\n"
	}
	return all
}

// sent are the fields without which a route does not come to ask who it is that
// acts; they are still no full form.
var sent = map[string]url.Values{
	"POST /systems/{code}/watch":          {"do": {"finding"}},
	"POST /systems/{code}/review/remarks": {"text": {"Ghi chú"}, "kind": {"none"}},
	"POST /queue/several":                 {"system": {"H56-0002"}},
}

// row asks one route in every role.
func (c *castle) row(t *testing.T, route string) string {
	t.Helper()
	method, path, _ := strings.Cut(route, " ")
	paths, names := c.filled(t, path)
	var order []string
	who := map[string][]string{}
	for _, a := range roles() {
		var codes []string
		answers := make([]*httptest.ResponseRecorder, len(paths))
		for i, p := range paths {
			answers[i] = c.ask(a, method, p, sent[route])
			codes = append(codes, fmt.Sprint(answers[i].Code))
		}
		if len(answers) == 3 && (!a.National() || answers[1].Code == http.StatusNotFound) {
			same(t, fmt.Sprintf("%s to %s", route, label(a)), answers[1:], names[1:])
		}
		c.principles(t, route, a, answers)
		if route == "POST /sign-out" && a.Account != "" {
			h := sha256.Sum256([]byte(a.Account))
			c.must(t, c.store.PutSession(t.Context(), identity.Session{TokenHash: hex.EncodeToString(h[:]), Login: a.Account, CreatedAt: c.clock(), SeenAt: c.clock(), SureAt: c.clock(), Method: identity.ByPasskey}))
		}
		line := strings.Join(codes, " ")
		if who[line] == nil {
			order = append(order, line)
		}
		who[line] = append(who[line], label(a))
	}
	var b strings.Builder
	b.WriteString(route + "\n")
	for _, line := range order {
		fmt.Fprintf(&b, "  %-11s  %s\n", line, strings.Join(who[line], " "))
	}
	return b.String() + "\n"
}

// label is what the policy calls a role.
func label(a approval.Actor) string {
	if a.Account == "" {
		return "nobody"
	}
	return string(a.Capacity)
}

// principles are what no policy on file may allow.
func (c *castle) principles(t *testing.T, route string, a approval.Actor, answers []*httptest.ResponseRecorder) {
	t.Helper()
	open := []string{"GET /enrol", "POST /csp-report", "GET /about", "GET /help", "GET /livez", "GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /r", "GET /public", "GET /public/figures.csv", "GET /public/figures.json", "GET /public/schema.json"}
	own := []string{"POST /sign-out", "POST /sign-in", "POST /calendar/feed", "POST /calendar/feed/end", "POST /assistant", "POST /what-if", "POST /account/sessions", "POST /account/recovery", "POST /session", "POST /keys", "POST /csp-report"} // of one's own account, or keeping nothing
	outside := []string{"GET /confirm", "GET /account/password", "GET /sign-ins", "GET /{$}", "GET /admin", "GET /gateways", "GET /law", "GET /law/calendar", "GET /law/instruments/{id}", "GET /sign-in", "GET /account", "POST /account/sessions", "GET /account/app", "POST /account/recovery", "POST /session"}
	accounts := strings.HasPrefix(route, "GET /accounts") || route == "GET /backups" || route == "GET /retention" || route == "POST /account-requests/rebind" // of who administers
	for _, w := range answers {
		done := w.Code < 300 || w.Code == http.StatusSeeOther && !strings.HasPrefix(w.Header().Get("Location"), "/sign-in")
		acts := !strings.HasPrefix(route, "GET ")
		switch {
		case a.Account == "" && done && !slices.Contains(open, route):
			t.Errorf("%s: %d to nobody", route, w.Code)
		case a.Capacity == approval.Auditor && acts && done && !slices.Contains(own, route):
			t.Errorf("%s: an auditor acts (%d)", route, w.Code)
		case (a.Blind() || a.Capacity == approval.Gateway) && a.Account != "" && done && !slices.Contains(slices.Concat(open, outside), route) && !(a.Blind() && accounts):
			t.Errorf("%s: %d to %s, who sees no record", route, w.Code, a.Capacity)
		}
		if w.Code == http.StatusInternalServerError {
			t.Errorf("%s to %s: 500\n%s", route, label(a), w.Body)
		}
	}
}

// nonces matches where the nonce of an answer stands in it.
var nonces = regexp.MustCompile(`'nonce-[0-9a-f]{32}'|nonce="[0-9a-f]{32}"`)

// same holds two answers against each other, byte for byte: what they name and
// the request's id stand apart in every answer.
func same(t *testing.T, what string, answers []*httptest.ResponseRecorder, names []string) {
	t.Helper()
	var first string
	for i, w := range answers {
		var b bytes.Buffer
		h := w.Header().Clone()
		h.Del("X-Request-Id")
		h.Del("Content-Length") // the names may be longer
		fmt.Fprintln(&b, w.Code)
		_ = h.Write(&b) // a buffer takes it all
		b.Write(w.Body.Bytes())
		text := nonces.ReplaceAllString(strings.ReplaceAll(b.String(), names[i], "NAMED"), "DRAWN")
		if i > 0 && text != first {
			t.Errorf("%s: another's object is told from one that does not exist:\n%s\n---\n%s", what, first, text)
		}
		first = text
	}
}
