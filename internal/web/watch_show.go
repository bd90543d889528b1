package web

import (
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/law"
	"capdo/internal/plan"
)

// WatchPage is what goes on beside the controls: periodic activities, findings,
// incidents, and what a platform offers.
type WatchPage struct {
	Page
	System               *Identity
	At                   string
	Errors               []ErrorLink
	May, MayFind         bool
	MayCheck, MayAttach  bool // closings of findings, files to findings
	Typed                map[string]string
	Activities           []Option
	Roles, Costs         []Option
	Deeds                []DeedRow
	Findings             []FindingRow
	Incidents            []IncidentRow
	Offers               []Option // controls that may be offered, those offered chosen
	OfferNation, Offered bool
	List                 string
}

// DeedRow is an activity that was done.
type DeedRow struct{ Activity, On, Performer, Number, By string }

// FindingRow is a finding with its end.
type FindingRow struct {
	No                        int
	Says, On, Due, Role, Cost string
	State                     Tag
	Lapsed                    *Tag // why its last closing does not close it
	Evidence                  string
	Files                     []FileForm // that it was closed by
	Checked                   string     // what another person said of the closing
	Open                      bool
	Offered                   []FileForm // files of the finding it may be closed by
	Closing                   int        // number of the closing this person may check, 0 for none
	Withdraw                  bool       // the acceptance may be withdrawn
}

// IncidentRow is an incident with its clocks.
type IncidentRow struct {
	No             int
	Says, Happened string
	State          Tag
	Clocks         []ClockRow
	Steps          []Option // reports that may still be recorded
}

// ClockRow is one clock of an incident.
type ClockRow struct {
	Says, Due, Cites string
	State            Tag
}

// watchShow shows the page.
func (s *site) watchShow(v *visit) error { return v.watchPage(nil, nil, http.StatusOK) }

func (v *visit) watchPage(typed url.Values, fs []approval.Finding, status int) error {
	file, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	p := WatchPage{Page: v.page(v.t("wa.title") + " – " + file.System.Name), System: v.identity(&file), At: "/systems/" + v.code() + "/watch", Typed: map[string]string{}}
	p.Simulated, p.Failed = file.System.Origin == approval.Simulated, len(fs) > 0
	own := !v.past() && v.actor().Body == file.System.Owner && file.System.Retirement == nil
	p.May = own && (v.actor().Capacity == law.RoleOperator || v.actor().Capacity == law.RoleSpecialisedUnit)
	p.MayFind = p.May || v.mayCheck(&file)
	p.MayCheck = v.mayCheck(&file)
	p.MayAttach = p.May && v.Documents != nil
	for k := range typed {
		p.Typed[k] = typed.Get(k)
	}
	for _, f := range fs {
		p.Errors = append(p.Errors, ErrorLink{Href: watchField(typed, f.Field), Text: v.say(f.Says), Cites: f.Cites})
	}
	for _, a := range plan.Activities(v.Book) {
		p.Activities = append(p.Activities, Option{Code: a, Label: v.activity(a), Chosen: typed.Get("activity") == a})
	}
	p.Roles, p.Costs = v.wordOptions(v.Book.PlanRoles(), typed.Get("role")), v.wordOptions(v.Book.CostClasses(), typed.Get("cost"))
	v.watched(&p, &sheet.Plan)
	v.offers(&p, &sheet)
	return v.show(status, "watch", p)
}

// watchField is the field a finding is about: forms that stand once for each
// record bear its number.
func watchField(typed url.Values, field string) string {
	do := typed.Get("do")
	switch {
	case field == "" || do == "offer":
		return ""
	case do == "report" || do == "closing" || do == "closing-check":
		return "#" + do + "-" + field + "-" + typed.Get("no")
	}
	return "#" + do + "-" + field
}

// activity is the words of a periodic activity: its sentence in the book.
func (v *visit) activity(id string) string {
	for i := len(v.Book.RuleSets()) - 1; i >= 0; i-- {
		for l := law.Level(5); l.Valid(); l-- {
			for _, r := range v.Book.Reviews(v.Book.RuleSets()[i].ID, l) {
				if r.Activity == id {
					return v.say(r.Says)
				}
			}
		}
	}
	return id
}

