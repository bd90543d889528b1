package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/report"
)

// The kinds of reports that are made of sections. Each is of the country, or of
// one agency.
const (
	briefAgency    = "agency"
	briefGate      = "gate"
	briefDeadlines = "deadlines"
	briefYearly    = "yearly"
	briefDrills    = "drills"
	briefInventory = "inventory"
)

// briefs gather the reports made of sections.
func (p *program) briefs() map[string]func(*briefing) error {
	return map[string]func(*briefing) error{briefAgency: p.agencyBrief, briefGate: p.gateBrief, briefDeadlines: p.deadlinesBrief, briefYearly: p.yearlyBrief,
		briefDrills: p.drillsBrief, briefInventory: p.inventoryBrief}
}

// briefing is a report of sections being gathered.
type briefing struct {
	ctx    context.Context
	actor  approval.Actor
	q      reportQuery
	end    time.Time // the last instant of the day
	names  map[string]approval.Agency
	order  []approval.Agency // those that report, in official order
	out    report.Brief
	listed int // systems of which only the name is known: in no count
}

// brief gathers a report of sections in the actor's scope. Without a code it is
// of the country, for who sees it, else of the actor's own body.
func (p *program) brief(ctx context.Context, a approval.Actor, q reportQuery) (gathered, error) {
	if q.Code == "" && !a.National() {
		q.Code = a.Body
	}
	if q.Code != "" && !a.Sees(q.Code) {
		return gathered{}, approval.ErrNotFound()
	}
	b := &briefing{ctx: ctx, actor: a, q: q, end: p.clock(), names: map[string]approval.Agency{}}
	var err error
	if b.out.Official, err = p.official(ctx, a); err != nil {
		return gathered{}, err
	}
	all, err := p.office.AgencyList(ctx, a)
	if err != nil {
		return gathered{}, err
	}
	for _, x := range all {
		b.names[x.Code] = x.On(q.Day)
		if x.Reports() && x.ExistsOn(q.Day) {
			b.order = append(b.order, b.names[x.Code])
		}
	}
	if err := b.address(); err != nil {
		return gathered{}, err
	}
	if err := p.briefs()[q.Kind](b); err != nil {
		return gathered{}, err
	}
	if b.listed > 0 {
		last := &b.out.Sections[len(b.out.Sections)-1]
		last.Notes = append(last.Notes, fmt.Sprintf("%d hệ thống chỉ có tên trong các danh sách kết nối không tính vào các bảng.", b.listed))
	}
	return gathered{&b.out.Official, &b.out, func(w io.Writer) error { return report.WriteBrief(w, b.out) }}, nil
}

// address puts issuer and reader on the paper: an agency reports to the
// regulator, the regulator to the Prime Minister.
func (b *briefing) address() error {
	if b.q.Code == "" {
		b.out.Addressees = []string{"Thủ tướng Chính phủ"}
		b.order = slices.DeleteFunc(b.order, func(x approval.Agency) bool { return !b.actor.Sees(x.Code) })
		return nil
	}
	x, ok := b.names[b.q.Code]
	if !ok {
		return approval.ErrNotFound()
	}
	b.out.Addressees = []string{b.out.Issuer.Body}
	b.out.Issuer = report.Issuer{Body: x.Formal(), Place: placeOf(x)}
	b.out.SignerTitle = "Thủ trưởng cơ quan"
	b.order = []approval.Agency{x}
	return nil
}

// of names what the report is about.
func (b *briefing) of() string {
	if b.q.Code == "" {
		return "trên toàn quốc"
	}
	return "của " + b.names[b.q.Code].Formal()
}

// each visits every system that the report is about, as it stood at its end.
func (p *program) each(b *briefing, f func(s approval.System, st approval.Standing) error) error {
	return p.store.Each(b.ctx, b.actor, func(s approval.System) error {
		st := s.Standing(b.end)
		if b.q.Code != "" && st.Owner != b.q.Code || !st.Registered || st.Retired {
			return nil
		}
		if s.Origin == approval.Listed {
			b.listed++
			return nil
		}
		b.out.Simulated = b.out.Simulated || s.Origin == approval.Simulated
		return f(s, st)
	})
}

