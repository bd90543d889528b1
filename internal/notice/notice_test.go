package notice_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/notice"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// day is the day on which the tests stand.
const day law.Day = "2026-11-16"

// post is a sender that keeps what it was given and fails on demand.
type post struct {
	sent []string // "subscription kind system", joined for one message
	ids  []string
	fail func(n int) error // before the n-th try, from 1; nil: never
	n    int
}

func (p *post) Send(_ context.Context, s notice.Subscription, ds []notice.Delivery, _ time.Time) error {
	p.n++
	if p.fail != nil {
		if err := p.fail(p.n); err != nil {
			return err
		}
	}
	var all []string
	for _, d := range ds {
		all = append(all, s.Login+" "+d.Event.Kind+" "+d.Event.System)
		p.ids = append(p.ids, d.ID())
	}
	p.sent = append(p.sent, strings.Join(all, ", "))
	return nil
}

// world is a register with accounts, a desk and a dispatcher.
type world struct {
	t      *testing.T
	dir    string
	clock  *storetest.Clock
	office *approval.Office
	store  *store.Store
	desk   *notice.Desk
	disp   *notice.Dispatcher
	mail   *post
	hook   *post
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), clock: storetest.At(day), mail: &post{}, hook: &post{}}
	w.office, w.store = storetest.OfficeIn(t, w.dir, w.clock)
	for _, a := range []approval.Actor{officer("H56"), officer("H41"), regulator(), {Person: "g", Account: "gate.way", Capacity: approval.Gateway}} {
		if err := w.store.AddAccount(context.Background(), storetest.Keeper(), w.clock.T, "", identity.Account{Login: a.Account, Name: a.Account, Actor: a, PasswordHash: "-"}); err != nil {
			t.Fatal(err)
		}
	}
	w.desk = &notice.Desk{Store: w.store, Clock: w.clock.Now, Key: []byte(strings.Repeat("k", 32)), Mail: true}
	w.disp = w.dispatcher(w.store)
	w.step()
	return w
}

func (w *world) dispatcher(s *store.Store) *notice.Dispatcher {
	return &notice.Dispatcher{Queue: s, Store: s, Senders: map[string]notice.Sender{notice.Email: w.mail, notice.Webhook: w.hook}, Clock: w.clock.Now,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Account: func(ctx context.Context, login string) (approval.Actor, bool, error) {
			a, ok, err := s.Account(ctx, login)
			return a.Actor, ok && !a.Disabled(), err
		},
		Owner: s.OwnerOf}
}

func officer(body string) approval.Actor { return storetest.Actor(law.RoleOperator, body) }
func regulator() approval.Actor          { return storetest.Actor(law.RoleMPS, "G01") }

func (w *world) step() {
	w.t.Helper()
	if err := w.disp.Step(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) subscribe(a approval.Actor, in notice.Input) notice.Subscription {
	w.t.Helper()
	s, err := w.desk.Subscribe(context.Background(), a, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func mailFor(mode string, kinds ...string) notice.Input {
	return notice.Input{Channel: notice.Email, Address: "vanthu@coquan.example", Kinds: kinds, Mode: mode}
}

// verified checks the register against its ledger.
func (w *world) verified() {
	w.t.Helper()
	r, err := w.store.Verify(context.Background())
	if err != nil || len(r.Violations) > 0 {
		w.t.Errorf("verify: %v %v", r.Violations, err)
	}
}

// TestWhoIsToldWhat: each event once, in order, to those whose account may see
// the system, and only of the kinds asked for.
func TestWhoIsToldWhat(t *testing.T) {
	w := open(t)
	w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Kinds()...))
	w.subscribe(officer("H41"), mailFor(notice.AtOnce, notice.Kinds()...))
	w.clock.T = w.clock.T.Add(time.Second) // the deliveries of one event go out in the order of subscribing
	w.subscribe(regulator(), mailFor(notice.AtOnce, notice.Approved))
	s := storetest.Lead(t, w.office, "H56", "Cổng dịch vụ công", storetest.Deployed)
	for range 3 {
		w.step()
	}
	me, they := officer("H56").Account, regulator().Account
	want := []string{me + " submitted " + s.Code, me + " appraised " + s.Code, me + " approved " + s.Code, they + " approved " + s.Code, me + " confirmed " + s.Code}
	if !slices.Equal(w.mail.sent, want) {
		t.Errorf("sent %q\nwant %q", w.mail.sent, want)
	}
	if _, err := w.office.Revoke(context.Background(), regulator(), s.Code, s.Version, approval.RevocationInput{Ground: "Không còn đúng", Number: "9/QĐ"}); err != nil {
		t.Fatal(err)
	}
	w.step()
	if last := w.mail.sent[len(w.mail.sent)-1]; last != me+" revoked "+s.Code {
		t.Errorf("after the revocation: %q", last)
	}
	w.verified()
}

// TestReturned: a return is told as one.
func TestReturned(t *testing.T) {
	w := open(t)
	w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Returned))
	s := storetest.Lead(t, w.office, "H56", "Cổng", storetest.Submitted)
	if _, err := w.office.Review(context.Background(), storetest.Actor(law.RoleSpecialisedUnit, "H56"), s.Code, s.Version,
		approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.SendBack, Comment: "Bổ sung sơ đồ", Digest: s.Last().Digest}); err != nil {
		t.Fatal(err)
	}
	w.step()
	if want := []string{officer("H56").Account + " returned " + s.Code}; !slices.Equal(w.mail.sent, want) {
		t.Errorf("sent %q, want %q", w.mail.sent, want)
	}
}

