package report

import (
	"fmt"
	"strings"
)

// statements is the annex of what bodies reported themselves: three columns
// everywhere, what is not reconciled with its kind, size and owner, and who is
// silent. A report without any has none.
func (r *national) statements(roman string) {
	if len(r.in.Statements) == 0 {
		return
	}
	r.openAnnex(r.in.Official, roman, "Báo cáo của các cơ quan đặt cạnh sổ đăng ký", longDate(r.day))
	t := table{size: sizeTable, cols: []column{{9, "C"}, {61, "L"}, {25, "C"}, {22, "C"}, {15, "R"}, {15, "R"}, {15, "R"}, {15, "R"}, {15, "R"}, {15, "R"}, {15, "R"}, {15, "R"}, {15, "R"}}}
	for i, name := range []string{"STT", "Cơ quan", "Mã báo cáo", "Ngày số liệu"} {
		t.labels = append(t.labels, label{name, i, 0, 1, 2})
	}
	for i, name := range []string{"Tổng số HTTT", "HTTT đã phê duyệt", "HTTT triển khai đầy đủ"} {
		t.labels = append(t.labels, label{name, 4 + 3*i, 0, 3, 1})
		for k, side := range []string{"Báo cáo", "Sổ đăng ký", "Đã xác nhận"} {
			t.labels = append(t.labels, label{side, 4 + 3*i + k, 1, 1, 1})
		}
	}
	var rows [][]cell
	for i, x := range r.in.Statements {
		row := texts(number(i+1), x.Agency, x.ID, dayOrNone(x.Day))
		for _, f := range x.Figures {
			row = append(row, texts(orNone(f.Reported), number(f.Register), number(f.Verified))...)
		}
		rows = append(rows, row)
	}
	r.sheet.table(t, rows)
	if len(r.in.Silent) > 0 {
		r.set(fmt.Sprintf("%s cơ quan chưa gửi bảng số liệu; chưa gửi không phải là bằng không: %s.", number(len(r.in.Silent)), strings.Join(r.in.Silent, "; ")), paragraph{size: sizeTable, align: "L"})
	}
	r.unsettled()
}

// unsettled lists what is not reconciled.
func (r *national) unsettled() {
	r.subheading("Chỗ chưa khớp chưa được giải quyết")
	t := plain(sizeTable, []column{{9, "C"}, {42, "L"}, {25, "C"}, {40, "L"}, {50, "L"}, {20, "R"}, {20, "R"}, {20, "R"}, {12, "R"}, {22, "L"}},
		"STT", "Cơ quan", "Mã báo cáo", "Loại", "Nội dung", "Báo cáo", "Sổ đăng ký", "Đã xác nhận", "Lệch", "Người giải quyết")
	var rows [][]cell
	for i, x := range r.in.Open {
		rows = append(rows, texts(number(i+1), x.Agency, x.ID, x.Kind, x.What, orNone(x.Reported), orNone(x.Register), orNone(x.Verified), signed(x.Size), orElse(x.Owner, "chưa giao")))
	}
	if len(rows) == 0 {
		rows = append(rows, []cell{{text: "Không còn chỗ chưa khớp nào chưa được giải quyết.", span: len(t.cols), align: "C"}})
	}
	r.sheet.table(t, rows)
	if r.in.MoreOpen > 0 {
		r.set(fmt.Sprintf("Còn %s chỗ chưa khớp không in; xem đầy đủ tại trang báo cáo của các cơ quan.", number(r.in.MoreOpen)), paragraph{style: "I", size: sizeTable, align: "L"})
	}
}

// reportedInWords says in the letter what the bodies sent and what is open.
func (r *national) reportedInWords(roman string) {
	if len(r.in.Statements) == 0 {
		return
	}
	r.say(fmt.Sprintf("%s cơ quan đã gửi bảng số liệu của mình; đặt cạnh sổ đăng ký còn %s chỗ chưa khớp chưa được giải quyết, nêu loại, độ lệch và người giải quyết tại Phụ lục %s. "+
		"%s cơ quan chưa gửi được ghi là chưa gửi, không tính là không có hệ thống.", number(len(r.in.Statements)), number(len(r.in.Open)+r.in.MoreOpen), roman, number(len(r.in.Silent))))
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
