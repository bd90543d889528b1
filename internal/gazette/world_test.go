package gazette_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/gazette"
	"capdo/internal/law"
	"capdo/internal/seal"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

const today = law.Day("2026-11-22")

// office is a register, a gazette of it, and a server.
type office struct {
	*testing.T
	*approval.Office
	store *store.Store
	clock *storetest.Clock
	press *gazette.Press
	trust seal.Trust
	at    string
	keys  string
}

func opened(t *testing.T) *office {
	t.Helper()
	dir, clock := t.TempDir(), storetest.At(today)
	o, s := storetest.OfficeIn(t, dir, clock)
	x := &office{T: t, Office: o, store: s, clock: clock, keys: filepath.Join(dir, "keys")}
	storetest.Seal(t, s, clock, x.keys)
	var err error
	if x.trust, err = s.Keys(context.Background()); err != nil {
		t.Fatal(err)
	}
	x.press = x.another("https://capdo.test")
	srv := httptest.NewServer(x.press.Before(http.NotFoundHandler()))
	t.Cleanup(srv.Close)
	x.at = srv.URL
	return x
}

// another is a press of the same register.
func (x *office) another(base string) *gazette.Press {
	g := &gate.Gate{Standings: x.store, Book: x.Book, Clock: x.clock.Now}
	return &gazette.Press{Register: x.store, Book: x.Book, Clock: x.clock.Now, Ask: g.Ask, Origin: "capdo.test", Base: base,
		Key: func(ctx context.Context, alg string) (*seal.Key, error) {
			keys, err := x.store.Keys(ctx)
			if err != nil {
				return nil, err
			}
			for _, k := range keys {
				if k.Alg == alg && k.Until.IsZero() {
					return seal.Load(x.keys, k)
				}
			}
			return nil, context.Canceled
		}}
}

// pass lets time go by.
func (x *office) pass(d time.Duration) { x.clock.T = x.clock.T.Add(d) }

// get asks the server.
func (x *office) get(path string, header ...string) (int, http.Header, string) {
	x.Helper()
	r, err := http.NewRequest(http.MethodGet, x.at+path, nil)
	if err != nil {
		x.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		x.Fatal(err)
	}
	b, err := io.ReadAll(a.Body)
	if err != nil {
		x.Fatal(err)
	}
	if err := a.Body.Close(); err != nil {
		x.Fatal(err)
	}
	return a.StatusCode, a.Header, string(b)
}

// lead brings a system of H56 to a step.
func (x *office) lead(name string, to storetest.Step) approval.System {
	x.Helper()
	return storetest.Lead(x, x.Office, "H56", name, to)
}

// revoke takes an approval away.
func (x *office) revoke(s approval.System) {
	x.Helper()
	if _, err := x.Revoke(context.Background(), storetest.Actor(law.RoleMPS, "G01"), s.Code, s.Version, approval.RevocationInput{Ground: "Sai"}); err != nil {
		x.Fatal(err)
	}
}
