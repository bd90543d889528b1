package report

import (
	"fmt"
	"slices"

	"capdo/internal/reconcile"
)

// A report of a day for which no table was printed, or whose printed table
// speaks of other bodies, stands on the register alone: nothing is set beside
// it, and nobody is said to have kept silent.

// alone tells whether there are rows and none has a printed side.
func (r *national) alone() bool {
	return len(r.in.Agencies) > 0 && !slices.ContainsFunc(r.in.Agencies, func(a AgencyRow) bool { return !a.Blank })
}

// standAlone writes letter and annexes from the register.
func (r *national) standAlone() {
	r.part(portrait)
	r.head(r.in.Official, r.day)
	r.title("Báo cáo", nationalAbout)
	r.addressees(r.in.Addressees)
	r.bases(r.in.Bases)
	r.section("Tình hình chung")
	r.subheading("1. Số liệu toàn quốc và theo khối")
	r.say(r.registerInWords())
	r.groupsTable()
	r.groupsFigure()
	r.levels()
	r.behindAlone()
	r.reportedInWords("III")
	r.deadlines()
	r.remarks()
	r.settle()
	r.close(r.in.Official, "Trên đây là báo cáo "+lowerFirst(nationalAbout)+". Số liệu chi tiết tại các Phụ lục I và II kèm theo./.")
	r.annexAlone("I", "Bộ, ngành", reconcile.Ministry)
	r.annexAlone("II", "Địa phương", reconcile.Province)
}

// groupsTable is the register by group.
func (r *national) groupsTable() {
	t := plain(sizeTable, []column{{31, "L"}, {20, "R"}, {22, "R"}, {22, "R"}, {24, "R"}, {22, "R"}, {24, "R"}},
		"Khối", "Tổng số HTTT", "Đã phê duyệt", "Tỷ lệ trên tổng số", "Triển khai đầy đủ", "Tỷ lệ trên tổng số", "Tỷ lệ trên số đã phê duyệt")
	r.caption(r.tableName("Số lượng và tỷ lệ theo khối, theo sổ đăng ký"), tableStart+4*height(t, 1))
	r.table(t, sumRows(r.register))
}

// behindAlone counts the bodies below one half by the register, and ranks all.
func (r *national) behindAlone() {
	approved, deployed, with := 0, 0, 0
	for _, a := range r.in.Agencies {
		g := a.Register
		count := func(n *int, yes bool) {
			if yes {
				*n++
			}
		}
		count(&with, g.Total > 0)
		count(&approved, 2*g.Approved < g.Total)
		count(&deployed, 2*g.Deployed < g.Total)
	}
	r.subheading("Cơ quan có tỷ lệ dưới 50%")
	title := r.figureName("Tỷ lệ triển khai trên tổng số HTTT của từng cơ quan, theo sổ đăng ký")
	r.say(fmt.Sprintf("Trong %s cơ quan có hệ thống trong sổ đăng ký, %s cơ quan có tỷ lệ phê duyệt dưới 50%% và %s cơ quan có tỷ lệ triển khai dưới 50%%, "+
		"tính trên tổng số HTTT. Hình %d xếp các cơ quan theo tỷ lệ triển khai đầy đủ; cơ quan chưa có số liệu để khung trống, không xếp như 0%%.",
		number(with), number(approved), number(deployed), r.figures))
	r.float = func() { r.ranking(title, r.in.Agencies) }
}

// annexAlone is one group's table from the register.
func (r *national) annexAlone(roman, first, group string) {
	title := "Số liệu của các bộ, cơ quan ngang bộ, cơ quan thuộc Chính phủ"
	if group == reconcile.Province {
		title = "Số liệu của các tỉnh, thành phố trực thuộc Trung ương"
	}
	r.openAnnex(r.in.Official, roman, title, longDate(r.day))
	t := plain(sizeTable, []column{{12, "C"}, {90, "L"}, {24, "R"}, {26, "R"}, {30, "R"}, {26, "R"}, {30, "R"}, {30, "R"}},
		"STT", first, "Tổng số HTTT", "Đã phê duyệt", "Tỷ lệ trên tổng số", "Triển khai đầy đủ", "Tỷ lệ trên tổng số", "Tỷ lệ trên số đã phê duyệt")
	var rows [][]cell
	var sum reconcile.Sum
	for _, a := range r.in.Agencies {
		if a.Group != group {
			continue
		}
		g := a.Register
		rows = append(rows, countsRow(number(len(rows)+1), a.Agency, g))
		sum.Total, sum.Approved, sum.Deployed = sum.Total+g.Total, sum.Approved+g.Approved, sum.Deployed+g.Deployed
	}
	rows = append(rows, styled("B", countsRow("", "Cộng", Counts{sum.Total, sum.Approved, sum.Deployed})))
	r.sheet.table(t, rows)
}

func countsRow(no, name string, g Counts) []cell {
	return texts(no, name, number(g.Total), number(g.Approved), tenths(g.Approved, g.Total), number(g.Deployed), tenths(g.Deployed, g.Total), tenths(g.Deployed, g.Approved))
}
