package main

import (
	"context"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestRealWorld loads the register of June 2024 and counts it again.
func TestRealWorld(t *testing.T) {
	book, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	w, err := realWorld()
	if err != nil {
		t.Fatal(err)
	}
	s := storetest.Open(t)
	clock := storetest.At("2026-11-22")
	o := &approval.Office{Store: s, Book: book, Clock: clock.Now}
	began := time.Now()
	if err := o.Import(context.Background(), storetest.Keeper(), w); err != nil {
		t.Fatal(err)
	}
	t.Logf("import: %v", time.Since(began))
	began = time.Now()
	ov, err := o.Overview(context.Background(), storetest.Keeper(), approval.Believed("2024-06-30"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("overview: %v", time.Since(began))
	if ov.Total != 7008 || ov.Approved != 5323 || ov.Deployed != 3957 || ov.Simulated != 7008 || ov.Listed != 24 {
		t.Errorf("overview = %d/%d/%d, simulated %d, listed %d", ov.Total, ov.Approved, ov.Deployed, ov.Simulated, ov.Listed)
	}
	began = time.Now()
	rep, err := s.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("verify: %v, %d entries, %d objects", time.Since(began), rep.Entries, rep.Objects)
	if len(rep.Violations) > 0 {
		t.Errorf("%d violations, first %+v", len(rep.Violations), rep.Violations[0])
	}
}
