package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"capdo/fixtures"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/reconcile"
	"capdo/internal/report"
)

// nationalReport gathers the printed figures, the totals of the text and the
// register as of the end of day.
func (p *program) nationalReport(ctx context.Context, a approval.Actor, day law.Day) (report.NationalReport, error) {
	n := report.NationalReport{}
	var err error
	if n.Official, err = p.official(ctx, a); err != nil {
		return n, err
	}
	ov, err := p.office.Overview(ctx, a, p.as)
	if err != nil {
		return n, err
	}
	var printed []approval.Reported
	err = p.store.View(ctx, a, func(r approval.Reader) (err error) {
		printed, err = r.Reported(annexDocument)
		return err
	})
	if err != nil {
		return n, err
	}
	titles, short, err := documentNames()
	if err != nil {
		return n, err
	}
	n.Simulated = ov.Simulated > 0
	n.Addressees = []string{"Thủ tướng Chính phủ"}
	n.Recipients = []string{"Các bộ, cơ quan ngang bộ, cơ quan thuộc Chính phủ", "UBND các tỉnh, thành phố trực thuộc trung ương"}
	n.Source = "Phụ lục IX, " + titles[annexDocument]
	if !sameBodies(ov, printed) {
		printed = nil
	}
	n.Agencies = agencyRows(ov, printed, short)
	n.Levels = levelRows(ov)
	n.Deadlines = p.targets()
	n.Notes = notes(ov)
	if err := p.reported(ctx, a, &n); err != nil {
		return n, err
	}
	if len(printed) == 0 {
		n.Notes = append(n.Notes, "Số liệu in tháng 6/2024 lập theo các cơ quan trước khi sắp xếp; báo cáo này theo các cơ quan của ngày lập nên không đặt hai nguồn cạnh nhau.")
	} else if err = addStated(&n, short); err == nil {
		n.Notes = append(n.Notes, "Bản chép của báo cáo gốc là tệp chữ không chia trang; cột Nguồn ghi mục, dòng của bảng và dòng của bản chép thay cho số trang.")
		err = addPlaces(&n)
	}
	return n, err
}

// addPlaces adds to each source the line of the copy on which the figure stands.
func addPlaces(n *report.NationalReport) error {
	places, err := fixtures.Places()
	for i := range n.Agencies {
		s := &n.Agencies[i].Source
		s.Line = places[fixtures.Where{Document: annexDocument, Section: s.Section, Row: s.Row}]
	}
	for i := range n.Stated {
		s := &n.Stated[i].Source
		s.Line = places[fixtures.Where{Document: annexDocument, Section: s.Section}]
	}
	return err
}

// targets are the days by which every system had to be approved and deployed,
// as the book has them.
func (p *program) targets() []report.Deadline {
	tasks := map[string]string{"deadline.ct09-approve": report.TaskApprove, "deadline.ct09-deploy": report.TaskDeploy}
	var out []report.Deadline
	for _, d := range p.book.Deadlines("2024-01-01", "2024-12-31") {
		if task, ok := tasks[d.ID]; ok {
			out = append(out, report.Deadline{Task: task, Day: string(d.Day), Basis: p.directive(d.Cites)})
		}
	}
	return out
}

// directive writes out a directive cited in short: «Chỉ thị số … ngày …». Other
// citations stay as they are.
func (p *program) directive(cites string) string {
	for _, i := range p.book.Instruments() {
		if cites == i.Short && strings.HasPrefix(i.Title.VI, "Chỉ thị") && i.Signed != "" {
			return "Chỉ thị số " + i.Number + " ngày " + dmy(i.Signed)
		}
	}
	return cites
}

// documentNames maps document ids to titles, and to the short names that
// tables use: «Báo cáo 7/2024».
func documentNames() (titles, short map[string]string, err error) {
	ss, err := fixtures.Sources()
	if err != nil {
		return nil, nil, err
	}
	titles, short = map[string]string{}, map[string]string{}
	for _, s := range ss {
		kind, _, _ := strings.Cut(s.Title, " về ")
		if strings.HasPrefix(s.Title, "Báo cáo") {
			kind = "Báo cáo"
		}
		year, month, _ := strings.Cut(s.Date, "-")
		titles[s.ID], short[s.ID] = s.Title, strings.TrimSpace(kind+" "+strings.TrimLeft(strings.TrimPrefix(month, "0")+"/"+year, "/"))
	}
	return titles, short, nil
}

