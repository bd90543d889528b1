package notice_test

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/identity"
	"capdo/internal/law"
	"capdo/internal/notice"
	"capdo/internal/review"
	"capdo/internal/store/storetest"
)

// dieAll takes steps until one goes through, each a process that dies one write
// later than the one before it; then lets the last waits pass.
func (w *world) dieAll() (deaths int) {
	w.t.Helper()
	for n := 0; ; n++ {
		left := n
		mortal := w.dispatcher(w.store)
		mortal.Senders, mortal.Calendar, mortal.Queue = w.disp.Senders, w.disp.Calendar, dying{w.store, &left}
		err := mortal.Step(context.Background())
		if err != nil && !errors.Is(err, errDied) {
			w.t.Fatal(err)
		}
		if err == nil {
			break
		}
		deaths++
	}
	w.clock.T = w.clock.T.Add(2 * time.Minute)
	w.step()
	return deaths
}

// year is what happens to a dossier and its system, one kind of event after the
// other, as far as acts bring it about.
func (w *world) year() []func() string {
	ctx, unit := context.Background(), storetest.Actor(law.RoleSpecialisedUnit, "H56")
	s, provider := storetest.Lead(w.t, w.office, "H56", "Cổng", storetest.Stated), storetest.Lead(w.t, w.office, "H41", "Kho", storetest.Deployed)
	links := &connection.Office{Store: w.store, Book: w.office.Book, Clock: w.clock.Now}
	must := func(x approval.System, err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
		s = x
	}
	link := func(x connection.Connection, err error) connection.Connection {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
		return x
	}
	judge := func(outcome approval.Outcome) {
		must(w.office.Review(ctx, unit, s.Code, s.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: outcome, Comment: "x", Digest: s.Last().Digest}))
	}
	submit := func() { must(w.office.Submit(ctx, officer("H56"), s.Code, s.Version, storetest.Statement(3, day))) }
	var c connection.Connection
	return []func() string{
		func() string { submit(); return notice.Submitted + " " + s.Code },
		func() string { judge(approval.SendBack); return notice.Returned + " " + s.Code },
		func() string { submit(); return notice.Submitted + " " + s.Code },
		func() string {
			if err := (&review.Panel{Store: w.store, Office: w.office}).Ask(ctx, unit, s.Code, review.AskInput{Body: "H41", Question: "?", Due: law.DayOf(w.clock.T), Digest: s.Last().Digest}); err != nil {
				w.t.Fatal(err)
			}
			return notice.Consulted + " " + s.Code
		},
		func() string {
			answer := review.AnswerInput{Outcome: approval.Agree, Digest: s.Last().Digest}
			if err := (&review.Panel{Store: w.store, Office: w.office}).Answer(ctx, storetest.Actor(law.RoleSpecialisedUnit, "H41"), s.Code, answer); err != nil {
				w.t.Fatal(err)
			}
			return notice.Answered + " " + s.Code
		},
		func() string { judge(approval.FindFit); return notice.Appraised + " " + s.Code },
		func() string {
			today := law.DayOf(w.clock.T)
			must(w.office.Decide(ctx, storetest.Actor(law.RoleOwner, "H56"), s.Code, s.Version,
				approval.DecisionInput{Outcome: approval.Approve, Number: "1/QĐ", DecidedOn: today, Until: today.AddDays(10), Digest: s.Last().Digest}))
			return notice.Approved + " " + s.Code
		},
		func() string {
			must(w.office.Confirm(ctx, regulator(), s.Code, s.Version, ""))
			return notice.Confirmed + " " + s.Code
		},
		func() string {
			must(w.office.Suspend(ctx, regulator(), s.Code, s.Version, approval.SuspensionInput{Ground: "Sự cố", Number: "5/QĐ"}))
			return notice.Suspended + " " + s.Code
		},
		func() string {
			must(w.office.Reinstate(ctx, regulator(), s.Code, s.Version, "Đã khắc phục", "6/QĐ"))
			return notice.Reinstated + " " + s.Code
		},
		func() string {
			if _, err := links.AddService(ctx, officer("H41"), connection.ServiceInput{Code: "S1", Name: "Tra cứu", Provider: provider.Code}); err != nil {
				w.t.Fatal(err)
			}
			c = link(links.Request(ctx, officer("H56"), connection.RequestInput{Consumer: s.Code, Service: "S1", Purpose: "x", Basis: "x", Platform: "NDXP", Profile: connection.Production}))
			c = link(links.Do(ctx, regulator(), c.ID, c.Version, connection.ActAllow, connection.Input{Number: "7/QĐ"}))
			c = link(links.Do(ctx, regulator(), c.ID, c.Version, connection.ActSuspend, connection.Input{Number: "8/QĐ", Ground: "Sự cố"}))
			return notice.LinkShut + " " + c.ID
		},
		func() string {
			c = link(links.Do(ctx, regulator(), c.ID, c.Version, connection.ActReinstate, connection.Input{Ground: "Đã khắc phục"}))
			return notice.LinkOpened + " " + c.ID
		},
		func() string { // by time alone
			w.clock.T = w.clock.T.AddDate(0, 0, 11)
			return notice.Lapsed + " " + s.Code
		},
		func() string {
			due := law.DayOf(w.clock.T).AddDays(1)
			w.disp.Calendar = func(_ context.Context, a approval.Actor, after, today law.Day) ([]notice.Event, error) {
				if a.Body != "H56" || after >= due || today < due {
					return nil, nil
				}
				return []notice.Event{{Key: "due:x", Kind: notice.Due, System: s.Code, At: due.Time().UTC()}}, nil
			}
			w.clock.T = w.clock.T.AddDate(0, 0, 1)
			return notice.Due + " " + s.Code
		},
	}
}

