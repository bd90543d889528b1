package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Kind is what kind of thing falls due.
type Kind string

// The kinds of what falls due.
const (
	DueReview     Kind = "review"     // a periodic activity: inspection, penetration test, restore test, review
	DueEvidence   Kind = "evidence"   // evidence of a control runs out
	DueGap        Kind = "gap"        // a control to be met
	DueFinding    Kind = "finding"    // a finding to be closed
	DueIncident   Kind = "incident"   // a report about an incident
	DueConformity Kind = "conformity" // a kept level meets the new law
	DueRegulation Kind = "regulation" // the regulation is issued before approval
	DueRisk       Kind = "risk"       // a risk assessment that an event calls for
	DueDossier    Kind = "dossier"    // the clock of a reviewer or an approver
	DuePlan       Kind = "plan"       // the declared plan is not what the controls say
	DueDrill      Kind = "drill"      // the drill of an agency's year
	DueBudget     Kind = "budget"     // the budget share of an agency's year
	DueReport     Kind = "report"     // a yearly report of an agency
	DueOpinion    Kind = "opinion"    // the answer of a body that was consulted
)

// Kinds lists the kinds of what falls due.
func Kinds() []Kind {
	return []Kind{DueReview, DueEvidence, DueGap, DueFinding, DueIncident, DueConformity, DueRegulation, DueRisk, DueDossier, DuePlan, DueDrill, DueBudget, DueReport, DueOpinion}
}

// Item is one thing that falls due. ID is the same as long as it is the same
// thing, whenever it is asked for: notices and calendars may join by it.
type Item struct {
	ID         string
	Kind       Kind
	System     string // code, "" of an agency
	Name       string // of the system
	Agency     string
	Day        law.Day   // last day; "" when no day is set
	At         time.Time // last moment, where hours count
	Says       law.Text
	Cites      string
	Confidence string // of the basis; low where a period is only suggested
	Roles      []law.Role
	Simulated  bool
	Act        string               // of the office, by which it is done; "" for what is no act of it
	Under      *approval.Delegation // by which it is the actor's; nil for the actor's own
}

// The states of an item on a day.
const (
	StateNone    = "none" // no day is set
	StateLater   = "later"
	StateSoon    = "soon"
	StateToday   = "today"
	StateOverdue = "overdue"
)

// State is how an item stands at a moment; within soon days it is soon.
func (it Item) State(now time.Time, soon int) string {
	day := law.DayOf(now)
	switch {
	case !it.At.IsZero() && now.After(it.At):
		return StateOverdue
	case it.Day == "":
		return StateNone
	case it.Day < day:
		return StateOverdue
	case it.Day == day:
		return StateToday
	case it.Day <= day.AddDays(soon):
		return StateSoon
	}
	return StateLater
}

// Told lists whom the book tells of an item by a day, beside whose work it is:
// the longer it is overdue, the more.
func (it Item) Told(b *law.Book, day law.Day) []law.Escalation {
	var out []law.Escalation
	for _, e := range b.Escalations() {
		if it.Day != "" && it.Day.AddDays(e.AfterDays) < day {
			out = append(out, e)
		}
	}
	return out
}

// Concerns tells whether an item is in the calendar of a person: it is the work
// of the capacity, or it has been overdue long enough that the book tells it.
func (it Item) Concerns(b *law.Book, a approval.Actor, day law.Day) bool {
	if !a.Sees(it.Agency) {
		return false
	}
	return slices.Contains(it.Roles, a.Capacity) || slices.ContainsFunc(it.Told(b, day), func(e law.Escalation) bool { return e.To == a.Capacity })
}

// Question asks what falls due: for whole systems, and for the years of their
// owners.
type Question struct {
	Book   *law.Book
	Now    time.Time
	Sheets []Sheet // without states where no control was answered
	Years  []Year  // of each agency, this year
}

