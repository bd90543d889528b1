package statuslist_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"capdo/internal/seal"
	"capdo/internal/statuslist"
)

var noon = time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)

// TestDraftVectors reads the vectors of draft-ietf-oauth-status-list: what
// counts are the inflated bytes, for compressors differ.
func TestDraftVectors(t *testing.T) {
	l, err := statuslist.InflateText("eNrbuRgAAhcBXQ", 1)
	if err != nil || !bytes.Equal(l.Bytes, []byte{0xb9, 0xa3}) {
		t.Errorf("1 bit: %x %v", l.Bytes, err)
	}
	l, err = statuslist.InflateText("eNo76fITAAPfAgc", 2)
	if err != nil || !bytes.Equal(l.Bytes, []byte{0xc9, 0x44, 0xf9}) {
		t.Errorf("2 bits: %x %v", l.Bytes, err)
	}
	for i, want := range []statuslist.Status{1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3} {
		if got, err := l.At(i); err != nil || got != want {
			t.Errorf("2 bits, place %d: %v %v, want %v", i, got, err, want)
		}
	}
	again := statuslist.New(12)
	for i := range 12 {
		s, err := l.At(i)
		if err != nil {
			t.Fatal(err)
		}
		again.Set(i, s)
	}
	if !bytes.Equal(again.Bytes, l.Bytes) {
		t.Errorf("set: %x", again.Bytes)
	}
	long, err := statuslist.InflateText("eNrt3AENwCAMAEGogklACtKQPg9LugC9k_ACvreiogEAAKkeCQAAAAAAAAAAAAAAAAAAAIBylgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"+
		"AAAAAAAAAAAAAAAAAAAXG9IAAAAAAAAAPwsJAAAAAAAAAAAAAAAvhsSAAAAAAAAAAAA7KpLAAAAAAAAAAAAAAAAAAAAAJsLCQAAAAAAAAAAADjelAAAAAAAAAAAKjDMAQAAAACAZC8L2AEb", 1)
	if err != nil || len(long.Bytes) != 1<<17 {
		t.Fatalf("2^20 places: %d bytes, %v", len(long.Bytes), err)
	}
	set := map[int]bool{0: true, 1993: true, 25460: true, 159495: true, 495669: true, 554353: true, 645645: true, 723232: true, 854545: true, 934534: true, 1000345: true}
	for i := range 1 << 20 {
		if s, err := long.At(i); err != nil || (s == statuslist.Invalid) != set[i] {
			t.Fatalf("2^20 places: %d is %v, %v", i, s, err)
		}
	}
}

// TestNobodyIsValid: a new list, and what lies beyond its places, allows nobody.
func TestNobodyIsValid(t *testing.T) {
	for n := range 40 {
		l := statuslist.New(n)
		for i := -2; i < n+20; i++ {
			s, err := l.At(i)
			if s != statuslist.Invalid || (i < 0 || i >= len(l.Bytes)*4) != errors.Is(err, statuslist.ErrOutside) {
				t.Fatalf("%d places: %d is %v, %v", n, i, s, err)
			}
		}
	}
}

func token(t testing.TB, n int, bad float64) (statuslist.Claims, *seal.Key) {
	t.Helper()
	k, err := seal.Make(seal.ES256, noon)
	if err != nil {
		t.Fatal(err)
	}
	l, rnd := statuslist.New(n), rand.New(rand.NewPCG(1, 2))
	for i := range n {
		l.Set(i, statuslist.Valid)
		if rnd.Float64() < bad {
			l.Set(i, statuslist.Status(1+rnd.IntN(3)))
		}
	}
	c := statuslist.Claims{Sub: "https://capdo.test/statuslists/1", IAT: noon.Unix(), EXP: noon.Unix() + 600, TTL: 60,
		Capdo: statuslist.Extra{Version: 9, Usable: [5]int64{600, 600, 300, 180, 90}}}
	if err := c.Pack(l, &statuslist.Pieces{}); err != nil {
		t.Fatal(err)
	}
	return c, k
}

// TestSize: the list of 7,208 systems, a fifth of them bad, fits in 2.5 kB, and
// as CBOR in two thirds of that.
func TestSize(t *testing.T) {
	c, k := token(t, 7208, 0.2)
	jwt, err := c.SignJWT(k)
	if err != nil {
		t.Fatal(err)
	}
	cwt, err := c.SignCWT(k)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("7,208 places, 20 %% bad: JWT %d bytes, CWT %d", len(jwt), len(cwt))
	if len(jwt) > 2500 || float64(len(cwt)) > float64(len(jwt))*0.7 {
		t.Errorf("JWT %d bytes, CWT %d", len(jwt), len(cwt))
	}
}

