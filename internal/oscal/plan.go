package oscal

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/plan"
)

type described struct {
	Description string `json:"description"`
}

type state struct {
	State   string `json:"state"`
	Remarks string `json:"remarks,omitempty"`
}

type systemID struct {
	Type string `json:"identifier-type"`
	ID   string `json:"id"`
}

type infoType struct {
	UUID        string `json:"uuid"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

type characteristics struct {
	IDs         []systemID `json:"system-ids"`
	Name        string     `json:"system-name"`
	Description string     `json:"description"`
	Props       []prop     `json:"props,omitempty"`
	Sensitivity string     `json:"security-sensitivity-level,omitempty"`
	Information struct {
		Types []infoType `json:"information-types"`
	} `json:"system-information"`
	Status   state     `json:"status"`
	Boundary described `json:"authorization-boundary"`
}

type user struct {
	UUID  string   `json:"uuid"`
	Title string   `json:"title"`
	Roles []string `json:"role-ids,omitempty"`
}

type component struct {
	UUID        string `json:"uuid"`
	Type        string `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Status      state  `json:"status"`
}

type byComponent struct {
	Component   string `json:"component-uuid"`
	UUID        string `json:"uuid"`
	Description string `json:"description"`
	Props       []prop `json:"props,omitempty"`
	Status      state  `json:"implementation-status"`
}

type requirement struct {
	UUID    string        `json:"uuid"`
	Control string        `json:"control-id"`
	Props   []prop        `json:"props,omitempty"`
	By      []byComponent `json:"by-components,omitempty"`
}

type ssp struct {
	UUID     string   `json:"uuid"`
	Metadata metadata `json:"metadata"`
	Profile  struct {
		Href string `json:"href"`
	} `json:"import-profile"`
	Characteristics characteristics `json:"system-characteristics"`
	Implementation  struct {
		Users      []user      `json:"users"`
		Components []component `json:"components"`
	} `json:"system-implementation"`
	Controls struct {
		Description  string        `json:"description"`
		Requirements []requirement `json:"implemented-requirements"`
	} `json:"control-implementation"`
	BackMatter backMatter `json:"back-matter"`
}

// ErrNoList is the error where a system follows no list of controls yet.
var ErrNoList = errors.New("the system follows no list of controls yet: its level is not known")

// SSP writes the security plan of a system: every control of its list with what
// the officers answered, what was verified and what no longer holds.
func SSP(w io.Writer, s plan.Sheet, st Stamp) error {
	if !s.Known {
		return ErrNoList
	}
	x, code := &s.System, s.System.Code
	d := ssp{UUID: uuid("ssp", code), Metadata: st.metadata("Phương án bảo đảm an toàn: "+x.Name, fmt.Sprint(s.Plan.Version))}
	catalogue := uuid("catalog", string(s.List.Rules), fmt.Sprint(s.List.Level))
	d.Profile.Href = "#" + catalogue
	d.BackMatter.Resources = []resource{{catalogue, "Danh mục biện pháp", []rlink{{CatalogName(s.List.Rules, s.List.Level)}}}}
	d.Characteristics = characteristicsOf(x, st.At)
	d.Characteristics.Sensitivity = fmt.Sprintf("level-%d", s.List.Level)
	d.Implementation.Users = []user{{UUID: uuid("user", code), Title: "Đơn vị vận hành: " + x.OperatorUnit, Roles: []string{"operator"}}}
	this := uuid("component", code)
	d.Implementation.Components = []component{{this, "this-system", x.Name, orKey(x.Description, x.Name), state{State: operational(x, st.At)}}}
	for origin := range origins(s.States) {
		d.Implementation.Components = append(d.Implementation.Components, component{uuid("component", origin), "system", "Nền tảng " + origin, "Nền tảng dùng chung được kế thừa biện pháp", state{State: "other", Remarks: "theo sổ đăng ký của nền tảng"}})
	}
	d.Controls.Description = fmt.Sprintf("Danh mục cấp độ %d, bộ quy tắc %s: %d biện pháp, %d đã khai đạt, %d đã xác minh, %d hết hiệu lực.", s.List.Level, s.List.Rules, s.Numbers.Total, s.Numbers.Declared, s.Numbers.Verified, s.Numbers.Expired)
	for _, c := range s.States {
		d.Controls.Requirements = append(d.Controls.Requirements, requirementOf(code, this, c))
	}
	return write(w, "system-security-plan", d)
}

// origins are the platforms that answers are inherited from, in order.
func origins(states []plan.State) func(func(string) bool) {
	return func(yield func(string) bool) {
		seen := map[string]bool{}
		for _, c := range states {
			if c.Answer == nil || c.Answer.Origin == "" || seen[c.Answer.Origin] {
				continue
			}
			seen[c.Answer.Origin] = true
			if !yield(c.Answer.Origin) {
				return
			}
		}
	}
}