// Due lists everything that falls due, soonest first, what has no day last. It
// reads no clock and no store: the same question has the same answer.
func Due(q Question) []Item {
	d := dues{Question: q, day: law.DayOf(q.Now), reviews: map[List][]law.Review{}}
	d.rules, _ = q.Book.RuleSetOn(d.day)
	for i := range q.Sheets {
		d.system(&q.Sheets[i])
	}
	for _, y := range q.Years {
		d.year(y)
	}
	sortItems(d.out)
	return d.out
}

// sortItems puts what is due soonest first, what has no day last.
func sortItems(all []Item) {
	slices.SortStableFunc(all, itemOrder)
}

func orLast(d law.Day) law.Day {
	if d == "" {
		return "9999-12-31"
	}
	return d
}

// dues is one answer being gathered.
type dues struct {
	Question
	day     law.Day
	rules   law.RuleSet
	reviews map[List][]law.Review
	out     []Item
}

// add adds an item about a system.
func (d *dues) add(s *approval.System, it Item, detail string) {
	it.ID = fmt.Sprintf("%s:%s:%s", it.Kind, s.Code, detail)
	it.System, it.Name, it.Agency, it.Simulated = s.Code, s.Name, s.Owner, s.Origin == approval.Simulated
	d.out = append(d.out, it)
}

// system gathers what is due of one system.
func (d *dues) system(sh *Sheet) {
	s := &sh.System
	st := s.Standing(d.Now)
	if st.Retired || !st.Registered {
		return
	}
	d.dossier(s)
	d.incidents(s, sh.Plan)
	for _, f := range sh.Plan.Open(d.Book.PlanPolicy().Unscanned) {
		d.add(s, Item{Kind: DueFinding, Day: f.Due, Says: law.Text{VI: "Khắc phục phát hiện: " + f.Says, EN: "Mend the finding: " + f.Says}, Cites: "NĐ 331/2026/NĐ-CP, Điều 33", Confidence: law.ConfidenceInferred, Roles: operators()}, fmt.Sprint(f.No))
	}
	if st.RiskDue != "" {
		d.add(s, Item{Kind: DueRisk, Day: st.RiskDue, Says: law.Text{VI: "Đánh giá rủi ro sau khi đổi chủ quản", EN: "Risk assessment after a change of owner"}, Cites: "NĐ 331/2026/NĐ-CP, Điều 10 khoản 2 điểm b", Confidence: law.ConfidenceHigh, Roles: operators()}, string(st.RiskDue))
	}
	a := st.Approval
	if a == nil {
		return
	}
	if due, cites, ok := d.Book.ConformityDue(a.Rules); ok && a.Rules != d.rules {
		d.add(s, Item{Kind: DueConformity, Day: due, Says: law.Text{VI: "Đáp ứng điều kiện của Luật An ninh mạng đối với cấp độ được giữ", EN: "Meet the conditions of the Cybersecurity Law for a kept level"}, Cites: cites, Confidence: law.ConfidenceMedium, Roles: operators()}, string(a.Rules))
	}
	d.periodic(s, st, sh.Plan)
	if sh.Plan.Answered() && sh.Known {
		d.controls(s, st, sh)
	}
}

func operators() []law.Role { return []law.Role{law.RoleOperator} }

// controls gathers what the controls owe.
func (d *dues) controls(s *approval.System, st approval.Standing, sh *Sheet) {
	for _, x := range sh.States {
		if x.Holds() && x.Until != "" {
			d.add(s, Item{Kind: DueEvidence, Day: x.Until, Says: law.Text{VI: "Bằng chứng hết hạn: " + x.Control.Title.VI, EN: "Evidence runs out: " + x.Control.Title.EN},
				Cites: x.Control.Standard + ", " + x.Control.Clause, Confidence: x.Control.Confidence, Roles: operators()}, x.Control.Key)
		}
	}
	for _, g := range sh.Gaps {
		if g.Finding == 0 && g.Due != "" {
			d.add(s, Item{Kind: DueGap, Day: g.Due, Says: law.Text{VI: "Hoàn thành biện pháp: " + g.What.VI, EN: "Meet the control: " + g.What.EN}, Cites: g.Clause, Confidence: law.ConfidenceMedium, Roles: operators()}, g.Key)
		}
	}
	if sh.Measure.Status != st.Plan && sh.Numbers.Answered() == sh.Numbers.Total {
		d.add(s, Item{Kind: DuePlan, Day: d.day, Says: law.Text{VI: "Tình trạng phương án đã khai khác kết quả tính từ các biện pháp; khai lại", EN: "The declared plan is not what the controls say; declare again"}, Cites: "NĐ 331/2026/NĐ-CP, Điều 29", Confidence: law.ConfidenceInferred, Roles: operators()}, string(sh.Measure.Status))
	}
}