// TestEveryBit: no bit of either form may change.
func TestEveryBit(t *testing.T) {
	c, k := token(t, 9, 0.3)
	trust := seal.Trust{k.Public}
	for name, sign := range map[string]func(*seal.Key) ([]byte, error){"JWT": c.SignJWT, "CWT": c.SignCWT} {
		b, err := sign(k)
		if err != nil {
			t.Fatal(err)
		}
		got, err := statuslist.Open(b, trust)
		if err != nil || got.Claims != c {
			t.Fatalf("%s: %v\n%+v\n%+v", name, err, got, c)
		}
		for i := range b {
			for bit := range 8 {
				b[i] ^= 1 << bit
				if _, err := statuslist.Open(b, trust); err == nil {
					t.Fatalf("%s: byte %d bit %d: taken", name, i, bit)
				}
				b[i] ^= 1 << bit
			}
		}
		for n := range b {
			if _, err := statuslist.Open(b[:n], trust); err == nil {
				t.Fatalf("%s: cut to %d bytes: taken", name, n)
			}
		}
		if _, err := statuslist.Open(append(b, 0), trust); err == nil {
			t.Errorf("%s: with a byte more: taken", name)
		}
	}
}

// TestAge: fresh, stale but usable, over, by level; a level that is not known
// is treated as the highest.
func TestAge(t *testing.T) {
	c, _ := token(t, 1, 0)
	tok := &statuslist.Token{Claims: c}
	for _, x := range []struct {
		level, after int
		age          string
		warn         bool
	}{
		{1, 0, statuslist.Fresh, false}, {1, 59, statuslist.Fresh, false}, {1, 60, statuslist.Stale, false}, {1, 299, statuslist.Stale, false},
		{1, 300, statuslist.Stale, true}, {1, 599, statuslist.Stale, true}, {1, 600, statuslist.Over, true}, {3, 149, statuslist.Stale, false},
		{3, 299, statuslist.Stale, true}, {3, 300, statuslist.Over, true}, {5, 44, statuslist.Fresh, false}, {5, 45, statuslist.Fresh, true},
		{5, 89, statuslist.Stale, true}, {5, 90, statuslist.Over, true}, {0, 90, statuslist.Over, true}, {6, 89, statuslist.Stale, true},
		{1, -5, statuslist.Fresh, false}, {1, -6, statuslist.Over, true},
	} {
		age, warn := tok.Age(x.level, noon.Add(time.Duration(x.after)*time.Second))
		if age != x.age || warn != x.warn {
			t.Errorf("level %d after %d s: %s %v, want %s %v", x.level, x.after, age, warn, x.age, x.warn)
		}
	}
}

func FuzzOpen(f *testing.F) {
	c, k := token(f, 9, 0.3)
	for _, sign := range []func(*seal.Key) ([]byte, error){c.SignJWT, c.SignCWT} {
		b, err := sign(k)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := statuslist.Open(b, seal.Trust{k.Public}); err == nil && got.Claims != c {
			t.Errorf("taken: %x", b)
		}
	})
}

// TestPieces: a list packed again after changes, or grown, is what it is; and
// only the pieces that changed are compressed again.
func TestPieces(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	var done statuslist.Pieces
	l := statuslist.New(0)
	for _, n := range []int{0, 9, 65_535, 65_536, 65_537, 65_537, 200_000, 200_000} {
		l.Grow(n)
		for range min(n, 5) {
			l.Set(rnd.IntN(n), statuslist.Status(rnd.IntN(4)))
		}
		c := statuslist.Claims{}
		if err := c.Pack(l, &done); err != nil {
			t.Fatal(err)
		}
		got, err := statuslist.InflateText(c.List.Lst, 2)
		if err != nil || !bytes.Equal(got.Bytes, l.Bytes) {
			t.Fatalf("%d places: %v", n, err)
		}
		if n == 200_000 {
			began := testing.AllocsPerRun(1, func() { _ = c.Pack(l, &done) })
			afresh := testing.AllocsPerRun(1, func() { _ = c.Pack(l, &statuslist.Pieces{}) })
			if began*3 > afresh {
				t.Errorf("packed again with %v allocations, afresh with %v", began, afresh)
			}
		}
	}
}
