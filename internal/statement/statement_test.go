package statement_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"capdo/fixtures"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/reconcile"
	"capdo/internal/sheet"
	"capdo/internal/statement"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

var (
	ctx      = context.Background()
	officer  = storetest.Actor(law.RoleOperator, "H56")
	stranger = storetest.Actor(law.RoleOperator, "H41")
	ministry = storetest.Actor(law.RoleMPS, "G01")
	auditor  = storetest.Actor(approval.Auditor, "G01")
)

func open(t *testing.T) (*statement.Office, *approval.Office, *store.Store, string) {
	t.Helper()
	dir, clock := t.TempDir(), storetest.At("2026-11-20")
	o, s := storetest.OfficeIn(t, dir, clock)
	return &statement.Office{Store: s, Book: o.Book, Clock: clock.Now}, o, s, dir
}

func refusedAs(t *testing.T, err error, rule string) {
	t.Helper()
	var r *approval.Refusal
	if !errors.As(err, &r) || r.Findings[0].Rule != rule || r.Findings[0].Says.VI == "" || r.Findings[0].Says.EN == "" {
		t.Errorf("want %s, got %v", rule, err)
	}
}

const table = `Bảng hệ thống của tỉnh,,,
Tổng số hệ thống,4,,
Số hệ thống đã phê duyệt,2,,
Tỷ lệ phê duyệt,50%,,
Số hệ thống đã triển khai,1,,
Tỷ lệ triển khai,50%,,
STT,Tên hệ thống,Cấp độ,Phê duyệt,Triển khai
1,CONG MOT CUA,3,Có,Đầy đủ
2,HTTT quản lý văn bản,Cấp độ 2,Chưa,Chưa
3,Hệ thống không ai biết,1,,
`

// taken is the table of H56 taken in, over a register of three systems.
func taken(t *testing.T, o *statement.Office, office *approval.Office) statement.Statement {
	t.Helper()
	storetest.Lead(t, office, "H56", "Cổng một cửa", storetest.Confirmed)
	storetest.Lead(t, office, "H56", "Hệ thống thông tin Quản lý văn bản", storetest.Registered)
	storetest.Lead(t, office, "H56", "Kho dữ liệu dùng chung", storetest.Registered)
	src, err := sheet.OpenCSV(strings.NewReader(table), int64(len(table)))
	if err != nil {
		t.Fatal(err)
	}
	s := statement.Statement{Agency: "H56", Title: "Báo cáo quý IV", On: "2026-11-20", Source: strings.Repeat("a", 64)}
	if s.Figures, s.Lines, err = statement.Read(src); err != nil {
		t.Fatal(err)
	}
	if s, err = o.Take(ctx, officer, s); err != nil {
		t.Fatal(err)
	}
	return s
}

func keys(c statement.Comparison) (all []string) {
	for _, d := range c.Differences {
		all = append(all, d.Key)
		if d.Says.VI == "" || d.Says.EN == "" {
			all = append(all, "no words for "+d.Key)
		}
	}
	slices.Sort(all)
	return all
}