// TestEveryKindArrives: a dossier lives through a year while the dispatcher dies at
// every one of its writes; through a real SMTP server and a webhook receiver each
// event arrives, once for who knows it by its id, and only where it may.
func TestEveryKindArrives(t *testing.T) {
	port, box := smtpd(t)
	server, hooked := receiver(t, http.StatusNoContent)
	w := open(t)
	asked := storetest.Actor(law.RoleSpecialisedUnit, "H41")
	if err := w.store.AddAccount(context.Background(), storetest.Keeper(), w.clock.T, "", identity.Account{Login: asked.Account, Name: "x", Actor: asked, PasswordHash: "-"}); err != nil {
		t.Fatal(err)
	}
	w.disp.Senders = map[string]notice.Sender{notice.Webhook: hooks(w, server), notice.Email: &notice.Mails{Host: "127.0.0.1", Port: port, TLS: "none", From: "capdo@coquan.example"}}
	acts := w.year()
	w.clock.T = w.clock.T.Add(time.Second)
	w.step()
	everything := notice.Input{Channel: notice.Webhook, Address: server.URL + "/hook", Kinds: notice.Kinds(), Mode: notice.AtOnce}
	w.subscribe(officer("H56"), everything)
	mine := mailFor(notice.AtOnce, notice.Kinds()...)
	mine.Address = "h56@coquan.example"
	w.subscribe(officer("H56"), mine)
	theirs := mailFor(notice.AtOnce, notice.Kinds()...)
	theirs.Address = "h41@coquan.example"
	w.subscribe(asked, theirs)
	lead := storetest.Actor(law.RoleSpecialisedUnit, "H56")
	if err := w.store.AddAccount(context.Background(), storetest.Keeper(), w.clock.T, "", identity.Account{Login: lead.Account, Name: "x", Actor: lead, PasswordHash: "-"}); err != nil {
		t.Fatal(err)
	}
	ours := mailFor(notice.AtOnce, notice.Consulted, notice.Answered)
	ours.Address = "lead@coquan.example"
	w.subscribe(lead, ours)
	var want, wantTheirs, wantLead []string
	deaths := 0
	for _, act := range acts {
		w.clock.T = w.clock.T.Add(time.Second)
		what := act()
		kind, _, _ := strings.Cut(what, " ")
		switch kind {
		case notice.Consulted:
		case notice.Answered:
			wantLead = append(wantLead, what)
		default:
			want = append(want, what)
		}
		if kind == notice.Consulted || kind == notice.LinkShut || kind == notice.LinkOpened {
			wantTheirs = append(wantTheirs, what)
		}
		deaths += w.dieAll()
	}
	if deaths < 3*len(acts) {
		t.Errorf("%d deaths", deaths)
	}
	byHook, copies := map[string]string{}, 0
	for _, r := range *hooked {
		var body struct {
			Type string
			Data struct{ System, Connection string }
		}
		if err := json.Unmarshal(r.body, &body); err != nil {
			t.Fatal(err)
		}
		byHook[r.head.Get("webhook-id")] = strings.NewReplacer("system.", "", "connection.", "connection_").Replace(body.Type) + " " + body.Data.System + body.Data.Connection
		copies++
	}
	all, _ := letters(t, box)
	byMail := map[string]map[string]string{"<h56@coquan.example>": {}, "<h41@coquan.example>": {}, "<lead@coquan.example>": {}}
	for _, m := range all {
		subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
		if err != nil {
			t.Fatal(err)
		}
		of, says, _ := strings.Cut(strings.TrimPrefix(subject, "[capdo] "), ": ")
		i := slices.IndexFunc(notice.Kinds(), func(k string) bool { return notice.Says(k).VI == says })
		byMail[m.Header.Get("To")][m.Header.Get("Message-ID")] = notice.Kinds()[i] + " " + of
		copies++
	}
	for name, tt := range map[string]struct {
		got  map[string]string
		want []string
	}{"webhook": {byHook, want}, "mail": {byMail["<h56@coquan.example>"], want}, "mail of the body asked": {byMail["<h41@coquan.example>"], wantTheirs},
		"mail of who asked": {byMail["<lead@coquan.example>"], wantLead}} {
		var got []string
		for _, what := range tt.got {
			got = append(got, what)
		}
		slices.Sort(got)
		slices.Sort(tt.want)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q\nwant %q", name, got, tt.want)
		}
	}
	if distinct := len(byHook) + len(byMail["<h56@coquan.example>"]) + len(byMail["<h41@coquan.example>"]) + len(byMail["<lead@coquan.example>"]); copies > distinct+deaths {
		t.Errorf("%d copies of %d messages after %d deaths", copies, distinct, deaths)
	}
	w.verified()
}

