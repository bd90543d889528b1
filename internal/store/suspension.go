package store

import (
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/law"
)

type suspensionRow struct {
	bun.BaseModel `bun:"table:suspension,alias:t"`

	SystemID  int64     `bun:"system_id,pk"`
	No        int       `bun:"no,pk"`
	Direction string    `bun:"direction"`
	Service   string    `bun:"service"`
	Ground    string    `bun:"ground"`
	Number    string    `bun:"number"`
	FromAt    time.Time `bun:"from_at"`
	UntilDay  string    `bun:"until_day"`
	whoRow
	At time.Time `bun:"at"`
}

type liftRow struct {
	bun.BaseModel `bun:"table:suspension_lift,alias:t"`

	SystemID int64  `bun:"system_id,pk"`
	No       int    `bun:"no,pk"`
	Ground   string `bun:"ground"`
	Number   string `bun:"number"`
	whoRow
	At time.Time `bun:"at"`
}

func (a *assembly) suspensions(c *scope, ids []int64) error {
	rows, err := rowsOf[suspensionRow](c, "suspension", ids, "t.system_id, t.no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		s := a.of(r.SystemID)
		if err := follows("suspension", r.No, len(s.Suspensions)); err != nil {
			return err
		}
		s.Suspensions = append(s.Suspensions, approval.Suspension{Direction: approval.Direction(r.Direction), Service: r.Service, Ground: r.Ground,
			Number: r.Number, From: r.FromAt.UTC(), Until: law.Day(r.UntilDay), By: r.who(), At: r.At.UTC()})
	}
	lifts, err := rowsOf[liftRow](c, "suspension_lift", ids, "t.system_id, t.no")
	if err != nil {
		return err
	}
	for _, r := range lifts {
		s := a.of(r.SystemID)
		if r.No < 1 || r.No > len(s.Suspensions) {
			return fmt.Errorf("system %s has no suspension %d", s.Code, r.No)
		}
		s.Suspensions[r.No-1].Lift = &approval.Lift{Ground: r.Ground, Number: r.Number, By: r.who(), At: r.At.UTC()}
	}
	return nil
}

// suspensions stores what s has beyond old.
func (w *writing) suspensions(s, old *approval.System) error {
	var rows []suspensionRow
	var lifts []liftRow
	for i, x := range s.Suspensions {
		if i >= len(old.Suspensions) {
			rows = append(rows, suspensionRow{SystemID: s.ID, No: i + 1, Direction: string(x.Direction), Service: x.Service, Ground: x.Ground,
				Number: x.Number, FromAt: x.From, UntilDay: string(x.Until), whoRow: toWho(x.By), At: x.At})
		}
		if l := x.Lift; l != nil && (i >= len(old.Suspensions) || old.Suspensions[i].Lift == nil) {
			lifts = append(lifts, liftRow{SystemID: s.ID, No: i + 1, Ground: l.Ground, Number: l.Number, whoRow: toWho(l.By), At: l.At})
		}
	}
	if err := insert(w, rows); err != nil {
		return err
	}
	return insert(w, lifts)
}
