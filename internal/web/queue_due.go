package web

import (
	"capdo/internal/approval"
	"capdo/internal/law"
)

// due says how the clock of an item stands, and its last day, both in words;
// nil when the law sets no limit.
func (v *visit) due(it approval.QueueItem) (*Tag, string) {
	switch {
	case it.Limit.Days == 0 || it.Clock.State == law.ClockNone && it.Unknown == nil:
		return nil, ""
	case it.Unknown != nil:
		return &Tag{v.t("due.unknown"), "yellow"}, v.say(it.Unknown.Text())
	}
	tag := v.dueTag(it.Clock, it.Limit.Working)
	return &tag, v.lastDay(it.Clock)
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
