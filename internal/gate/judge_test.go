package gate

import (
	"strings"
	"testing"

	"capdo/internal/law"
)

// TestLostReason: a reason the book does not hold denies, as itself.
func TestLostReason(t *testing.T) {
	b, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, say := range []func(*judge){
		func(j *judge) { j.say(provider, "weather") },
		func(j *judge) { j.through(provider, "weather", "2026-01-01") },
	} {
		j := &judge{book: b, day: "2026-11-22", at: law.Day("2026-11-22").Time()}
		say(j)
		if !j.barred || len(j.reasons) != 1 || j.reasons[0].Effect != law.EffectDeny || j.reasons[0].Code != "F02" || !strings.Contains(j.reasons[0].VI, "weather") {
			t.Errorf("%+v", j)
		}
	}
	j := &judge{book: b, day: "2026-11-22", at: law.Day("2026-11-22").Time()}
	j.through(provider, "weather", "2026-11-22")
	if j.barred || j.end == nil {
		t.Errorf("a rule met so far, whose reason is lost, bounds nothing: %+v", j)
	}
}
