package store

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"capdo/internal/approval"
)

// fold makes text searchable with and without diacritics: lower case, no tone
// or vowel marks, đ as d, runs of other characters as one space.
func fold(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case r == 'đ' || r == 'Đ':
			r = 'd'
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// retiredAt is when s was retired, zero when it was not.
func retiredAt(s *approval.System) time.Time {
	if s.Retirement == nil {
		return time.Time{}
	}
	return s.Retirement.At
}

// project derives the list columns of a system as of now.
func project(s *approval.System, now time.Time) projection {
	st := s.Standing(now)
	p := projection{State: st.State(), Proposed: int(st.Proposed), Plan: string(st.Plan), Confirmed: st.Confirmed,
		Search: fold(s.Code + " " + s.Name + " " + s.OperatorUnit)}
	if st.Approval != nil {
		p.Level, p.UntilDay = int(st.Approval.Level), string(st.Approval.Until)
	}
	p.Pending = !st.Retired && (s.Open() != nil || st.Approval != nil && !st.Confirmed)
	return p
}
