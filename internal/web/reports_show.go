package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// reportKinds are the reports that the page offers; the first is of the country
// alone.
func reportKinds() []string {
	return []string{"national", "agency", "gate", "deadlines", "yearly", "drills", "inventory"}
}

// ReportsPage asks for a report and shows those being made.
type ReportsPage struct {
	Page
	Kinds, Agencies []Option
	On, Known       string
	Errors          []string
	Jobs            []JobRow
	Own             string // name of the agency when it is the only one
}

// JobRow is a report being made, or made.
type JobRow struct {
	Name, Of, On string
	State        Tag
	Rows         string
	At, File     string // addresses; File "" until it is ready
	Stop         string // "" when there is nothing to stop
	Why          []string
}

// JobPage is one report being made; it asks for itself again until it is over.
type JobPage struct {
	Page
	Job JobRow
}

// reportsShow shows the form and the reports of this person.
func (s *site) reportsShow(v *visit) error { return v.reportsPage(http.StatusOK, nil) }

func (v *visit) reportsPage(status int, wrong []string) error {
	agencies, err := v.Office.AgencyList(v.r.Context(), v.actor())
	if err != nil {
		return err
	}
	p := ReportsPage{Page: v.page(v.t("rp.title")), On: orElse(v.r.PostForm.Get("on"), v.day(v.today())), Known: v.r.PostForm.Get("known"), Errors: wrong}
	p.Failed = len(wrong) > 0
	for _, k := range reportKinds() {
		if k != "national" || v.actor().National() {
			p.Kinds = append(p.Kinds, Option{Code: k, Label: v.t("pp.kind." + k), Chosen: k == v.r.PostForm.Get("kind")})
		}
	}
	if v.actor().National() {
		p.Agencies = append(p.Agencies, Option{Label: v.t("rp.nation")})
	}
	for _, x := range agencies {
		if v.sees(x.Code) && x.ExistsOn(v.today()) && (x.Reports() || x.Code == v.actor().Body) {
			p.Agencies = append(p.Agencies, Option{Code: x.Code, Label: v.agency(x.Name, x.NameEN), Chosen: x.Code == v.r.PostForm.Get("agency")})
		}
	}
	for _, j := range v.jobs.of(v.account.Login, v.now) {
		p.Jobs = append(p.Jobs, v.jobRow(j))
	}
	return v.show(status, "reports", p)
}

// jobRow is a job in words.
func (v *visit) jobRow(j *job) JobRow {
	state, _, err := j.now()
	tones := map[string]string{jobReady: "green", jobFailed: "red", jobStopped: "grey"}
	r := JobRow{Name: v.t("pp.kind." + j.Kind), Of: orElse(j.Code, v.t("rp.nation")), On: v.day(j.Day), State: Tag{v.t("rp.is." + state), orElse(tones[state], "blue")}, At: "/reports/" + j.id}
	switch state {
	case jobReady:
		r.File = r.At + "/file"
	case jobWaits, jobRuns:
		r.Stop = r.At + "/stop"
		r.Rows = v.t("rp.rows", v.num(int(j.rows.Load())))
	case jobFailed:
		r.Why = []string{v.t("rp.failed")}
		if x, ok := refusal(err); ok {
			r.Why = v.sayings(x)
		}
	}
	return r
}

// reportAsk begins a report.
func (s *site) reportAsk(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	in := v.r.PostForm
	q := ReportAsked{Kind: in.Get("kind"), Code: in.Get("agency"), Day: dayTyped(in.Get("on"))}
	var wrong []string
	if !slices.Contains(reportKinds(), q.Kind) {
		wrong = append(wrong, v.t("rp.nokind"))
	}
	if _, err := law.ParseDay(string(q.Day)); err != nil || q.Day > v.today() {
		wrong = append(wrong, v.t("rp.noday"))
	}
	var ok bool
	if q.Known, ok = v.knownTyped(in.Get("known")); !ok {
		wrong = append(wrong, v.t("was.badknown"))
	}
	if q.Kind == "national" {
		q.Code = ""
	}
	if q.Code == "" && !v.actor().National() {
		q.Code = v.actor().Body
	}
	if q.Code != "" && !v.sees(q.Code) {
		return approval.ErrNotFound()
	}
	if len(wrong) > 0 {
		return v.reportsPage(http.StatusUnprocessableEntity, wrong)
	}
	actor := v.actor()
	j := &job{ReportAsked: q, id: newID(), login: v.account.Login, at: v.now}
	run := func(ctx context.Context, out *bytes.Buffer, row func() error) error {
		err := s.LongReports(ctx, out, actor, q, row)
		if _, refused := refusal(err); err != nil && !refused && !errors.Is(err, context.Canceled) {
			s.Log.Error("report failed", slog.String("kind", q.Kind), slog.Any("error", err))
		}
		return err
	}
	if !s.jobs.start(j, run) {
		return v.reportsPage(http.StatusConflict, []string{v.t("rp.many")})
	}
	return v.send("/reports/" + j.id)
}

// jobShow shows one report being made. While it is, the page asks for itself
// again, without a script.
func (s *site) jobShow(v *visit) error {
	j, ok := s.jobs.find(v.account.Login, v.r.PathValue("ref"), v.now)
	if !ok {
		return s.absent(v)
	}
	p := JobPage{Page: v.page(v.t("rp.title")), Job: v.jobRow(j)}
	if p.Job.Stop != "" {
		v.w.Header().Set("Refresh", "2")
	}
	return v.show(http.StatusOK, "report_job", p)
}

// jobStop ends a report.
func (s *site) jobStop(v *visit) error {
	j, ok := s.jobs.find(v.account.Login, v.r.PathValue("ref"), v.now)
	if !ok {
		return s.absent(v)
	}
	j.stop()
	return v.send("/reports/" + j.id)
}

// jobFile sends a report that is ready.
func (s *site) jobFile(v *visit) error {
	j, ok := s.jobs.find(v.account.Login, v.r.PathValue("ref"), v.now)
	if !ok {
		return s.absent(v)
	}
	_, file, _ := j.now()
	if file == nil {
		return s.absent(v)
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="capdo-`+j.Kind+"-"+string(j.Day)+`.pdf"`)
	h.Set("Content-Length", strconv.Itoa(len(file)))
	_, _ = v.w.Write(file) // the client may be gone; nothing to do about it
	return nil
}
