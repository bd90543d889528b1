package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/report"
	"capdo/internal/web"
)

// The papers of a list of the register, of the figures and of what falls due, as the
// pages show them.
// Their code is the query of the page, which narrows them.
const (
	briefSystems  = "systems"
	briefOverview = "overview"
	briefCalendar = "calendar"
)

// narrowing reads the query in a paper's code, within the actor's reach.
func narrowing(a approval.Actor, code string) (url.Values, error) {
	q, err := url.ParseQuery(code)
	if err != nil || !a.National() && q.Get("owner") != a.Body {
		return nil, approval.ErrNotFound()
	}
	return q, nil
}

// listPaper begins a paper of one of these kinds.
func (p *program) listPaper(ctx context.Context, a approval.Actor, q reportQuery) (b report.Brief, names map[string]approval.Agency, err error) {
	if b.Official, err = p.official(ctx, a); err != nil {
		return b, nil, err
	}
	all, err := p.office.AgencyList(ctx, a)
	names = map[string]approval.Agency{}
	for _, x := range all {
		names[x.Code] = x.On(q.Day)
	}
	if x, ok := names[a.Body]; ok && !a.National() {
		b.Issuer, b.SignerTitle = report.Issuer{Body: x.Formal(), Place: placeOf(x)}, "Thủ trưởng cơ quan"
	}
	return b, names, err
}

// systemsPaper is the list of systems that a query asks for.
func (p *program) systemsPaper(ctx context.Context, a approval.Actor, q reportQuery) (gathered, error) {
	in, err := narrowing(a, q.Code)
	if err != nil {
		return gathered{}, err
	}
	b, names, err := p.listPaper(ctx, a, q)
	if err != nil {
		return gathered{}, err
	}
	list := report.Grid{Columns: []report.Column{{Label: "STT", Width: 12, Align: "C"}, {Label: "Mã", Width: 26, Align: "L"}, {Label: "Tên hệ thống", Width: 80, Align: "L"}, {Label: "Chủ quản", Width: 46, Align: "L"},
		{Label: "Cấp độ", Width: 20, Align: "C"}, {Label: "Tình trạng", Width: 32, Align: "L"}, {Label: "Phương án", Width: 30, Align: "L"}, {Label: "Hiệu lực đến", Width: 24, Align: "C"}}}
	err = p.office.List(ctx, a, web.FilterOf(in), func(r approval.Row) error {
		b.Simulated = b.Simulated || r.Origin == approval.Simulated
		put(&list, r.Code, r.Name, r.OwnerName, levelInForce(r), approval.Term("state", r.State).VI, approval.Term("plan", string(r.Plan)).VI, untilOf(r))
		return nil
	})
	if err != nil {
		return gathered{}, err
	}
	b.About = "Danh sách hệ thống thông tin"
	facts := append(narrowed(in, names), [2]string{"Số hệ thống", thousands(len(list.Rows) + list.Left)})
	b.Sections = []report.Section{{Title: "Danh sách", Facts: facts}}
	b.Annexes = []report.Annex{{Title: b.About, Grid: list}}
	b.Closing = "Trên đây là danh sách hệ thống thông tin theo sổ đăng ký, tại Phụ lục kèm theo./."
	return gathered{&b.Official, &b, func(w io.Writer) error { return report.WriteBrief(w, b) }}, nil
}

// levelInForce is the level of a line of the register, or that it is only proposed.
func levelInForce(r approval.Row) string {
	switch {
	case r.Level.Valid():
		return strconv.Itoa(int(r.Level))
	case r.Proposed.Valid():
		return fmt.Sprintf("%d (đề xuất)", r.Proposed)
	}
	return "–"
}

// untilOf is the last day of the approval in force.
func untilOf(r approval.Row) string {
	switch {
	case r.Until != "":
		return dmy(r.Until)
	case r.Level.Valid():
		return "Không thời hạn"
	}
	return "–"
}

