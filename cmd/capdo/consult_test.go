package main

import (
	"bytes"
	"errors"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/review"
	"capdo/internal/store/storetest"
)

// absentTo tells whether an error says that there is no such thing.
func absentTo(err error) bool {
	var r *approval.Refusal
	return errors.As(err, &r) && r.Kind == approval.NotFound
}

// TestConsultLetter: the body asked and who judges the dossier get the letter of a
// request, and it says the same to all of them; its applicant and others get none.
func TestConsultLetter(t *testing.T) {
	c := found(t)
	s := storetest.Lead(t, c.office, "H56", "Một cửa", storetest.Submitted)
	lead := storetest.Actor(law.RoleSpecialisedUnit, "H56")
	c.must(t, c.panel().Ask(t.Context(), lead, s.Code, review.AskInput{Body: "H41", Question: "Có trùng phạm vi không?", Due: "2026-11-25", Digest: s.Last().Digest}))
	q, said := reportQuery{Kind: paperConsult, Code: s.Code, Day: "2026-11-24", Edition: "1-1"}, [16]byte{}
	for i, a := range []approval.Actor{lead, storetest.Actor(law.RoleSpecialisedUnit, "H41"), auditor()} {
		g, err := c.gather(t.Context(), a, q)
		if err != nil {
			t.Fatalf("%s of %s: %v", a.Capacity, a.Body, err)
		}
		data, err := g.data()
		c.must(t, err)
		if i > 0 && data != said {
			t.Errorf("it says something else to %s of %s", a.Capacity, a.Body)
		}
		said = data
	}
	for _, a := range []approval.Actor{storetest.Actor(law.RoleOperator, "H56"), storetest.Actor(law.RoleOperator, "H41"), storetest.Actor(law.RoleSpecialisedUnit, "G01")} {
		if _, err := c.gather(t.Context(), a, q); !absentTo(err) {
			t.Errorf("%s of %s: %v", a.Capacity, a.Body, err)
		}
	}
	q.Edition = "1-2"
	if _, err := c.gather(t.Context(), lead, q); !absentTo(err) {
		t.Errorf("a request that was never made: %v", err)
	}
	q.Edition = "1-1"
	var b bytes.Buffer
	c.must(t, c.report(t.Context(), &b, lead, q))
	if !bytes.HasPrefix(b.Bytes(), []byte("%PDF")) {
		t.Error("no PDF")
	}
}
