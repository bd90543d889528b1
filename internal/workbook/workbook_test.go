package workbook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"capdo/internal/approval"
	"capdo/internal/controls"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/sheet"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
	"capdo/internal/workbook"
)

// house is a room of workbooks over a register of its own.
type house struct {
	testing.TB
	*workbook.Room
	office *approval.Office
	plans  *plan.Room
	store  *store.Store
	clock  *storetest.Clock
	dir    string
}

var (
	ctx     = context.Background()
	officer = storetest.Actor(law.RoleOperator, "H56")
	other   = storetest.Actor(law.RoleOperator, "H41")
)

func open(t testing.TB) *house {
	t.Helper()
	h := &house{TB: t, clock: storetest.At("2026-11-20"), dir: t.TempDir()}
	h.office, h.store = storetest.OfficeIn(t, h.dir, h.clock)
	lists, err := controls.Load()
	if err != nil {
		t.Fatal(err)
	}
	h.plans = &plan.Room{Store: h.store.Plans(), Book: h.office.Book, Lists: lists, Clock: h.clock.Now}
	h.office.Measure, h.office.Follow = h.plans.Deployed, h.plans.Follow
	h.Room = &workbook.Room{Office: h.office, Plans: h.plans, Lists: lists, Systems: h.store, Book: h.office.Book, Clock: h.clock.Now}
	return h
}

// register puts a system on the register under its owner.
func (h *house) register(a approval.Actor, name string) approval.System {
	h.Helper()
	s, err := h.office.Register(ctx, a, approval.Registration{Name: name, OperatorUnit: "Trung tâm CNTT", Stage: approval.Operating, StartedOn: "2020-01-01", Description: "Tiếp nhận hồ sơ", Served: "Người dân", Attested: true})
	if err != nil {
		h.Fatal(err)
	}
	return s
}

// out writes a table and returns its bytes.
func (h *house) out(a approval.Actor, kind string, q workbook.Query) []byte {
	h.Helper()
	var b bytes.Buffer
	if err := h.Export(ctx, &b, a, kind, q); err != nil {
		h.Fatal(err)
	}
	return b.Bytes()
}

func upload(f workbook.Form, system string, b []byte) workbook.Upload {
	return workbook.Upload{Form: f, System: system, Digest: "d", Body: bytes.NewReader(b), Size: int64(len(b))}
}

// try is a dry run.
func (h *house) try(a approval.Actor, u workbook.Upload) workbook.Report {
	h.Helper()
	r, err := h.Try(ctx, a, u)
	if err != nil {
		h.Fatal(err)
	}
	return r
}

// size is the number of entries in the ledger.
func (h *house) size() int64 {
	h.Helper()
	var n int64
	err := h.store.View(ctx, officer, func(r approval.Reader) error {
		head, err := r.Head()
		n = head.Size
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return n
}

// verified fails when the register contradicts its ledger.
func (h *house) verified() {
	h.Helper()
	r, err := h.store.Verify(ctx)
	if err != nil || len(r.Violations) > 0 {
		h.Fatalf("verify: %v %+v", err, r.Violations)
	}
}

// python runs the other reader; it skips aloud without it.
func python(t testing.TB, args ...string) []byte {
	t.Helper()
	const program = "/usr/bin/python3" // where Debian's openpyxl is
	if err := exec.Command(program, "-c", "import openpyxl").Run(); err != nil {
		if os.Getenv("CAPDO_TEST_REQUIRE") == "all" {
			t.Fatal("python3-openpyxl is missing and CAPDO_TEST_REQUIRE=all")
		}
		t.Skip("SKIPPED: needs python3-openpyxl")
	}
	var says bytes.Buffer
	cmd := exec.Command(program, append([]string{"testdata/breaker.py"}, args...)...)
	cmd.Stderr = &says
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, says.String())
	}
	return out
}

// broken is a workbook as the other program saves it after each of the ways.
func broken(t testing.TB, in []byte, ways ...string) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	from := filepath.Join(dir, "in.xlsx")
	if err := os.WriteFile(from, in, 0o600); err != nil {
		t.Fatal(err)
	}
	python(t, append([]string{"break", from, dir}, ways...)...)
	out := map[string][]byte{}
	for i, way := range ways {
		b, err := os.ReadFile(filepath.Join(dir, strconv.Itoa(i)+".xlsx"))
		if err != nil {
			t.Fatal(err)
		}
		out[way] = b
	}
	return out
}

