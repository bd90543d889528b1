package connection_test

import (
	"context"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestLogs: lines are kept once, what passed unmatched is an alarm until somebody
// takes note, later lines are one again, and a gateway falls silent by time.
func TestLogs(t *testing.T) {
	w := open(t)
	ctx := context.Background()
	desk := &connection.Watch{Store: w.store, Book: w.office.Book, Clock: w.clock.Now}
	mps := reviewer("1")
	line := func(id string, passed, matched bool) connection.Use {
		return connection.Use{ID: id, At: w.clock.T.UTC(), Consumer: w.consumer, Provider: w.provider, Service: "S1", Passed: passed, Matched: matched}
	}
	record := func(want int, us ...connection.Use) {
		t.Helper()
		if n, err := desk.Record(ctx, "gw", us); err != nil || n != want {
			t.Errorf("recorded %d, %v, want %d", n, err, want)
		}
	}
	alarms := func(a approval.Actor, want int) []connection.Alarm {
		t.Helper()
		all, err := desk.Alarms(ctx, a)
		n := 0
		for _, x := range all {
			n += x.Count
		}
		if err != nil || n != want {
			t.Errorf("%d alarms, %v, want %d", n, err, want)
		}
		return all
	}
	record(3, line("1", true, true), line("2", true, false), line("3", false, false), line("3", true, false))
	record(0, line("1", true, false), line("2", true, false))
	open := alarms(mps, 1)
	for body, want := range map[string]int{"H56": 1, "H41": 1, "H99": 0} {
		alarms(officer(body), want)
	}
	w.tick(time.Hour)
	record(1, line("4", true, false))
	if err := desk.Acknowledge(ctx, officer("H56"), open[0], "Đã xem"); err == nil {
		t.Error("an officer took note")
	}
	if err := desk.Acknowledge(ctx, mps, open[0], " "); err == nil {
		t.Error("a note without a word")
	}
	if err := desk.Acknowledge(ctx, mps, open[0], "Cấu hình máy cổng sai, đã sửa"); err != nil {
		t.Fatal(err)
	}
	late := alarms(mps, 1) // what came after it was looked at
	if late[0].Through != 2 {
		t.Errorf("%+v", late)
	}
	if err := desk.Acknowledge(ctx, mps, late[0], "Đã sửa"); err != nil {
		t.Fatal(err)
	}
	alarms(mps, 0)
	if err := desk.Acknowledge(ctx, mps, late[0], "Lần nữa"); err == nil {
		t.Error("a closed alarm was noted")
	}
	c := connection.Connection{Consumer: w.consumer, Provider: w.provider, Service: "S1"}
	if us, err := desk.Usage(ctx, officer("H56"), c); err != nil || us[0].Passed != 3 || us[0].Stopped != 1 || !us[0].Last.Equal(w.clock.T) {
		t.Errorf("usage %+v, %v", us, err)
	}
	silent := func(want bool) {
		t.Helper()
		h, err := desk.Heard(ctx, mps)
		if err != nil || len(h) != 1 || h[0].Silent != want {
			t.Errorf("%+v, %v, want silent %v", h, err, want)
		}
	}
	silent(false)
	w.tick(24*time.Hour + time.Microsecond)
	silent(true)
	if h, err := desk.Heard(ctx, storetest.Actor(law.RoleOperator, "H56")); err != nil || len(h) != 0 {
		t.Errorf("an officer sees the gateways: %v, %v", h, err)
	}
	w.sound()
}