// TestBeforeSubscribing: what happened before is not told.
func TestBeforeSubscribing(t *testing.T) {
	w := open(t)
	storetest.Lead(t, w.office, "H56", "Cổng", storetest.Submitted)
	w.clock.T = w.clock.T.Add(time.Second)
	w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Kinds()...))
	w.step()
	if len(w.mail.sent) > 0 {
		t.Errorf("told of the past: %q", w.mail.sent)
	}
}

// TestLapse: the day after an approval's last day its end is told, once, with no
// act in between; also when the process slept over it.
func TestLapse(t *testing.T) {
	w := open(t)
	w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Lapsed))
	s := storetest.Lead(t, w.office, "H56", "Cổng", storetest.Appraised)
	if _, err := w.office.Decide(context.Background(), storetest.Actor(law.RoleOwner, "H56"), s.Code, s.Version,
		approval.DecisionInput{Outcome: approval.Approve, Number: "1/QĐ", DecidedOn: day, Until: day.AddDays(10), Digest: s.Last().Digest}); err != nil {
		t.Fatal(err)
	}
	w.clock.T = day.AddDays(10).Time().Add(23*time.Hour + 59*time.Minute)
	w.step()
	if len(w.mail.sent) > 0 {
		t.Fatalf("told on the last day: %q", w.mail.sent)
	}
	for _, at := range []time.Time{day.AddDays(11).Time(), day.AddDays(11).Time().Add(time.Hour), day.AddDays(40).Time()} {
		w.clock.T = at
		w.step()
	}
	if want := []string{officer("H56").Account + " lapsed " + s.Code}; !slices.Equal(w.mail.sent, want) {
		t.Errorf("sent %q, want %q", w.mail.sent, want)
	}
}

// TestCalendar: what is due is asked for once a day.
func TestCalendar(t *testing.T) {
	w := open(t)
	s := storetest.Lead(t, w.office, "H56", "Cổng", storetest.Registered)
	w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Overdue))
	w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Submitted))
	asked := 0
	w.disp.Calendar = func(_ context.Context, a approval.Actor, after, today law.Day) ([]notice.Event, error) {
		asked++
		if a.Body != "H56" || a.Capacity != law.RoleOperator || after.AddDays(1) != today {
			t.Errorf("asked for %+v in (%s, %s]", a, after, today)
		}
		return []notice.Event{{Key: "due:inspection:" + s.Code, Kind: notice.Overdue, System: s.Code}, {Key: "soon:" + s.Code, Kind: notice.Due, System: s.Code}}, nil
	}
	for n := range 3 {
		w.clock.T = day.AddDays(n).Time().Add(12 * time.Hour)
		w.step()
		w.step()
	}
	if want := []string{officer("H56").Account + " overdue " + s.Code}; asked != 2 || !slices.Equal(w.mail.sent, want) {
		t.Errorf("asked %d times, sent %q, want %q", asked, w.mail.sent, want)
	}
}

