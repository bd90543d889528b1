package statement

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/reconcile"
)

// The kinds of difference, beside those by which a table contradicts itself
// (reconcile.Kinds).
const (
	FigureDiffers  = "figure_differs"  // the table and the register count differently
	ListDiffers    = "list_differs"    // the list and the printed total of one table
	LineUnmatched  = "line_unmatched"  // nobody said yet which system it is
	LineAbsent     = "line_absent"     // a person said that it stands in no register
	SystemUnlisted = "system_unlisted" // on the register, not in the list
	LevelDiffers   = "level_differs"
	ApprovalDiffer = "approval_differs"
	PlanDiffers    = "plan_differs"
)

// Triple is a figure three times over: what was reported, what the register
// gives, and what of that the regulator has confirmed. Reported is nil where the
// table prints nothing.
type Triple struct {
	Field    Field   `json:"field"`
	Reported *Figure `json:"reported"`
	Register int     `json:"register"`
	Verified int     `json:"verified"`
	// Of are the percentages that the reported counts give, by denominator; of a
	// percentage only.
	Of map[string]int `json:"of,omitempty"`
}

// Difference is one place where a statement and the register, or the statement
// and itself, part.
type Difference struct {
	Key      string   `json:"key"` // stays as long as the difference does
	Kind     string   `json:"kind"`
	Cell     string   `json:"cell,omitempty"`
	Line     int      `json:"line,omitempty"`
	System   string   `json:"system,omitempty"`
	Reported string   `json:"reported"`
	Register string   `json:"register"`
	Verified string   `json:"verified"`
	Size     int      `json:"size"` // reported less register, 1 where nothing is counted
	Says     law.Text `json:"says"`

	Owner   string `json:"owner,omitempty"`
	Settled *Note  `json:"settled,omitempty"` // nil while open
	History []Note `json:"history,omitempty"`
}

// Matched is a line with what is known of which system it is.
type Matched struct {
	Line       Line        `json:"line"`
	Said       bool        `json:"said"`
	Code       string      `json:"code,omitempty"`
	Name       string      `json:"name,omitempty"` // on the register
	Candidates []Candidate `json:"candidates,omitempty"`
}

// Comparison is a statement beside the register.
type Comparison struct {
	Statement   Statement    `json:"statement"`
	Figures     []Triple     `json:"figures"`
	Lines       []Matched    `json:"lines"`
	Differences []Difference `json:"differences"`
}

// Open counts the differences not settled.
func (c *Comparison) Open() int {
	n := 0
	for _, d := range c.Differences {
		if d.Settled == nil {
			n++
		}
	}
	return n
}

// comparing is one comparison under way.
type comparing struct {
	out     Comparison
	systems map[string]*approval.System
	at      time.Time
}

// Compare sets a statement beside the systems of its agency as they stood at the
// end of its day. It changes nothing.
func Compare(s Statement, systems []approval.System) Comparison {
	c := comparing{out: Comparison{Statement: s, Differences: []Difference{}}, systems: map[string]*approval.System{}, at: s.On.Time().AddDate(0, 0, 1).Add(-time.Microsecond)}
	var live []approval.System
	for i := range systems {
		x := &systems[i]
		if x.RegisteredAt.After(c.at) && x.StartedOn > s.On || x.Retirement != nil && !x.Retirement.At.After(c.at) {
			continue // not yet, or no more
		}
		live = append(live, *x)
		c.systems[x.Code] = &live[len(live)-1]
	}
	c.figures(live)
	c.itself()
	c.lines(live)
	for i := range c.out.Differences {
		c.out.Differences[i].settle(s.Notes)
	}
	return c.out
}

// settle finds what was said of a difference.
func (d *Difference) settle(notes []Note) {
	for _, n := range notes {
		if n.Key != d.Key {
			continue
		}
		d.History = append(d.History, n)
		switch n.Kind {
		case Assign:
			d.Owner = n.Owner
		case Resolve:
			d.Settled = &n
		case Reopen:
			d.Settled = nil
		}
	}
}

