package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// handedOn is a register in dir whose one system went from H56 to H41.
func handedOn(t *testing.T, dir string) (*approval.Office, *store.Store) {
	t.Helper()
	o, s := storetest.OfficeIn(t, dir, storetest.At("2026-11-20"))
	if _, err := o.Register(context.Background(), storetest.Actor(law.RoleOperator, "H56"), approval.Registration{Name: "A", OperatorUnit: "B", Stage: approval.New, Attested: true}); err != nil {
		t.Fatal(err)
	}
	_, err := o.Reorganise(context.Background(), storetest.Keeper(), approval.Reorganisation{On: "2025-07-01", Successions: []approval.Succession{{From: "H56", To: "H41", Kind: approval.SuccessionMerge, Cites: "NQ 202/2025/QH15"}}})
	if err != nil {
		t.Fatal(err)
	}
	return o, s
}

func faults(t *testing.T, s *store.Store) (out string) {
	t.Helper()
	r, err := s.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range r.Violations {
		out += v.Object + ": " + v.What + "\n"
	}
	return out
}

// TestTransfersAreFinal: the database itself takes no change of what was said
// and no gap in the chain of owners.
func TestTransfersAreFinal(t *testing.T) {
	dir := t.TempDir()
	_, s := handedOn(t, dir)
	db := storetest.Raw(t, dir)
	insert := func(no int, from, to, on string) string {
		return "INSERT INTO transfer SELECT system_id, " + string(rune('0'+no)) + ", '" + from + "', '" + to + "', '" + on + "', kind, cites, person, account, capacity, body, at FROM transfer WHERE no = 1"
	}
	for statement, want := range map[string]string{
		"UPDATE transfer SET on_day = '2020-01-01'": "transfers are final",
		"DELETE FROM transfer":                      "transfers are final",
		insert(2, "H56", "G01", "2026-01-01"):       "transfers follow each other",
		insert(2, "H41", "G01", "2025-06-30"):       "transfers follow each other",
		insert(3, "H41", "G01", "2026-01-01"):       "transfers follow each other",
		insert(1, "H41", "G01", "2026-01-01"):       "UNIQUE",
		insert(2, "H41", "H41", "2026-01-01"):       "CHECK",
		insert(2, "H41", "P99", "2026-01-01"):       "FOREIGN KEY",
	} {
		if _, err := db.Exec(statement); err == nil || !strings.Contains(strings.ToUpper(err.Error()), strings.ToUpper(want)) {
			t.Errorf("%s: %v, want %s", statement, err, want)
		}
	}
	if f := faults(t, s); f != "" {
		t.Error(f)
	}
}