// TestDailyMail: events of a day go out in one mail at seven in the morning.
func TestDailyMail(t *testing.T) {
	w := open(t)
	w.subscribe(officer("H56"), mailFor(notice.Digest, notice.Kinds()...))
	s := storetest.Lead(t, w.office, "H56", "Cổng", storetest.Confirmed)
	w.step()
	w.clock.T = day.AddDays(1).Time().Add(7*time.Hour - time.Second)
	w.step()
	if len(w.mail.sent) > 0 {
		t.Fatalf("sent before seven: %q", w.mail.sent)
	}
	w.clock.T = w.clock.T.Add(time.Second)
	w.step()
	w.step()
	if len(w.mail.sent) != 1 || strings.Count(w.mail.sent[0], s.Code) != 4 {
		t.Errorf("sent %q", w.mail.sent)
	}
}

// TestAClockThatWasAhead: what was put off, and read of the calendar, while the
// clock stood a year ahead is told when it is right again.
func TestAClockThatWasAhead(t *testing.T) {
	w := open(t)
	right := w.clock.T
	w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Submitted, notice.Overdue))
	asked := map[law.Day]bool{}
	w.disp.Calendar = func(_ context.Context, _ approval.Actor, _, today law.Day) ([]notice.Event, error) {
		asked[today] = true
		return nil, nil
	}
	w.clock.T = right.AddDate(1, 0, 0)
	w.mail.fail = func(int) error { return errors.New("refused") }
	storetest.Lead(t, w.office, "H56", "Cổng", storetest.Submitted)
	w.step()
	w.mail.fail = nil
	w.clock.T = right
	w.step()
	if len(w.mail.sent) != 1 {
		t.Errorf("sent %q", w.mail.sent)
	}
	w.clock.T = right.AddDate(0, 0, 1)
	w.step()
	if !asked[law.DayOf(w.clock.T)] {
		t.Errorf("the calendar was asked on %v only", asked)
	}
}

// TestOneThatHangsHoldsUpNobody: of what waits for somebody who cannot be reached
// one is tried at a time; the others get theirs meanwhile.
func TestOneThatHangsHoldsUpNobody(t *testing.T) {
	w := open(t)
	w.subscribe(officer("H56"), notice.Input{Channel: notice.Webhook, Address: "https://hook.example/x", Kinds: []string{notice.Submitted}, Mode: notice.AtOnce})
	w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Submitted))
	for _, name := range []string{"Một", "Hai", "Ba"} {
		storetest.Lead(t, w.office, "H56", name, storetest.Submitted)
	}
	w.hook.fail = func(int) error { return context.DeadlineExceeded }
	w.step()
	if w.hook.n != 1 || len(w.mail.sent) != 3 {
		t.Errorf("tried %d times who hangs; the other got %q", w.hook.n, w.mail.sent)
	}
	w.hook.fail = nil
	w.clock.T = w.clock.T.Add(time.Minute)
	w.step()
	if len(w.hook.sent) != 3 {
		t.Errorf("reached again: %q", w.hook.sent)
	}
}

// TestRetries follows the table of waits to its end, where the subscription ends
// with its entry.
func TestRetries(t *testing.T) {
	w := open(t)
	w.hook.fail = func(int) error { return errors.New("refused") }
	sub := w.subscribe(officer("H56"), notice.Input{Channel: notice.Webhook, Address: "https://hook.example/x", Kinds: []string{notice.Submitted}, Mode: notice.AtOnce})
	storetest.Lead(t, w.office, "H56", "Cổng", storetest.Submitted)
	start := w.clock.T
	var at []time.Duration
	for range 100_000 {
		before := w.hook.n
		w.step()
		if w.hook.n > before {
			at = append(at, w.clock.T.Sub(start))
		}
		ds, err := w.store.Deliveries(context.Background(), sub.Login, sub.ID, 10)
		if err != nil || len(ds) != 1 {
			t.Fatalf("%d deliveries, %v", len(ds), err)
		}
		if ds[0].State == notice.Failed {
			break
		}
		w.clock.T = ds[0].NextAt
	}
	h := time.Hour
	var want []time.Duration
	for _, step := range []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * h, 5 * h, 10 * h, 14 * h, 20 * h, 24 * h} {
		if len(want) > 0 {
			step += want[len(want)-1]
		}
		want = append(want, step)
	}
	if !slices.Equal(at, want) {
		t.Errorf("tried at %v\nwant %v", at, want)
	}
	subs, err := w.store.Subscriptions(context.Background(), sub.Login)
	if err != nil || len(subs) != 1 || subs[0].Live() || subs[0].EndedFor != "failed" {
		t.Errorf("the subscription did not end: %+v %v", subs, err)
	}
	w.verified()
}