// The life of a statement: taken as printed, compared three times over, matched
// by a person, its differences settled, and all of it in the ledger.
func TestLife(t *testing.T) {
	o, office, s, _ := open(t)
	st := taken(t, o, office)
	c, err := o.Show(ctx, officer, st.ID)
	if err != nil {
		t.Fatal(err)
	}
	total, _ := c.Statement.Figure(statement.Total)
	if total.Text != "4" || total.Cell != "B2" || c.Statement.Lines[0].Cell != "B8" || c.Statement.Lines[0].Name != "CONG MOT CUA" {
		t.Errorf("not as printed: %+v %+v", total, c.Statement.Lines[0])
	}
	if f := c.Figures[0]; f.Reported.Value != 4 || f.Register != 3 || f.Verified != 1 {
		t.Errorf("total three times over: %+v", f)
	}
	if f := c.Figures[4]; f.Of["total"] != 25 || f.Of["approved"] != 50 {
		t.Errorf("denominators: %+v", f)
	}
	want := []string{"figure:approved", "figure:approved_pct", "figure:deployed", "figure:deployed_pct", "figure:total", "line:10", "line:8", "line:9",
		"self:" + reconcile.DeployedOfApproved, "self:list", "system:H56-0001", "system:H56-0002", "system:H56-0003"}
	if got := keys(c); !slices.Equal(got, want) {
		t.Errorf("differences: %v", got)
	}
	for i, code := range []string{"H56-0001", "H56-0002", ""} {
		ps := c.Lines[i].Candidates
		if c.Lines[i].Said || code == "" && len(ps) > 0 || code != "" && (len(ps) == 0 || ps[0].Code != code || ps[0].Reason.VI == "") {
			t.Errorf("line %d: said %v, candidates %+v", i, c.Lines[i].Said, ps)
		}
	}
	match := []statement.Note{{Kind: statement.Match, Line: 8, Code: "H56-0001"}, {Kind: statement.Match, Line: 9, Code: "H56-0002"}, {Kind: statement.Match, Line: 10}}
	if _, err := o.Note(ctx, officer, st.ID, match); err != nil {
		t.Fatal(err)
	}
	_, err = o.Note(ctx, officer, st.ID, []statement.Note{{Kind: statement.Match, Line: 10, Code: "H56-0001"}})
	refusedAs(t, err, "matched-twice")
	if c, err = o.Show(ctx, ministry, st.ID); err != nil {
		t.Fatal(err)
	}
	want = []string{"figure:approved", "figure:approved_pct", "figure:deployed", "figure:deployed_pct", "figure:total", "line:10", "line:8:" + statement.PlanDiffers, "line:9:" + statement.LevelDiffers,
		"self:" + reconcile.DeployedOfApproved, "self:list", "system:H56-0003"}
	if got := keys(c); !slices.Equal(got, want) {
		t.Errorf("after matching: %v", got)
	}
	open := c.Open()
	settle(t, o, st.ID)
	if c, err = o.Show(ctx, officer, st.ID); err != nil || c.Open() != open-1 {
		t.Errorf("%v: %d open of %d", err, c.Open(), open)
	}
	i := slices.IndexFunc(c.Differences, func(d statement.Difference) bool { return d.Key == "line:10" })
	if d := c.Differences[i]; d.Kind != statement.LineAbsent || d.Owner != string(law.RoleOperator) || len(d.History) != 4 || d.Settled.Outcome != statement.ReportWrong || d.Settled.By.Account != officer.Account {
		t.Errorf("history: %+v", d)
	}
	if r, err := s.Verify(ctx); err != nil || len(r.Violations) > 0 {
		t.Errorf("verify: %v %+v", err, r.Violations)
	}
}

