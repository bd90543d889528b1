package web

import (
	"errors"
	"fmt"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// due says how the clock of an item stands, and its last day, both in words;
// nil when the law sets no limit. Only the clock of an appraisal stops while
// the dossier is with its applicant, so only there the file is opened.
func (v *visit) due(it approval.QueueItem) (*Tag, string, error) {
	run := law.ClockRun{Start: law.DayOf(it.Since), Limit: it.Limit}
	if it.Limit.Days == 0 {
		return nil, "", nil
	}
	if it.Act == approval.ActReview {
		file, err := v.Office.File(v.r.Context(), v.actor(), it.Code)
		if err != nil {
			return nil, "", err
		}
		run.Start, run.Pauses = appraisalRun(&file)
	}
	state, err := v.Book.Due(run, v.today())
	var unknown *law.NoCalendarError
	switch {
	case errors.As(err, &unknown):
		return &Tag{v.t("due.unknown"), "yellow"}, v.say(unknown.Text()), nil
	case err != nil:
		return nil, "", fmt.Errorf("due day of %s: %w", it.Code, err)
	}
	tag := v.dueTag(state, it.Limit.Working)
	return &tag, v.lastDay(state), nil
}

// appraisalRun is when the clock of an appraisal started and when it stood
// still: from a return until the dossier was handed in again. The ledger knows
// every submission; a dossier from elsewhere has its own day only.
func appraisalRun(f *approval.File) (start law.Day, pauses []law.Pause) {
	d := f.System.Last()
	if d == nil {
		return "", nil
	}
	var in []time.Time
	for _, e := range f.History {
		if e.Act == approval.ActSubmit && e.Detail["dossier"] == fmt.Sprint(d.No) {
			in = append(in, e.At)
		}
	}
	if len(in) == 0 {
		in = []time.Time{d.SubmittedAt}
	}
	for _, r := range d.Reviews {
		if r.Outcome != approval.SendBack || r.At.Before(in[0]) {
			continue
		}
		p := law.Pause{From: law.DayOf(r.At)}
		for _, again := range in {
			if again.After(r.At) {
				p.Until = law.DayOf(again)
				break
			}
		}
		pauses = append(pauses, p)
	}
	return law.DayOf(in[0]), pauses
}

// dueTag says how a clock stands.
func (v voice) dueTag(c law.ClockState, working bool) Tag {
	suffix := ""
	if working {
		suffix = "w"
	}
	switch c.State {
	case law.ClockOverdue:
		return Tag{v.t("due.over"+suffix, max(-c.Left, 0)), "red"}
	case law.ClockDue:
		return Tag{v.t("due.today"), "yellow"}
	case law.ClockDueSoon:
		return Tag{v.t("due.soon"+suffix, c.Left), "yellow"}
	case law.ClockPaused:
		return Tag{v.t("due.paused"), "grey"}
	}
	return Tag{v.t("due.left"+suffix, c.Left), "bare"}
}

// lastDay says by when, and whether that day may still move.
func (v voice) lastDay(c law.ClockState) string {
	if c.Due == "" {
		return ""
	}
	key := "due.by"
	if c.Provisional {
		key = "due.by.forecast"
	}
	return v.t(key, v.day(c.Due))
}
