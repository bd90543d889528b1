package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/law"
	"capdo/internal/review"
	"capdo/internal/store/storetest"
)

// TestTurnKey: the turn of a body's key is cut off after its first step, after its
// second, and so on until none is left; after each cut the register verifies, is
// read, and written by another process, that knows nothing of the turn. In the end
// nothing of that body lies under the old key, which is gone, everything can be
// read, and the ledger tells.
func TestTurnKey(t *testing.T) {
	dir, ctx, day := t.TempDir(), context.Background(), time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	w := world{getenv: func(string) string { return "" }, out: io.Discard, err: io.Discard, clock: func() time.Time { return day }}
	opened := func() *program {
		t.Helper()
		p, err := open(ctx, w, dir)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := opened()
	defer func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	}()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(p.office.Import(ctx, keeper(), approval.World{Agencies: storetest.Agencies(), Source: "test"}))
	officer, unit := storetest.Actor(law.RoleOperator, "H56"), storetest.Actor(law.RoleSpecialisedUnit, "H56")
	for i := range 51 { // more than one part
		storetest.Lead(t, p.office, "H56", fmt.Sprint("Hệ thống ", i), storetest.Registered)
	}
	code := storetest.Lead(t, p.office, "H56", "Một cửa", storetest.Submitted).Code
	storetest.Lead(t, p.office, "H41", "Của cơ quan khác", storetest.Submitted)
	desk := &review.Desk{Store: p.store, Book: p.book, Clock: p.clock}
	say := func() error {
		return desk.Say(ctx, unit, code, review.Input{Kind: review.Ask, Target: "field:scope", Text: "Nêu rõ."})
	}
	attach := func(text string) {
		t.Helper()
		_, err := p.attachments.Attach(ctx, officer, attachment.Upload{System: code, Of: attachment.Of{Kind: "control", Key: "K1"}, Name: text + ".txt", Body: strings.NewReader(text)})
		must(err)
	}
	must(say())
	attach("một")
	attach("hai")
	before, err := p.ring.Keys("H56")
	must(err)
	old, err := os.ReadFile(filepath.Join(dir, "keys", "tenants", "H56.age"))
	must(err)

	cut, cuts := errors.New("cut off"), 0
	for {
		steps, told := 0, 0
		turner := opened() // a process of its own
		err := turner.turnKey(ctx, "H56", func(string) error {
			if steps++; steps > cuts {
				told++
				return cut
			}
			return nil
		})
		must(turner.close())
		if told == 0 {
			must(err)
			break
		}
		if !errors.Is(err, cut) {
			t.Fatalf("cut off after step %d: %v", cuts, err)
		}
		cuts++
		must(say()) // by the process that was there before
		attach(fmt.Sprint("lần ", cuts))
		r, err := p.store.Verify(ctx)
		must(errors.Join(err, p.rehash(ctx, &r)))
		if len(r.Violations) > 0 {
			t.Fatalf("cut off after step %d: %v", cuts, r.Violations)
		}
	}
	if cuts < 7 {
		t.Errorf("only %d steps", cuts)
	}
	after, err := p.ring.Keys("H56")
	must(err)
	if len(after) != 1 || after[0] == before[0] {
		t.Errorf("the keys were %v and are %v", before, after)
	}
	names, err := filepath.Glob(filepath.Join(dir, "keys", "tenants", "*"))
	must(err)
	for _, name := range names {
		if b, err := os.ReadFile(name); err != nil || bytes.Equal(b, old) || strings.Contains(name, "next") {
			t.Errorf("%s: the old key, or what was to follow it, is there: %v", name, err)
		}
	}
	_, err = p.store.Scour(ctx)
	must(err)
	raw, err := os.ReadFile(filepath.Join(dir, "capdo.db"))
	must(err)
	if strings.Contains(string(raw), "sealed:2:H56:"+before[0]) || !strings.Contains(string(raw), "sealed:2:H56:"+after[0]) || !strings.Contains(string(raw), "sealed:2:H41:") {
		t.Error("what lies under which key is not as it should be")
	}
	must(say())
	must(p.store.ViewReview(ctx, unit, func(r review.Reader) error {
		rs, err := r.Remarks(code, 1)
		if len(rs) != cuts+2 || rs[0].Text != "Nêu rõ." {
			t.Errorf("%d remarks, want %d", len(rs), cuts+2)
		}
		return err
	}))
	turns, err := p.store.BodyKeys(ctx)
	must(err)
	if len(turns) != 1 || turns[0].Key != after[0] || turns[0].Done.IsZero() {
		t.Errorf("on record: %+v", turns)
	}
	if r := capdo(t, "", "verify", "--data", dir); r.status != statusOK {
		t.Errorf("%+v", r)
	}
	if r := capdo(t, "", "key", "turn", "--owner", "H99", "--data", dir); r.status == statusOK {
		t.Errorf("a body that is none: %+v", r)
	}
	if r := capdo(t, "", "key", "turn", "--owner", "H56", "--data", dir); r.status != statusOK || !strings.Contains(r.out, "the old key is destroyed") {
		t.Errorf("again: %+v", r)
	}
}