// figures counts the register and sets the printed figures beside it.
func (c *comparing) figures(live []approval.System) {
	register, verified := map[Field]int{}, map[Field]int{}
	for i := range live {
		st := live[i].Standing(c.at)
		add := func(f Field, yes, sure bool) {
			if yes {
				register[f]++
			}
			if yes && sure {
				verified[f]++
			}
		}
		add(Total, true, st.Confirmed)
		add(Approved, st.Approval != nil, st.Confirmed)
		add(Deployed, st.Approval != nil && st.Plan == approval.PlanFull, st.Confirmed && live[i].ByControls(c.at))
	}
	for _, m := range []map[Field]int{register, verified} {
		m[ApprovedPct], _ = reconcile.Pct(m[Approved], m[Total])
		m[DeployedPct], _ = reconcile.Pct(m[Deployed], m[Total])
	}
	for _, f := range Fields() {
		t := Triple{Field: f, Register: register[f], Verified: verified[f]}
		if x, ok := c.out.Statement.Figure(f); ok {
			t.Reported = &x
			if size := x.Value - register[f]; size != 0 {
				has := f.show(register[f])
				c.out.Differences = append(c.out.Differences, Difference{Key: "figure:" + string(f), Kind: FigureDiffers, Cell: x.Cell, Reported: x.Text, Register: has, Verified: f.show(verified[f]), Size: size,
					Says: law.Text{VI: f.says().VI + ": báo cáo ghi " + x.Text + ", sổ đăng ký có " + has, EN: f.says().EN + ": reported " + x.Text + ", the register has " + has}})
			}
		}
		t.Of = c.denominators(f)
		c.out.Figures = append(c.out.Figures, t)
	}
}

// show writes a figure of the register.
func (f Field) show(n int) string {
	if f == ApprovedPct || f == DeployedPct {
		return strconv.Itoa(n) + "%"
	}
	return strconv.Itoa(n)
}

// says names a figure.
func (f Field) says() law.Text {
	return map[Field]law.Text{Total: {VI: "Tổng số hệ thống", EN: "Systems"}, Approved: {VI: "Đã được phê duyệt", EN: "Approved"}, ApprovedPct: {VI: "Tỷ lệ phê duyệt", EN: "Approval rate"},
		Deployed: {VI: "Đã triển khai đầy đủ", EN: "Fully deployed"}, DeployedPct: {VI: "Tỷ lệ triển khai", EN: "Deployment rate"}}[f]
}

// denominators are the whole percentages that the reported counts give over each
// denominator that the table prints.
func (c *comparing) denominators(f Field) map[string]int {
	over := map[Field][]Field{ApprovedPct: {Total}, DeployedPct: {Total, Approved}}[f]
	part, printed := c.out.Statement.Figure(map[Field]Field{ApprovedPct: Approved, DeployedPct: Deployed}[f])
	if over == nil || !printed {
		return nil
	}
	of := map[string]int{}
	for _, d := range over {
		if whole, ok := c.out.Statement.Figure(d); ok {
			if p, ok := reconcile.Pct(part.Value, whole.Value); ok {
				of[string(d)] = p
			}
		}
	}
	return of
}

// itself is where the table contradicts itself; only figures that are printed
// are judged.
func (c *comparing) itself() {
	s := &c.out.Statement
	row := reconcile.Row{Reported: true}
	for f, at := range map[Field]*int{Total: &row.Total, Approved: &row.Approved, ApprovedPct: &row.ApprovedPct, Deployed: &row.Deployed, DeployedPct: &row.DeployedPct} {
		x, ok := s.Figure(f)
		if !ok {
			return // part of a row is no row
		}
		*at = x.Value
	}
	for _, f := range reconcile.Check(reconcile.Table{Rows: []reconcile.Row{row}}).Findings {
		x, _ := s.Figure(Field(f.Field))
		d := Difference{Key: "self:" + f.Kind, Kind: f.Kind, Cell: x.Cell, Reported: x.Text, Size: max(f.Difference, 1), Says: law.Text(f.Says)}
		if f.OfTotal != nil {
			d.Size = f.Printed - *f.OfTotal
		}
		c.out.Differences = append(c.out.Differences, d)
	}
}