func characteristicsOf(x *approval.System, at time.Time) characteristics {
	st := x.Standing(at)
	c := characteristics{IDs: []systemID{{namespace, x.Code}}, Name: x.Name, Description: orKey(x.Description, x.Name),
		Props:  props("owner", x.Owner, "operator-unit", x.OperatorUnit, "stage", string(x.Stage), "state", st.State(), "plan", string(st.Plan), "origin", string(x.Origin)),
		Status: state{State: operational(x, at)}, Boundary: described{"Phạm vi của hệ thống theo hồ sơ đề xuất cấp độ."}}
	if a := st.Approval; a != nil {
		c.Props = append(c.Props, props("approval-number", a.Number, "approved-level", fmt.Sprint(a.Level), "approved-on", string(a.DecidedOn), "approved-until", string(a.Until))...)
	}
	info := "unstated"
	if x.Facts != nil && x.Facts.Info != "" {
		info = x.Facts.Info
	}
	title := map[string]string{"public": "Thông tin công khai", "private": "Thông tin riêng", "personal": "Thông tin cá nhân", "state_secret": "Bí mật nhà nước"}[info]
	c.Information.Types = []infoType{{uuid("information", x.Code), orKey(title, "Chưa khai"), "Loại thông tin nhạy cảm nhất theo dữ kiện đã khai"}}
	return c
}

// operational is the state of a system in OSCAL's words.
func operational(x *approval.System, at time.Time) string {
	switch {
	case x.Retirement != nil && !at.Before(x.Retirement.At):
		return "disposition"
	case x.Stage == approval.New:
		return "under-development"
	case x.Stage == approval.Upgrade:
		return "under-major-modification"
	}
	return "operational"
}

// requirementOf is a control as it stands.
func requirementOf(system, component string, c plan.State) requirement {
	r := requirement{UUID: uuid("requirement", system, c.Control.Key), Control: c.Control.Key, Props: props("answer", string(c.Result), "lapsed", string(c.Because))}
	a := c.Answer
	if a == nil {
		return r
	}
	if c.Verified {
		r.Props = append(r.Props, props("verified", "yes")...)
	}
	by := byComponent{Component: component, UUID: uuid("by", system, c.Control.Key), Description: orKey(strings.TrimSpace(a.How), "Không ghi cách đáp ứng."), Status: state{State: implementation(c)}}
	if a.Origin != "" {
		by.Component = uuid("component", a.Origin)
		by.Props = props("inherited-from", a.Origin)
	}
	for _, e := range a.Evidence {
		by.Props = append(by.Props, props("evidence", strings.Join([]string{string(e.Kind), e.Ref, string(e.On), string(e.Until)}, " "))...)
	}
	r.By = []byComponent{by}
	return r
}

// implementation is how far a control is implemented in OSCAL's words; what no
// longer holds is partial, whatever was declared.
func implementation(c plan.State) string {
	switch {
	case c.Expired:
		return "partial"
	case c.Result == plan.NotApplicable:
		return "not-applicable"
	case c.Result == plan.Partly:
		return "partial"
	case c.Declared:
		return "implemented"
	}
	return "planned"
}

type relatedRisk struct {
	Risk string `json:"risk-uuid"`
}

type item struct {
	UUID        string        `json:"uuid"`
	Title       string        `json:"title"`
	Description string        `json:"description"`
	Props       []prop        `json:"props,omitempty"`
	Risks       []relatedRisk `json:"related-risks"`
}

type risk struct {
	UUID        string `json:"uuid"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Statement   string `json:"statement"`
	Props       []prop `json:"props,omitempty"`
	Status      string `json:"status"`
	Deadline    string `json:"deadline,omitempty"`
}

type poam struct {
	UUID     string   `json:"uuid"`
	Metadata metadata `json:"metadata"`
	SSP      struct {
		Href string `json:"href"`
	} `json:"import-ssp"`
	SystemID systemID `json:"system-id"`
	Risks    []risk   `json:"risks"`
	Items    []item   `json:"poam-items"`
}

// ErrNothingLacks is the error where there is nothing to plan: OSCAL has no empty
// plan of action.
var ErrNothingLacks = errors.New("nothing lacks in the plan: there is no plan of action to write")

// POAM writes what lacks in the plan of a system, by when and by which role.
func POAM(w io.Writer, s plan.Sheet, st Stamp) error {
	switch {
	case !s.Known:
		return ErrNoList
	case len(s.Gaps) == 0:
		return ErrNothingLacks
	}
	code := s.System.Code
	d := poam{UUID: uuid("poam", code), Metadata: st.metadata("Việc còn thiếu trong phương án: "+s.System.Name, fmt.Sprint(s.Plan.Version)), SystemID: systemID{namespace, code}}
	d.SSP.Href = code + "-ssp.json"
	for i, g := range s.Gaps {
		name := []string{code, g.Key, fmt.Sprint(g.Finding)}
		r := risk{UUID: uuid(append([]string{"risk"}, name...)...), Title: orKey(g.What.VI, fmt.Sprintf("Việc %d", i+1)), Description: orKey(strings.TrimSpace(g.Note), g.What.VI), Statement: orKey(g.Clause, "Phát hiện khi kiểm tra"),
			Props: props("control-id", g.Key, "responsible-role", g.Role, "cost-class", g.Cost), Status: "open"}
		if g.Due != "" {
			r.Deadline = endOf(g.Due)
		}
		d.Risks = append(d.Risks, r)
		d.Items = append(d.Items, item{UUID: uuid(append([]string{"item"}, name...)...), Title: r.Title, Description: r.Description,
			Props: props("control-id", g.Key, "answer", string(g.Result), "lapsed", string(g.Because), "due", string(g.Due)), Risks: []relatedRisk{{r.UUID}}})
	}
	return write(w, "plan-of-action-and-milestones", d)
}

// endOf is the last second of a day.
func endOf(day law.Day) string {
	return day.Time().AddDate(0, 0, 1).Add(-time.Second).In(law.Zone()).Format(time.RFC3339)
}