// TestNamesAreFinal: names of the past only grow, and what is forged with the
// file in hand is found.
func TestNamesAreFinal(t *testing.T) {
	for statement, want := range map[string]string{
		"UPDATE agency SET names = '[{\"on\":\"\",\"name\":\"x\"}]' WHERE code = 'H41'":                             "!names of the past are final",
		"UPDATE agency SET name = 'x' WHERE code = 'H41'":                                                           "agency:H41: the record is not what",
		storetest.DropTrigger("agency_names_grow", "agency") + "; UPDATE agency SET names = '' WHERE code = 'H41'":  "agency:H41: the record is not what",
		storetest.DropTrigger("agency_names_grow", "agency") + "; UPDATE agency SET names = '[' WHERE code = 'H41'": "!",
	} {
		dir := t.TempDir()
		o, s := handedOn(t, dir)
		if n, err := o.Rename(context.Background(), storetest.Keeper(), []approval.Renaming{{Code: "H41", AgencyName: approval.AgencyName{On: "2025-08-01", Name: "Nghệ An mới"}}}); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if f := faults(t, s); f != "" {
			t.Fatal(f)
		}
		_, err := storetest.Raw(t, dir).Exec(statement)
		if said, refused := strings.CutPrefix(want, "!"); refused && said != "" {
			if err == nil || !strings.Contains(err.Error(), said) {
				t.Errorf("%s: %v, want %s", statement, err, said)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		if want == "!" {
			if _, err := s.Verify(context.Background()); err == nil {
				t.Errorf("%s: names that cannot be read are taken", statement)
			}
			continue
		}
		if f := faults(t, s); !strings.Contains(f, want) {
			t.Errorf("%s: %q, want %s", statement, f, want)
		}
	}
}

// TestVerifyCoversAgenciesInTime: somebody with the file in hand cannot move a
// system, forge its past or bring an agency back unseen.
func TestVerifyCoversAgenciesInTime(t *testing.T) {
	for statement, want := range map[string]string{
		"INSERT INTO transfer SELECT system_id, 2, 'H41', 'G01', '2026-01-01', kind, cites, person, account, capacity, body, at FROM transfer": "system:H56-0001: the record is not what",
		"UPDATE system SET owner = 'G01'":                                                                                "system:H56-0001: the record is not what",
		"UPDATE agency SET ended_on = '' WHERE code = 'H56'":                                                             "agency:H56: the record is not what",
		"UPDATE agency SET successor = 'G01' WHERE code = 'H56'":                                                         "agency:H56: the record is not what",
		"UPDATE agency SET founded_on = '2020-01-01' WHERE code = 'H41'":                                                 "agency:H41: the record is not what",
		storetest.DropTrigger("transfer_final_d", "transfer") + "; DELETE FROM transfer":                                 "system:H56-0001: the record is not what",
		storetest.DropTrigger("transfer_final_u", "transfer") + "; UPDATE transfer SET no = 2":                           "system:H56-0001: the record cannot be read",
		storetest.DropTrigger("transfer_final_u", "transfer") + "; UPDATE transfer SET cites = 'không'":                  "system:H56-0001: the record is not what",
		storetest.DropTrigger("transfer_final_u", "transfer") + "; UPDATE transfer SET at = '2020-01-01 00:00:00+00:00'": "system:H56-0001: the record is not what",
	} {
		dir := t.TempDir()
		_, s := handedOn(t, dir)
		if f := faults(t, s); f != "" {
			t.Fatal(f)
		}
		if _, err := storetest.Raw(t, dir).Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		if f := faults(t, s); !strings.Contains(f, want) {
			t.Errorf("%s: %q, want %s", statement, f, want)
		}
	}
}

// TestAnOlderRegisterIsBroughtUpToDate: what was written before the migration
// still agrees with its ledger after it, and can be reorganised.
func TestAnOlderRegisterIsBroughtUpToDate(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	o, s := storetest.OfficeIn(t, dir, storetest.At("2026-11-20"))
	if _, err := o.Register(ctx, storetest.Actor(law.RoleOperator, "H56"), approval.Registration{Name: "A", OperatorUnit: "B", Stage: approval.New, Attested: true}); err != nil {
		t.Fatal(err)
	}
	db := storetest.Raw(t, dir)
	statements := []string{"DROP TABLE transfer", "ALTER TABLE agency DROP COLUMN founded_on", "ALTER TABLE agency DROP COLUMN successor",
		"DELETE FROM bun_migrations WHERE name LIKE '20261123%'"}
	if storetest.OnPostgres() {
		statements = append(statements, "DROP FUNCTION transfer_follows")
	}
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	storetest.Migrate(t, dir)
	again := storetest.OpenIn(t, dir)
	if f := faults(t, again); f != "" {
		t.Fatal(f)
	}
	o.Store = again
	if _, err := o.Reorganise(ctx, storetest.Keeper(), approval.Reorganisation{On: "2025-07-01", Successions: []approval.Succession{{From: "H56", To: "H41", Kind: approval.SuccessionRename}}}); err != nil {
		t.Fatal(err)
	}
	if f := faults(t, s); f != "" {
		t.Error(f)
	}
}

// TestStandingsTellTheOwnerOfTheTime: and when that owner ends, not today's.
func TestStandingsTellTheOwnerOfTheTime(t *testing.T) {
	_, s := handedOn(t, t.TempDir())
	for day, want := range map[law.Day][2]string{"2025-06-30": {"H56", "2025-06-30"}, "2025-07-01": {"H41", ""}, "2026-11-22": {"H41", ""}} {
		sts, _, err := s.Standings(context.Background(), day.Time().Add(12*time.Hour), "H56-0001")
		if err != nil {
			t.Fatal(err)
		}
		if sts[0].Owner != want[0] || string(sts[0].OwnerEnded) != want[1] {
			t.Errorf("%s: %s, ended %q", day, sts[0].Owner, sts[0].OwnerEnded)
		}
	}
}

// TestWhatTheGateRemembersForgetsTheOldOwner: asked before and after, the answer
// is each time that of the record.
func TestWhatTheGateRemembersForgetsTheOldOwner(t *testing.T) {
	clock := storetest.At("2026-11-20")
	o, s := storetest.Office(t, clock)
	code := storetest.Lead(t, o, "H56", "A", storetest.Deployed).Code
	clock.T = clock.T.Add(time.Minute)
	ask := func() approval.Standing {
		sts, _, err := s.Standings(context.Background(), law.Day("2026-11-21").Time(), code)
		if err != nil {
			t.Fatal(err)
		}
		return sts[0]
	}
	if st := ask(); st.Owner != "H56" || st.Inherited || st.RiskAssessed == "" {
		t.Fatalf("before: %+v", st)
	}
	for _, x := range [][2]string{{"H56", "H41"}, {"H41", "G01"}} {
		if _, err := o.Reorganise(context.Background(), storetest.Keeper(), approval.Reorganisation{On: "2026-11-01", Successions: []approval.Succession{{From: x[0], To: x[1], Kind: approval.SuccessionMerge}}}); err != nil {
			t.Fatal(err)
		}
		if st := ask(); st.Owner != x[1] || st.OwnerEnded != "" || !st.Inherited || st.RiskAssessed != "" || st.RiskDue != "2026-11-01" {
			t.Errorf("after: %+v", st)
		}
	}
}