// TestGone: a receiver that wants no more ends its subscription at once.
func TestGone(t *testing.T) {
	w := open(t)
	w.hook.fail = func(int) error { return notice.ErrGone }
	sub := w.subscribe(officer("H56"), notice.Input{Channel: notice.Webhook, Address: "https://hook.example/x", Kinds: []string{notice.Submitted}, Mode: notice.AtOnce})
	storetest.Lead(t, w.office, "H56", "Cổng", storetest.Submitted)
	w.step()
	subs, _ := w.store.Subscriptions(context.Background(), sub.Login)
	if subs[0].EndedFor != "gone" {
		t.Errorf("%+v", subs[0])
	}
}

// TestAgain: the owner may have a delivery sent once more; nobody else may.
func TestAgain(t *testing.T) {
	w := open(t)
	sub := w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Submitted))
	storetest.Lead(t, w.office, "H56", "Cổng", storetest.Submitted)
	w.step()
	ds, err := w.store.Deliveries(context.Background(), sub.Login, sub.ID, 10)
	if err != nil || len(ds) != 1 || ds[0].State != notice.Sent {
		t.Fatalf("%+v %v", ds, err)
	}
	if err := w.store.Again(context.Background(), officer("H41").Account, sub.ID, ds[0].Event.Key, w.clock.T); !absent(err) {
		t.Errorf("another may replay: %v", err)
	}
	if others, err := w.store.Deliveries(context.Background(), officer("H41").Account, sub.ID, 10); err != nil || len(others) > 0 {
		t.Errorf("another sees deliveries: %v %v", others, err)
	}
	if err := w.store.Again(context.Background(), sub.Login, sub.ID, ds[0].Event.Key, w.clock.T); err != nil {
		t.Fatal(err)
	}
	w.step()
	if len(w.mail.ids) != 2 || w.mail.ids[0] != w.mail.ids[1] {
		t.Errorf("ids %q", w.mail.ids)
	}
}

func absent(err error) bool {
	r := (*approval.Refusal)(nil)
	return errors.As(err, &r) && r.Kind == approval.NotFound
}