// periodic gathers the periodic activities of the rules in force at the level,
// each counted from the last time it was done, from the approval, or from the
// first day of the rules, whichever is latest.
func (d *dues) periodic(s *approval.System, st approval.Standing, p Plan) {
	at := List{d.rules, st.Approval.Level}
	rs, known := d.reviews[at]
	if !known {
		rs = d.Book.Reviews(at.Rules, at.Level)
		d.reviews[at] = rs
	}
	for _, r := range rs {
		months := r.Months
		if months == nil {
			months = r.Suggested
		}
		if months == nil || r.Body || r.Retention || r.Activity == "drill" || r.Listed && !st.Approval.Listed {
			continue
		}
		since := max(lastDone(p, st, r.Activity), law.DayOf(st.Approval.From), d.since())
		it := Item{Kind: DueReview, Day: since.AddMonths(*months), Says: r.Says, Cites: r.Cites, Confidence: r.Confidence, Roles: performers(r)}
		if r.Months == nil {
			it.Confidence = law.ConfidenceLow
			it.Says = law.Text{VI: fmt.Sprintf("%s Luật không đặt chu kỳ; %d tháng là gợi ý của hệ thống.", r.Says.VI, *months), EN: fmt.Sprintf("%s The law sets no period; %d months are a suggestion of this service.", r.Says.EN, *months)}
		}
		d.add(s, it, r.Activity)
	}
}

// performers are the roles whose work a review is.
func performers(r law.Review) []law.Role {
	if r.Performer == law.PerformerIndependent {
		return []law.Role{law.RoleSpecialisedUnit, law.RoleOperator}
	}
	return operators()
}

// since is the first day of the rules in force.
func (d *dues) since() law.Day {
	for _, rs := range d.Book.RuleSets() {
		if rs.ID == d.rules {
			return rs.From
		}
	}
	return ""
}

// lastDone is the last day on which an activity was done, "" when never.
func lastDone(p Plan, st approval.Standing, activity string) law.Day {
	var last law.Day
	for _, x := range p.Deeds {
		if x.Activity == activity {
			last = max(last, x.On)
		}
	}
	switch activity {
	case "inspection", "independent-inspection":
		last = max(last, st.Inspected)
	case "risk-process", "risk-identification":
		last = max(last, st.RiskAssessed)
	}
	return last
}

// dossier gathers the clocks of who handles the dossier in hand, which are those
// of the queue (approval.Dossier.Run): the time with the applicant does not
// count. And the regulation that comes before approval.
func (d *dues) dossier(s *approval.System) {
	x := s.Open()
	if x == nil || x.Level == 0 {
		return
	}
	c, err := approval.Handling(d.Book, s, x, d.day)
	if err != nil {
		return
	}
	if _, issued := x.Statement.Day("regulation_on"); c.RegulationFirst && !issued {
		d.add(s, Item{Kind: DueRegulation, Says: law.Text{VI: "Ban hành quy chế bảo đảm an ninh mạng trước khi hồ sơ được phê duyệt", EN: "Issue the security regulation before the dossier is approved"}, Cites: c.Cites, Confidence: c.Confidence, Roles: operators()}, fmt.Sprint(x.No))
	}
	act, run, roles := approval.ActReview, x.Run(approval.ActReview, c.Appraisal), c.Appraise
	says := law.Text{VI: "Thẩm định hồ sơ", EN: "Appraise the dossier"}
	switch {
	case x.State == approval.Appraised:
		act, run, roles = approval.ActDecide, x.Run(approval.ActDecide, c.Approval), nil
		for _, p := range c.Approve {
			roles = append(roles, p.Role)
		}
		says = law.Text{VI: "Phê duyệt hồ sơ", EN: "Decide on the dossier"}
	case x.State.Editable():
		return
	}
	k, err := d.Book.Due(run, d.day)
	if err != nil || k.Due == "" {
		return
	}
	d.add(s, Item{Kind: DueDossier, Day: k.Due, Says: says, Cites: c.Cites, Confidence: c.Confidence, Roles: roles, Act: act}, fmt.Sprintf("%d-%s", x.No, x.State))
}

