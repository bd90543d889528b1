package approval

import (
	"time"

	"capdo/internal/law"
)

// Transfer hands a system on from one owner to the next. Its effect is that of
// the law it cites and begins on its day, whenever it is recorded; the code of
// the system, its approvals and its dossier in hand stay as they are.
type Transfer struct {
	From  string         `json:"from"` // agency code
	To    string         `json:"to"`
	On    law.Day        `json:"on"` // first day of the new owner; never before that of an earlier transfer
	Kind  SuccessionKind `json:"kind"`
	Cites string         `json:"cites"`
	By    Who            `json:"by"`
	At    time.Time      `json:"at"` // when it was recorded
}

// known is the instant from which nobody can approve in the former owner's
// name any more: the start of its day, or its recording if that is later.
func (x Transfer) known() time.Time {
	if on := x.On.Time(); on.After(x.At) {
		return on
	}
	return x.At
}

// OwnerAt is the agency that owned s on the day of t, by the transfers known
// today.
func OwnerAt(s System, t time.Time) string {
	owner, day := s.Owner, today(t)
	for i := len(s.Transfers) - 1; i >= 0 && s.Transfers[i].On > day; i-- {
		owner = s.Transfers[i].From
	}
	return owner
}

// moved draws the consequences of the transfers in effect at t. No text voids an
// approval for a change of owner, so it goes on as inherited, to be reviewed,
// until a newer one replaces it. A risk assessment made before the change counts
// no more: another is due (NĐ 331 Điều 10.2.b).
func (st *Standing) moved(xs []Transfer, t time.Time) {
	for _, x := range xs {
		if x.On > today(t) {
			return
		}
		if st.Approval != nil && st.Approval.From.Before(x.known()) {
			st.Inherited = true
		}
		if st.RiskAssessed < x.On {
			st.RiskAssessed, st.RiskDue = "", x.On
		}
	}
}

// ExistsOn tells whether the agency exists on a day.
func (a Agency) ExistsOn(day law.Day) bool {
	return day >= a.FoundedOn && (a.EndedOn == "" || day <= a.EndedOn)
}

// Reports tells whether the agency is one of those that report to the
// government: the 91 of Annex IX, and the bodies that came in their place.
func (a Agency) Reports() bool { return a.AnnexIX || a.FoundedOn != "" && a.Group != "outside" }

// AgenciesOn are the agencies that exist on a day under their names of that day,
// in the order given.
func AgenciesOn(as []Agency, day law.Day) []Agency {
	var out []Agency
	for _, a := range as {
		if a.ExistsOn(day) {
			out = append(out, a.On(day))
		}
	}
	return out
}