// looked is what the other reader sees of a sheet.
type looked struct {
	State     string
	Protected bool
	Frozen    string
	Rows      [][]*string
	Open      []string
	Notes     map[string]string
	Lists     map[string]string
	Hidden    []string
}

// look is what the other reader sees of each workbook, sheet by sheet.
func look(t testing.TB, books ...[]byte) []map[string]looked {
	t.Helper()
	args := []string{"look"}
	for i, b := range books {
		name := filepath.Join(t.TempDir(), strconv.Itoa(i)+".xlsx")
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
	}
	all := make([]map[string]looked, len(books))
	d := json.NewDecoder(bytes.NewReader(python(t, args...)))
	for i := range all {
		if err := d.Decode(&all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// at is the name of a cell, that of the first column without a title.
func (l looked) at(row int, title string) string {
	i := slices.IndexFunc(l.Rows[0], func(s *string) bool { return s != nil && *s == title })
	return sheet.Ref(max(i, 0)+1, row)
}

func (l looked) cell(row int, title string) string {
	i := slices.IndexFunc(l.Rows[0], func(s *string) bool { return s != nil && *s == title })
	if i < 0 || row > len(l.Rows) || l.Rows[row-1][i] == nil {
		return ""
	}
	return *l.Rows[row-1][i]
}

// world is a province with two systems and another with one.
func world(t testing.TB) *house {
	h := open(t)
	h.register(officer, "Cổng một cửa")
	h.register(officer, "=Hệ thống -@quản lý")
	h.register(other, "Của cơ quan khác")
	return h
}

// What we write, another program reads: names, drop-downs, locks, the sheet
// hidden for good; and a name that looks like a formula is text.
func TestAnotherReaderSeesTheRegister(t *testing.T) {
	h := world(t)
	all := look(t, h.out(officer, "xlsx", workbook.Query{Form: workbook.Register}))[0]
	for _, name := range []string{"Hướng dẫn", "Sổ đăng ký", "Danh mục", "_capdo"} {
		if _, ok := all[name]; !ok || !norm.NFC.IsNormalString(name) {
			t.Fatalf("no sheet %q in %v", name, all)
		}
	}
	s := all["Sổ đăng ký"]
	if all["_capdo"].State != "veryHidden" || s.Frozen != "D2" || !s.Protected || !slices.Contains(s.Hidden, "B") {
		t.Errorf("hidden %q, frozen %q, protected %v, hidden columns %v", all["_capdo"].State, s.Frozen, s.Protected, s.Hidden)
	}
	if got := s.cell(3, "Tên hệ thống thông tin"); got != "=Hệ thống -@quản lý" {
		t.Errorf("the name came out as %q", got)
	}
	if s.cell(2, "Mã hệ thống") != "H56-0001" || s.cell(2, "Giai đoạn của hệ thống") != "Đang vận hành" || s.cell(2, "Ngày đưa vào vận hành") != "2020-01-01 00:00:00" {
		t.Errorf("row 2: %v", s.Rows[1])
	}
	if slices.Contains(s.Open, "A2") || !slices.Contains(s.Open, "C2") {
		t.Errorf("open cells: %v", s.Open)
	}
	if len(s.Lists) < 3 || !strings.HasPrefix(s.Lists["F2:F100000"], "'Danh mục'!$") {
		t.Errorf("drop-downs: %v", s.Lists)
	}
	for _, row := range s.Rows {
		if row[0] != nil && strings.HasPrefix(*row[0], "H41") {
			t.Error("another's system is in the table")
		}
	}
}

// The way of an officer: take it out, break it in so many ways, be told of each
// in Vietnamese beside the cell, and nothing is written.
func TestTwentyWaysToBreakIt(t *testing.T) {
	h := world(t)
	clean := h.out(officer, "xlsx", workbook.Query{Form: workbook.Register})
	before := h.size()
	const name, unit, stage, started = "Tên hệ thống thông tin", "Đơn vị vận hành", "Giai đoạn của hệ thống", "Ngày đưa vào vận hành"
	cases := []breach{
		{"no-name", "E-ROW-REQUIRED", name, 4, "Nhập"},
		{"short-name", "E-ROW-TOO_SHORT", name, 4, "ít nhất 3"},
		{"long-name", "E-ROW-TOO_LONG", name, 4, "tối đa 255"},
		{"taken-name", "E-ROW-NAME-TAKEN", name, 4, "H56-0001"},
		{"stage-unknown", "E-CELL-CHOICE", stage, 2, "Đang vận hành; Xây dựng mới"},
		{"stage-missing", "E-ROW-REQUIRED", stage, 4, "Chọn"},
		{"date-text", "E-CELL-DATE", started, 2, "31/12/2026"},
		{"date-short-year", "E-CELL-DATE", started, 2, "bốn chữ số"},
		{"date-impossible", "E-CELL-DATE", started, 2, "không có trong lịch"},
		{"date-future", "E-ROW-NOT_AFTER_TODAY", started, 2, "20/11/2026"},
		{"date-missing", "E-ROW-REQUIRED", started, 4, "ngày"},
		{"no-unit", "E-ROW-REQUIRED", unit, 2, "đơn vị vận hành"},
		{"yes-unknown", "E-CELL-CHOICE", "Đơn vị chuyên trách tự vận hành", 2, "Có; Không"},
		{"no-oath", "E-ROW-REQUIRED", "Xác nhận là một hệ thống thông tin", 4, "xác nhận"},
		{"code-unknown", "E-ROW-NOT-FOUND", "Mã hệ thống", 2, "phạm vi của bạn"},
		{"code-foreign", "E-ROW-NOT-FOUND", "Mã hệ thống", 2, "phạm vi của bạn"},
		{"code-twice", "E-ROW-CODE-TWICE", "Mã hệ thống", 3, "dòng trên"},
		{"code-erased", "E-ROW-NAME-TAKEN", name, 2, "H56-0001"},
		{"version", "E-ROW-STALE", "", 2, "cập nhật"},
		{"formula", "E-CELL-FORMULA", unit, 2, "công thức"},
		{"error", "E-CELL-ERROR", unit, 2, "#REF!"},
		{"decomposed", "E-CELL-NFC", name, 2, "dấu rời"},
		{"merged", "E-FILE-MERGED", "", 0, "bỏ gộp"},
		{"head-missing", "E-COLUMN-MISSING", name, 0, "Thiếu cột"},
		{"head-twice", "E-COLUMN-TWICE", name, 0, "hai lần"},
		{"sheet-renamed", "E-SHEET-MISSING", "", 0, "Sổ đăng ký"},
		{"dde", "E-FILE-DDE", "", 0, "DDE"},
		{"far-row", "E-FILE-HUGE-DIMENSION", "", 0, "100.000 dòng"},
		{"far-column", "E-FILE-HUGE-DIMENSION", "", 0, "256 cột"},
	}
	h.toldOf(workbook.Register, "", clean, cases)
	if h.size() != before {
		t.Error("a broken table was written")
	}
	h.verified()
}

// breach is a way to break a table, and what is said of it.
type breach struct {
	way, code, column string
	row               int // where the note stands in the returned copy; 0: the whole table
	says              string
}

// toldOf breaks a table in each way, and finds the officer told of each in Vietnamese
// beside the cell, and nothing written.
func (h *house) toldOf(form workbook.Form, system string, clean []byte, cases []breach) {
	h.Helper()
	before := h.size()
	sheetName := map[workbook.Form]string{workbook.Register: "Sổ đăng ký", workbook.Dossier: "Hồ sơ", workbook.Checklist: "Bảng kiểm", workbook.Evidence: "Bằng chứng"}[form]
	var ways []string
	for _, c := range cases {
		ways = append(ways, c.way)
	}
	files := broken(h, clean, ways...)
	var copies [][]byte
	reports := map[string]workbook.Report{}
	for _, c := range cases {
		u := upload(form, system, files[c.way])
		r := h.try(officer, u)
		i := slices.IndexFunc(r.Problems, func(p workbook.Problem) bool {
			return p.Code == c.code && p.Column == c.column && strings.Contains(p.Says.VI, c.says) && p.Says.EN != ""
		})
		if i < 0 {
			h.Errorf("%s: problems %+v", c.way, r.Problems)
			continue
		}
		if done, err := h.Import(ctx, officer, u); err != nil || done.Done || h.size() != before {
			h.Fatalf("%s: a broken table was imported: %v %+v", c.way, err, done)
		}
		var copied bytes.Buffer
		if err := h.Returned(ctx, &copied, officer, u, r); err != nil {
			h.Fatal(err)
		}
		copies, reports[c.way] = append(copies, copied.Bytes()), r
	}
	cases = slices.DeleteFunc(slices.Clone(cases), func(c breach) bool { _, ok := reports[c.way]; return !ok })
	for i, all := range look(h, copies...) {
		c, first := cases[i], reports[cases[i].way].Problems[0]
		if list := all["Danh sách lỗi"]; list.cell(2, "Mã lỗi") != first.Code || list.cell(2, "Cần sửa") != first.Says.VI {
			h.Errorf("%s: list of errors %v", c.way, list.Rows)
		}
		if c.row == 0 {
			continue
		}
		back := all[sheetName]
		if back.cell(c.row, "Kết quả") != "Cần sửa" || !strings.Contains(back.cell(c.row, "Cần sửa"), c.says) {
			h.Errorf("%s: row %d says %q, %q", c.way, c.row, back.cell(c.row, "Kết quả"), back.cell(c.row, "Cần sửa"))
		}
		if note := back.Notes[back.at(c.row, c.column)]; !strings.HasPrefix(note, "LỖI: ") || !strings.Contains(note, c.says) {
			h.Errorf("%s: the note beside %s is %q; notes %v", c.way, back.at(c.row, c.column), note, back.Notes)
		}
	}
}

// What is right comes in whole, once, and again changes nothing.
func TestImportRegister(t *testing.T) {
	h := world(t)
	clean := h.out(officer, "xlsx", workbook.Query{Form: workbook.Register})
	before, made := h.size(), broken(t, clean, "nothing", "fresh", "rename")
	if r := h.try(officer, upload(workbook.Register, "", made["nothing"])); !r.Clean() || r.Same != 2 || r.Rows != 2 {
		t.Fatalf("the same table: %+v", r)
	}
	fresh := made["fresh"]
	u := upload(workbook.Register, "", fresh)
	if r := h.try(officer, u); !r.Clean() || r.Added != 1 || r.Done || h.size() != before {
		t.Fatalf("dry run: %+v", r)
	}
	r, err := h.Import(ctx, officer, u)
	if err != nil || !r.Done || r.Added != 1 || h.size() != before+1 {
		t.Fatalf("import: %v %+v", err, r)
	}
	if r.Changes[0].Object != "H56-0003" {
		t.Errorf("changes: %+v", r.Changes)
	}
	again := h.try(officer, u)
	if again.Clean() || again.Problems[0].Code != "E-ROW-NAME-TAKEN" || h.size() != before+1 {
		t.Errorf("again: %+v", again)
	}
	renamed := upload(workbook.Register, "", made["rename"])
	if r, err := h.Import(ctx, officer, renamed); err != nil || !r.Done || r.Changed != 1 || r.Same != 1 {
		t.Fatalf("rename: %v %+v", err, r)
	}
	f, err := h.office.File(ctx, officer, "H56-0001")
	if err != nil || f.System.Name != "Cổng một cửa (tên mới)" {
		t.Fatalf("%v %q", err, f.System.Name)
	}
	last := f.History[len(f.History)-1]
	if last.Act != approval.ActAmend || last.Detail["fields"] != "name" || last.Detail["source"] != "d" {
		t.Errorf("entry: %+v", last)
	}
	if r := h.try(officer, renamed); r.Clean() || r.Problems[0].Code != "E-ROW-STALE" {
		t.Errorf("an old table: %+v", r)
	}
	h.verified()
}

// Columns may be moved, and columns of one's own are left alone.
func TestColumnsMayMove(t *testing.T) {
	h := world(t)
	made := broken(t, h.out(officer, "xlsx", workbook.Query{Form: workbook.Register}), "moved", "own-column")
	if r := h.try(officer, upload(workbook.Register, "", made["moved"])); !r.Clean() || r.Same != 2 {
		t.Errorf("moved: %+v", r)
	}
	if r := h.try(officer, upload(workbook.Register, "", made["own-column"])); !r.Clean() || !slices.Equal(r.Ignored, []string{"Ghi chú riêng"}) {
		t.Errorf("own column: %+v", r)
	}
}

// Another officer's table changes nothing here, and an auditor registers none.
func TestImportStaysWithinReach(t *testing.T) {
	h := world(t)
	csv := h.out(officer, "csv", workbook.Query{Form: workbook.Register})
	r := h.try(other, upload(workbook.Register, "", csv))
	if r.Wrong != 2 || r.Problems[0].Code != "E-ROW-NOT-FOUND" {
		t.Errorf("another's table: %+v", r)
	}
	if r := h.try(storetest.Actor(law.RoleOwner, "H56"), upload(workbook.Register, "", []byte(strings.Replace(string(csv), "H56-0001", "", 1)))); r.Clean() {
		t.Errorf("an owner registered: %+v", r)
	}
	if err := h.Export(ctx, &bytes.Buffer{}, other, "xlsx", workbook.Query{Form: workbook.Dossier, System: "H56-0001"}); err == nil {
		t.Error("another's dossier was exported")
	}
}
