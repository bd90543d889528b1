// Package storetest opens a migrated register of its own for each test.
package storetest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
)

// Clock is a clock that tests set.
type Clock struct{ T time.Time }

// Now returns the time the clock stands at.
func (c *Clock) Now() time.Time { return c.T }

// At returns a clock standing at noon of a day in Viet Nam.
func At(day law.Day) *Clock { return &Clock{day.Time().Add(12 * time.Hour)} }

// Open returns a migrated, empty register in a folder of the test's own.
func Open(t testing.TB) *store.Store {
	t.Helper()
	return OpenIn(t, t.TempDir())
}

// OpenIn returns the register in dir, made when absent, closed with the test.
func OpenIn(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := openStore(t, dir)
	if err == nil {
		s.Guard(Keys(dir))
		err = s.MakeFigures(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// openStore opens the register of dir in the database that the tests run on.
func openStore(t testing.TB, dir string) (*store.Store, error) {
	if OnPostgres() {
		return openPostgres(t, dir)
	}
	file := filepath.Join(dir, store.FileName)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		empty, err := newRegister()
		if err == nil {
			err = os.MkdirAll(dir, 0o700)
		}
		if err == nil {
			err = os.WriteFile(file, empty, 0o600)
		}
		if err != nil {
			return nil, err
		}
	}
	return store.Open(context.Background(), dir)
}

// newRegister is the file of a migrated, empty register, made once: migrations
// have tests of their own.
var newRegister = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "capdo-empty-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := store.Open(context.Background(), dir)
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, store.FileName))
})

// book and shelf are the shipped ones, read once: nobody changes them.
var (
	book  = sync.OnceValues(law.Load)
	shelf = sync.OnceValues(forms.Load)
)

// Keeper is the actor that loads worlds.
func Keeper() approval.Actor {
	return approval.Actor{Person: "keeper", Account: "keeper", Capacity: approval.Keeper}
}

// Office returns an office on a register with the shipped book and forms and
// two agencies: H56 (a province) and H41 (another).
func Office(t testing.TB, c *Clock) (*approval.Office, *store.Store) {
	t.Helper()
	return OfficeIn(t, t.TempDir(), c)
}

// OfficeIn is Office on a register in dir, for tests that look into the file.
func OfficeIn(t testing.TB, dir string, c *Clock) (*approval.Office, *store.Store) {
	t.Helper()
	b, err := book()
	if err != nil {
		t.Fatal(err)
	}
	f, err := shelf()
	if err != nil {
		t.Fatal(err)
	}
	s := OpenIn(t, dir)
	o := &approval.Office{Store: s, Book: b, Shelf: f, Clock: c.Now}
	if err := o.Import(context.Background(), Keeper(), approval.World{Agencies: Agencies(), Source: "storetest"}); err != nil {
		t.Fatal(err)
	}
	return o, s
}

// Agencies are the bodies of the small world.
func Agencies() []approval.Agency {
	return []approval.Agency{
		{Code: "H56", CodeScheme: "qd20", CodeConfidence: "high", Name: "Thanh Hóa", NameEN: "Thanh Hoa", Group: "province", No: 56, Sector: law.SectorCivil, SpecialisedUnit: "Sở Thông tin và Truyền thông", AnnexIX: true},
		{Code: "H41", CodeScheme: "qd20", CodeConfidence: "high", Name: "Nghệ An", NameEN: "Nghe An", Group: "province", No: 41, Sector: law.SectorCivil, SpecialisedUnit: "Sở Thông tin và Truyền thông", AnnexIX: true},
		{Code: "G01", CodeScheme: "qd20", CodeConfidence: "third-party", Name: "Bộ Công an", NameEN: "Ministry of Public Security", Group: "outside", Sector: law.SectorPublicSecurity},
	}
}

// Actor returns a person acting in a capacity for a body; the same arguments
// give the same person.
func Actor(c approval.Capacity, body string) approval.Actor {
	name := string(c) + "." + body
	return approval.Actor{Person: "p." + name, Account: name, Capacity: c, Body: body, Sector: law.SectorCivil,
		Assurance: &approval.Assurance{Method: "password", At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
}