// narrowed says in words what a query asks for.
func narrowed(in url.Values, names map[string]approval.Agency) (facts [][2]string) {
	f := web.FilterOf(in)
	for _, x := range []struct{ label, value string }{
		{"Từ khóa", f.Text}, {"Chủ quản", names[f.Owner].Formal()}, {"Nhóm cơ quan", approval.Term("group", f.Group).VI}, {"Cấp độ", levelAsked(in)},
		{"Tình trạng", approval.Term("state", f.State).VI}, {"Trong số liệu", approval.Term("counted", string(f.Counted)).VI}, {"Phương án", approval.Term("plan", string(f.Plan)).VI},
		{"Nguồn bản ghi", approval.Term("origin", string(f.Origin)).VI}, {"Hết hạn", spanOf(f)}} {
		if strings.TrimSpace(x.value) != "" {
			facts = append(facts, [2]string{x.label, x.value})
		}
	}
	return facts
}

func levelAsked(in url.Values) string {
	if in.Get("level") == "0" {
		return "Chưa xác định"
	}
	return in.Get("level")
}

func spanOf(f approval.Filter) string {
	if f.Ends == "" {
		return ""
	}
	return fmt.Sprintf("từ %s đến %s", dmy(f.From), dmy(f.To))
}

// overviewPaper is the figures of a part of the register on a day.
func (p *program) overviewPaper(ctx context.Context, a approval.Actor, q reportQuery) (gathered, error) {
	in, err := narrowing(a, q.Code)
	if err != nil {
		return gathered{}, err
	}
	b, names, err := p.listPaper(ctx, a, q)
	if err != nil {
		return gathered{}, err
	}
	part := approval.Part{Owner: in.Get("owner"), Group: in.Get("group")}
	if n, err := strconv.Atoi(in.Get("level")); err == nil {
		l := law.Level(n)
		part.Level = &l
	}
	ov, err := p.office.OverviewOf(ctx, a, p.as, part)
	if err != nil {
		return gathered{}, err
	}
	b.Simulated = ov.Simulated > 0
	b.About = "Số liệu cấp độ an toàn hệ thống thông tin"
	facts := append(narrowed(in, names), [2]string{"Tổng số hệ thống", thousands(ov.Total)}, [2]string{"Đã phê duyệt cấp độ", partOf(ov.Approved, ov.Total)},
		[2]string{"Đã triển khai đầy đủ phương án", partOf(ov.Deployed, ov.Total)}, [2]string{"Đã được xác nhận", partOf(ov.Confirmed, ov.Total)})
	trend, err := p.trendSection(ctx, a, q.Day, part)
	if err != nil {
		return gathered{}, err
	}
	b.Sections = []report.Section{{Title: "Số liệu chung", Facts: facts}, trend, levelSection(ov)}
	if part.Owner == "" && a.National() {
		b.Sections = append(b.Sections, agencySection(ov))
	}
	b.Closing = "Trên đây là số liệu theo sổ đăng ký./."
	return gathered{&b.Official, &b, func(w io.Writer) error { return report.WriteBrief(w, b) }}, nil
}

// levelSection is the levels by status, with a chart.
func levelSection(ov approval.Overview) report.Section {
	x := report.Section{Title: "Theo cấp độ và tình trạng", Grid: &report.Grid{Name: "Số hệ thống theo cấp độ và tình trạng",
		Columns: []report.Column{{Label: "Cấp độ", Width: 34, Align: "L"}, {Label: "Chưa phê duyệt", Width: 26, Align: "R"}, {Label: "Đã phê duyệt, chưa triển khai đầy đủ", Width: 40, Align: "R"}, {Label: "Triển khai đầy đủ", Width: 26, Align: "R"}, {Label: "Tổng số", Width: 24, Align: "R"}}},
		Bars: &report.Bars{Name: "Tỷ lệ trên tổng số theo cấp độ", Parts: [2]string{"đã phê duyệt", "triển khai đầy đủ"}}}
	row := func(name string, total, approved, deployed int) []string {
		return []string{name, thousands(total - approved), thousands(approved - deployed), thousands(deployed), thousands(total)}
	}
	for _, l := range ov.Levels {
		if l.Total == 0 {
			continue
		}
		name := "Chưa xác định"
		if l.Level.Valid() {
			name = fmt.Sprintf("Cấp độ %d", l.Level)
		}
		x.Grid.Rows = append(x.Grid.Rows, row(name, l.Total, l.Approved, l.Deployed))
		x.Bars.Rows = append(x.Bars.Rows, report.Bar{Name: name, First: l.Approved, Second: l.Deployed, All: l.Total})
	}
	x.Grid.Sum = row("Cộng", ov.Total, ov.Approved, ov.Deployed)
	return x
}