// watched fills in the rows, latest first.
func (v *visit) watched(p *WatchPage, x *plan.Plan) {
	for i := len(x.Deeds) - 1; i >= 0; i-- {
		d := x.Deeds[i]
		p.Deeds = append(p.Deeds, DeedRow{v.activity(d.Activity), v.day(d.On), d.Performer, d.Number, v.t("pl.by", d.By.Account, v.when(d.At))})
	}
	for i := len(x.Findings) - 1; i >= 0; i-- {
		f := x.Findings[i]
		row := FindingRow{No: f.No, Says: f.Says, On: v.day(f.On), Due: v.day(f.Due), Role: v.planRole(f.Role), Cost: v.costClass(f.Cost), Open: true, State: Tag{v.t("wa.open"), "yellow"}}
		if f.Critical {
			row.State = Tag{v.t("wa.critical"), "red"}
		}
		v.ended(&row, p, x)
		p.Findings = append(p.Findings, row)
	}
	for i := len(x.Incidents) - 1; i >= 0; i-- {
		p.Incidents = append(p.Incidents, v.incident(x, x.Incidents[i]))
	}
}

// ended fills in how a finding was closed, whether that stands, and by what it may
// be closed.
func (v *visit) ended(row *FindingRow, p *WatchPage, x *plan.Plan) {
	for i, d := range x.FilesOf(plan.AttachedToFinding(row.No)) {
		e := plan.Evidence{Kind: plan.File, Document: d.No, Ref: d.Name, SHA256: d.SHA256}
		row.Offered = append(row.Offered, v.fileForm(fmt.Sprintf("closing-%d.%d", row.No, i), x.FileNow(e)))
	}
	end, closed := x.EndOf(row.No, v.Book.PlanPolicy().Unscanned)
	if !closed {
		return
	}
	var written []string
	for i, e := range end.Evidence {
		if e.Kind == plan.File {
			row.Files = append(row.Files, v.fileForm(fmt.Sprintf("closed-%d.%d", row.No, i), x.FileNow(e)))
			continue
		}
		written = append(written, e.Ref)
	}
	row.Evidence = strings.Join(written, "; ")
	if row.Open = end.Because != ""; row.Open {
		row.Lapsed = &Tag{v.t("wa.reopened." + string(end.Because)), "red"}
	} else {
		row.State = Tag{v.t("wa.closed", v.dated(end.At)), "bare"}
	}
	if k := end.Check; k != nil {
		row.Checked = v.t("pl.checked", v.t("check."+string(k.Outcome)), k.By.Account, v.when(k.At)) + " " + k.Note
		row.Withdraw = k.Outcome == plan.Accepted
	}
	if p.MayCheck && end.By.Person != v.actor().Person && (end.Because == "" || end.Because == plan.LapsedWithdrawn) {
		row.Closing = end.No
	}
}

func (v *visit) incident(p *plan.Plan, x plan.Incident) IncidentRow {
	row := IncidentRow{No: x.No, Says: x.Says, Happened: v.when(x.Happened), State: Tag{v.t("wa.open"), "yellow"}}
	for _, c := range plan.Clocks(v.Book, *p, x) {
		k := ClockRow{Says: v.say(c.Says), Due: v.when(c.Due), Cites: c.Cites, State: Tag{v.t("wa.waiting"), "yellow"}}
		switch {
		case c.Done != nil && c.Done.Sent.After(c.Due):
			k.State = Tag{v.t("wa.late", v.when(c.Done.Sent)), "red"}
		case c.Done != nil:
			k.State = Tag{v.t("wa.sent", v.when(c.Done.Sent)), "bare"}
		case v.now.After(c.Due):
			k.State = Tag{v.t("due.state.overdue"), "red"}
		}
		row.Clocks = append(row.Clocks, k)
	}
	for _, step := range []plan.Step{plan.AtOnce, plan.First, plan.Full, plan.Closed} {
		done := false
		for _, r := range p.Reports {
			done = done || r.Incident == x.No && r.Step == step
		}
		if done && step == plan.Closed {
			row.State, row.Steps = Tag{v.t("wa.ended"), "bare"}, nil
			return row
		}
		if !done {
			row.Steps = append(row.Steps, Option{Code: string(step), Label: v.t("step.inc." + string(step))})
		}
	}
	return row
}

// offers lists the controls a platform may offer, with what it offers now.
func (v *visit) offers(p *WatchPage, s *plan.Sheet) {
	var now plan.Offer
	for _, o := range s.Plan.Offers {
		if o.List == s.List {
			now = o
		}
	}
	p.OfferNation, p.Offered = now.To == plan.EveryBody, len(now.Keys) > 0
	for _, x := range s.States {
		if x.Answer == nil || x.Result != plan.Met && x.Result != plan.Inherited {
			continue
		}
		o := Option{ID: fieldID("o", x.Control.Key), Code: x.Control.Key, Label: x.Control.Key + " – " + v.say(x.Control.Title)}
		for _, k := range now.Keys {
			o.Chosen = o.Chosen || k == x.Control.Key
		}
		p.Offers = append(p.Offers, o)
	}
}

