package gate_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
)

// today is the day of most questions.
const today = law.Day("2026-11-22")

// population is the target that asks level 3 of its consumers.
const population = "csdlqg-dan-cu"

// noon is the middle of a day in Viet Nam.
func noon(d law.Day) time.Time { return d.Time().Add(12 * time.Hour).UTC() }

func open(t testing.TB) *law.Book {
	t.Helper()
	b, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// edit loads the book with passages of gate.yaml replaced: old and new in turn.
func edit(t testing.TB, passages ...string) (*law.Book, error) {
	t.Helper()
	names, err := filepath.Glob("../law/book/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal("no book of law", err)
	}
	files := fstest.MapFS{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(name) == "gate.yaml" {
			for i := 0; i < len(passages); i += 2 {
				if !strings.Contains(string(text), passages[i]) {
					t.Fatalf("gate.yaml has no %q", passages[i])
				}
			}
			text = []byte(strings.NewReplacer(passages...).Replace(string(text)))
		}
		files[filepath.Base(name)] = &fstest.MapFile{Data: text}
	}
	return law.LoadFS(files)
}

// good is a standing that meets every rule today, as provider and as consumer.
func good(code string) approval.Standing {
	return approval.Standing{Code: code, Owner: "H56", Sector: law.SectorCivil, Stage: approval.Operating, At: noon(today), Registered: true,
		Approval:  &approval.Approval{No: 1, Dossier: 1, Level: 3, Rules: law.R331, Authority: law.RoleOwner, Number: "1/QĐ", DecidedOn: "2026-09-01", From: noon("2026-09-01")},
		Confirmed: true, Plan: approval.PlanFull, Inspected: "2026-09-15", RiskAssessed: "2026-08-20", Minutes: "2026-10-01"}
}

// memory keeps standings by code, the same at every instant.
type memory map[string]approval.Standing

func (m memory) Standings(_ context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
	sts := make([]approval.Standing, len(codes))
	for i, code := range codes {
		sts[i] = m[code] // unknown: Registered false
		sts[i].Code, sts[i].At = code, at
	}
	return sts, approval.Head{Size: 7, Root: "ab"}, nil
}

// reads makes a Standings of a function.
type reads func(ctx context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error)

func (f reads) Standings(ctx context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
	return f(ctx, at, codes...)
}

// at returns a gate whose clock stands at noon of today.
func at(t testing.TB, s gate.Standings) *gate.Gate {
	t.Helper()
	return &gate.Gate{Standings: s, Book: open(t), Clock: func() time.Time { return noon(today) }}
}

// told prints the reasons: party, code, id and effect.
func told(v gate.Verdict) []string {
	var out []string
	for _, r := range v.Reasons {
		out = append(out, strings.TrimSpace(strings.Join([]string{r.Party, r.Code, r.ID, r.Effect}, " ")))
	}
	return out
}