// trendOfPaper is how many months back a paper tells.
const trendOfPaper = 12

// trendSection is the figures at the end of each month, and on the days by which
// everything was due.
func (p *program) trendSection(ctx context.Context, a approval.Actor, day law.Day, part approval.Part) (x report.Section, err error) {
	g := &report.Grid{Name: "Số liệu cuối tháng", Columns: []report.Column{{Label: "Ngày", Width: 30, Align: "C"}, {Label: "Tổng số", Width: 26, Align: "R"}, {Label: "Đã phê duyệt", Width: 40, Align: "R"}, {Label: "Triển khai đầy đủ", Width: 40, Align: "R"}}}
	x = report.Section{Title: "Diễn biến và mốc phải đạt", Grid: g}
	points, err := p.office.Trend(ctx, a, day, trendOfPaper, part)
	if err != nil {
		return x, err
	}
	for _, n := range points {
		g.Rows = append(g.Rows, []string{dmy(n.Day), thousands(n.Total), partOf(n.Approved, n.Total), partOf(n.Deployed, n.Total)})
	}
	if x.Notes, err = p.againstTargets(ctx, a, part, points[len(points)-1]); err != nil {
		return x, err
	}
	note, err := p.conformity(ctx, a, part)
	if note != "" {
		x.Notes = append(x.Notes, note)
	}
	return x, err
}

// againstTargets sets the figures against the days by which everything was due: on
// that day, and now.
func (p *program) againstTargets(ctx context.Context, a approval.Actor, part approval.Part, now approval.Point) (notes []string, err error) {
	for _, d := range p.targets() {
		due := law.Day(d.Day)
		task := map[string]string{report.TaskApprove: "Phê duyệt cấp độ 100%", report.TaskDeploy: "Triển khai đầy đủ phương án 100%"}[d.Task]
		if due > now.Day {
			notes = append(notes, fmt.Sprintf("%s: đến ngày %s (%s).", task, dmy(due), d.Basis))
			continue
		}
		at, err := p.office.Trend(ctx, a, due, 0, part)
		if err != nil {
			return nil, err
		}
		was, is := at[0].Approved, now.Approved
		if d.Task == report.TaskDeploy {
			was, is = at[0].Deployed, now.Deployed
		}
		notes = append(notes, fmt.Sprintf("%s: mốc %s (%s); khi đó đạt %s, nay %s.", task, dmy(due), d.Basis, partOf(was, at[0].Total), partOf(is, now.Total)))
	}
	return notes, nil
}

// conformity says how many approvals in force are under the new decree, by when all
// must conform; "" where the book names no day.
func (p *program) conformity(ctx context.Context, a approval.Actor, part approval.Part) (string, error) {
	due, _, ok := p.book.ConformityDue(law.R85)
	if !ok {
		return "", nil
	}
	groups, err := p.groups(ctx, a)
	if err != nil {
		return "", err
	}
	moved, total := 0, 0
	err = p.store.Each(ctx, a, func(s approval.System) error {
		st := s.Standing(p.clock())
		if !st.Registered || st.Retired || st.Approval == nil || part.Owner != "" && st.Owner != part.Owner || part.Group != "" && groups[st.Owner] != part.Group || part.Level != nil && st.Approval.Level != *part.Level {
			return nil
		}
		if total++; st.Approval.Rules == law.R331 {
			moved++
		}
		return nil
	})
	return fmt.Sprintf("Đáp ứng luật mới: mốc %s; phê duyệt theo Nghị định 331/2026/NĐ-CP: %s phê duyệt còn hiệu lực.", dmy(due), partOf(moved, total)), err
}

