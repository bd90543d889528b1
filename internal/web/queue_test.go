package web_test

import (
	"context"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// due is what the queue says of the due day of its only item.
func (b *browser) due() string { return b.get("/queue").text("tbody td:last-child") }

// TestQueueCountsWorkingDays: the clock of an appraisal starts with the
// submission, knows the public holidays, and stands still while the dossier is
// returned.
func TestQueueCountsWorkingDays(t *testing.T) {
	h := open(t, nil)
	h.clock.T = storetest.At("2026-08-24").T // a Monday; 2 September and a day beside it are no working days
	s := storetest.Lead(t, h.office, "H56", "Hệ thống một cửa", storetest.Submitted)
	unit, officer, ctx := storetest.Actor(law.RoleSpecialisedUnit, "H56"), storetest.Actor(law.RoleOperator, "H56"), context.Background()
	if got := h.as("chuyentrach").due(); !strings.Contains(got, "Còn 5 ngày làm việc Hạn cuối: 03/09/2026") {
		t.Errorf("before the check: %q", got)
	}
	s, err := h.office.Receive(ctx, unit, s.Code, s.Version, approval.ReceiptInput{Complete: true, Digest: s.Last().Digest})
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.office.Book.Competence(law.Case{Level: 3, On: "2026-08-24"})
	if err != nil {
		t.Fatal(err)
	}
	limit := c.Appraisal
	due, err := h.office.Book.AddWorkingDays("2026-08-24", limit.Days)
	if err != nil || !limit.Working {
		t.Fatal(limit, err)
	}
	for day, want := range map[law.Day]string{"2026-08-24": "Còn", due.AddDays(-1): "Sắp đến hạn", due: "Đến hạn hôm nay", due.AddDays(7): "Quá hạn 5 ngày làm việc"} {
		h.clock.T = storetest.At(day).T
		got := h.as("chuyentrach").due()
		if !strings.Contains(got, want) || !strings.Contains(got, "Hạn cuối: "+due.Time().In(law.Zone()).Format("02/01/2006")) {
			t.Errorf("on %s: %q, want %s, %s", day, got, want, due)
		}
	}

	h.clock.T = storetest.At("2026-08-26").T
	s, err = h.office.Review(ctx, unit, s.Code, s.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.SendBack, Digest: s.Last().Digest, Comment: "Bổ sung sơ đồ."})
	if err != nil {
		t.Fatal(err)
	}
	if got := h.as("chuyentrach").get("/queue").text("tbody"); got != "" {
		t.Errorf("a returned dossier waits for the unit: %q", got)
	}
	h.clock.T = storetest.At("2026-09-09").T
	if s, err = h.office.Submit(ctx, officer, s.Code, s.Version, storetest.Statement(3, "2026-09-09")); err != nil {
		t.Fatal(err)
	}
	if _, err = h.office.Receive(ctx, unit, s.Code, s.Version, approval.ReceiptInput{Complete: true, Digest: s.Last().Digest}); err != nil {
		t.Fatal(err)
	}
	state, err := h.office.Book.Due(law.ClockRun{Start: "2026-08-24", Limit: limit, Pauses: []law.Pause{{From: "2026-08-26", Until: "2026-09-09"}}}, "2026-09-09")
	if err != nil || state.Due <= due {
		t.Fatal(state, err)
	}
	if got := h.as("chuyentrach").due(); !strings.Contains(got, "Hạn cuối: "+state.Due.Time().In(law.Zone()).Format("02/01/2006")) {
		t.Errorf("after the return: %q, want %s", got, state.Due)
	}
}

// TestQueueBeyondTheCalendar: working days of a year the book knows nothing of
// are not guessed.
func TestQueueBeyondTheCalendar(t *testing.T) {
	h := open(t, nil)
	for _, of := range []struct {
		day  law.Day
		want string
	}{{"2027-03-01", "Hạn cuối dự kiến"}, {"2027-12-27", "chưa có lịch nghỉ lễ, Tết năm 2028"}} {
		day, want := of.day, of.want
		h.clock.T = storetest.At(day).T
		storetest.Lead(t, h.office, "H56", "Nộp ngày "+string(day), storetest.Submitted)
		got := h.as("chuyentrach").get("/queue").text("tbody tr:last-child td:last-child")
		if !strings.Contains(got, want) {
			t.Errorf("on %s: %q", day, got)
		}
		if strings.Contains(want, "2028") && !strings.Contains(got, "Chưa tính được hạn") {
			t.Errorf("a day out of nowhere: %q", got)
		}
	}
}
