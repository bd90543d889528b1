package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
)

// YearPage is what an agency recorded of a year.
type YearPage struct {
	Page
	Heading, At, Share string
	Errors             []ErrorLink
	May                bool
	Typed              map[string]string
	Drills, Budgets    []Fact
	Overalls           []Fact
	State              Tag
}

// yearShow shows an agency's year.
func (s *site) yearShow(v *visit) error { return v.yearPage(nil, nil, http.StatusOK) }

func (v *visit) yearPage(typed url.Values, fs []approval.Finding, status int) error {
	agency := v.r.PathValue("code")
	year, err := strconv.Atoi(v.r.PathValue("year"))
	if err != nil || v.Plans == nil {
		return v.absent(v)
	}
	y, err := v.Plans.YearOf(v.r.Context(), v.actor(), agency, year)
	if err != nil {
		return err
	}
	share := v.Book.BudgetShare()
	p := YearPage{Page: v.page(v.t("ye.title", year, agency)), Heading: v.t("ye.title", year, agency), At: v.r.URL.Path, Typed: map[string]string{},
		Share: v.say(share.Says) + " " + share.Cites + " · " + v.sure(share.Confidence), State: Tag{v.t("ye.nobudget"), "grey"}}
	p.Failed = len(fs) > 0
	a := v.actor()
	p.May = !v.past() && a.Body == agency && (a.Capacity == law.RoleOperator || a.Capacity == law.RoleSpecialisedUnit || a.Capacity == law.RoleOwner)
	for k := range typed {
		p.Typed[k] = typed.Get(k)
	}
	for _, f := range fs {
		p.Errors = append(p.Errors, ErrorLink{Href: "#" + f.Field, Text: v.say(f.Says)})
	}
	for _, d := range y.Held(false) {
		p.Drills = append(p.Drills, Fact{Label: v.day(d.On), Value: d.Says + " " + d.Number, Long: true})
	}
	for _, x := range y.Held(true) {
		p.Overalls = append(p.Overalls, Fact{Label: v.day(x.On), Value: x.Says + " " + x.Number, Long: true})
	}
	for _, b := range y.Budgets {
		p.Budgets = append(p.Budgets, Fact{Label: v.dated(b.At), Value: v.t("ye.budget", v.num(int(b.Security)), v.num(int(b.Total)), v.pct(int(b.Security), int(b.Total))) + " " + b.Number})
	}
	if b := y.Budget(); b != nil {
		p.State = Tag{v.t("ye.enough"), "green"}
		if !b.Enough(share) {
			p.State = Tag{v.t("ye.short", share.Percent), "red"}
		}
	}
	return v.show(status, "year", p)
}

// amount reads a whole number with or without separators; -1 when it is none.
func amount(s string) int64 {
	n, err := strconv.ParseInt(strings.NewReplacer(".", "", " ", "", ",", "").Replace(line(s)), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// yearDo records a drill or the budget.
func (s *site) yearDo(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	year, err := strconv.Atoi(v.r.PathValue("year"))
	if err != nil || s.Plans == nil {
		return s.absent(v)
	}
	in := v.r.PostForm
	y := plan.YearInput{Number: line(in.Get("number"))}
	if y.Overall = in.Get("do") == "overall"; y.Overall || in.Get("do") == "drill" {
		y.On, y.Says = dayTyped(in.Get("on")), line(in.Get("says"))
		if y.On == "" {
			y.On = "-" // what was done, without its day, is refused as that and not taken for a budget
		}
	} else {
		y.Total, y.Security = amount(in.Get("total")), amount(in.Get("security"))
	}
	_, err = s.Plans.KeepYear(v.r.Context(), v.actor(), v.r.PathValue("code"), year, y)
	var r *approval.Refusal
	if errors.As(err, &r) && r.Kind == approval.Invalid {
		return v.yearPage(in, r.Findings, statusOf(r.Kind))
	}
	if err != nil {
		return err
	}
	return v.send(v.r.URL.Path + "?done=checklist")
}