// groups are the groups of agencies, by code.
func (p *program) groups(ctx context.Context, a approval.Actor) (map[string]string, error) {
	all, err := p.office.AgencyList(ctx, a)
	out := map[string]string{}
	for _, x := range all {
		out[x.Code] = x.Group
	}
	return out, err
}

// calendarPaper is what falls due of a body or of the country, as a query narrows it.
func (p *program) calendarPaper(ctx context.Context, a approval.Actor, q reportQuery) (gathered, error) {
	in, err := narrowing(a, q.Code)
	if err != nil {
		return gathered{}, err
	}
	b, names, err := p.listPaper(ctx, a, q)
	if err != nil {
		return gathered{}, err
	}
	scope := plan.OfCountry
	if in.Get("owner") != "" {
		scope = plan.OfAgency
	}
	items, err := p.plans.Agenda(ctx, a, scope, in.Get("owner"))
	if err != nil {
		return gathered{}, err
	}
	soon, now := p.book.PlanPolicy().SoonDays, p.clock()
	list := report.Grid{Columns: []report.Column{{Label: "STT", Width: 12, Align: "C"}, {Label: "Hạn", Width: 24, Align: "C"}, {Label: "Tình trạng", Width: 26, Align: "L"}, {Label: "Việc", Width: 82, Align: "L"}, {Label: "Hệ thống, cơ quan", Width: 72, Align: "L"}, {Label: "Căn cứ", Width: 46, Align: "L"}}}
	for _, it := range items {
		state := it.State(now, soon)
		if in.Get("kind") != "" && string(it.Kind) != in.Get("kind") || in.Get("state") != "" && state != in.Get("state") {
			continue
		}
		b.Simulated = b.Simulated || it.Simulated
		of := names[it.Agency].Name
		if it.System != "" {
			of = it.System + " – " + it.Name
		}
		put(&list, dmy(it.Day), dueState(state), it.Says.VI, of, it.Cites)
	}
	b.About = "Danh sách việc đến hạn"
	facts := narrowed(url.Values{"owner": in["owner"]}, names)
	if k := plan.Kind(in.Get("kind")); dueName(k) != "" {
		facts = append(facts, [2]string{"Loại việc", dueName(k)})
	}
	if s := dueState(in.Get("state")); s != "" {
		facts = append(facts, [2]string{"Tình trạng", s})
	}
	b.Sections = []report.Section{{Title: "Danh sách", Facts: append(facts, [2]string{"Số việc", thousands(len(list.Rows) + list.Left)})}}
	b.Annexes = []report.Annex{{Title: b.About, Grid: list}}
	b.Closing = "Trên đây là các việc đến hạn theo sổ đăng ký, tại Phụ lục kèm theo./."
	return gathered{&b.Official, &b, func(w io.Writer) error { return report.WriteBrief(w, b) }}, nil
}

// dueState says how what falls due stands, "" of what is no state.
func dueState(s string) string {
	return map[string]string{plan.StateOverdue: "Quá hạn", plan.StateToday: "Đến hạn hôm nay", plan.StateSoon: "Sắp đến hạn", plan.StateLater: "Chưa đến hạn", plan.StateNone: "Không có hạn"}[s]
}

// agencySection is the agencies that have systems in the part.
func agencySection(ov approval.Overview) report.Section {
	g := &report.Grid{Name: "Số hệ thống theo cơ quan", Columns: []report.Column{{Label: "Cơ quan", Width: 80, Align: "L"}, {Label: "Tổng số", Width: 20, Align: "R"}, {Label: "Đã phê duyệt", Width: 34, Align: "R"}, {Label: "Triển khai đầy đủ", Width: 34, Align: "R"}}}
	for _, x := range ov.Agencies {
		if x.Total > 0 {
			g.Rows = append(g.Rows, []string{x.Agency.Name, thousands(x.Total), partOf(x.Approved, x.Total), partOf(x.Deployed, x.Total)})
		}
	}
	return report.Section{Title: "Theo cơ quan", Grid: g}
}
