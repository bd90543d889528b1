package store_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// named loads systems of H56 by their names, coded in order.
func named(t *testing.T, names ...string) (*approval.Office, *store.Store) {
	t.Helper()
	o, s := storetest.Office(t, storetest.At(today))
	var w approval.World
	for _, n := range names {
		w.Systems = append(w.Systems, approval.System{Name: n, Owner: "H56", OperatorUnit: "Sở", Stage: approval.New, Origin: approval.Registered, RegisteredAt: o.Clock().UTC()})
	}
	if err := o.Import(context.Background(), storetest.Keeper(), w); err != nil {
		t.Fatal(err)
	}
	return o, s
}

// find returns the codes of a search, without the owner.
func find(t *testing.T, s *store.Store, f approval.Filter) (codes []string, p approval.Page) {
	t.Helper()
	view(t, s, storetest.Keeper(), func(r approval.Reader) (err error) {
		p, err = r.Search(f)
		return err
	})
	for _, row := range p.Rows {
		codes = append(codes, strings.TrimPrefix(row.Code, "H56-000"))
	}
	return codes, p
}

// TestSearchText: with marks or without, composed or not, in any case.
func TestSearchText(t *testing.T) {
	_, s := named(t, "Hệ thống thông tin giải quyết thủ tục hành chính", "Cổng dữ liệu ĐẤT ĐAI", norm.NFD.String("Quản lý đường bộ"), "100% trực_tuyến (thử)", "O'Brien \"; DROP TABLE system; --")
	for _, c := range []struct{ text, want string }{
		{"", "1 2 3 4 5"}, {"thủ tục", "1"}, {"thu tuc", "1"}, {"THỦ TỤC", "1"}, {norm.NFD.String("thủ tục"), "1"}, {"tuc thu", "1"}, {"hành  \t chính", "1"},
		{"đất đai", "2"}, {"dat dai", "2"}, {"ĐẤT", "2"}, {"Đất", "2"}, {"ĐUONG BO", "3"}, {"duong bo", "3"}, {"đường", "3"}, {norm.NFD.String("ĐƯỜNG"), "3"}, {"quan ly dat", ""},
		{"100%", "4"}, {"trực_tuyến", "4"}, {"truc tuyen thu", "4"}, {"%", "1 2 3 4 5"}, {"_", "1 2 3 4 5"}, {"th_", "1 4"}, {"thủ%chính", "1"}, {"t%z", ""}, {"[a-z]", ""}, {`\`, "1 2 3 4 5"},
		{"o'brien", "5"}, {"drop table", "5"}, {"' OR '1'='1", ""}, {"x' OR 1=1 --", ""}, {"H56-0003", "3"}, {"0003", "3"}, {"sở", "1 2 3 4 5"},
		{"\x00", "1 2 3 4 5"}, {"thu\x00tuc", "1"}, {"\xff\xfe", "1 2 3 4 5"}, {strings.Repeat("a", 60_000), ""}, {strings.Repeat("ế", 60_000), ""}, {strings.Repeat("thu ", 60_000), "1 4"},
	} {
		codes, p := find(t, s, approval.Filter{Text: c.text})
		if got := strings.Join(codes, " "); got != c.want || p.Total != len(codes) {
			t.Errorf("search %.40q: %q of %d, want %q", c.text, got, p.Total, c.want)
		}
	}
}

// TestFold: folding twice is folding once, and nothing is left that LIKE reads.
func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "  ": "", "Đồng Tháp": "dong thap", "ĐỒNG  THÁP": "dong thap", norm.NFD.String("Thừa Thiên – Huế"): "thua thien hue", "a_b%c\\d": "a b c d", "Ü ñ ç": "u n c", "…x…": "x", "Số 12/QĐ": "so 12 qd",
	} {
		if got := store.Fold(text); got != want {
			t.Errorf("fold %q = %q, want %q", text, got, want)
		}
	}
}

func FuzzFold(f *testing.F) {
	f.Add("Hệ thống ĐẤT_ĐAI 100%")
	f.Add("\x00\xff i̇ ﬁ Ⅷ")
	f.Fuzz(func(t *testing.T, text string) {
		once := store.Fold(text)
		if strings.ContainsAny(once, "%_\\'\x00") || strings.HasPrefix(once, " ") || strings.HasSuffix(once, " ") || strings.Contains(once, "  ") {
			t.Errorf("fold %q = %q", text, once)
		}
		if twice := store.Fold(norm.NFC.String(text)); twice != store.Fold(norm.NFD.String(text)) {
			t.Errorf("fold of %q depends on its form: %q", text, twice)
		}
	})
}

// TestSearchFilters: each filter alone gives what it says, and the states
// share the register out: every system is in exactly one.
func TestSearchFilters(t *testing.T) {
	clock := storetest.At(today)
	o, s := storetest.Office(t, clock)
	for step := storetest.Registered; step <= storetest.Deployed; step++ {
		storetest.Lead(t, o, "H56", "Một cửa", step)
	}
	ctx, officer := context.Background(), storetest.Actor(law.RoleOperator, "H56")
	x := storetest.Lead(t, o, "H56", "Thu hồi", storetest.Deployed)
	if _, err := o.Revoke(ctx, storetest.Actor(law.RoleOwner, "H56"), x.Code, x.Version, approval.RevocationInput{Ground: "Sai"}); err != nil {
		t.Fatal(err)
	}
	x = storetest.Lead(t, o, "H56", "Nháp", storetest.Stated)
	if _, err := o.Draft(ctx, officer, x.Code, x.Version, storetest.Statement(3, today)); err != nil {
		t.Fatal(err)
	}
	x = storetest.Lead(t, o, "H56", "Không đạt", storetest.Submitted)
	if _, err := o.Review(ctx, storetest.Actor(law.RoleSpecialisedUnit, "H56"), x.Code, x.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.FindUnfit, Comment: "x", Digest: x.Last().Digest}); err != nil {
		t.Fatal(err)
	}
	x = storetest.Lead(t, o, "H56", "Kết thúc", storetest.Deployed)
	if _, err := o.Retire(ctx, officer, x.Code, x.Version, "Hết"); err != nil {
		t.Fatal(err)
	}
	for _, next := range []bool{false, true} { // a term that ends today; one has a new dossier in hand by then
		x = storetest.Lead(t, o, "H56", "Có hạn", storetest.Appraised)
		x, err := o.Decide(ctx, storetest.Actor(law.RoleOwner, "H56"), x.Code, x.Version, approval.DecisionInput{Outcome: approval.Approve, Number: "1", DecidedOn: today, Until: today, Digest: x.Last().Digest})
		if err == nil {
			x, err = o.DeclarePlan(ctx, officer, x.Code, x.Version, approval.PlanInput{Status: approval.PlanFull, On: today})
		}
		if err == nil && next {
			_, err = o.Submit(ctx, officer, x.Code, x.Version, storetest.Statement(3, today))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	storetest.Lead(t, o, "H41", "Của tỉnh khác", storetest.Registered)
	shares(t, s, today, map[string]int{"registered": 3, "draft": 1, "in_review": 1, "appraised": 1, "approved": 2, "deployed": 3, "revoked": 1, "refused": 1, "retired": 1})
	if n, err := s.Settle(ctx, clock.T); err != nil || n != 0 {
		t.Errorf("%d systems were written and lists did not show it: %v", n, err)
	}
	clock.T = clock.T.Add(24 * time.Hour) // nothing is written, and the terms are over
	tomorrow := map[string]int{"registered": 3, "draft": 1, "in_review": 2, "appraised": 1, "approved": 2, "deployed": 1, "lapsed": 1, "revoked": 1, "refused": 1, "retired": 1}
	shares(t, s, today.AddDays(1), tomorrow)
	if n, err := s.Settle(ctx, clock.T); err != nil || n != 2 {
		t.Errorf("%d terms are over, want 2: %v", n, err)
	}
	shares(t, s, today.AddDays(1), tomorrow)
	shares(t, s, today, map[string]int{"registered": 3, "draft": 1, "in_review": 1, "appraised": 1, "approved": 2, "deployed": 3, "revoked": 1, "refused": 1, "retired": 1})
	sound(t, s)
}

// shares checks states, plans, levels, owners and origins of the register as a
// list of that day shows it, against the records.
func shares(t *testing.T, s *store.Store, day law.Day, states map[string]int) {
	t.Helper()
	_, all := find(t, s, approval.Filter{Today: day})
	sum := 0
	for _, state := range approval.States() {
		_, p := find(t, s, approval.Filter{State: state, Today: day})
		if p.Total != states[state] {
			t.Errorf("%s: %d are %s, want %d", day, p.Total, state, states[state])
		}
		sum += p.Total
	}
	if sum != all.Total {
		t.Errorf("%s: the states hold %d of %d", day, sum, all.Total)
	}
	var want []approval.Row
	view(t, s, storetest.Keeper(), func(r approval.Reader) error {
		for _, row := range all.Rows {
			x, err := r.System(row.Code)
			if err != nil {
				return err
			}
			st := x.Standing(day.Time().Add(12 * time.Hour))
			y := approval.Row{Code: x.Code, Name: x.Name, Owner: x.Owner, OwnerName: row.OwnerName, Proposed: st.Proposed, State: st.State(), Plan: st.Plan, Until: row.Until, Confirmed: st.Confirmed, Origin: x.Origin}
			if st.Approval != nil {
				y.Level, y.Until = st.Approval.Level, st.Approval.Until
			}
			want = append(want, y)
		}
		return nil
	})
	if !slices.Equal(all.Rows, want) {
		t.Errorf("%s: the list shows\n%+v\nthe records say\n%+v", day, all.Rows, want)
	}
	for name, c := range map[string]struct {
		f    approval.Filter
		want func(approval.Row) bool
	}{
		"full":     {approval.Filter{Plan: approval.PlanFull}, func(r approval.Row) bool { return r.Plan == approval.PlanFull }},
		"none":     {approval.Filter{Plan: approval.PlanNone}, func(r approval.Row) bool { return r.Plan == approval.PlanNone }},
		"level":    {approval.Filter{Level: 3}, func(r approval.Row) bool { return r.Level == 3 || r.Level == 0 && r.Proposed == 3 }},
		"no level": {approval.Filter{Level: 5}, func(approval.Row) bool { return false }},
		"owner":    {approval.Filter{Owner: "H41"}, func(r approval.Row) bool { return r.Owner == "H41" }},
		"origin":   {approval.Filter{Origin: approval.Simulated}, func(approval.Row) bool { return false }},
		"several":  {approval.Filter{Owner: "H56", State: "deployed", Plan: approval.PlanFull, Text: "mot"}, func(r approval.Row) bool { return r.State == "deployed" && r.Name == "Một cửa" }},
		"nul":      {approval.Filter{Owner: "H56\x00"}, func(approval.Row) bool { return false }},
	} {
		c.f.Today = day
		_, p := find(t, s, c.f)
		rows := slices.DeleteFunc(slices.Clone(want), func(r approval.Row) bool { return !c.want(r) })
		if !slices.Equal(p.Rows, rows) && len(p.Rows)+len(rows) > 0 {
			t.Errorf("%s, filter %s: %+v\nwant %+v", day, name, p.Rows, rows)
		}
	}
}

// TestPaging: the pages together are the register, each row once.
func TestPaging(t *testing.T) {
	names := make([]string, 2*approval.PageSize+7)
	for i := range names {
		names[i] = fmt.Sprint("Hệ thống ", i)
	}
	_, s := named(t, names...)
	seen := map[string]bool{}
	for page, want := range []int{approval.PageSize, approval.PageSize, approval.PageSize, 7, 7, 7} {
		_, p := find(t, s, approval.Filter{Page: []int{-3, 1, 2, 3, 4, math.MaxInt}[page]})
		if len(p.Rows) != want || p.Total != len(names) {
			t.Errorf("page %d: %d rows of %d, want %d of %d", page, len(p.Rows), p.Total, want, len(names))
		}
		for _, r := range p.Rows {
			if page >= 1 && page <= 3 && seen[r.Code] {
				t.Errorf("%s on two pages", r.Code)
			}
			seen[r.Code] = seen[r.Code] || page >= 1
		}
	}
	if len(seen) != len(names) {
		t.Errorf("%d rows on all pages, want %d", len(seen), len(names))
	}
}

// TestTextCannotBreakOut: a negative number under a minus begins no comment,
// and the text after it stays a text.
func TestTextCannotBreakOut(t *testing.T) {
	_, s := two(t)
	for _, text := range []string{"x", "\n OR 1=1) --", "x\n) OR (1=1", "'\n); DELETE FROM account; --", `\'`, "' OR '1'='1", "\n/*", "?", "?0", "%"} {
		n, err := store.Minus(s, -1, text) // no > 1: all three but the one outside
		if err != nil || n != 2 {
			t.Errorf("with %q: %d agencies, %v", text, n, err)
		}
	}
}

// TestTextComesBack: what is written through the query builder is read again
// as it was.
func TestTextComesBack(t *testing.T) {
	o, s := storetest.Office(t, storetest.At(today))
	officer := storetest.Actor(law.RoleOperator, "H56")
	for _, text := range []string{"O'Brien", `a\'b`, "một\nhai\r\n", "?", "?0 ?1", "-?", "--", "/* x */", "%s", "\U0001F600", "\u202e", "{}", "NULL", "\\0", "'; DROP TABLE system; --"} {
		x, err := o.Register(context.Background(), officer, approval.Registration{Name: text, Description: text, OperatorUnit: text, Served: text, Stage: approval.New, Attested: true})
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		view(t, s, officer, func(r approval.Reader) error {
			y, err := r.System(x.Code)
			if err == nil && (y.Name != text || y.Description != text || y.OperatorUnit != text || y.Served != text) {
				t.Errorf("%q came back as %q", text, y.Name)
			}
			return err
		})
	}
	sound(t, s)
}