// settle names an owner for a difference, settles, reopens and settles it.
func settle(t *testing.T, o *statement.Office, id string) {
	t.Helper()
	for _, n := range []statement.Note{{Kind: statement.Assign, Key: "line:10", Owner: string(law.RoleOperator)}, {Kind: statement.Resolve, Key: "line:10", Outcome: statement.Explained, Comment: "Đã thanh lý"},
		{Kind: statement.Reopen, Key: "line:10", Comment: "Chưa có biên bản"}, {Kind: statement.Resolve, Key: "line:10", Outcome: statement.ReportWrong, Comment: "Kỳ sau bỏ"}} {
		if _, err := o.Note(ctx, officer, id, []statement.Note{n}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		n    statement.Note
		rule string
	}{
		{statement.Note{Kind: statement.Resolve, Key: "line:10", Outcome: statement.Explained, Comment: "x"}, "settled-already"},
		{statement.Note{Kind: statement.Resolve, Key: "line:99", Outcome: statement.Explained, Comment: "x"}, "no-difference"},
		{statement.Note{Kind: statement.Resolve, Key: "self:list", Outcome: statement.Explained}, "reason-missing"},
		{statement.Note{Kind: statement.Resolve, Key: "self:list", Comment: "x"}, "outcome-missing"},
		{statement.Note{Kind: statement.Assign, Key: "self:list", Owner: "nobody"}, "owner-missing"},
		{statement.Note{Kind: statement.Match, Line: 99}, "line-unknown"},
		{statement.Note{Kind: statement.Match, Line: 8, Code: "H41-0001"}, "system-unknown"},
	} {
		_, err := o.Note(ctx, officer, id, []statement.Note{c.n})
		refusedAs(t, err, c.rule)
	}
}

// An agency sees its own, the ministry all; another's is as absent as none.
func TestTenancy(t *testing.T) {
	o, office, _, _ := open(t)
	st := taken(t, o, office)
	_, err := o.Show(ctx, stranger, st.ID)
	_, none := o.Show(ctx, stranger, "BC-999999")
	refusedAs(t, err, "not-found")
	if err.Error() != none.Error() {
		t.Errorf("another's is told from none: %v, %v", err, none)
	}
	_, err = o.Note(ctx, stranger, st.ID, []statement.Note{{Kind: statement.Match, Line: 8}})
	refusedAs(t, err, "not-found")
	_, err = o.Note(ctx, auditor, st.ID, []statement.Note{{Kind: statement.Match, Line: 8}})
	refusedAs(t, err, "wrong-actor")
	st.Agency = "H41"
	_, err = o.Take(ctx, officer, st)
	refusedAs(t, err, "wrong-actor")
	for a, n := range map[*approval.Actor]int{&officer: 1, &stranger: 0, &ministry: 1, &auditor: 1} {
		all, _, err := o.List(ctx, *a)
		if err != nil || len(all) != n {
			t.Errorf("%s: %v, %d statements", a.Account, err, len(all))
		}
	}
	second, err := o.Take(ctx, stranger, statement.Statement{Agency: "H41", Title: "Báo cáo", On: "2026-06-30", Figures: []statement.Figure{{Field: statement.Total, Value: 0, Text: "0"}}})
	if err != nil || second.ID != "BC-000002" {
		t.Errorf("%v %s", err, second.ID)
	}
}

// A body that sent nothing is silent; nothing is compared with zero.
func TestSilentIsNotZero(t *testing.T) {
	o, office, _, _ := open(t)
	_, err := o.Take(ctx, officer, statement.Statement{Agency: "H56", Title: "Báo cáo", On: "2026-11-20"})
	refusedAs(t, err, "nothing-reported")
	st := taken(t, o, office)
	all, agencies, err := o.List(ctx, ministry)
	if err != nil {
		t.Fatal(err)
	}
	var ss []statement.Statement
	for _, c := range all {
		ss = append(ss, c.Statement)
	}
	silent := statement.Silent(agencies, ss, st.On)
	if !slices.ContainsFunc(silent, func(a approval.Agency) bool { return a.Code == "H41" }) || slices.ContainsFunc(silent, func(a approval.Agency) bool { return a.Code == "H56" }) {
		t.Errorf("silent: %v", silent)
	}
	only, err := o.Take(ctx, officer, statement.Statement{Agency: "H56", Title: "Báo cáo", On: "2026-11-20", Figures: []statement.Figure{{Field: statement.Total, Value: 3, Text: "3"}}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := o.Show(ctx, officer, only.ID)
	if err != nil || len(c.Differences) != 0 || c.Figures[1].Reported != nil {
		t.Errorf("what was not printed was compared: %v %+v", err, c.Differences)
	}
}

// The nine rows of June 2024 with another denominator, and the one that fits
// none, come to light as records too, each with its row.
func TestJune2024(t *testing.T) {
	rows, err := fixtures.AnnexIX()
	if err != nil {
		t.Fatal(err)
	}
	kinds, silent, sum := map[string]int{}, 0, 0
	for _, r := range rows {
		if !r.Reported {
			silent++
			continue
		}
		sum += r.Figures.Total
		s := statement.Statement{Agency: r.AgencyCode, On: "2024-06-30"}
		p := r.AsPrinted
		for f, text := range map[statement.Field]string{statement.Total: p.Total, statement.Approved: p.Approved, statement.ApprovedPct: p.ApprovedPct, statement.Deployed: p.Deployed, statement.DeployedPct: p.DeployedPct} {
			v, err := statement.Number(text)
			if err != nil {
				t.Fatal(err)
			}
			s.Figures = append(s.Figures, statement.Figure{Field: f, Value: v, Text: text, Cell: r.Section + ", dòng " + r.Row})
		}
		for _, d := range statement.Compare(s, nil).Differences {
			if strings.HasPrefix(d.Key, "self:") {
				kinds[d.Kind]++
				if d.Cell == "" || d.Reported == "" {
					t.Errorf("a difference without its place: %+v", d)
				}
			}
		}
	}
	if silent != 4 || sum != 7008 || kinds[reconcile.DeployedOfApproved] != 9 || kinds[reconcile.DeployedNeither] != 1 || len(kinds) != 2 {
		t.Errorf("silent %d, sum %d, kinds %v", silent, sum, kinds)
	}
}

func TestPropose(t *testing.T) {
	var systems []approval.System
	for i, name := range []string{"Hệ thống thông tin Quản lý văn bản và điều hành", "Cơ sở dữ liệu đất đai", "Cổng dịch vụ công trực tuyến", "Trung tâm dữ liệu cơ sở 1", "Hòa giải trực tuyến"} {
		systems = append(systems, approval.System{Code: string(rune('a' + i)), Name: name})
	}
	for name, want := range map[string]string{
		"CSDL đất đai": "b", "co so du lieu dat dai": "b", "Cổng DVCTT": "c", "HTTT quản lí văn bản và điều hành": "a", "Hoà giải trực tuyến": "e",
		"CSDLDD": "b", "Trung tâm dữ liệu cơ sở 2": "", "Chợ nổi": "",
	} {
		ps := statement.Propose(statement.Line{Name: name}, systems)
		if got := append(ps, statement.Candidate{})[0].Code; got != want {
			t.Errorf("%s: proposed %+v, want %q", name, ps, want)
		}
	}
}

// What was said is final in the database, and a changed row does not go unseen.
func TestFinal(t *testing.T) {
	o, office, s, dir := open(t)
	st := taken(t, o, office)
	if _, err := o.Note(ctx, officer, st.ID, []statement.Note{{Kind: statement.Match, Line: 8}}); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, store.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{"UPDATE statement SET body = '{}'", "DELETE FROM statement", "UPDATE statement_note SET body = '{}'", "DELETE FROM statement_note", "INSERT OR REPLACE INTO statement_note SELECT * FROM statement_note"} {
		if _, err := db.Exec(q); err == nil || !strings.Contains(err.Error(), "final") {
			t.Errorf("%s: %v", q, err)
		}
	}
	if _, err := db.Exec("DROP TRIGGER statement_note_final_u; UPDATE statement_note SET body = replace(body, substr(body, -8, 4), 'abcd')"); err != nil {
		t.Fatal(err)
	}
	r, err := s.Verify(ctx)
	if err != nil || !slices.ContainsFunc(r.Violations, func(v store.Violation) bool { return v.Object == statement.Object(st.ID) }) {
		t.Errorf("a changed note went unseen: %v %+v", err, r.Violations)
	}
}

func TestReadRefusesByCell(t *testing.T) {
	for text, cell := range map[string]string{
		"Tên hệ thống,Cấp độ\nA,9\n":                    "B2",
		"Tên hệ thống,Phê duyệt\nA,có lẽ\n":             "B2",
		"Tên hệ thống,Cấp độ,Triển khai\n,,\nA,1,80%\n": "C3",
	} {
		src, err := sheet.OpenCSV(strings.NewReader(text), int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = statement.Read(src)
		var r *approval.Refusal
		if !errors.As(err, &r) || !strings.Contains(r.Findings[0].Says.VI, cell) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