// incidents gathers the clocks of incidents whose report is not sent.
func (d *dues) incidents(s *approval.System, p Plan) {
	for _, x := range p.Incidents {
		if p.reported(x.No, Closed) != nil {
			continue
		}
		for _, c := range Clocks(d.Book, p, x) {
			if c.Done == nil {
				d.add(s, Item{Kind: DueIncident, Day: law.DayOf(c.Due), At: c.Due, Says: c.Says, Cites: c.Cites, Confidence: c.Confidence,
					Roles: []law.Role{law.RoleOwner, law.RoleSpecialisedUnit, law.RoleOperator}}, fmt.Sprintf("%d-%s", x.No, c.Step))
			}
		}
	}
}

// overall gathers the inspection of the whole body, where the rules in force ask
// for one, counted from the last one or from the first day of the rules.
func (d *dues) overall(y Year, add func(Item, string)) {
	since := d.since()
	for _, x := range y.Held(true) {
		since = max(since, x.On)
	}
	for _, r := range d.Book.Reviews(d.rules, law.MinLevel) {
		if r.Body && r.Months != nil && r.Activity == "overall" {
			add(Item{Kind: DueReview, Day: since.AddMonths(*r.Months), Says: r.Says, Cites: r.Cites, Confidence: r.Confidence, Roles: []law.Role{law.RoleSpecialisedUnit, law.RoleOwner}}, r.Activity)
		}
	}
}

// year gathers what an agency owes in a year: a drill, the budget share, and
// the yearly reports.
func (d *dues) year(y Year) {
	last := law.Day(fmt.Sprintf("%04d-12-31", y.Year))
	add := func(it Item, detail string) {
		it.ID, it.Agency = fmt.Sprintf("%s:%s:%s", it.Kind, y.Agency, detail), y.Agency
		d.out = append(d.out, it)
	}
	if len(y.Held(false)) == 0 {
		for _, r := range d.Book.Reviews(d.rules, 3) {
			if r.Activity == "drill" {
				add(Item{Kind: DueDrill, Day: last, Says: r.Says, Cites: r.Cites, Confidence: r.Confidence, Roles: []law.Role{law.RoleSpecialisedUnit, law.RoleOperator}}, fmt.Sprint(y.Year))
			}
		}
	}
	d.overall(y, add)
	share := d.Book.BudgetShare()
	if b := y.Budget(); b == nil || !b.Enough(share) {
		add(Item{Kind: DueBudget, Day: last, Says: share.Says, Cites: share.Cites, Confidence: share.Confidence, Roles: []law.Role{law.RoleOwner, law.RoleSpecialisedUnit}}, fmt.Sprint(y.Year))
	}
	for _, x := range d.Book.Deadlines(d.day.AddDays(-60), d.day.AddDays(370)) {
		if x.Kind == law.DeadlineYearly && x.Nature == law.NatureDuty && strings.HasPrefix(x.ID, "deadline.report-") && slices.Contains(x.Rules, d.rules) {
			add(Item{Kind: DueReport, Day: x.Day, Says: x.Says, Cites: x.Cites, Confidence: x.Confidence, Roles: x.By}, x.ID+"-"+string(x.Day))
		}
	}
}
