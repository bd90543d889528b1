package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReadLog: the formats give the same lines; what names no systems is left
// out, and what cannot be read is an error with its line.
func TestReadLog(t *testing.T) {
	nginx := "10.0.0.7 2026-11-22T12:00:00+07:00 a1 H56-0001 H41-0001 S1 200\n10.0.0.7 2026-11-22T12:00:01+07:00 a2 H56-0001 H41-0001 - 403\n\n10.0.0.7 2026-11-22T12:00:02+07:00 a3 - - - 200\n"
	want := []logLine{{"a1", "2026-11-22T12:00:00+07:00", "H41-0001", "H56-0001", "S1", "allow"}, {"a2", "2026-11-22T12:00:01+07:00", "H41-0001", "H56-0001", "", "deny"}}
	got, skipped, err := readLog(strings.NewReader(nginx), "nginx")
	if err != nil || skipped != 1 || cmp.Diff(want, got) != "" {
		t.Errorf("nginx: %v, %d skipped: %s", err, skipped, cmp.Diff(want, got))
	}
	got, _, err = readLog(strings.NewReader(`<134>Nov 22 haproxy[7]: 1795323600.250 b1 "H56-0001" "H41-0001" - 502`), "haproxy")
	if err != nil || len(got) != 1 || got[0].At != "2026-11-22T05:00:00.25Z" || got[0].Decision != "allow" {
		t.Errorf("haproxy: %v %+v", err, got)
	}
	for _, bad := range []string{"too short", "t a b c d twohundred", "t a b c d 99"} {
		if _, _, err := readLog(strings.NewReader(nginx+bad), "nginx"); err == nil || !strings.Contains(err.Error(), "line 5") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
