package reconcile

import "fmt"

// says pairs the two sentences of a finding; both take the same arguments.
func says(vi, en string, args ...any) Text {
	return Text{fmt.Sprintf(vi, args...), fmt.Sprintf(en, args...)}
}

func ref(n int, ok bool) *int {
	if !ok {
		return nil
	}
	return &n
}

func finding(r Row, kind, field string, printed int) Finding {
	return Finding{Kind: kind, Line: r.Line, Group: r.Group, Agency: r.Agency, Field: field, Printed: printed}
}

func notReported(r Row) Finding {
	f := finding(r, NotReportedZero, "total", r.Total)
	f.Says = says("cơ quan chưa báo cáo nhưng bảng ghi 0; không có số liệu không phải là 0%%",
		"the agency did not report, yet the table prints 0; no figure is not 0%%")
	return f
}

func approvedPct(r Row) Finding {
	f := finding(r, ApprovedNeither, "approved_pct", r.ApprovedPct)
	n, ok := Pct(r.Approved, r.Total)
	f.OfTotal = ref(n, ok)
	if !ok {
		f.Says = says("ghi %[1]d%% trong khi tổng số hệ thống bằng 0", "prints %[1]d%% while the total is 0", r.ApprovedPct)
		return f
	}
	f.Says = says("ghi %[1]d%%, nhưng %[2]d/%[3]d là %[4]d%%", "prints %[1]d%%, but %[2]d/%[3]d is %[4]d%%",
		r.ApprovedPct, r.Approved, r.Total, n)
	return f
}

func deployedPct(r Row, kind string) Finding {
	f := finding(r, kind, "deployed_pct", r.DeployedPct)
	f.OfTotal = ref(Pct(r.Deployed, r.Total))
	f.OfApproved = ref(Pct(r.Deployed, r.Approved))
	if kind == DeployedOfApproved {
		f.Says = says("ghi %[1]d%% là %[2]d/%[3]d, tính trên số đã phê duyệt; tính trên tổng số (%[2]d/%[4]d) là %[5]s",
			"prints %[1]d%%, which is %[2]d/%[3]d, over the approved; over the total (%[2]d/%[4]d) it is %[5]s",
			r.DeployedPct, r.Deployed, r.Approved, r.Total, show(f.OfTotal))
		return f
	}
	f.Says = says("ghi %[1]d%%; %[2]d/%[4]d (trên tổng số) là %[5]s, %[2]d/%[3]d (trên số đã phê duyệt) là %[6]s",
		"prints %[1]d%%; %[2]d/%[4]d (over the total) is %[5]s, %[2]d/%[3]d (over the approved) is %[6]s",
		r.DeployedPct, r.Deployed, r.Approved, r.Total, show(f.OfTotal), show(f.OfApproved))
	return f
}

func show(pct *int) string {
	if pct == nil {
		return "–"
	}
	return fmt.Sprintf("%d%%", *pct)
}

func exceeds(r Row, kind string) Finding {
	field, printed, bound := "approved", r.Approved, r.Total
	vi, en := "số đã phê duyệt %d lớn hơn tổng số %d", "%d approved is more than the total of %d"
	switch kind {
	case DeployedOverAppr:
		field, printed, bound = "deployed", r.Deployed, r.Approved
		vi, en = "số đã triển khai %d lớn hơn số đã phê duyệt %d", "%d deployed is more than the %d approved"
	case DeployedOverTotal:
		field, printed, bound = "deployed", r.Deployed, r.Total
		vi, en = "số đã triển khai %d lớn hơn tổng số %d", "%d deployed is more than the total of %d"
	}
	f := finding(r, kind, field, printed)
	f.Computed, f.Difference = &bound, printed-bound
	f.Says = says(vi, en, printed, bound)
	return f
}

func duplicate(r, first Row) Finding {
	f := finding(r, DuplicateAgency, "agency", r.No)
	f.Computed = &first.No
	f.Says = Text{fmt.Sprintf("trùng với “%s” ở dòng %d", first.Agency, first.Line),
		fmt.Sprintf("same agency as “%s” on line %d", first.Agency, first.Line)}
	return f
}

func sumDiffers(e Expect, group, field string, sum int) Finding {
	f := Finding{Kind: SumDiffers, Line: e.Line, Group: group, Field: field, Printed: e.Value, Computed: &sum}
	f.Difference = e.Value - sum
	f.Says = Text{
		fmt.Sprintf("con số nêu là %s, cộng các dòng được %s, chênh lệch %s",
			grouped(e.Value, "."), grouped(sum, "."), signed(f.Difference, ".")),
		fmt.Sprintf("stated %s, the rows add up to %s, a difference of %s",
			grouped(e.Value, ","), grouped(sum, ","), signed(f.Difference, ",")),
	}
	return f
}

// grouped writes n with the language's mark between thousands.
func grouped(n int, mark string) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return grouped(n/1000, mark) + mark + fmt.Sprintf("%03d", n%1000)
}

func signed(n int, mark string) string {
	if n < 0 {
		return "-" + grouped(-n, mark)
	}
	return "+" + grouped(n, mark)
}
