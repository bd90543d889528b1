package reconcile

import "strings"

// maxFigure keeps 200*n within an int; no country runs 10^9 systems.
const maxFigure = 1_000_000_000

// whole reads a whole number, "1539" or "1.539". The returned text says which
// rule the cell breaks; it is zero when the cell is good.
func whole(cell string) (int, Text) {
	switch {
	case cell == "":
		return 0, Text{"ô trống, cần một số nguyên", "empty cell, a whole number is needed"}
	case strings.HasPrefix(cell, "-"):
		return 0, Text{"số âm không được phép", "a negative number is not allowed"}
	case strings.Contains(cell, ","):
		return 0, Text{"dấu phẩy là dấu thập phân; cột này chỉ nhận số nguyên, ví dụ 1.539",
			"a comma marks decimals; this column takes whole numbers only, such as 1.539"}
	case strings.Contains(cell, ".") && !thousands(cell):
		return 0, Text{"dấu chấm chỉ dùng để ngăn từng nhóm ba chữ số, ví dụ 1.539",
			"a dot may only separate groups of three digits, as in 1.539"}
	}
	return digits(strings.ReplaceAll(cell, ".", ""))
}

// percent reads a whole percentage, "83" or "83%".
func percent(cell string) (int, Text) {
	return whole(strings.TrimSpace(strings.TrimSuffix(cell, "%")))
}

func thousands(cell string) bool {
	groups := strings.Split(cell, ".")
	if len(groups[0]) < 1 || len(groups[0]) > 3 || groups[0][0] == '0' {
		return false
	}
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return false
		}
	}
	return true
}

func digits(s string) (int, Text) {
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, Text{"không phải số nguyên", "not a whole number"}
		}
		if n = 10*n + int(c-'0'); n > maxFigure {
			return 0, Text{"số quá lớn (trên 1.000.000.000)", "number too large (above 1,000,000,000)"}
		}
	}
	return n, Text{}
}
