package connection_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// TestWaiting: a request waits for the regulator, a proposal of break-glass for a
// second person and no longer than its hours; nothing waits for who may not act.
func TestWaiting(t *testing.T) {
	w := open(t)
	wants := func(a approval.Actor, want string) {
		t.Helper()
		all, more, err := w.office.Waiting(context.Background(), a)
		var got []string
		for _, x := range all {
			got = append(got, fmt.Sprint(x.Act, " ", x.Until.IsZero()))
		}
		if err != nil || more || strings.Join(got, ", ") != want {
			t.Errorf("%s waits for %v, want %s, %v", a.Person, got, want, err)
		}
	}
	wants(reviewer("1"), "")
	c := w.request(connection.Production)
	w.request(connection.Sandbox)
	wants(reviewer("1"), "allow true")
	wants(officer("H56"), "")
	wants(officer("H41"), "")
	wants(storetest.Actor(law.RoleMIC, "G14"), "")
	c = w.must(reviewer("1"), c, connection.ActPropose, connection.Input{Ground: "Bão", Hours: 5})
	wants(reviewer("1"), "allow true")
	wants(reviewer("2"), "agree false, allow true")
	w.tick(72 * time.Hour)
	wants(reviewer("2"), "allow true")
	c = w.must(reviewer("1"), c, connection.ActRefuse, connection.Input{Ground: "Thiếu căn cứ"})
	wants(reviewer("2"), "")
	c = w.must(reviewer("1"), c, connection.ActPropose, connection.Input{Ground: "Bão", Hours: 5})
	wants(reviewer("2"), "agree false")
	w.must(reviewer("2"), c, connection.ActAgree, connection.Input{})
	wants(reviewer("1"), "")
}
