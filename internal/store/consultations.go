package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/law"
	"capdo/internal/review"
)

type consultationRow struct {
	bun.BaseModel `bun:"table:consultation,alias:t"`

	SystemID  int64  `bun:"system_id,pk"`
	DossierNo int    `bun:"dossier_no,pk"`
	No        int    `bun:"no,pk"`
	Ask       int    `bun:"ask"`
	Kind      string `bun:"kind"`
	Asked     string `bun:"asked"`
	Round     int    `bun:"round"`
	Digest    string `bun:"digest"`
	Question  string `bun:"question"`
	Due       string `bun:"due"`
	Outcome   string `bun:"outcome"`
	Comment   string `bun:"comment"`
	whoRow
	At   time.Time `bun:"at"`
	Code string    `bun:"code,scanonly"` // of the system
}

func (r consultationRow) consultation() approval.Consultation {
	return approval.Consultation{No: r.No, Ask: r.Ask, Kind: approval.ConsultKind(r.Kind), Asked: r.Asked, Round: r.Round, Digest: r.Digest, Question: r.Question,
		Due: law.Day(r.Due), Outcome: approval.Outcome(r.Outcome), Comment: r.Comment, By: r.who(), At: r.At.UTC()}
}

// consultations joins the consultations on the systems' dossiers.
func (a *assembly) consultations(c *scope, ids []int64) error {
	rows, err := belonging[consultationRow](a, c, "consultation", ids, "t.system_id, t.dossier_no, t.no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		d, err := a.dossier(r.SystemID, r.DossierNo)
		if err != nil {
			return err
		}
		if err := follows("consultation", r.No, len(d.Consulting)); err != nil {
			return err
		}
		d.Consulting = append(d.Consulting, r.consultation())
	}
	return nil
}

// consulted starts a query on the open requests to the actor's body: the one
// door past the tenant, and the whole of its predicate. A request opens it only
// to those who may speak for the body, only while the round asked about is the
// one in hand and waits for its appraisal, and only until it is answered or
// withdrawn.
func (c *scope) consulted(model any) *bun.SelectQuery {
	q := c.db.NewSelect().Model(model).ModelTableExpr("consultation AS t").Join("JOIN system AS s ON s.id = t.system_id").
		Join("JOIN dossier AS d ON d.system_id = t.system_id AND d.no = t.dossier_no").
		Where("t.kind = 'ask'").Where("t.asked = ?", c.actor.Body).Where("d.digest = t.digest").Where("d.state IN ('submitted', 'opined')").
		Where("NOT EXISTS (SELECT 1 FROM consultation AS x WHERE x.system_id = s.id AND x.dossier_no = t.dossier_no AND x.ask = t.no AND x.kind <> 'ask')")
	if !c.actor.Consultable() {
		return q.Where("1 = 0")
	}
	return q
}

// Consulted implements review.ConsultReader: of each system nothing but the
// frozen round leaves the room.
func (c *scope) Consulted(code string) ([]review.Case, error) {
	var rows []consultationRow
	q := c.consulted(&rows).ColumnExpr("t.*, s.code AS code").OrderExpr("t.due, t.at, t.system_id, t.no")
	if code != "" {
		q = q.Where("s.code = ?", storable(code))
	}
	if err := c.wide(func(*scope) error { return q.Scan(c.ctx) }); err != nil {
		return nil, fmt.Errorf("load what %s is consulted on: %w", c.actor.Body, err)
	}
	var all []review.Case
	for _, r := range rows {
		if err := c.unveil(r.Code, &r); err != nil {
			return nil, err
		}
		s, err := c.lent(r.Code)
		if err != nil {
			return nil, err
		}
		d := s.Open()
		if d == nil || s.Retirement != nil || d.No != r.DossierNo || !slices.ContainsFunc(d.Awaited(), func(x approval.Request) bool { return x.No == r.No }) {
			continue
		}
		round := d.Rounds[len(d.Rounds)-1]
		if u := c.actor.Under; u != nil && !u.Covers(s.Code, round.Submission.Level) {
			continue
		}
		all = append(all, review.Case{Code: s.Code, Name: s.Name, Owner: s.Owner, Origin: s.Origin, Stage: s.Stage, Dossier: d.No, Edition: round.Edition,
			Round: round.Submission, Request: r.consultation(), Hand: c.handIn(d)})
	}
	return all, nil
}

// handIn is the hand that the actor already has in a dossier, or whoever lent the
// actor its capacity.
func (c *scope) handIn(d *approval.Dossier) string {
	hand := d.HandOf(c.actor.Person)
	if hand == "" && c.actor.Under != nil {
		hand = d.HandOf(c.actor.Under.By.Person)
	}
	return hand
}

