package plan

import (
	"context"
	"fmt"
	"slices"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Year is what an agency recorded of one year: drills and the budget. Rows only
// grow; the latest budget stands.
type Year struct {
	Agency  string   `json:"agency"`
	Year    int      `json:"year"`
	Version int64    `json:"version"`
	Drills  []Drill  `json:"drills,omitempty"`
	Budgets []Budget `json:"budgets,omitempty"`
}

// Object names the year in the ledger.
func (y Year) Object() string { return YearObject(y.Agency, y.Year) }

// YearObject names an agency's year in the ledger.
func YearObject(agency string, year int) string { return fmt.Sprintf("year:%s/%d", agency, year) }

// Digest is the SHA-256, in hex, of the JSON of the year.
func (y Year) Digest() (string, error) { return approval.Digest(y) }

// Drill is an exercise that took place or, with Overall, an inspection of the whole
// body: of all its systems together, and of how it manages risk (NĐ 85/2016 Điều
// 20 khoản 2 điểm c).
type Drill struct {
	Mark
	Overall bool `json:"overall,omitempty"`

	On     law.Day `json:"on"`
	Number string  `json:"number,omitempty"`
	Says   string  `json:"says"`
}

// Budget is the IT budget of the year and the part of it for security, in
// million đồng.
type Budget struct {
	Mark
	Total    int64  `json:"total"`
	Security int64  `json:"security"`
	Number   string `json:"number,omitempty"` // of the document that says so
}

// Held lists the exercises of the year, or the inspections of the whole body.
func (y Year) Held(overall bool) []Drill {
	return slices.DeleteFunc(slices.Clone(y.Drills), func(d Drill) bool { return d.Overall != overall })
}

// Budget returns the budget that stands, nil when none was recorded.
func (y Year) Budget() *Budget {
	if len(y.Budgets) == 0 {
		return nil
	}
	return &y.Budgets[len(y.Budgets)-1]
}

// Enough tells whether security has at least its share.
func (b Budget) Enough(share law.BudgetShare) bool {
	return b.Security*100 >= b.Total*int64(share.Percent)
}

// YearInput records a drill or, with Overall, an inspection of the whole body
// (On set), or a budget (Total set).
type YearInput struct {
	Overall         bool
	On              law.Day
	Says            string
	Total, Security int64
	Number          string
}

// KeepYear records a drill, an inspection of the whole body, or the budget of an agency's year. The operating
// unit, the specialised unit or the owner of the agency records it.
func (o *Room) KeepYear(ctx context.Context, a approval.Actor, agency string, year int, in YearInput) (Year, error) {
	now := o.now()
	var out Year
	err := o.Store.Update(ctx, a, now, func(tx Tx) error {
		if a.Body != agency {
			return approval.ErrNotFound()
		}
		if !slices.Contains([]law.Role{law.RoleOperator, law.RoleSpecialisedUnit, law.RoleOwner}, a.Capacity) {
			return wrongActor()
		}
		y, err := tx.YearOf(agency, year)
		if err != nil {
			return err
		}
		before := ""
		if y.Version > 0 {
			if before, err = y.Digest(); err != nil {
				return err
			}
		}
		if fs := y.wrong(in, law.DayOf(now)); len(fs) > 0 {
			return &approval.Refusal{Kind: approval.Invalid, Findings: fs}
		}
		y.Version++
		m := Mark{No: int(y.Version), By: a.Who(), At: now}
		detail := map[string]string{"year": fmt.Sprint(year)}
		if in.On != "" {
			y.Drills = append(y.Drills, Drill{m, in.Overall, in.On, clean(in.Number), clean(in.Says)})
			detail[map[bool]string{false: "drill", true: "overall"}[in.Overall]] = string(in.On)
		} else {
			y.Budgets = append(y.Budgets, Budget{m, in.Total, in.Security, clean(in.Number)})
			detail["budget"] = fmt.Sprintf("%d/%d", in.Security, in.Total)
		}
		if err := tx.GrowYear(&y); err != nil {
			return err
		}
		after, err := y.Digest()
		if err != nil {
			return err
		}
		out = y
		return tx.Append(&approval.Entry{At: now, By: a.Who(), Act: ActYear, Object: y.Object(), Before: before, After: after, Law: o.Book.Digest(), Detail: detail})
	})
	return out, err
}

// wrong finds what is wrong with an input.
func (y Year) wrong(in YearInput, today law.Day) []approval.Finding {
	var fs []approval.Finding
	if y.Year < 2016 || y.Year > today.Time().Year()+1 {
		fs = append(fs, finding("year", "year-wrong", "Nhập năm từ 2016 đến năm sau", "Enter a year from 2016 to next year"))
	}
	if in.On != "" {
		fs = append(fs, day("on", in.On, "ngày thực hiện", "the day it was done", today)...)
		if t := in.On.Time(); !t.IsZero() && t.Year() != y.Year {
			fs = append(fs, finding("on", "other-year", "Nhập ngày thực hiện trong năm này", "Enter a day of this year"))
		}
		if clean(in.Says) == "" || len(in.Says) > maxText {
			fs = append(fs, finding("says", "text-missing", "Nhập nội dung đã thực hiện", "Enter what was done"))
		}
		return fs
	}
	if in.Total <= 0 {
		fs = append(fs, finding("total", "total-missing", "Nhập tổng kinh phí công nghệ thông tin, triệu đồng, lớn hơn 0", "Enter the IT budget in million đồng, above 0"))
	}
	if in.Security < 0 || in.Security > in.Total {
		fs = append(fs, finding("security", "part-wrong", "Nhập kinh phí an toàn, an ninh mạng từ 0 đến tổng kinh phí", "Enter the part for security, from 0 to the whole"))
	}
	return fs
}

// YearOf returns an agency's year, for whoever may see the agency.
func (o *Room) YearOf(ctx context.Context, a approval.Actor, agency string, year int) (Year, error) {
	var y Year
	err := o.Store.View(ctx, a, func(r Reader) error {
		if !a.Sees(agency) {
			return approval.ErrNotFound()
		}
		var err error
		y, err = r.YearOf(agency, year)
		return err
	})
	return y, err
}
