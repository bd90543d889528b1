package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"time"

	"capdo/internal/approval"
	"capdo/internal/job"
	"capdo/internal/law"
)

// LongReportFunc is ReportFunc for reports that take a while: row is called
// before each row of a table is set, and an error of it ends the report.
type LongReportFunc func(ctx context.Context, out *bytes.Buffer, a approval.Actor, q ReportAsked, row func() error) error

// ReportAsked names a report: of the country when Code is empty.
type ReportAsked struct {
	Kind, Code string
	Day        law.Day
	Known      time.Time // up to when what was recorded counts; zero: to the end of the day
}

// newBench is the bench of the pages' reports; nil where none are made.
func (s *site) newBench() *job.Bench {
	if s.Jobs == nil {
		return nil
	}
	return job.NewBench(s.Jobs, s.Clock, func(err error) law.Text {
		if r, ok := refusal(err); ok && len(r.Findings) > 0 {
			return r.Findings[0].Says
		}
		return s.both("rp.failed")
	})
}

// makes is how a report is made for an actor.
func (s *site) makes(a approval.Actor, q ReportAsked) job.Make {
	return func(ctx context.Context, out *bytes.Buffer, row func() error) error {
		err := s.LongReports(ctx, out, a, q, row)
		if _, refused := refusal(err); err != nil && !refused && !errors.Is(err, context.Canceled) {
			s.Log.Error("report failed", slog.String("kind", q.Kind), slog.Any("error", err))
		}
		return err
	}
}

// jobAsked is the person's own report that the address names.
func (v *visit) jobAsked() (job.Job, bool, error) {
	all, err := v.Jobs.JobsOf(v.r.Context(), v.account.Login)
	for _, j := range all {
		if j.ID == v.r.PathValue("ref") {
			return j, true, err
		}
	}
	return job.Job{}, false, err
}