// momentTyped reads «15:04» on a day, in Viet Nam's time; zero when it is none.
func momentTyped(day, clock string) time.Time {
	d, ok := parseDay(day)
	t, err := time.ParseInLocation("15:04", line(clock), law.Zone())
	if !ok || err != nil {
		return time.Time{}
	}
	return d.Time().Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
}

// watchDo records one thing on the page.
func (s *site) watchDo(v *visit) error {
	_, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	var fs []approval.Finding
	var taken []string
	in, err := v.controlsForm(func(part *multipart.Part) error {
		no, err := strconv.Atoi(strings.TrimPrefix(part.FormName(), filePrefix))
		if err != nil || !slices.ContainsFunc(sheet.Plan.Open(v.Book.PlanPolicy().Unscanned), func(f plan.Finding) bool { return f.No == no }) {
			return approval.ErrNotFound()
		}
		doc, wrong, err := v.takeFile(attachment.Finding(no), "file", part)
		if fs = append(fs, wrong...); doc > 0 {
			taken = append(taken, strconv.Itoa(doc))
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(fs) > 0 {
		return v.watchPage(in, fs, http.StatusUnprocessableEntity)
	}
	in["document"] = append(in["document"], taken...)
	err = v.watchAct(in, &sheet)
	var r *approval.Refusal
	if errors.As(err, &r) && (r.Kind == approval.Invalid || r.Kind == approval.Conflict) {
		return v.watchPage(in, r.Findings, statusOf(r.Kind))
	}
	if err != nil {
		return err
	}
	return v.send("/systems/" + v.code() + "/watch?done=checklist")
}

// closingTyped is the evidence of a closing: a document by its number, and files of
// the finding.
func closingTyped(in url.Values) []plan.Evidence {
	var es []plan.Evidence
	on := dayTyped(in.Get("on"))
	if ref := line(in.Get("evidence")); ref != "" {
		es = append(es, plan.Evidence{Kind: plan.Document, Ref: ref, On: on})
	}
	for _, text := range in["document"] {
		no, _ := strconv.Atoi(text) // no number is no file: refused
		es = append(es, plan.Evidence{Kind: plan.File, Document: no, Ref: text, On: on})
	}
	return es
}

func (v *visit) watchAct(in url.Values, sheet *plan.Sheet) error {
	ctx, a, code := v.r.Context(), v.actor(), v.code()
	no, _ := strconv.Atoi(in.Get("no")) // no number names nothing: refused
	var err error
	switch in.Get("do") {
	case "deed":
		_, err = v.Plans.Did(ctx, a, code, plan.Deed{Activity: in.Get("activity"), On: dayTyped(in.Get("on")), Performer: line(in.Get("performer")), Number: line(in.Get("number"))})
	case "finding":
		_, err = v.Plans.Find(ctx, a, code, plan.FindingInput{On: dayTyped(in.Get("on")), Says: line(in.Get("says")), Key: line(in.Get("key")), Critical: in.Get("critical") == "yes", Role: in.Get("role"), Due: dayTyped(in.Get("due")), Cost: in.Get("cost")})
	case "closing":
		_, err = v.Plans.Close(ctx, a, code, plan.ClosingInput{Finding: no, Evidence: closingTyped(in), Note: line(in.Get("note"))})
	case "closing-check":
		closing, _ := strconv.Atoi(in.Get("closing")) // no number is no closing: refused
		_, err = v.Plans.Check(ctx, a, code, []plan.CheckInput{{Closing: max(closing, 1), Outcome: plan.Outcome(in.Get("outcome")), Note: line(in.Get("note"))}})
	case "incident":
		_, err = v.Plans.Happen(ctx, a, code, plan.IncidentInput{Happened: momentTyped(in.Get("happened"), in.Get("clock")), Severe: in.Get("severe") == "yes", AtOnce: in.Get("at_once") == "yes", Says: line(in.Get("says"))})
	case "report":
		_, err = v.Plans.Report(ctx, a, code, plan.ReportInput{Incident: no, Step: plan.Step(in.Get("step")), Sent: momentTyped(in.Get("sent"), in.Get("clock")), Number: line(in.Get("number"))})
	case "offer":
		to := plan.OwnBody
		if in.Get("to") == string(plan.EveryBody) {
			to = plan.EveryBody
		}
		_, err = v.Plans.Offer(ctx, a, code, sheet.List, in["key"], to)
	default:
		return &approval.Refusal{Kind: approval.Invalid, Findings: []approval.Finding{{Rule: "nothing-asked", Says: law.Text{VI: "Chọn việc cần ghi trên trang.", EN: "Choose what to record on the page."}}}}
	}
	return err
}
