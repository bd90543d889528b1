package store_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/backup"
	"capdo/internal/controls"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/ledger"
	"capdo/internal/machine"
	"capdo/internal/notice"
	"capdo/internal/plan"
	"capdo/internal/retention"
	"capdo/internal/review"
	"capdo/internal/seal"
	"capdo/internal/statement"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
	"capdo/internal/voucher"
)

// victim is a full register, its triggers dropped.
type victim struct {
	testing.TB
	store *store.Store
	db    *sql.DB
}

func newVictim(t testing.TB) victim {
	t.Helper()
	dir := t.TempDir()
	_, s := full(t, dir)
	v := victim{t, s, straight(t, dir)}
	if found := v.verify(); len(found) > 0 {
		t.Fatalf("before any attack: %+v", found)
	}
	return v
}

// full is a register with something in every table.
func full(t testing.TB, dir string) (*approval.Office, *store.Store) {
	t.Helper()
	clock := storetest.At(today)
	o, s := storetest.OfficeIn(t, dir, clock)
	fill(t, dir, o, clock)
	return o, s
}

// reported puts a statement on record, and a word on it.
func reported(t testing.TB, o *approval.Office, clock *storetest.Clock) {
	t.Helper()
	office, officer := &statement.Office{Store: o.Store.(*store.Store), Book: o.Book, Clock: clock.Now}, storetest.Actor(law.RoleOperator, "H56")
	st, err := office.Take(context.Background(), officer, statement.Statement{Agency: "H56", Title: "Báo cáo", On: today, Lines: []statement.Line{{No: 2, Cell: "A2", Name: "Một cửa"}}})
	if err == nil {
		_, err = office.Note(context.Background(), officer, st.ID, []statement.Note{{Kind: statement.Match, Line: 2}})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// fill puts something into every table of the register in dir.
func fill(t testing.TB, dir string, o *approval.Office, clock *storetest.Clock) {
	t.Helper()
	ctx, s := context.Background(), o.Store.(*store.Store)
	if err := o.Import(ctx, storetest.Keeper(), approval.World{Source: "test", Reported: []approval.Reported{{Document: "bc-2024", Section: "I", Row: 1, Agency: "H56", Total: 9, Approved: 8}},
		Systems: []approval.System{{Code: "H41-S0001", Name: "Chuyển đến", Owner: "H56", Stage: approval.Operating, Origin: approval.Simulated, RegisteredAt: clock.T.UTC(), RegisteredBy: storetest.Keeper().Who(),
			Transfers: []approval.Transfer{{From: "H41", To: "H56", On: today, Kind: "transfer", By: storetest.Keeper().Who(), At: clock.T.UTC()}}}}}); err != nil {
		t.Fatal(err)
	}
	account := identity.Account{Login: "canbo", Name: "Cán bộ", PasswordHash: "$x", Actor: storetest.Actor(law.RoleOperator, "H56")}
	if err := s.AddAccount(ctx, storetest.Keeper(), clock.T, "law", account); err != nil {
		t.Fatal(err)
	}
	whole := storetest.Lead(t, o, "H56", "Một cửa", storetest.Deployed)
	officer := storetest.Actor(law.RoleOperator, "H56")
	whole, err := o.Inspect(ctx, officer, whole.Code, whole.Version, approval.InspectionInput{Kind: approval.InspectionCheck, On: today, Performer: "A"})
	if err != nil {
		t.Fatal(err)
	}
	if whole, err = o.Revoke(ctx, storetest.Actor(law.RoleMPS, "G01"), whole.Code, whole.Version, approval.RevocationInput{Ground: "Sai"}); err != nil {
		t.Fatal(err)
	}
	if _, err = o.Retire(ctx, officer, whole.Code, whole.Version, "Hết"); err != nil {
		t.Fatal(err)
	}
	reported(t, o, clock)
	filed := storetest.Lead(t, o, "H41", "Một cửa", storetest.Submitted)
	if _, err = o.Receive(ctx, storetest.Actor(law.RoleSpecialisedUnit, "H41"), filed.Code, filed.Version, approval.ReceiptInput{Lacks: "Sơ đồ", Digest: filed.Last().Digest}); err != nil {
		t.Fatal(err)
	}
	machines := &machine.Registry{Store: s, Book: o.Book, Clock: clock.Now}
	gw, err := machines.Register(ctx, storetest.Keeper(), machine.Registration{Name: "gw", Title: "Máy cổng", Body: "H56", Reach: machine.Reach{All: true, Platforms: []string{"NDXP"}}, Pin: &machine.PinInput{SPKI: strings.Repeat("ab", 32)}})
	if err != nil {
		t.Fatal(err)
	}
	if gw, err = machines.Pin(ctx, storetest.Keeper(), "gw", gw.Version, machine.PinInput{SPKI: strings.Repeat("cd", 32)}); err != nil {
		t.Fatal(err)
	}
	if _, err = machines.Unpin(ctx, storetest.Keeper(), "gw", gw.Version, gw.Pins[0].SPKI, "Lộ khóa"); err != nil {
		t.Fatal(err)
	}
	es, _ := storetest.Seal(t, s, clock, filepath.Join(dir, "keys"))
	printed(t, s, es, clock.T)
	storetest.Lead(t, o, "H41", "Hai cửa", storetest.Registered)
	documents(t, o, s, filed.Code)
	linked(t, o, s)
	notices := &notice.Desk{Store: s, Clock: clock.Now}
	for range 2 {
		sub, err := notices.Subscribe(ctx, approval.Actor{Account: "canbo", Capacity: law.RoleOperator, Body: "H56"}, notice.Input{Channel: notice.Webhook, Address: "https://hook.example", Kinds: []string{notice.Approved}, Mode: notice.AtOnce})
		if err != nil {
			t.Fatal(err)
		}
		if err := notices.Unsubscribe(ctx, approval.Actor{Account: "canbo"}, sub.ID); err != nil {
			t.Fatal(err)
		}
	}
	planned(t, o, s, clock)
	desk := &review.Desk{Store: s, Book: o.Book, Clock: clock.Now}
	for _, text := range []string{"Nêu rõ.", "Thêm sơ đồ."} {
		if err = desk.Say(ctx, storetest.Actor(law.RoleSpecialisedUnit, "H41"), filed.Code, review.Input{Kind: review.Ask, Target: "field:scope", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	roster := &review.Roster{Store: s, Book: o.Book, Clock: clock.Now}
	for _, owner := range []string{"H56", "H41"} {
		held := storetest.Lead(t, o, owner, "Ba cửa", storetest.Submitted)
		if err = roster.Move(ctx, storetest.Actor(law.RoleSpecialisedUnit, owner), held.Code, review.Take, ""); err != nil {
			t.Fatal(err)
		}
	}
	consulted(t, o, s)
	lent(t, o, s)
	archived(t, o, s)
	enrolled(t, o, s)
	doored(t, o, s, clock)
	for _, key := range []string{"0123456789abcdef", "fedcba9876543210"} { // of a body that has nothing sealed
		k, err := s.BeginTurn(ctx, storetest.Keeper(), clock.T, "law", "G01", key)
		if err == nil {
			err = s.EndTurn(ctx, storetest.Keeper(), clock.T, "law", k)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// doored lets two come in, each vouched for by a seal, and puts two holds.
func doored(t testing.TB, o *approval.Office, s *store.Store, clock *storetest.Clock) {
	t.Helper()
	ctx, desk := context.Background(), &retention.Desk{Store: s, Book: o.Book, Clock: clock.Now}
	for i := range 2 {
		err := errors.Join(s.Note(ctx, identity.Event{At: clock.T.Add(time.Duration(i) * time.Hour), Kind: identity.EventIn, Login: "canbo", Method: identity.ByPasskey, From: identity.Place{Agent: "x", Address: "192.0.2.1"}, Why: "y"}),
			s.SealEvents(ctx, storetest.Keeper(), clock.T.Add(time.Duration(i+1)*time.Hour), clock.T, "law"),
			desk.Hold(ctx, storetest.Actor(approval.Administrator, "H56"), "Thanh tra"))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// printed hands out two papers that speak of an empty ledger.
func printed(t testing.TB, s *store.Store, key *seal.Key, at time.Time) {
	t.Helper()
	root, err := ledger.Root(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for n := range byte(2) {
		token, err := voucher.Claim{Kind: "system", Code: "H41-0001", Day: string(today), Root: root, File: [32]byte{n}, At: at}.Sign(key)
		if err != nil {
			t.Fatal(err)
		}
		p := voucher.Issued{Ref: voucher.Ref(token), Token: token, Made: at}
		if p.Handed, err = (voucher.Handed{File: [32]byte{n}, Ref: p.Ref, At: at}).Sign(key); err == nil {
			err = s.PutPaper(context.Background(), p, [32]byte{n})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// archived records two backups, with copies, an end and a drill.
func archived(t testing.TB, o *approval.Office, s *store.Store) {
	t.Helper()
	ctx, k := context.Background(), &backup.Vault{Store: s, Book: o.Book, Clock: o.Clock}
	for n := range int64(2) {
		b, err := k.Made(ctx, storetest.Keeper(), backup.Made{At: o.Clock(), Head: "ab", Entries: n, SHA256: "cd", Recipients: []string{"age1x"}}, "/sao-luu")
		if err == nil {
			_, err = k.Copied(ctx, storetest.Keeper(), b.ID, backup.CopyInput{Place: "Két sắt", Medium: backup.Tape, Offline: true})
		}
		if err == nil {
			_, err = k.GaveUp(ctx, storetest.Keeper(), b.ID, "Két sắt", "Hỏng")
		}
		if err == nil {
			_, err = k.Drilled(ctx, storetest.Keeper(), b.ID, backup.Drill{Entries: n})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// enrolled binds two identities to an account, each asked for by one
// administrator and confirmed by another.
func enrolled(t testing.TB, o *approval.Office, s *store.Store) {
	t.Helper()
	ctx := context.Background()
	g := &identity.Registrar{Store: s, Clock: o.Clock, Law: "law", Bodies: func(context.Context) ([]approval.Agency, error) { return nil, nil }}
	for _, subject := range []string{"1", "2"} {
		ask := identity.Request{Kind: identity.AskBind, Login: "canbo", Ground: "1/TB", Change: identity.Change{Issuer: "https://id.example", Subject: subject}}
		r, err := g.Ask(ctx, approval.Actor{Account: "qt1", Person: "qt1", Capacity: approval.Administrator}, ask)
		if err == nil {
			_, _, err = g.Confirm(ctx, approval.Actor{Account: "qt2", Person: "qt2", Capacity: approval.Administrator}, r.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// consulted asks two bodies about a dossier; one answers.
func consulted(t testing.TB, o *approval.Office, s *store.Store) {
	t.Helper()
	ctx, k := context.Background(), &review.Panel{Store: s, Office: o}
	x := storetest.Lead(t, o, "H41", "Bốn cửa", storetest.Submitted)
	for _, body := range []string{"H56", "G01"} {
		if err := k.Ask(ctx, storetest.Actor(law.RoleSpecialisedUnit, "H41"), x.Code, review.AskInput{Body: body, Question: "Ý kiến?", Due: today.AddDays(5), Digest: x.Last().Digest}); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.Answer(ctx, storetest.Actor(law.RoleSpecialisedUnit, "H56"), x.Code, review.AnswerInput{Outcome: approval.Disagree, Comment: "Chưa đủ", Digest: x.Last().Digest}); err != nil {
		t.Fatal(err)
	}
}

// planned records deeds of a system and figures of an agency's year.
func planned(t testing.TB, o *approval.Office, s *store.Store, clock *storetest.Clock) {
	t.Helper()
	lists, err := controls.Load()
	if err != nil {
		t.Fatal(err)
	}
	ctx, officer := context.Background(), storetest.Actor(law.RoleOperator, "H41")
	r := &plan.Room{Store: s.Plans(), Book: o.Book, Lists: lists, Clock: clock.Now}
	code := storetest.Lead(t, o, "H41", "Ba cửa", storetest.Approved).Code
	for _, due := range []law.Day{today.AddDays(30), today.AddDays(60)} {
		if _, err := r.Find(ctx, officer, code, plan.FindingInput{On: today, Says: "Chưa sao lưu", Role: "operator", Due: due}); err != nil {
			t.Fatal(err)
		}
	}
	for _, year := range []int{2025, 2026} {
		if _, err := r.KeepYear(ctx, officer, "H41", year, plan.YearInput{Total: 1000, Security: 120, Number: "1/QĐ"}); err != nil {
			t.Fatal(err)
		}
	}
}

// lent gives two delegations and takes both back.
func lent(t testing.TB, o *approval.Office, s *store.Store) {
	t.Helper()
	ctx := context.Background()
	unit := storetest.Actor(law.RoleSpecialisedUnit, "H56")
	if err := s.AddAccount(ctx, storetest.Keeper(), o.Clock(), "law", identity.Account{Login: unit.Account, Name: "Đơn vị", PasswordHash: "$x", Actor: unit}); err != nil {
		t.Fatal(err)
	}
	k := &approval.Delegations{Store: s, Book: o.Book, Clock: o.Clock}
	for _, number := range []string{"1/UQ", "2/UQ"} {
		d, err := k.Give(ctx, unit, approval.DelegationInput{To: "canbo", Levels: []law.Level{2, 3}, Systems: []string{"H56-0001"}, From: today, Until: today.AddDays(30), Number: number, DocumentOn: today})
		if err == nil {
			err = k.Withdraw(ctx, unit, d.ID, "Hết việc")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// documents attaches two documents to a control of a system and removes one.
func documents(t testing.TB, o *approval.Office, s *store.Store, code string) {
	t.Helper()
	desk := &attachment.Desk{Office: o, Store: s.Attachments(), Blobs: storetest.Blobs(t, t.TempDir()), Limits: attachment.Default()}
	for _, name := range []string{"a.txt", "b.txt"} {
		_, err := desk.Attach(context.Background(), storetest.Actor(law.RoleOperator, "H41"), attachment.Upload{System: code, Of: attachment.Of{Kind: "control", Key: "K1"}, Name: name, Body: strings.NewReader(name)})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := desk.Remove(context.Background(), storetest.Actor(law.RoleOperator, "H41"), code, 1); err != nil {
		t.Fatal(err)
	}
}

func (v victim) run(statement string, args ...any) {
	v.Helper()
	if _, err := v.db.Exec(statement, args...); err != nil {
		v.Fatalf("%s: %v", statement, err)
	}
}

// verify returns the violations; a check that cannot be made is one too.
func (v victim) verify() []store.Violation {
	v.Helper()
	r, err := v.store.Verify(context.Background())
	if err != nil {
		return append(r.Violations, store.Violation{Seq: -1, What: err.Error()})
	}
	return r.Violations
}

// attack runs statements, expects Verify to see it, and undoes them.
func (v victim) attack(name string, statements ...string) {
	v.Helper()
	copies := map[string]string{}
	for _, table := range tables(v, v.db) {
		if !strings.Contains(strings.Join(statements, " "), table) {
			continue
		}
		copies[table] = "safe_" + table
		v.run("CREATE TEMP TABLE safe_" + table + " AS SELECT * FROM " + table)
	}
	changed := int64(0)
	for _, s := range statements {
		res, err := v.db.Exec(s)
		if err != nil {
			v.Fatalf("%s: %s: %v", name, s, err)
		}
		n, err := res.RowsAffected()
		if err != nil {
			v.Fatal(err)
		}
		changed += n
	}
	found := v.verify()
	for table, safe := range copies {
		v.run("DELETE FROM " + table)
		v.run("INSERT INTO " + table + " SELECT * FROM " + safe)
		v.run("DROP TABLE " + safe)
	}
	if changed == 0 {
		v.Errorf("%s: the attack changed nothing", name)
	}
	if len(found) == 0 {
		v.Errorf("%s: not found", name)
	}
}

// tables are those that Verify answers for: sessions, what is waited for once,
// sign-ins that failed, keys of feeds, and notices on their way are no part of the
// record.
func tables(t testing.TB, db *sql.DB) []string {
	return slices.DeleteFunc(tableNames(t, db), func(n string) bool {
		return n == "session" || n == "pending" || n == "attempt" || n == "delivery" || n == "outbox" || n == "feed" || n == "job" || n == "once" || n == "account_seen" || n == "gate_decision" || n == "gate_pattern" || // see TestVerifyDecisions
			n == "gateway_assertion" || n == "figure_made" || slices.Contains(alone, n) || strings.HasPrefix(n, "bun_") || strings.HasPrefix(n, "sqlite_") ||
			n == "paper_file" || n == "listing_word" // read no more
	})
}

// TestVerifyFindsEveryChangedColumn changes each column of each table in the
// first and in the last row, to something else that the column would take.
func TestVerifyFindsEveryChangedColumn(t *testing.T) {
	v := newVictim(t)
	for _, table := range tables(t, v.db) {
		if n := column(t, v.db, "SELECT COUNT(*) FROM "+table); n[0] == "0" {
			t.Errorf("%s is empty: nothing to attack", table)
			continue
		}
		if table == "listing_post" || table == "listing_block" {
			continue // its rows have no place but their key: TestVerifyFindsWords
		}
		for _, col := range columnNames(t, v.db, table) {
			if table == "factor" && (col == "used_at" || col == "counter") {
				continue // its use, not the record
			}
			if table == "system" && col == "id" {
				continue // without meaning outside the file; see TestVerifyFindsRowsInTheDark
			}
			for _, which := range []string{"MIN", "MAX"} {
				row := place() + " = (SELECT " + which + "(" + place() + ") FROM " + table + ")"
				v.attack(table+"."+col+", "+which, "UPDATE "+table+" SET "+col+" = "+another(t, v.db, table, col, row)+" WHERE "+row)
			}
		}
		if table == "ledger_checkpoint" || table == "paper" || table == "paper_handed" {
			continue // a copy: who took it away is told by those who hold another
		}
		of := table
		if table == "listing_count" {
			of += " WHERE n > 0" // none counted is as if nothing stood there
		}
		v.attack(table+", a row deleted", "DELETE FROM "+table+" WHERE "+place()+" = (SELECT MAX("+place()+") FROM "+of+")")
		if table != "ledger_head" {
			v.attack(table+", all rows deleted", "DELETE FROM "+table)
		}
	}
}

// TestVerifyFindsWords: systems that lists would not find by a word any more, or
// find by one that is not theirs.
func TestVerifyFindsWords(t *testing.T) {
	v := newVictim(t)
	for _, col := range []string{"word", "owner"} {
		v.attack("another "+col, "UPDATE listing_post SET "+col+" = "+col+" || 'x' WHERE word = (SELECT MIN(word) FROM listing_post)")
	}
	v.attack("another part", "UPDATE listing_post SET part = 7 WHERE word = (SELECT MIN(word) FROM listing_post)")
	other := "x'0300'"
	if storetest.OnPostgres() {
		other = `'\x0300'`
	}
	v.attack("other places", "UPDATE listing_post SET places = "+other+" WHERE word = (SELECT MIN(word) FROM listing_post)")
	v.attack("a word deleted", "DELETE FROM listing_post WHERE word = (SELECT MAX(word) FROM listing_post)")
	v.attack("all words deleted", "DELETE FROM listing_post")
	for _, col := range []string{"owner", "block", "cell"} {
		v.attack("another "+col+" of a block", "UPDATE listing_block SET "+col+" = "+col+" || 'x' WHERE n > 0")
	}
	v.attack("another count of a block", "UPDATE listing_block SET n = n + 1")
	v.attack("a block deleted", "DELETE FROM listing_block WHERE n > 0 AND block = (SELECT MAX(block) FROM listing_block WHERE n > 0)")
}

// TestVerifyFindsRowsInTheDark: rows that were added, and rows put where a
// careless reader would not look.
func TestVerifyFindsRowsInTheDark(t *testing.T) {
	v := newVictim(t)
	clone := func(table, id, to string, more ...string) string {
		cols := columnNames(t, v.db, table)
		vals := slices.Clone(cols)
		vals[slices.Index(cols, id)] = to
		for i := 0; i < len(more); i += 2 {
			vals[slices.Index(cols, more[i])] = more[i+1]
		}
		return "INSERT INTO " + table + " (" + strings.Join(cols, ", ") + ") SELECT " + strings.Join(vals, ", ") + " FROM " + table + " WHERE " + place() + " = (SELECT MIN(" + place() + ") FROM " + table + ")"
	}
	for _, id := range []string{"-7", "0", "9999", "9223372036854775807", "-9223372036854775808"} {
		v.attack("system added as "+id, clone("system", "id", id, "code", "'H56-0099'"))
		v.attack("system moved to "+id, "UPDATE system SET id = "+id+" WHERE id = 1")
		if id != "0" {
			v.attack("entry added as "+id, clone("entry", "seq", id))
			v.attack("hash added as "+id, clone("entry_hash", "i", id))
		}
	}
	v.attack("account added", clone("account", "login", "'root'"))
	v.attack("agency added", clone("agency", "code", "'H99'"))
	v.attack("printed line added", clone("reported", "agency", "'H41'"))
	v.attack("plan added", clone("plan", "no", "2"))
	v.attack("approval added", clone("approval", "no", "2"))
	v.attack("editor added", clone("dossier_editor", "no", "2", "person", "'p.x'"))
	v.attack("approval moved to another system", "UPDATE approval SET system_id = 3 WHERE system_id = (SELECT MIN(system_id) FROM approval)")
	v.attack("revocation taken away", "DELETE FROM revocation")
}

// TestVerifyFindsEveryBit flips bits of entries, of stored hashes and of the
// head: none goes unseen.
func TestVerifyFindsEveryBit(t *testing.T) {
	v := newVictim(t)
	for _, c := range []struct{ table, id, col, where string }{
		{"entry", "seq", "bytes", "seq IN (0, 7)"},
		{"entry_hash", "i", "hash", "i IN (0, 5)"},
		{"ledger_head", "id", "root", "id = 1"},
	} {
		for _, id := range column(t, v.db, "SELECT "+c.id+" FROM "+c.table+" WHERE "+c.where) {
			var b []byte
			if err := v.db.QueryRow(numbered("SELECT "+c.col+" FROM "+c.table+" WHERE "+c.id+" = ?"), id).Scan(&b); err != nil {
				t.Fatal(err)
			}
			put := func(b []byte) {
				v.run(numbered("UPDATE "+c.table+" SET "+c.col+" = ? WHERE "+c.id+" = ?"), b, id)
			}
			for i := 0; i < len(b); i += 1 + len(b)/64 {
				bad := slices.Clone(b)
				bad[i] ^= 1 << (i % 8)
				put(bad)
				if len(v.verify()) == 0 {
					t.Errorf("%s %s: byte %d bit %d not found", c.table, id, i, i%8)
				}
			}
			put(b)
		}
	}
	if found := v.verify(); len(found) > 0 {
		t.Errorf("put back, and yet %+v", found)
	}
}

// TestVerifyFindsTampering: what somebody does who knows the layout.
func TestVerifyFindsTampering(t *testing.T) {
	v := newVictim(t)
	last := column(t, v.db, "SELECT MAX(seq) FROM entry")[0]
	swap := func(a, b string) []string {
		return []string{"CREATE TEMP TABLE x AS SELECT * FROM entry WHERE seq = " + a, "UPDATE entry SET object = (SELECT object FROM entry WHERE seq = " + b + "), bytes = (SELECT bytes FROM entry WHERE seq = " + b + ") WHERE seq = " + a,
			"UPDATE entry SET object = (SELECT object FROM x), bytes = (SELECT bytes FROM x) WHERE seq = " + b, "DROP TABLE x"}
	}
	v.attack("last entry cut off", "DELETE FROM entry WHERE seq = "+last)
	v.attack("last entry and head cut off", "DELETE FROM entry WHERE seq = "+last, "UPDATE ledger_head SET size = size - 1")
	v.attack("two entries swapped", swap("6", "7")...)
	v.attack("an entry doubled", "INSERT INTO entry SELECT seq + 1, object, bytes FROM entry WHERE seq = "+last)
	v.attack("ledger emptied", "DELETE FROM entry", "DELETE FROM entry_hash", "DELETE FROM ledger_head")
	v.attack("a level raised everywhere", "UPDATE dossier SET level = 5", "UPDATE approval SET level = 5", "UPDATE system SET level = 5, proposed = 5")
	v.attack("a person swapped", "UPDATE decision SET person = 'p.other'")
	v.attack("a number one later", "UPDATE review SET no = 2")
	v.attack("an end of term", "UPDATE approval SET until_day = '2099-01-01'")
	for _, col := range []string{"search", "state", "level", "proposed", "plan", "until_day", "confirmed", "pending", "retired_at"} {
		v.attack("list column "+col, "UPDATE system SET "+col+" = "+another(t, v.db, "system", col, "id = 3")+" WHERE id = 3")
	}
}

// TestVerifyNamesTheRecord: what is reported says where to look, and one bad
// record does not taint the others.
func TestVerifyNamesTheRecord(t *testing.T) {
	v := newVictim(t)
	v.run("UPDATE review SET no = 4 WHERE system_id = (SELECT id FROM system WHERE code = 'H56-0001')")
	found := v.verify()
	if len(found) != 1 || found[0].Object != "system:H56-0001" || !strings.Contains(found[0].What, "review 4") {
		t.Errorf("violations = %+v", found)
	}
	if _, _, err := v.store.Standings(context.Background(), storetest.At(today).T, "H56-0001"); err == nil {
		t.Error("a record that cannot be read has a standing")
	}
	r, err := v.store.Verify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if n := column(t, v.db, "SELECT COUNT(*) FROM entry")[0]; fmt.Sprint(r.Entries) != n || r.Objects < 7 {
		t.Errorf("report of %d entries and %d objects, the ledger has %s", r.Entries, r.Objects, n)
	}
}

// TestVerifyFollowsEachObject: somebody without the keys writes the whole ledger
// anew, hashes and head too, and takes the signed checkpoints away. What still
// shows it is that each entry begins where the one before it about the same
// object ended.
func TestVerifyFollowsEachObject(t *testing.T) {
	v := newVictim(t)
	var entries [][]byte
	for _, raw := range column(t, v.db, "SELECT bytes FROM entry ORDER BY seq") {
		entries = append(entries, []byte(raw))
	}
	at := -1 // the last entry that follows another one
	for i, raw := range entries {
		var e approval.Entry
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		if e.Before != "" {
			at = i
		}
	}
	for name, change := range map[string]func(*approval.Entry){
		"begins elsewhere":        func(e *approval.Entry) { e.Before = strings.Repeat("ab", 32) },
		"begins from nothing":     func(e *approval.Entry) { e.Before = "" },
		"calls itself by another": func(e *approval.Entry) { e.Seq++ },
	} {
		var e approval.Entry
		if err := json.Unmarshal(entries[at], &e); err != nil {
			t.Fatal(err)
		}
		change(&e)
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		forged := slices.Clone(entries)
		forged[at] = b
		v.rewrite(forged)
		found := v.verify()
		if !slices.ContainsFunc(found, func(f store.Violation) bool { return f.Seq == int64(at) }) {
			t.Errorf("entry %d %s: %+v", at, name, found)
		}
	}
	v.rewrite(entries)
	if found := v.verify(); len(found) > 0 {
		t.Errorf("written anew as it was, and yet %+v", found)
	}
}

// rewrite puts other entries in the place of the ledger, with all that follows
// from them but a signature.
func (v victim) rewrite(entries [][]byte) {
	v.Helper()
	v.run("DELETE FROM ledger_checkpoint")
	v.run("DELETE FROM entry_hash")
	var tree ledger.Tree
	n := 0
	for i, b := range entries {
		hs, err := tree.Add(b)
		if err != nil {
			v.Fatal(err)
		}
		v.run(numbered("UPDATE entry SET bytes = ? WHERE seq = ?"), b, i)
		for _, h := range hs {
			v.run(numbered("INSERT INTO entry_hash (i, hash) VALUES (?, ?)"), n, h[:])
			n++
		}
	}
	root, err := tree.Root()
	if err != nil {
		v.Fatal(err)
	}
	v.run(numbered("UPDATE ledger_head SET root = ?, size = ?"), root[:], len(entries))
}
