package store_test

import (
	"context"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// TestConnectionsAreFinal: what was said of a connection stays said, two persons
// stay two in the tables, and verify sees what was changed past the triggers.
func TestConnectionsAreFinal(t *testing.T) {
	dir := t.TempDir()
	o, s := storetest.OfficeIn(t, dir, storetest.At("2026-11-22"))
	ctx := context.Background()
	consumer, provider := storetest.Lead(t, o, "H56", "Một cửa", storetest.Deployed), storetest.Lead(t, o, "H41", "Kho dữ liệu", storetest.Deployed)
	k := &connection.Office{Store: s, Book: o.Book, Clock: o.Clock}
	if _, err := k.AddService(ctx, storetest.Actor(law.RoleOperator, "H41"), connection.ServiceInput{Code: "S1", Name: "Tra cứu", Provider: provider.Code}); err != nil {
		t.Fatal(err)
	}
	c, err := k.Request(ctx, storetest.Actor(law.RoleOperator, "H56"), connection.RequestInput{Consumer: consumer.Code, Service: "S1", Purpose: "x", Basis: "y", Platform: "NDXP", Profile: connection.Production})
	if err != nil {
		t.Fatal(err)
	}
	if c, err = k.Do(ctx, storetest.Actor(law.RoleMPS, "G01"), c.ID, c.Version, connection.ActPropose, connection.Input{Ground: "x", Hours: 1}); err != nil {
		t.Fatal(err)
	}
	db := storetest.Raw(t, dir)
	for statement, want := range map[string]string{
		"UPDATE connection_step SET ground = 'z'": "final",
		"DELETE FROM connection_step":             "final",
		"DELETE FROM connection":                  "not deleted",
		"UPDATE connection SET purpose = 'z'":     "final",
		"UPDATE data_service SET name = 'z'":      "final",
		"DELETE FROM data_service":                "final",
		"INSERT INTO connection_step SELECT connection_no, 3, 'agree', '', '', from_at, until_at, person, account, capacity, body, at FROM connection_step WHERE no = 2": "four eyes",
		"INSERT INTO connection_step SELECT connection_no, 3, 'allow', '', '', from_at, until_at, person, account, capacity, body, at FROM connection_step WHERE no = 1": "four eyes",
	} {
		if _, err := db.Exec(statement); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", statement, err, want)
		}
	}
	if f := faults(t, s); f != "" {
		t.Fatal(f)
	}
	for _, x := range [][3]string{
		{"connection_step", "UPDATE connection_step SET ground = 'z' WHERE no = 2", "connection:" + c.ID},
		{"data_service", "UPDATE data_service SET name = 'z'", "service:S1"},
	} {
		if _, err := db.Exec(storetest.DropTrigger(x[0]+"_final_u", x[0])); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(x[1]); err != nil {
			t.Fatal(err)
		}
		if f := faults(t, s); !strings.Contains(f, x[2]) {
			t.Errorf("verify does not see %s: %q", x[1], f)
		}
	}
}

// TestLinksFollowTheLedger: the standing of the consumer carries its connections
// as they are after each act, though the system itself did not change.
func TestLinksFollowTheLedger(t *testing.T) {
	o, s := storetest.Office(t, storetest.At("2026-11-22"))
	ctx := context.Background()
	consumer, provider := storetest.Lead(t, o, "H56", "Một cửa", storetest.Deployed), storetest.Lead(t, o, "H41", "Kho dữ liệu", storetest.Deployed)
	k := &connection.Office{Store: s, Book: o.Book, Clock: o.Clock}
	links := func() []approval.Link {
		t.Helper()
		sts, _, err := s.Standings(ctx, o.Clock(), consumer.Code, provider.Code)
		if err != nil || len(sts[1].Links) != 0 {
			t.Fatal(err, sts[1].Links)
		}
		return sts[0].Links
	}
	if n := len(links()); n != 0 {
		t.Fatalf("%d links", n)
	}
	if _, err := k.AddService(ctx, storetest.Actor(law.RoleOperator, "H41"), connection.ServiceInput{Code: "S1", Name: "Tra cứu", Provider: provider.Code}); err != nil {
		t.Fatal(err)
	}
	c, err := k.Request(ctx, storetest.Actor(law.RoleOperator, "H56"), connection.RequestInput{Consumer: consumer.Code, Service: "S1", Purpose: "x", Basis: "y", Platform: "NDXP", Profile: connection.Production})
	if err != nil {
		t.Fatal(err)
	}
	if l := links(); len(l) != 1 || l[0].Allowed || l[0].Provider != provider.Code {
		t.Errorf("requested: %+v", l)
	}
	if _, err = k.Do(ctx, storetest.Actor(law.RoleMPS, "G01"), c.ID, c.Version, connection.ActAllow, connection.Input{Number: "1"}); err != nil {
		t.Fatal(err)
	}
	if l := links(); len(l) != 1 || !l[0].Allowed || l[0].Until.IsZero() {
		t.Errorf("allowed: %+v", l)
	}
}

// linked makes two systems, a suspension of one that is lifted, and a connection
// between them that was proposed for break-glass.
func linked(t testing.TB, o *approval.Office, s *store.Store) {
	t.Helper()
	ctx, mps := context.Background(), storetest.Actor(law.RoleMPS, "G01")
	consumer, provider := storetest.Lead(t, o, "H56", "Bên khai thác", storetest.Registered), storetest.Lead(t, o, "H41", "Bên cung cấp", storetest.Registered)
	x, err := o.Suspend(ctx, mps, consumer.Code, consumer.Version, approval.SuspensionInput{Ground: "Sự cố", Number: "7"})
	if err != nil {
		t.Fatal(err)
	}
	if x, err = o.Reinstate(ctx, mps, consumer.Code, x.Version, "Đã khắc phục", "8"); err != nil {
		t.Fatal(err)
	}
	if _, err = o.Suspend(ctx, mps, consumer.Code, x.Version, approval.SuspensionInput{Ground: "Sự cố", Number: "9"}); err != nil {
		t.Fatal(err)
	}
	k := &connection.Office{Store: s, Book: o.Book, Clock: o.Clock}
	if _, err := k.AddService(ctx, storetest.Actor(law.RoleOperator, "H41"), connection.ServiceInput{Code: "S1", Name: "Tra cứu", Provider: provider.Code}); err != nil {
		t.Fatal(err)
	}
	c, err := k.Request(ctx, storetest.Actor(law.RoleOperator, "H56"), connection.RequestInput{Consumer: consumer.Code, Service: "S1", Purpose: "x", Basis: "y", Platform: "NDXP", Profile: connection.Production})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = k.Do(ctx, mps, c.ID, c.Version, connection.ActPropose, connection.Input{Ground: "x", Hours: 1}); err != nil {
		t.Fatal(err)
	}
	watch := &connection.Watch{Store: s, Book: o.Book, Clock: o.Clock}
	for _, id := range []string{"1", "2"} {
		if _, err := watch.Record(ctx, "gw", []connection.Use{{ID: id, At: o.Clock().UTC(), Consumer: consumer.Code, Provider: provider.Code, Service: "S1", Passed: true}}); err != nil {
			t.Fatal(err)
		}
	}
	open, err := watch.Alarms(ctx, mps)
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	if err := watch.Acknowledge(ctx, mps, open[0], "Đã xem"); err != nil {
		t.Fatal(err)
	}
}
