package connection_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/gate"
	"capdo/internal/store/storetest"
)

// TestRetirementSevers: retiring either side closes every connection of it in the
// same act, refuses what waits, leaves the others alone, and the gate denies the
// very next question.
func TestRetirementSevers(t *testing.T) {
	for _, side := range []string{"consumer", "provider"} {
		w := open(t)
		ctx := context.Background()
		if _, err := w.office.AddService(ctx, officer("H41"), connection.ServiceInput{Code: "S2", Name: "Đối chiếu", Provider: w.provider}); err != nil {
			t.Fatal(err)
		}
		other := storetest.Lead(t, w.systems, "H41", "Cổng thông tin khác", storetest.Deployed).Code
		if _, err := w.office.AddService(ctx, officer("H41"), connection.ServiceInput{Code: "S3", Name: "Khác", Provider: other}); err != nil {
			t.Fatal(err)
		}
		ask := func(service string) connection.Connection {
			in := w.input(connection.Production)
			in.Service = service
			c, err := w.office.Request(ctx, officer("H56"), in)
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		granted, waiting, third := w.must(reviewer("1"), ask("S1"), connection.ActAllow, connection.Input{Number: "1/QĐ"}), ask("S2"), ask("S3")
		trial := w.request(connection.Sandbox)
		third = w.must(reviewer("1"), third, connection.ActAllow, connection.Input{Number: "2/QĐ"})
		third = w.must(reviewer("2"), third, connection.ActPropose, connection.Input{Ground: "Bão", Hours: 1})
		w.wants("allowed", "allow G99")
		before := w.clock.T
		w.tick(time.Hour)
		code, body, left := w.consumer, "H56", 4
		if side == "provider" {
			code, body, left = w.provider, "H41", 3
		}
		s, err := w.systems.File(ctx, officer(body), code)
		if err != nil {
			t.Fatal(err)
		}
		size := w.head().Size
		if _, err := w.systems.Retire(ctx, officer(body), code, s.System.Version, "Thay bằng hệ thống mới"); err != nil {
			t.Fatal(err)
		}
		if v := w.ask("", time.Time{}); v.Decision != gate.Deny || !strings.Contains(told(v), "G14") {
			t.Errorf("%s retired: %s", side, told(v))
		}
		if v := w.ask("", before); v.Decision != gate.Allow {
			t.Errorf("the answer of before changed: %s", told(v))
		}
		if n := w.head().Size - size; n != int64(1+left) {
			t.Errorf("%s: %d entries, want %d", side, n, 1+left)
		}
		end := connection.Ended
		if side == "provider" {
			end = connection.Allowed
		}
		for _, x := range []struct {
			c    connection.Connection
			want string
		}{{granted, connection.Ended}, {waiting, connection.Refused}, {trial, connection.Ended}, {third, end}} {
			f, err := w.office.File(ctx, reviewer("1"), x.c.ID)
			if err != nil || f.State != x.want {
				t.Errorf("%s: %s is %s, want %s, %v", side, x.c.ID, f.State, x.want, err)
			}
			if last := f.Connection.Steps[len(f.Connection.Steps)-1]; x.want != connection.Allowed && (!strings.Contains(last.Ground, "Thay bằng hệ thống mới") || last.By.Person != officer(body).Person) {
				t.Errorf("%s: the last step is %+v", side, last)
			}
		}
		w.refused(reviewer("1"), w.again(waiting), connection.ActPropose, connection.Input{Ground: "x", Hours: 1}, "wrong-order")
		w.sound()
	}
}

// again loads a connection as it is now.
func (w *world) again(c connection.Connection) connection.Connection {
	w.Helper()
	f, err := w.office.File(context.Background(), approval.Actor{Person: "x", Capacity: approval.Auditor, Body: "G22"}, c.ID)
	if err != nil {
		w.Fatal(err)
	}
	return f.Connection
}