// TestDailyMailAgain: a daily mail whose sending was not noted, because the process
// died, is sent again by a real server as the same mail; what happened meanwhile
// goes into one of its own. For who knows mail by its id, each event came once.
func TestDailyMailAgain(t *testing.T) {
	port, box := smtpd(t)
	w := open(t)
	mails := &notice.Mails{Host: "127.0.0.1", Port: port, TLS: "none", From: "capdo@coquan.example"}
	w.disp.Senders[notice.Email] = mails
	w.subscribe(officer("H56"), mailFor(notice.Digest, notice.Kinds()...))
	first := storetest.Lead(t, w.office, "H56", "Một cửa", storetest.Appraised)
	w.step() // both events wait for the morning
	w.clock.T = day.AddDays(1).Time().Add(7 * time.Hour)
	left := 4 // the day and the next try are written down, the mail goes, the process dies
	mortal := w.dispatcher(w.store)
	mortal.Senders, mortal.Queue = w.disp.Senders, dying{w.store, &left}
	if err := mortal.Step(context.Background()); !errors.Is(err, errDied) {
		t.Fatal(err)
	}
	second := storetest.Lead(t, w.office, "H56", "Hai cửa", storetest.Submitted)
	w.clock.T, left = day.AddDays(2).Time().Add(6*time.Hour), 2 // read, and dead again before anything is tried
	if err := mortal.Step(context.Background()); !errors.Is(err, errDied) {
		t.Fatal(err)
	}
	w.clock.T = day.AddDays(2).Time().Add(8 * time.Hour) // both are due now
	w.step()
	w.step()
	all, bodies := letters(t, box)
	byID := map[string]string{}
	for i, m := range all {
		id := m.Header.Get("Message-ID")
		if body, again := byID[id]; again && body != bodies[i] {
			t.Errorf("two mails bear the id %s", id)
		}
		byID[id] = bodies[i]
	}
	if len(all) != 3 || len(byID) != 2 {
		t.Fatalf("%d mails with %d ids, want 3 with 2", len(all), len(byID))
	}
	for _, system := range []string{first.Code, second.Code} {
		n := 0
		for _, body := range byID {
			if strings.Contains(body, system) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s stands in %d mails", system, n)
		}
	}
}
