package web

import (
	"net/http"
	"slices"
	"strconv"

	"capdo/internal/approval"
	"capdo/internal/job"
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
	jobs, err := v.Jobs.JobsOf(v.r.Context(), v.account.Login)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		p.Jobs = append(p.Jobs, v.jobRow(j))
	}
	return v.show(status, "reports", p)
}

// jobRow is a job in words.
func (v *visit) jobRow(j job.Job) JobRow {
	state := j.Now(v.now)
	tones := map[job.State]string{job.Ready: "green", job.Failed: "red", job.Lost: "red", job.Stopped: "grey"}
	r := JobRow{Name: v.t("pp.kind." + j.Kind), Of: orElse(j.Code, v.t("rp.nation")), On: v.day(j.Day), State: Tag{v.t("rp.is." + string(state)), orElse(tones[state], "blue")}, At: "/reports/" + j.ID}
	switch state {
	case job.Ready:
		r.File = r.At + "/file"
	case job.Waits, job.Runs:
		r.Stop = r.At + "/stop"
		r.Rows = v.t("rp.rows", v.num(int(j.Rows)))
	case job.Failed:
		r.Why = []string{orElse(v.say(j.Why), v.t("rp.failed"))}
	case job.Lost:
		r.Why = []string{v.t("rp.lost")}
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
	j := job.Job{ID: newID(), Login: v.account.Login, Kind: q.Kind, Code: q.Code, Day: q.Day, Known: q.Known}
	began, err := s.bench.Start(v.r.Context(), j, s.makes(v.actor(), q))
	if err != nil {
		return err
	}
	if !began {
		return v.reportsPage(http.StatusConflict, []string{v.t("rp.many")})
	}
	return v.send("/reports/" + j.ID)
}

// jobShow shows one report being made. While it is, the page asks for itself
// again, without a script.
func (s *site) jobShow(v *visit) error {
	j, ok, err := v.jobAsked()
	if err != nil {
		return err
	}
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
	j, ok, err := v.jobAsked()
	if err != nil {
		return err
	}
	if !ok {
		return s.absent(v)
	}
	if err := s.Jobs.StopJob(v.r.Context(), v.account.Login, j.ID); err != nil {
		return err
	}
	return v.send("/reports/" + j.ID)
}

// jobFile sends a report that is ready.
func (s *site) jobFile(v *visit) error {
	j, ok, err := v.jobAsked()
	if err != nil {
		return err
	}
	if !ok {
		return s.absent(v)
	}
	file, err := s.Jobs.JobFile(v.r.Context(), v.account.Login, j.ID)
	if err != nil {
		return err
	}
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
