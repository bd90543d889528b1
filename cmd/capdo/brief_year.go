package main

import (
	"fmt"
	"strconv"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/report"
)

// deadlinesBrief is what was late and what fell due next at the end of the day.
func (p *program) deadlinesBrief(b *briefing) error {
	now := p.clock()
	scope := plan.OfCountry
	if b.q.Code != "" {
		scope = plan.OfAgency
	}
	items, err := p.plans.Agenda(b.ctx, b.actor, scope, b.q.Code)
	if err != nil {
		return err
	}
	soon := p.book.PlanPolicy().SoonDays
	columns := []report.Column{{Label: "STT", Width: 12, Align: "C"}, {Label: "Hạn", Width: 24, Align: "C"}, {Label: "Việc", Width: 90, Align: "L"}, {Label: "Hệ thống, cơ quan", Width: 78, Align: "L"}, {Label: "Căn cứ", Width: 50, Align: "L"}}
	late, next := report.Grid{Columns: columns}, report.Grid{Columns: columns}
	kinds, owners := map[plan.Kind]*[3]int{}, map[string]*[3]int{} // overdue, soon, later or no day
	for _, it := range items {
		b.out.Simulated = b.out.Simulated || it.Simulated
		state, at := it.State(now, soon), 2
		row := []string{dmy(it.Day), it.Says.VI, b.names[it.Agency].Name, it.Cites}
		if it.System != "" {
			row[2] = it.System + " – " + it.Name
		}
		switch state {
		case plan.StateOverdue:
			at = 0
			put(&late, row...)
		case plan.StateToday, plan.StateSoon:
			at = 1
			put(&next, row...)
		}
		for _, n := range []*[3]int{entry(kinds, it.Kind), entry(owners, it.Agency)} {
			n[at]++
		}
	}
	b.out.About = "Việc quá hạn và sắp đến hạn " + b.of()
	b.out.Sections = []report.Section{{Title: "Theo loại việc", Texts: []string{fmt.Sprintf("Sắp đến hạn là trong %d ngày tới.", soon)}, Grid: &report.Grid{Name: "Số việc theo loại", Columns: dueColumns("Loại việc")}}}
	g := b.out.Sections[0].Grid
	for _, k := range plan.Kinds() {
		if n := kinds[k]; n != nil {
			g.Rows = append(g.Rows, dueRow(dueName(k), n))
		}
	}
	if b.q.Code == "" {
		by := report.Grid{Name: "Số việc theo cơ quan", Columns: dueColumns("Cơ quan")}
		for _, x := range b.order {
			by.Rows = append(by.Rows, dueRow(x.Name, entry(owners, x.Code)))
		}
		b.out.Sections = append(b.out.Sections, report.Section{Title: "Theo cơ quan", Grid: &by})
	}
	b.out.Annexes = []report.Annex{{Title: "Việc quá hạn", Grid: late}, {Title: "Việc sắp đến hạn", Grid: next}}
	b.out.Closing = "Trên đây là các việc quá hạn và sắp đến hạn " + b.of() + "; danh sách tại các Phụ lục kèm theo./."
	return nil
}

// dueName names a kind of what falls due.
func dueName(k plan.Kind) string {
	return map[plan.Kind]string{plan.DueReview: "Kiểm tra, rà soát định kỳ", plan.DueEvidence: "Bằng chứng hết hạn", plan.DueGap: "Biện pháp còn thiếu", plan.DueFinding: "Phát hiện phải khắc phục",
		plan.DueIncident: "Báo cáo sự cố", plan.DueConformity: "Chuyển tiếp sang luật mới", plan.DueRegulation: "Ban hành quy chế", plan.DueRisk: "Đánh giá rủi ro theo sự kiện", plan.DueDossier: "Thẩm định, phê duyệt hồ sơ",
		plan.DuePlan: "Khai lại tình trạng phương án", plan.DueDrill: "Diễn tập của năm", plan.DueBudget: "Tỷ lệ kinh phí của năm", plan.DueReport: "Báo cáo năm", plan.DueOpinion: "Trả lời lấy ý kiến"}[k]
}

// entry is the value of a key, made when it is not there.
func entry[K comparable, V any](m map[K]*V, key K) *V {
	if m[key] == nil {
		m[key] = new(V)
	}
	return m[key]
}

func dueColumns(first string) []report.Column {
	return []report.Column{{Label: first, Width: 85, Align: "L"}, {Label: "Quá hạn", Width: 26, Align: "R"}, {Label: "Sắp đến hạn", Width: 28, Align: "R"}, {Label: "Còn xa hoặc chưa đặt hạn", Width: 30, Align: "R"}}
}

func dueRow(name string, n *[3]int) []string {
	return []string{name, thousands(n[0]), thousands(n[1]), thousands(n[2])}
}

