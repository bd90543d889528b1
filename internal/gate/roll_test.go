package gate_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"capdo/internal/gate"
)

// TestRoll: the roll names whom the gate allows, each until its decision ends,
// and nobody else; a gate that cannot read makes none.
func TestRoll(t *testing.T) {
	soon := good("B")
	soon.Approval.Until = today
	revoked := good("C")
	revoked.Approval = nil
	g := at(t, memory{"A": good("A"), "B": soon, "C": revoked, "D\"": good("D\"")})
	r, err := g.Roll(context.Background(), []string{"A", "B", "C", "D\"", "E"}, "", "", 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	end := noon(today).Add(12 * time.Hour)
	if got, want := fmt.Sprint(r.Lines), fmt.Sprint([]gate.RollLine{{"A", noon(today).Add(24 * time.Hour)}, {"B", end}}); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if !r.Next().Equal(end) {
		t.Errorf("made anew at %v", r.Next())
	}
	if r, err = g.Roll(context.Background(), []string{"A", "B", "C"}, "B", "NDXP", time.Minute); err != nil || len(r.Lines) != 1 || r.Lines[0].Code != "A" || !r.Next().Equal(noon(today).Add(30*time.Second)) {
		t.Errorf("of a provider: %+v, %v", r, err)
	}
	if r, err = g.Roll(context.Background(), []string{"A"}, "C", "", time.Minute); err != nil || len(r.Lines) != 0 {
		t.Errorf("of a provider that may not: %+v, %v", r, err)
	}
	if r, err := at(t, nil).Roll(context.Background(), []string{"A"}, "", "", time.Minute); err == nil {
		t.Errorf("without a register: %+v", r)
	}
}

// TestRollMaps: an nginx map is fresh at exactly the seconds from its making to
// the first end in it.
func TestRollMaps(t *testing.T) {
	made := time.Unix(1_799_999_990, 0)
	r := gate.Roll{At: made, Until: made.Add(600 * time.Second), Lines: []gate.RollLine{{"A", made.Add(600 * time.Second)}, {"B-1.x", made.Add(123 * time.Second)}}}
	text := string(r.NGINX())
	var fresh []*regexp.Regexp
	for _, m := range regexp.MustCompile(`"~(\^[^"]+)" 1;`).FindAllStringSubmatch(text, -1) {
		fresh = append(fresh, regexp.MustCompile(m[1]))
	}
	for s := -700; s < 700; s++ {
		at, any := fmt.Sprintf("%d.%03d", made.Unix()+int64(s), (s*s)%1000), false
		for _, re := range fresh {
			any = any || re.MatchString(at)
		}
		if want := s >= -1 && s < 123; any != want {
			t.Errorf("second %d: %v", s, any)
		}
	}
	if len(fresh) > 40 || !strings.Contains(text, "\n  \"A\" 1;\n  \"B-1.x\" 1;\n") {
		t.Errorf("%d patterns\n%s", len(fresh), text)
	}
	if got := string(r.HAProxy()); !strings.HasSuffix(got, "\nA 1800000590\nB-1.x 1800000113\n") {
		t.Error(got)
	}
}