// sameBodies tells whether the bodies of the printed table are those of the
// day: only then can the two be set side by side.
func sameBodies(ov approval.Overview, printed []approval.Reported) bool {
	alive := map[string]bool{}
	for _, x := range ov.Agencies {
		alive[x.Agency.Code] = true
	}
	for _, r := range printed {
		if !alive[r.Agency] {
			return false
		}
	}
	return true
}

// agencyRows sets each printed row beside the register. A body without a
// printed row is blank on that side, which is not a body that kept silent.
func agencyRows(ov approval.Overview, printed []approval.Reported, short map[string]string) []report.AgencyRow {
	lines := map[string]approval.Reported{}
	for _, r := range printed {
		lines[r.Agency] = r
	}
	var rows []report.AgencyRow
	for i, x := range ov.Agencies {
		if !x.Agency.Reports() {
			continue
		}
		r, found := lines[x.Agency.Code]
		rows = append(rows, report.AgencyRow{
			Row: reconcile.Row{Line: i + 1, Group: x.Agency.Group, No: x.Agency.No, Agency: x.Agency.Name, Total: r.Total, Approved: r.Approved, ApprovedPct: r.ApprovedPct,
				Deployed: r.Deployed, DeployedPct: r.DeployedPct, Reported: r.Reported, Blank: !found},
			Code:     x.Agency.Code,
			Register: report.Counts{Total: x.Total, Approved: x.Approved, Deployed: x.Deployed},
			Source:   report.Source{Document: short[r.Document], Section: r.Section, Row: r.Row},
		})
	}
	return rows
}

func levelRows(ov approval.Overview) []report.LevelRow {
	var rows []report.LevelRow
	for _, l := range ov.Levels {
		if l.Level > 0 || l.Total > 0 {
			rows = append(rows, report.LevelRow{Level: int(l.Level), Register: report.Counts{Total: l.Total, Approved: l.Approved, Deployed: l.Deployed}})
		}
	}
	return rows
}

// notes tell what a reader must know of the data.
func notes(ov approval.Overview) []string {
	var ns []string
	if ov.Simulated > 0 {
		ns = append(ns, fmt.Sprintf("%s bản ghi hệ thống trong sổ đăng ký là dữ liệu mô phỏng, được tạo sao cho tổng số của từng cơ quan khớp số liệu in tại Phụ lục IX; không phải hồ sơ của hệ thống có thật.", thousands(ov.Simulated)))
	}
	if ov.Listed > 0 {
		ns = append(ns, fmt.Sprintf("%d hệ thống, cơ sở dữ liệu có tên trong các danh sách kết nối NDXP đã được ghi vào sổ đăng ký nhưng không tính vào các bảng, vì báo cáo gốc không cho biết chúng thuộc số đếm của cơ quan nào và tình trạng phê duyệt ra sao.", ov.Listed))
	}
	return ns
}

// addStated adds the totals of the text, and by level beside the register.
func addStated(n *report.NationalReport, short map[string]string) error {
	totals, err := fixtures.Totals()
	if err != nil {
		return err
	}
	prefix := map[string]string{"all": "", "ministry": "ministry_", "province": "province_"}
	measure := map[string]string{"systems": "total", "approved": "approved", "deployed": "deployed",
		"agencies_approved_below_half": report.StatedApprovedBelow, "agencies_deployed_below_half": report.StatedDeployedBelow}
	for _, t := range totals {
		scope, known := prefix[t.Scope]
		if t.Document != annexDocument || !known {
			continue
		}
		if t.Measure == "level" {
			for i := range n.Levels {
				if n.Levels[i].Level == t.Level {
					n.Levels[i].Stated = t.Value
				}
			}
		} else if key, ok := measure[t.Measure]; ok {
			n.Stated = append(n.Stated, report.Stated{Key: scope + key, Value: t.Value, Source: report.Source{Document: short[t.Document], Section: t.Section + ", " + t.Paragraph}})
		}
	}
	return nil
}

// thousands writes a count as officials do: 7.008.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return s
}