// yearlyBrief is the report of a year to the regulator: the data period of the
// book, what was done in it, and where the systems stood at its end.
func (p *program) yearlyBrief(b *briefing) error {
	from, until, ok := p.book.DataPeriod(b.q.Day)
	if !ok {
		return fmt.Errorf("the book of law knows no data period for %s", b.q.Day)
	}
	within := func(d law.Day) bool { return d >= from && d <= b.q.Day }
	approved, inspected, incidents := 0, 0, 0
	var all tally
	levels := map[law.Level]*tally{}
	if err := p.each(b, func(s approval.System, st approval.Standing) error {
		all.add(st, false)
		entry(levels, levelAt(st)).add(st, p.verdict(b, st).Decision == gate.Allow)
		for _, x := range s.Approvals {
			if within(x.DecidedOn) {
				approved++
			}
		}
		for _, x := range s.Inspections {
			if within(x.On) {
				inspected++
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if err := p.eachPlan(b, func(x plan.Plan) {
		for _, i := range x.Incidents {
			if within(law.DayOf(i.Happened)) {
				incidents++
			}
		}
	}); err != nil {
		return err
	}
	list, err := p.inventory(b, func(approval.Standing) {})
	if err != nil {
		return err
	}
	c, err := p.book.Competence(law.Case{Level: 4, On: b.q.Day})
	if err != nil {
		return err
	}
	b.listed /= 2 // the systems were visited twice
	b.out.Addressees = []string{approval.Term("role", string(c.Regulator)).VI}
	b.out.About = "Kết quả công tác bảo đảm an ninh mạng hệ thống thông tin\n" + b.of() + ", kỳ dữ liệu " + dmy(from) + " – " + dmy(until)
	b.out.Sections = []report.Section{
		{Title: "Kỳ báo cáo", Facts: [][2]string{{"Kỳ dữ liệu", dmy(from) + " – " + dmy(until)}, {"Số liệu đến ngày", dmy(b.q.Day)}}},
		{Title: "Việc đã làm trong kỳ", Facts: [][2]string{{"Quyết định phê duyệt cấp độ", thousands(approved)}, {"Lần kiểm tra, đánh giá", thousands(inspected)}, {"Sự cố đã ghi nhận", thousands(incidents)}}},
		{Title: "Hiện trạng cuối kỳ", Facts: [][2]string{{"Tổng số hệ thống", thousands(all.total)}, {"Đã phê duyệt cấp độ", partOf(all.approved, all.total)}, {"Đã triển khai đầy đủ phương án", partOf(all.deployed, all.total)}}},
		byLevel(levels)}
	drills, err := p.years(b, until.Time().Year())
	if err != nil {
		return err
	}
	b.out.Sections = append(b.out.Sections, drills...)
	b.out.Annexes = []report.Annex{list}
	b.out.Closing = "Trên đây là báo cáo năm " + b.of() + "; thông tin chi tiết từng hệ thống tại Phụ lục kèm theo./."
	return nil
}

// eachPlan visits the plans of the systems that the report is about.
func (p *program) eachPlan(b *briefing, f func(plan.Plan)) error {
	return p.store.Plans().View(b.ctx, b.actor, func(r plan.Reader) error {
		return r.EachPlan(b.q.Code, func(_ approval.System, x plan.Plan) error {
			f(x)
			return nil
		})
	})
}

// drillsBrief is the drills and the budget of a year.
func (p *program) drillsBrief(b *briefing) error {
	year := b.q.Day.Time().Year()
	sections, err := p.years(b, year)
	if err != nil {
		return err
	}
	b.out.About = fmt.Sprintf("Diễn tập và kinh phí bảo đảm an ninh mạng năm %d\n%s", year, b.of())
	b.out.Sections = sections
	b.out.Closing = "Trên đây là tình hình diễn tập và kinh phí " + b.of() + "./."
	return nil
}

// years are the sections on drills and budgets of the agencies of a report.
func (p *program) years(b *briefing, year int) ([]report.Section, error) {
	share := p.book.BudgetShare()
	drills := report.Grid{Name: "Các cuộc diễn tập năm " + strconv.Itoa(year), Columns: []report.Column{{Label: "Cơ quan", Width: 55, Align: "L"}, {Label: "Ngày", Width: 26, Align: "C"}, {Label: "Nội dung", Width: 65, Align: "L"}, {Label: "Văn bản", Width: 24, Align: "L"}}}
	budgets := report.Grid{Name: fmt.Sprintf("Kinh phí năm %d, triệu đồng", year), Columns: []report.Column{{Label: "Cơ quan", Width: 65, Align: "L"}, {Label: "Công nghệ thông tin", Width: 30, Align: "R"}, {Label: "An ninh mạng", Width: 30, Align: "R"}, {Label: fmt.Sprintf("Tỷ lệ (mức %d%%)", share.Percent), Width: 40, Align: "R"}}}
	drilled, enough, known := 0, 0, 0
	for _, x := range b.order {
		y, err := p.plans.YearOf(b.ctx, b.actor, x.Code, year)
		if err != nil {
			return nil, err
		}
		done := 0
		for _, d := range y.Drills {
			if d.On <= b.q.Day {
				drills.Rows = append(drills.Rows, []string{x.Name, dmy(d.On), d.Says, d.Number})
				done++
			}
		}
		if done > 0 {
			drilled++
		} else {
			drills.Rows = append(drills.Rows, []string{x.Name, "–", "chưa ghi nhận", ""})
		}
		budget := y.Budget()
		if budget == nil {
			budgets.Rows = append(budgets.Rows, []string{x.Name, "–", "–", "chưa ghi nhận"})
			continue
		}
		known++
		word := "đạt"
		if budget.Enough(share) {
			enough++
		} else {
			word = "chưa đạt"
		}
		budgets.Rows = append(budgets.Rows, []string{x.Name, thousands(int(budget.Total)), thousands(int(budget.Security)), partOf(int(budget.Security), int(budget.Total)) + ", " + word})
	}
	return []report.Section{
		{Title: "Diễn tập", Texts: []string{fmt.Sprintf("%d trong %d cơ quan đã ghi nhận diễn tập. Cơ quan chưa ghi nhận không có nghĩa là không diễn tập.", drilled, len(b.order))}, Grid: &drills},
		{Title: "Kinh phí", Texts: []string{fmt.Sprintf("%s (%s). %d cơ quan đã khai kinh phí, %d đạt mức này.", share.Says.VI, share.Cites, known, enough)}, Grid: &budgets}}, nil
}