// tally counts systems.
type tally struct{ total, approved, deployed, confirmed, open int }

func (t *tally) add(st approval.Standing, open bool) {
	t.total++
	for _, x := range []struct {
		n   *int
		yes bool
	}{{&t.approved, st.Approval != nil}, {&t.deployed, st.Approval != nil && st.Plan == approval.PlanFull}, {&t.confirmed, st.Approval != nil && st.Confirmed}, {&t.open, open}} {
		if x.yes {
			*x.n++
		}
	}
}

// levelAt is the level of the approval in force, else as proposed.
func levelAt(st approval.Standing) law.Level {
	if st.Approval != nil {
		return st.Approval.Level
	}
	return st.Proposed
}

// verdict asks the gate about a system as it stood.
func (p *program) verdict(b *briefing, st approval.Standing) gate.Verdict {
	return gate.Decide(p.book, gate.Case{Provider: st, At: b.end})
}

// byLevel is the section on levels: table and chart.
func byLevel(levels map[law.Level]*tally) report.Section {
	x := report.Section{Title: "Theo cấp độ", Grid: &report.Grid{Name: "Số hệ thống theo cấp độ",
		Columns: []report.Column{{Label: "Cấp độ", Width: 40, Align: "L"}, {Label: "Tổng số", Width: 25, Align: "R"}, {Label: "Đã phê duyệt", Width: 25, Align: "R"},
			{Label: "Triển khai đầy đủ", Width: 25, Align: "R"}, {Label: "Đủ điều kiện kết nối", Width: 25, Align: "R"}}},
		Bars: &report.Bars{Name: "Tỷ lệ trên tổng số theo cấp độ", Parts: [2]string{"đã phê duyệt", "triển khai đầy đủ"}}}
	var sum tally
	for _, l := range slices.Sorted(maps.Keys(levels)) {
		t := levels[l]
		name := "Chưa xác định"
		if l.Valid() {
			name = fmt.Sprintf("Cấp độ %d", l)
		}
		x.Grid.Rows = append(x.Grid.Rows, []string{name, thousands(t.total), thousands(t.approved), thousands(t.deployed), thousands(t.open)})
		x.Bars.Rows = append(x.Bars.Rows, report.Bar{Name: name, First: t.approved, Second: t.deployed, All: t.total})
		sum = tally{sum.total + t.total, sum.approved + t.approved, sum.deployed + t.deployed, 0, sum.open + t.open}
	}
	x.Grid.Sum = []string{"Cộng", thousands(sum.total), thousands(sum.approved), thousands(sum.deployed), thousands(sum.open)}
	return x
}

// partOf writes a count with its part of a whole.
func partOf(n, all int) string {
	if all == 0 {
		return thousands(n)
	}
	tenths := (2000*n + all) / (2 * all)
	return fmt.Sprintf("%s (%d,%d%%)", thousands(n), tenths/10, tenths%10)
}

// blocking collects why systems are blocked.
type blocking struct {
	codes map[string]int
	says  map[string]string
}

func (k *blocking) add(v gate.Verdict) {
	seen := map[string]bool{}
	for _, r := range v.Reasons {
		if seen[r.Code] || r.Effect == "allow" {
			continue
		}
		seen[r.Code] = true
		k.codes[r.Code]++
		k.says[r.Code] = r.Says.VI
	}
}

// grid is the reasons, the most frequent first.
func (k *blocking) grid() *report.Grid {
	g := &report.Grid{Name: "Lý do chưa đủ điều kiện kết nối", Columns: []report.Column{{Label: "Mã", Width: 16, Align: "C"}, {Label: "Lý do", Width: 120, Align: "L"}, {Label: "Số hệ thống", Width: 28, Align: "R"}}}
	codes := slices.SortedFunc(maps.Keys(k.codes), func(a, b string) int { return cmp.Or(k.codes[b]-k.codes[a], strings.Compare(a, b)) })
	for _, c := range codes {
		g.Rows = append(g.Rows, []string{c, k.says[c], thousands(k.codes[c])})
	}
	return g
}