// lines sets the list beside the register, system by system.
func (c *comparing) lines(live []approval.System) {
	s := &c.out.Statement
	c.out.Lines = []Matched{}
	if len(s.Lines) == 0 {
		return // a table without a list says nothing of single systems
	}
	if x, ok := s.Figure(Total); ok && x.Value != len(s.Lines) {
		c.out.Differences = append(c.out.Differences, Difference{Key: "self:list", Kind: ListDiffers, Cell: x.Cell, Reported: x.Text, Size: x.Value - len(s.Lines),
			Says: law.Text{VI: fmt.Sprintf("Bảng ghi tổng số %s nhưng liệt kê %d hệ thống", x.Text, len(s.Lines)), EN: fmt.Sprintf("The table states %s and lists %d systems", x.Text, len(s.Lines))}})
	}
	taken := map[string]bool{}
	for _, l := range s.Lines {
		code, said := s.matched(l.No)
		if x := c.systems[code]; said && x != nil {
			taken[code] = true
			c.out.Lines = append(c.out.Lines, Matched{Line: l, Said: true, Code: code, Name: x.Name})
			c.line(l, x)
			continue
		}
		c.out.Lines = append(c.out.Lines, Matched{Line: l, Said: said, Code: code})
		d := Difference{Key: fmt.Sprintf("line:%d", l.No), Kind: LineUnmatched, Cell: l.Cell, Line: l.No, Reported: l.Name, Size: 1,
			Says: law.Text{VI: "Chưa có người xác nhận dòng này là hệ thống nào trong sổ đăng ký", EN: "Nobody said yet which system of the register this line is"}}
		if said {
			d.Kind, d.Says = LineAbsent, law.Text{VI: "Có trong báo cáo, không có trong sổ đăng ký", EN: "In the report, not on the register"}
		}
		c.out.Differences = append(c.out.Differences, d)
	}
	var free []approval.System
	for i := range live {
		if x := &live[i]; !taken[x.Code] {
			free = append(free, *x)
			c.out.Differences = append(c.out.Differences, Difference{Key: "system:" + x.Code, Kind: SystemUnlisted, System: x.Code, Register: x.Name, Size: -1,
				Says: law.Text{VI: "Có trong sổ đăng ký, không có trong báo cáo (hoặc chưa ghép)", EN: "On the register, not in the report (or not matched yet)"}})
		}
	}
	for i := range c.out.Lines {
		if m := &c.out.Lines[i]; !m.Said {
			m.Candidates = Propose(m.Line, free)
		}
	}
}

// line compares what a line says of its system with the record.
func (c *comparing) line(l Line, x *approval.System) {
	st := x.Standing(c.at)
	differ := func(kind, reported, register string, vi, en string) {
		d := Difference{Key: fmt.Sprintf("line:%d:%s", l.No, kind), Kind: kind, Cell: l.Cell, Line: l.No, System: x.Code, Reported: reported, Register: register, Size: 1, Says: law.Text{VI: vi, EN: en}}
		if st.Confirmed {
			d.Verified = register
		}
		c.out.Differences = append(c.out.Differences, d)
	}
	level := st.Proposed
	if st.Approval != nil {
		level = st.Approval.Level
	}
	if l.Level != 0 && l.Level != level {
		differ(LevelDiffers, strconv.Itoa(int(l.Level)), strconv.Itoa(int(level)), "Cấp độ khác nhau", "The levels differ")
	}
	if approved := map[bool]string{true: "yes", false: "no"}[st.Approval != nil]; l.Approved != "" && l.Approved != approved {
		differ(ApprovalDiffer, l.Approved, approved, "Tình trạng phê duyệt khác nhau", "The approvals differ")
	}
	if l.Plan != "" && l.Plan != st.Plan {
		differ(PlanDiffers, string(l.Plan), string(st.Plan), "Tình trạng triển khai phương án khác nhau", "The states of the plan differ")
	}
}

// Silent lists the agencies of a day that sent no statement of that day.
func Silent(all []approval.Agency, ss []Statement, on law.Day) []approval.Agency {
	return slices.DeleteFunc(slices.Clone(all), func(a approval.Agency) bool {
		return !a.ExistsOn(on) || slices.ContainsFunc(ss, func(s Statement) bool { return s.Agency == a.Code && s.On == on })
	})
}
