package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
)

// BulkPage answers one control on many systems of one's agency.
type BulkPage struct {
	Page
	Rules    []Option
	Controls []Option
	Chosen   string // title of the control, "" while none is chosen
	RulesIn  string
	Key      string
	Form     *ControlForm
	Errors   []ErrorLink
	Rows     []BulkRow
	Count    string
	All      string // words for all that are listed
	Done     string
	Refused  []Fact
}

// BulkRow is a system that may be chosen.
type BulkRow struct {
	ID, Code, Name, Level string
	Result                Tag
	Chosen, Simulated     bool
}

// bulkShow asks for the control, then for the systems.
func (s *site) bulkShow(v *visit) error { return v.bulkPage(v.r.URL.Query(), nil, http.StatusOK) }

func (v *visit) bulkPage(in url.Values, end func(*BulkPage), status int) error {
	if v.Plans == nil || v.Controls == nil {
		return v.absent(v)
	}
	if v.actor().Capacity != law.RoleOperator {
		return v.message(http.StatusForbidden, "msg.403", v.t("msg.notnow"))
	}
	rules := law.RuleSet(in.Get("rules"))
	if rules == "" {
		rules, _ = v.Book.RuleSetOn(v.today())
	}
	p := BulkPage{Page: v.page(v.t("bu.title")), Rules: v.ruleSetOptions(rules), RulesIn: string(rules)}
	v.bulkControls(&p, rules, in.Get("key"))
	if p.Chosen != "" {
		p.Key = in.Get("key")
		f := v.controlForm(plan.State{Result: plan.Unanswered}, plan.Plan{}, nil, "")
		f.ID, f.Key, f.Title = "c-one", "one", p.Chosen
		f.Results = slices.DeleteFunc(f.Results, func(o Option) bool { return o.Code == "" })
		for i := range f.Results {
			f.Results[i].ID += "one"
			f.Results[i].Chosen = in.Get("r.one") == f.Results[i].Code
		}
		for i := range f.Evidence {
			f.Evidence[i].ID = "one.0"
		}
		f.How = in.Get("how.one")
		p.Form = &f
		all, err := v.Plans.Candidates(v.r.Context(), v.actor(), rules, p.Key)
		if err != nil {
			return err
		}
		for _, c := range all {
			p.Rows = append(p.Rows, BulkRow{ID: "s-" + c.Code, Code: c.Code, Name: c.Name, Level: v.level(c.Level), Result: v.resultTag(plan.State{Result: c.Result}), Chosen: slices.Contains(in["system"], c.Code), Simulated: c.Simulated})
			p.Simulated = p.Simulated || c.Simulated
		}
		p.Count, p.All = v.t("bu.count", v.num(len(all))), v.t("cf.allsystems", v.num(len(all)))
	}
	if end != nil {
		end(&p)
	}
	return v.show(status, "bulk", p)
}

// bulkControls lists the controls of a rule set at any level.
func (v *visit) bulkControls(p *BulkPage, rules law.RuleSet, key string) {
	for l := law.Level(5); l.Valid(); l-- {
		for _, c := range v.Controls.For(rules, l) {
			if slices.ContainsFunc(p.Controls, func(o Option) bool { return o.Code == c.Key }) {
				continue
			}
			o := Option{Code: c.Key, Label: c.Key + " – " + v.say(c.Title), Chosen: c.Key == key}
			if o.Chosen {
				p.Chosen = o.Label
			}
			p.Controls = append(p.Controls, o)
		}
	}
	slices.SortFunc(p.Controls, func(a, b Option) int { return strings.Compare(a.Code, b.Code) })
}

// bulkDo answers the control on the systems chosen, or on all of the list. It is
// first shown what changes on each; once that is confirmed each is an act of its
// own, and the page says which were done and why the others were not.
func (s *site) bulkDo(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	if s.Plans == nil {
		return s.absent(v)
	}
	in := v.r.PostForm
	if v.actor().Capacity != law.RoleOperator {
		return v.message(http.StatusForbidden, "msg.403", v.t("msg.notnow"))
	}
	rules, all := law.RuleSet(in.Get("rules")), in.Get("which") == "all"
	candidates, err := s.Plans.Candidates(v.r.Context(), v.actor(), rules, in.Get("key"))
	if err != nil {
		return err
	}
	candidates = slices.DeleteFunc(candidates, func(c plan.Candidate) bool { return !all && !slices.Contains(in["system"], c.Code) })
	if len(candidates) == 0 || in.Get("r.one") == "" {
		return v.bulkPage(in, func(p *BulkPage) {
			p.Failed = true
			if in.Get("r.one") == "" {
				p.Errors = append(p.Errors, ErrorLink{Href: "#r-met-one", Text: v.t("bu.noresult")})
			}
			if len(candidates) == 0 {
				p.Errors = append(p.Errors, ErrorLink{Text: v.t("bu.nosystem")})
			}
		}, http.StatusUnprocessableEntity)
	}
	if in.Get("confirm") != "yes" {
		return v.bulkConfirm(candidates, in)
	}
	a, seen := bulkTyped(in, "one"), map[string]int{}
	a.Key = in.Get("key")
	for _, code := range in["system"] {
		seen[code], _ = strconv.Atoi(in.Get(seenPrefix + code)) // no number was never seen
	}
	done, refused, err := s.Plans.Bulk(v.r.Context(), v.actor(), seen, rules, a)
	if err != nil {
		return err
	}
	return v.bulkPage(in, func(p *BulkPage) {
		p.Done = v.t("bu.done", v.num(len(done)), v.num(len(in["system"])))
		for _, code := range in["system"] {
			if r := refused[code]; r != nil {
				p.Refused = append(p.Refused, Fact{Label: code, Value: strings.Join(v.sayingsOf(r), " ")})
			}
		}
	}, http.StatusOK)
}

// bulkConfirm lists the systems with what changes of each answer, and what the
// button sends: the systems listed here, as they were seen here.
func (v *visit) bulkConfirm(candidates []plan.Candidate, in url.Values) error {
	n := v.num(len(candidates))
	p := ConfirmPage{Page: v.page(v.t("bu.title")), Heading: v.t("bu.title"), What: v.t("col.system"), Go: v.t("cf.go", n), Action: "/bulk", Lead: v.t("cf.systems", n),
		Back: "/bulk?" + url.Values{"rules": {in.Get("rules")}, "key": {in.Get("key")}}.Encode()}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if name != "system" && name != "which" && name != "seen.one" && name != onceName {
			p.Hidden = append(p.Hidden, Hidden{name, in.Get(name)})
		}
	}
	set := bulkTyped(in, "one")
	for _, c := range candidates {
		p.Hidden = append(p.Hidden, Hidden{"system", c.Code}, Hidden{seenPrefix + c.Code, strconv.Itoa(c.Now.Seen)})
		p.Rows = append(p.Rows, ConfirmRow{Name: c.Name, Sub: c.Code + " · " + v.level(c.Level), Changes: v.changes(set, c.Now)})
		p.Simulated = p.Simulated || c.Simulated
	}
	return v.show(http.StatusOK, "confirm", p)
}

// sayingsOf are the sentences of a refusal; what is out of scope is as absent.
func (v *visit) sayingsOf(r *approval.Refusal) []string {
	all := v.sayings(r)
	if len(all) == 0 {
		return []string{fmt.Sprint(r.Kind)}
	}
	return all
}