// put adds a row to a list as long as a paper takes it.
func put(g *report.Grid, row ...string) {
	if len(g.Rows) >= mostRows {
		g.Left++
		return
	}
	g.Rows = append(g.Rows, append([]string{strconv.Itoa(len(g.Rows) + 1)}, row...))
}

// mostRows is the most rows of one list on paper.
const mostRows = 10_000

// agencyBrief is the standing of an agency's systems.
func (p *program) agencyBrief(b *briefing) error {
	var all tally
	levels, why := map[law.Level]*tally{}, blocking{map[string]int{}, map[string]string{}}
	list, err := p.inventory(b, func(st approval.Standing) {
		v := p.verdict(b, st)
		open := v.Decision == gate.Allow
		if !open {
			why.add(v)
		}
		all.add(st, open)
		l := levelAt(st)
		if levels[l] == nil {
			levels[l] = &tally{}
		}
		levels[l].add(st, open)
	})
	if err != nil {
		return err
	}
	b.out.About = "Tình hình bảo đảm an toàn hệ thống thông tin theo cấp độ\n" + b.of()
	b.out.Sections = []report.Section{{Title: "Số liệu chung", Facts: [][2]string{{"Tổng số hệ thống", thousands(all.total)}, {"Đã phê duyệt cấp độ", partOf(all.approved, all.total)},
		{"Đã triển khai đầy đủ phương án", partOf(all.deployed, all.total)}, {"Đã được xác nhận", partOf(all.confirmed, all.total)}, {"Đủ điều kiện kết nối", partOf(all.open, all.total)}}},
		byLevel(levels), {Title: "Cổng kết nối", Texts: []string{fmt.Sprintf("%s hệ thống chưa đủ điều kiện kết nối; một hệ thống có thể có nhiều lý do.", thousands(all.total-all.open))}, Grid: why.grid()}}
	b.out.Annexes = []report.Annex{list}
	b.out.Closing = "Trên đây là báo cáo tình hình " + b.of() + "; danh sách hệ thống tại Phụ lục kèm theo./."
	return nil
}

// gateBrief is who is blocked and why.
func (p *program) gateBrief(b *briefing) error {
	why := blocking{map[string]int{}, map[string]string{}}
	owners := map[string]*tally{}
	list := report.Grid{Columns: []report.Column{{Label: "STT", Width: 12, Align: "C"}, {Label: "Mã", Width: 26, Align: "L"}, {Label: "Tên hệ thống", Width: 80, Align: "L"}, {Label: "Chủ quản", Width: 46, Align: "L"},
		{Label: "Cấp độ", Width: 15, Align: "C"}, {Label: "Lý do", Width: 70, Align: "L"}}}
	var all tally
	err := p.each(b, func(s approval.System, st approval.Standing) error {
		v := p.verdict(b, st)
		open := v.Decision == gate.Allow
		all.add(st, open)
		if owners[st.Owner] == nil {
			owners[st.Owner] = &tally{}
		}
		if owners[st.Owner].add(st, open); open {
			return nil
		}
		why.add(v)
		level := "–"
		if l := levelAt(st); l.Valid() {
			level = strconv.Itoa(int(l))
		}
		var codes []string
		for _, r := range v.Reasons {
			if r.Effect != "allow" && !slices.Contains(codes, r.Code) {
				codes = append(codes, r.Code)
			}
		}
		put(&list, s.Code, s.Name, b.names[st.Owner].Name, level, strings.Join(codes, ", "))
		return nil
	})
	if err != nil {
		return err
	}
	b.out.About = "Hệ thống chưa đủ điều kiện kết nối và lý do\n" + b.of()
	agencies := report.Grid{Name: "Hệ thống chưa đủ điều kiện kết nối theo cơ quan", Columns: []report.Column{{Label: "Cơ quan", Width: 85, Align: "L"}, {Label: "Tổng số", Width: 22, Align: "R"}, {Label: "Đủ điều kiện", Width: 26, Align: "R"}, {Label: "Chưa đủ", Width: 32, Align: "R"}}}
	for _, x := range b.order {
		t := owners[x.Code]
		if t == nil {
			agencies.Rows = append(agencies.Rows, []string{x.Name, "–", "–", "chưa có hệ thống"})
			continue
		}
		agencies.Rows = append(agencies.Rows, []string{x.Name, thousands(t.total), thousands(t.open), partOf(t.total-t.open, t.total)})
	}
	b.out.Sections = []report.Section{{Title: "Số liệu chung", Facts: [][2]string{{"Tổng số hệ thống", thousands(all.total)}, {"Đủ điều kiện kết nối", partOf(all.open, all.total)}, {"Chưa đủ điều kiện kết nối", partOf(all.total-all.open, all.total)}}},
		{Title: "Theo lý do", Texts: []string{"Một hệ thống có thể có nhiều lý do; mỗi lý do tính một lần cho một hệ thống."}, Grid: why.grid()}, {Title: "Theo cơ quan", Grid: &agencies}}
	b.out.Annexes = []report.Annex{{Title: "Danh sách hệ thống chưa đủ điều kiện kết nối", Grid: list}}
	b.out.Closing = "Trên đây là tình hình điều kiện kết nối " + b.of() + "; danh sách tại Phụ lục kèm theo./."
	return nil
}

