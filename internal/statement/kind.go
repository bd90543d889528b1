package statement

import "capdo/internal/law"

// KindOf names a kind of difference.
func KindOf(kind string) law.Text {
	return map[string]law.Text{
		"figure_differs":                {VI: "Số liệu khác sổ đăng ký", EN: "Figure and register differ"},
		"list_differs":                  {VI: "Tổng số khác số dòng liệt kê", EN: "Total and list differ"},
		"line_unmatched":                {VI: "Dòng chưa ghép", EN: "Line not matched yet"},
		"line_absent":                   {VI: "Không có trong sổ đăng ký", EN: "Not on the register"},
		"system_unlisted":               {VI: "Không có trong báo cáo", EN: "Not in the report"},
		"level_differs":                 {VI: "Cấp độ khác nhau", EN: "Levels differ"},
		"approval_differs":              {VI: "Phê duyệt khác nhau", EN: "Approvals differ"},
		"plan_differs":                  {VI: "Triển khai khác nhau", EN: "Plans differ"},
		"deployed_pct_of_approved_only": {VI: "Tỷ lệ triển khai tính trên số đã phê duyệt", EN: "Deployment rate over the approved only"},
		"deployed_pct_fits_neither":     {VI: "Tỷ lệ triển khai không khớp mẫu số nào", EN: "Deployment rate fits no denominator"},
		"approved_pct_fits_neither":     {VI: "Tỷ lệ phê duyệt không khớp", EN: "Approval rate does not fit"},
		"approved_exceeds_total":        {VI: "Phê duyệt nhiều hơn tổng số", EN: "More approved than there are"},
		"deployed_exceeds_approved":     {VI: "Triển khai nhiều hơn phê duyệt", EN: "More deployed than approved"},
		"deployed_exceeds_total":        {VI: "Triển khai nhiều hơn tổng số", EN: "More deployed than there are"},
	}[kind]
}
