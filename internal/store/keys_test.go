package store_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/seal"
	"capdo/internal/store/storetest"
)

// TestKeysRotate: the old key goes on checking what it signed and signs no
// more; only the keeper may; a key in use is not doubled.
func TestKeysRotate(t *testing.T) {
	dir, clock := t.TempDir(), storetest.At(today)
	_, s := storetest.OfficeIn(t, dir, clock)
	ctx := context.Background()
	es, ed := storetest.Seal(t, s, clock, filepath.Join(dir, "keys"))
	keys, err := s.Keys(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(keys) != 3 {
		t.Fatalf("%d keys", len(keys))
	}
	for _, p := range keys {
		if used := p.ID == es.ID || p.ID == ed.ID; used != p.Until.IsZero() {
			t.Errorf("%s: until %v", p.ID, p.Until)
		}
	}
	if err := s.AddKeys(ctx, storetest.Keeper(), "law", es); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second key of an algorithm: %v", err)
	}
	if err := s.RotateKey(ctx, storetest.Keeper(), "law", es, ed); err == nil {
		t.Error("a key followed by one of another algorithm")
	}
	next, err := seal.Make(seal.ES256, clock.T.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RotateKey(ctx, storetest.Actor(law.RoleMPS, "G01"), "law", es, next); err == nil {
		t.Error("somebody else rotated a key")
	}
	token, err := es.JWT("x", map[string]int64{"iat": clock.T.Unix()})
	if err != nil {
		t.Fatal(err)
	}
	late, err := es.JWT("x", map[string]int64{"iat": clock.T.Add(2 * time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.RotateKey(ctx, storetest.Keeper(), "law", es, next); err != nil {
		t.Fatal(err)
	}
	if err := s.RotateKey(ctx, storetest.Keeper(), "law", es, next); err == nil {
		t.Error("rotated twice")
	}
	if keys, err = s.Keys(ctx); err != nil {
		t.Fatal(err)
	}
	var claims struct {
		IAT int64 `json:"iat"`
	}
	if err := keys.JWT(token, "x", &claims); err != nil {
		t.Errorf("what the old key signed: %v", err)
	}
	if err := keys.JWT(late, "x", &claims); err == nil {
		t.Error("the old key signed after it was retired")
	}
	r, err := s.Verify(ctx)
	if err != nil || len(r.Violations) > 0 {
		t.Errorf("verify: %v %+v", err, r.Violations)
	}
}

// TestPlacesStay: a system's place is given with it and is never another's.
func TestPlacesStay(t *testing.T) {
	clock := storetest.At(today)
	o, s := storetest.Office(t, clock)
	var codes []string
	for _, owner := range []string{"H56", "H41", "H56"} {
		codes = append(codes, storetest.Lead(t, o, owner, "Một cửa", storetest.Registered).Code)
	}
	var x approval.System // read last
	var size int64        // of the ledger
	var also []int
	read := func(since int64) map[string]int {
		t.Helper()
		out := map[string]int{}
		err := s.Roll(context.Background(), since, func(r approval.Roll) ([]int, error) { size = r.Head.Size; return also, nil }, func(e approval.Enrolled) error {
			out[e.System.Code] = e.Place
			x = e.System
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	all := read(0)
	for i, code := range codes {
		if all[code] != i {
			t.Errorf("%s stands at %d, wanted %d", code, all[code], i)
		}
	}
	also = []int{1}
	if got := read(size); len(got) != 1 || got[codes[1]] != 1 {
		t.Errorf("one asked for by its place: %v", got)
	}
	before := size
	also = nil
	if _, err := o.Retire(context.Background(), storetest.Actor(law.RoleOperator, x.Owner), x.Code, x.Version, "Hết"); err != nil {
		t.Fatal(err)
	}
	if got := read(before); len(got) != 1 || got[x.Code] != 1 {
		t.Errorf("changed since: %v", got)
	}
	refused := o.Store.Update(context.Background(), storetest.Keeper(), clock.T, func(tx approval.Tx) error {
		if err := tx.Create(&approval.System{Name: "A", Owner: "H56", Stage: approval.Operating, Origin: approval.Registered}); err != nil {
			t.Error(err)
		}
		return approval.ErrStale()
	})
	if refused == nil {
		t.Error("not rolled back")
	}
	next := storetest.Lead(t, o, "H41", "Hai cửa", storetest.Registered)
	if got := read(0); got[next.Code] != 3 || len(got) != 4 {
		t.Errorf("after a roll-back: %v", got)
	}
}