// inventory is the list of the twelve columns of the decree's form 08; seen is
// told of each system.
func (p *program) inventory(b *briefing, seen func(approval.Standing)) (report.Annex, error) {
	rules, ok := p.book.RuleSetOn(b.q.Day)
	if !ok {
		return report.Annex{}, fmt.Errorf("no rule set is in force on %s", b.q.Day)
	}
	paper, ok := p.shelf.Official("mau-08", editionOf(rules))
	if !ok {
		return report.Annex{}, fmt.Errorf("there is no form 08 of edition %s", editionOf(rules))
	}
	for _, block := range paper.Body {
		if block.Wide == nil {
			continue
		}
		a := report.Annex{Title: block.Wide.Title}
		a.Size = 9 // twelve columns
		for _, c := range block.Wide.Columns {
			a.Columns = append(a.Columns, report.Column{Label: c.Label, Width: float64(c.Width), Align: c.Align})
		}
		err := p.each(b, func(s approval.System, st approval.Standing) error {
			seen(st)
			cells := agencyRow(s, st, b.names[st.Owner].Formal())
			row := make([]string, 0, len(block.Wide.Columns))
			for _, c := range block.Wide.Columns[1:] {
				v := cells[c.ID]
				if c.Day && v != "" {
					v = dmy(law.Day(v))
				}
				row = append(row, forms.Say(c.Words, v))
			}
			put(&a.Grid, row...)
			return nil
		})
		return a, err
	}
	return report.Annex{}, fmt.Errorf("form 08 of edition %s has no table", editionOf(rules))
}

// inventoryBrief is the register in the twelve columns of form 08.
func (p *program) inventoryBrief(b *briefing) error {
	var all tally
	list, err := p.inventory(b, func(st approval.Standing) { all.add(st, false) })
	if err != nil {
		return err
	}
	b.out.About = "Danh mục hệ thống thông tin " + b.of()
	b.out.Sections = []report.Section{{Title: "Số liệu chung", Facts: [][2]string{{"Tổng số hệ thống", thousands(all.total)}, {"Đã phê duyệt cấp độ", partOf(all.approved, all.total)}, {"Đã triển khai đầy đủ phương án", partOf(all.deployed, all.total)}}}}
	b.out.Annexes = []report.Annex{list}
	b.out.Closing = "Trên đây là danh mục hệ thống thông tin " + b.of() + ", theo các cột của Mẫu số 08, tại Phụ lục kèm theo./."
	return nil
}