// TestInput: what cannot be meant is refused by field.
func TestInput(t *testing.T) {
	w := open(t)
	good := mailFor(notice.AtOnce, notice.Submitted)
	for name, c := range map[string]struct {
		change func(*notice.Input)
		field  string
	}{
		"no channel":       {func(in *notice.Input) { in.Channel = "fax" }, "channel"},
		"no address":       {func(in *notice.Input) { in.Address = "" }, "address"},
		"header injection": {func(in *notice.Input) { in.Address = "a@b.example\r\nBcc: c@d.example" }, "address"},
		"two addresses":    {func(in *notice.Input) { in.Address = "a@b.example, c@d.example" }, "address"},
		"a name too":       {func(in *notice.Input) { in.Address = "A <a@b.example>" }, "address"},
		"plain http":       {func(in *notice.Input) { in.Channel, in.Address = notice.Webhook, "http://hook.example" }, "address"},
		"user in address":  {func(in *notice.Input) { in.Channel, in.Address = notice.Webhook, "https://u:p@hook.example" }, "address"},
		"a file":           {func(in *notice.Input) { in.Channel, in.Address = notice.Webhook, "file:///etc/passwd" }, "address"},
		"an endless one": {func(in *notice.Input) {
			in.Channel, in.Address = notice.Webhook, "https://hook.example/"+strings.Repeat("x", 1000)
		}, "address"},
		"no kinds":     {func(in *notice.Input) { in.Kinds = nil }, "kinds"},
		"unknown kind": {func(in *notice.Input) { in.Kinds = []string{"everything"} }, "kinds"},
		"no mode":      {func(in *notice.Input) { in.Mode = "" }, "mode"},
	} {
		in := good
		c.change(&in)
		_, err := w.desk.Subscribe(context.Background(), officer("H56"), in)
		r := (*approval.Refusal)(nil)
		if !errors.As(err, &r) || r.Kind != approval.Invalid || r.Findings[0].Field != c.field || r.Findings[0].Says.VI == "" || r.Findings[0].Says.EN == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.desk.Subscribe(context.Background(), approval.Actor{Account: "gate.way", Capacity: approval.Gateway}, good); err == nil {
		t.Error("a gateway subscribed")
	}
	w.desk.Mail = false
	if _, err := w.desk.Subscribe(context.Background(), officer("H56"), good); err == nil {
		t.Error("mail without a server was promised")
	}
}

// dying is a queue that dies at its n-th call.
type dying struct {
	notice.Queue
	left *int
}

var errDied = errors.New("the process died")

func (q dying) die() bool { *q.left--; return *q.left < 0 }

func (q dying) Enqueue(ctx context.Context, c notice.Cursor, ds []notice.Delivery) error {
	if q.die() {
		return errDied
	}
	if err := q.Queue.Enqueue(ctx, c, ds); err != nil {
		return err
	}
	if q.die() { // after the commit, before anyone knew
		return errDied
	}
	return nil
}

func (q dying) Mark(ctx context.Context, ds []notice.Delivery) error {
	if q.die() {
		return errDied
	}
	if err := q.Queue.Mark(ctx, ds); err != nil {
		return err
	}
	if q.die() {
		return errDied
	}
	return nil
}

// TestCrashes kills the dispatcher before and after every write: nothing is
// lost, and what is sent twice has one id.
func TestCrashes(t *testing.T) {
	for n := range 20 {
		w := open(t)
		w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Kinds()...))
		s := storetest.Lead(t, w.office, "H56", "Cổng", storetest.Confirmed)
		left := n
		mortal := w.dispatcher(w.store)
		mortal.Queue = dying{w.store, &left}
		died := mortal.Step(context.Background())
		for range 3 { // a new process
			w.step()
			w.clock.T = w.clock.T.Add(2 * time.Minute)
		}
		ids := slices.Compact(slices.Sorted(slices.Values(w.mail.ids)))
		if len(ids) != 4 {
			t.Errorf("died at write %d (%v): %d of 4 events of %s arrived: %q", n, died, len(ids), s.Code, w.mail.sent)
		}
		if died == nil && len(w.mail.ids) != 4 {
			t.Errorf("without a death: %d sent", len(w.mail.ids))
		}
		if len(w.mail.ids) > 5 {
			t.Errorf("one death, %d sent", len(w.mail.ids))
		}
	}
}

// TestAccountGone: who may sign in no longer is told nothing.
func TestAccountGone(t *testing.T) {
	w := open(t)
	w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Kinds()...))
	w.disp.Account = func(context.Context, string) (approval.Actor, bool, error) { return approval.Actor{}, false, nil }
	storetest.Lead(t, w.office, "H56", "Cổng", storetest.Submitted)
	w.step()
	if len(w.mail.sent) > 0 {
		t.Errorf("sent %q", w.mail.sent)
	}
}

// TestForgedRow: a subscription changed behind the program's back is named by
// verify; the list of tables the ledger covers includes it.
func TestForgedRow(t *testing.T) {
	w := open(t)
	sub := w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Submitted))
	db, err := sql.Open("sqlite", filepath.Join(w.dir, store.FileName)+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE subscription SET address = 'thief@elsewhere.example' WHERE id = ?", sub.ID); err != nil {
		t.Fatal(err)
	}
	r, err := w.store.Verify(context.Background())
	if err != nil || !slices.ContainsFunc(r.Violations, func(v store.Violation) bool { return v.Object == sub.Object() }) {
		t.Errorf("%+v %v", r.Violations, err)
	}
}

// TestSuspended: a suspension by the regulator, and its end, are told.
func TestSuspended(t *testing.T) {
	w := open(t)
	w.subscribe(officer("H56"), mailFor(notice.AtOnce, notice.Suspended, notice.Reinstated))
	s := storetest.Lead(t, w.office, "H56", "Cổng", storetest.Deployed)
	s, err := w.office.Suspend(context.Background(), regulator(), s.Code, s.Version, approval.SuspensionInput{Ground: "Sự cố", Number: "5/QĐ"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.office.Reinstate(context.Background(), regulator(), s.Code, s.Version, "Đã khắc phục", "6/QĐ"); err != nil {
		t.Fatal(err)
	}
	w.step()
	if want := []string{officer("H56").Account + " suspended " + s.Code, officer("H56").Account + " reinstated " + s.Code}; !slices.Equal(w.mail.sent, want) {
		t.Errorf("sent %q, want %q", w.mail.sent, want)
	}
}