// lent loads a system for which consulted found an open request, with whose hands
// others had in it. Whoever calls it hands on the round asked about, not the
// system.
func (c *scope) lent(code string) (s approval.System, err error) {
	err = c.wide(func(all *scope) error {
		if s, err = all.System(code); err != nil {
			return err
		}
		for _, read := range []func(string) ([]approval.Entry, error){all.Entries, all.consulting} {
			es, err := read(code)
			if err != nil {
				return err
			}
			s.NoteLenders(es)
		}
		return nil
	})
	return s, err
}

// Enclosed implements attachment.Reader: of another's documents those that were
// handed in with the round asked about.
func (c *scope) Enclosed(code string) ([]attachment.Document, error) {
	cases, err := c.Consulted(code)
	if err != nil {
		return nil, err
	}
	if len(cases) == 0 {
		return nil, approval.ErrNotFound()
	}
	var all []attachment.Document
	err = c.wide(func(w *scope) error {
		all, err = w.Documents(code)
		return err
	})
	return slices.DeleteFunc(all, func(d attachment.Document) bool {
		return d.Of != attachment.Dossier(cases[0].Dossier).String() || !slices.Contains(cases[0].Round.Documents, approval.Enclosure{Name: d.Name, SHA256: d.SHA256})
	}), err
}

// UpdateConsult implements review.ConsultStore.
func (s *Store) UpdateConsult(ctx context.Context, a approval.Actor, at time.Time, f func(review.ConsultTx) error) error {
	return s.Update(ctx, a, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("update consultations: foreign transaction")
		}
		return f(w)
	})
}

// ViewConsult implements review.ConsultStore.
func (s *Store) ViewConsult(ctx context.Context, a approval.Actor, f func(review.ConsultReader) error) error {
	return s.read(ctx, a, func(c *scope) error { return f(c) })
}

// Consult implements review.ConsultTx. An answer comes by the door of the body
// asked, everything else inside the actor's scope.
func (w *writing) Consult(code string, dossier int, c approval.Consultation) (before, after string, err error) {
	load := w.System
	if c.Kind == approval.ConsultAnswer {
		cases, err := w.Consulted(code)
		if err != nil {
			return "", "", err
		}
		if !slices.ContainsFunc(cases, func(x review.Case) bool { return x.Dossier == dossier && x.Request.No == c.Ask }) {
			return "", "", approval.ErrNotFound()
		}
		load = w.lent
	}
	s, err := load(code)
	if err != nil {
		return "", "", err
	}
	if dossier < 1 || dossier > len(s.Dossiers) {
		return "", "", approval.ErrNotFound()
	}
	steps := s.Dossiers[dossier-1].Consulting
	c.No = len(steps) + 1
	if len(steps) > 0 {
		if before, err = approval.Digest(steps); err != nil {
			return "", "", err
		}
	}
	if after, err = approval.Digest(append(slices.Clone(steps), c)); err != nil {
		return "", "", err
	}
	w.lives(&s)
	return before, after, insert(w, []consultationRow{{SystemID: s.ID, DossierNo: dossier, No: c.No, Ask: c.Ask, Kind: string(c.Kind), Asked: c.Asked, Round: c.Round, Digest: c.Digest,
		Question: c.Question, Due: string(c.Due), Outcome: string(c.Outcome), Comment: c.Comment, whoRow: toWho(c.By), At: c.At}})
}

// consultations compares the consultations on every dossier with their last entry.
func (v *check) consultations() error {
	var rows []consultationRow
	if err := v.table(&rows, "consultation AS t").ColumnExpr("t.*, s.code AS code").OrderExpr("t.system_id, t.dossier_no, t.no").Scan(v.ctx); err != nil {
		return fmt.Errorf("read consultations: %w", err)
	}
	for i := 0; i < len(rows); {
		first := rows[i]
		var steps []approval.Consultation
		for ; i < len(rows) && rows[i].SystemID == first.SystemID && rows[i].DossierNo == first.DossierNo; i++ {
			if err := v.unveil(first.Code, &rows[i]); err != nil {
				v.unreadable(approval.ConsultationObject(first.Code, first.DossierNo), err)
			}
			steps = append(steps, rows[i].consultation())
		}
		digest, err := approval.Digest(steps)
		if err != nil {
			return err
		}
		v.record(approval.ConsultationObject(first.Code, first.DossierNo), digest)
	}
	return nil
}
