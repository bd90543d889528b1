package approval

import (
	"slices"

	"capdo/internal/law"
)

// about is a finding on one agency.
func about(code, rule, vi, en string) Finding {
	return Finding{Field: code, Rule: rule, Says: law.Text{VI: code + ": " + vi, EN: code + ": " + en}}
}

// check finds what is wrong with a reorganisation as such, given the agencies
// of the register.
func (in Reorganisation) check(register map[string]Agency, day law.Day) []Finding {
	fs := in.checkDay(day)
	if len(in.Successors)+len(in.Successions) == 0 {
		fs = append(fs, about("", "nothing-to-do", "Chưa nêu cơ quan nào.", "No agency is named."))
	}
	founded := map[string]bool{}
	for _, x := range in.Successors {
		if _, taken := register[x.Code]; taken || founded[x.Code] {
			fs = append(fs, about(x.Code, "agency-exists", "Mã cơ quan này đã có.", "There is an agency of this code."))
		}
		if x.Code == "" || x.Name == "" {
			fs = append(fs, about(x.Code, "agency-incomplete", "Cơ quan mới phải có mã và tên.", "A new agency needs a code and a name."))
		}
		if x.EndedOn != "" || x.Successor != "" {
			fs = append(fs, about(x.Code, "agency-ended", "Cơ quan mới không thể đã kết thúc.", "A new agency cannot have ended."))
		}
		founded[x.Code] = true
	}
	for _, x := range in.Successions {
		fs = append(fs, in.checkKind(x)...)
		fs = append(fs, in.checkFrom(x, register)...)
		fs = append(fs, in.checkTo(x, register, founded)...)
	}
	return append(fs, in.checkWhole()...)
}

func (in Reorganisation) checkDay(day law.Day) []Finding {
	switch {
	case notADay(in.On):
		return []Finding{{Field: "on", Rule: "date-invalid", Says: law.Text{VI: "Ngày sắp xếp phải là ngày có thật", EN: "The day must exist in the calendar"}}}
	case in.On > day:
		return []Finding{{Field: "on", Rule: "date-in-future", Says: law.Text{VI: "Ngày sắp xếp phải từ hôm nay trở về trước", EN: "The day must not be in the future"}}}
	}
	return nil
}

// checkKind: the kind is known, names systems where it must, and only there.
func (in Reorganisation) checkKind(x Succession) []Finding {
	switch {
	case !x.Kind.ends() && x.Kind != SuccessionTransfer:
		return []Finding{about(x.From, "kind-unknown", "Không có loại kế thừa «"+string(x.Kind)+"».", "There is no succession of kind “"+string(x.Kind)+"”.")}
	case x.Kind == SuccessionSplit && len(x.Systems) == 0:
		return []Finding{about(x.From, "split-without-systems", "Chia, tách phải nêu từng hệ thống.", "A split names each system.")}
	case x.Kind.whole() && len(x.Systems) > 0:
		return []Finding{about(x.From, "merge-names-systems", "Hợp nhất, đổi tên chuyển toàn bộ hệ thống; không nêu riêng.", "A merger or a renaming takes every system; none is named.")}
	case x.On != in.On:
		return []Finding{about(x.From, "other-day", "Một lần sắp xếp chỉ có một ngày.", "A reorganisation has one day.")}
	}
	return nil
}

// checkFrom: who hands on exists until the day before.
func (in Reorganisation) checkFrom(x Succession, register map[string]Agency) []Finding {
	from, ok := register[x.From]
	switch {
	case !ok:
		return []Finding{about(x.From, "agency-unknown", "Không có cơ quan này.", "There is no such agency.")}
	case from.EndedOn != "":
		return []Finding{about(x.From, "agency-ended", "Cơ quan này đã kết thúc ngày "+dmy(from.EndedOn)+".", "This agency ended on "+string(from.EndedOn)+".")}
	case from.FoundedOn >= in.On && from.FoundedOn != "":
		return []Finding{about(x.From, "agency-not-founded", "Cơ quan này chưa thành lập vào ngày đó.", "This agency was not founded by that day.")}
	}
	return nil
}

// checkTo: who takes over exists on the day, and goes on to exist.
func (in Reorganisation) checkTo(x Succession, register map[string]Agency, founded map[string]bool) []Finding {
	to, ok := register[x.To]
	switch {
	case in.comesBack(x):
		return []Finding{about(x.From, "cycle", "Chuỗi kế thừa quay lại chính cơ quan này.", "The succession leads back to this agency.")}
	case founded[x.To]:
		return nil
	case !ok:
		return []Finding{about(x.To, "successor-unknown", "Không có cơ quan kế thừa này.", "There is no such successor.")}
	case to.EndedOn != "" || in.ends(x.To):
		return []Finding{about(x.To, "successor-ended", "Cơ quan kế thừa kết thúc hoặc đã kết thúc.", "The successor ends or has ended.")}
	case !to.ExistsOn(in.On):
		return []Finding{about(x.To, "agency-not-founded", "Cơ quan kế thừa chưa thành lập vào ngày đó.", "The successor was not founded by that day.")}
	}
	return nil
}

// ends tells whether the reorganisation ends an agency.
func (in Reorganisation) ends(code string) bool {
	return slices.ContainsFunc(in.Successions, func(x Succession) bool { return x.From == code && x.Kind.ends() })
}

// comesBack tells whether the bodies that end lead from x back to its beginning.
func (in Reorganisation) comesBack(x Succession) bool {
	if x.From == x.To {
		return true
	}
	if !x.Kind.ends() {
		return false
	}
	seen, next := map[string]bool{}, []string{x.To}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		if at == x.From {
			return true
		}
		if seen[at] {
			continue
		}
		seen[at] = true
		for _, y := range in.Successions {
			if y.From == at && y.Kind.ends() {
				next = append(next, y.To)
			}
		}
	}
	return false
}

// checkWhole: a body ends in one way, and a system is named once.
func (in Reorganisation) checkWhole() []Finding {
	var fs []Finding
	whole, ends, named := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, x := range in.Successions {
		if x.Kind.ends() {
			ends[x.From]++
		}
		if x.Kind.whole() {
			whole[x.From]++
		}
		if n := whole[x.From]; x.Kind.ends() && n > 0 && ends[x.From] > 1 {
			fs = append(fs, about(x.From, "ends-twice", "Cơ quan này kết thúc theo hai cách.", "This agency ends in two ways."))
		}
		for _, code := range x.Systems {
			if named[code] {
				fs = append(fs, about(x.From, "system-named-twice", "Hệ thống "+code+" được nêu hai lần.", "System "+code+" is named twice."))
			}
			named[code] = true
		}
	}
	return fs
}
