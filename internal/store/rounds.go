package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
)

type roundRow struct {
	bun.BaseModel `bun:"table:dossier_round,alias:t"`

	SystemID   int64  `bun:"system_id,pk"`
	DossierNo  int    `bun:"dossier_no,pk"`
	No         int    `bun:"no,pk"`
	Digest     string `bun:"digest"`
	Edition    string `bun:"edition"`
	Submission string `bun:"submission"` // the canonical bytes; Digest is their SHA-256
	whoRow
	At time.Time `bun:"at"`
}

type receiptRow struct {
	bun.BaseModel `bun:"table:receipt,alias:t"`

	SystemID  int64  `bun:"system_id,pk"`
	DossierNo int    `bun:"dossier_no,pk"`
	No        int    `bun:"no,pk"`
	Round     int    `bun:"round"`
	Complete  bool   `bun:"complete"`
	Lacks     string `bun:"lacks"`
	Digest    string `bun:"digest"`
	whoRow
	At time.Time `bun:"at"`
}

// rounds joins the rounds of the systems' dossiers.
func (a *assembly) rounds(c *scope, ids []int64) error {
	rows, err := belonging[roundRow](a, c, "dossier_round", ids, "t.system_id, t.dossier_no, t.no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		d, err := a.dossier(r.SystemID, r.DossierNo)
		if err != nil {
			return err
		}
		if err := follows("round", r.No, len(d.Rounds)); err != nil {
			return err
		}
		x := approval.Round{No: r.No, Digest: r.Digest, Edition: r.Edition, By: r.who(), At: r.At.UTC()}
		if err := json.Unmarshal([]byte(r.Submission), &x.Submission); err != nil {
			return fmt.Errorf("decode round %d of dossier %d: %w", r.No, r.DossierNo, err)
		}
		d.Rounds = append(d.Rounds, x)
	}
	return nil
}

// receipts joins the checks of the systems' dossiers.
func (a *assembly) receipts(c *scope, ids []int64) error {
	rows, err := belonging[receiptRow](a, c, "receipt", ids, "t.system_id, t.dossier_no, t.no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		d, err := a.dossier(r.SystemID, r.DossierNo)
		if err != nil {
			return err
		}
		if err := follows("receipt", r.No, len(d.Receipts)); err != nil {
			return err
		}
		d.Receipts = append(d.Receipts, approval.Receipt{Round: r.Round, Complete: r.Complete, Lacks: r.Lacks, Digest: r.Digest, By: r.who(), At: r.At.UTC()})
	}
	return nil
}

// judged stores the rounds and receipts that a dossier has beyond was.
func (w *writing) judged(id int64, d, was *approval.Dossier) error {
	var rounds []roundRow
	for _, x := range d.Rounds[len(was.Rounds):] {
		b, err := json.Marshal(x.Submission)
		if err != nil {
			return fmt.Errorf("encode round %d: %w", x.No, err)
		}
		rounds = append(rounds, roundRow{SystemID: id, DossierNo: d.No, No: x.No, Digest: x.Digest, Edition: x.Edition, Submission: string(b), whoRow: toWho(x.By), At: x.At})
	}
	var receipts []receiptRow
	for i, x := range d.Receipts[len(was.Receipts):] {
		receipts = append(receipts, receiptRow{SystemID: id, DossierNo: d.No, No: len(was.Receipts) + i + 1, Round: x.Round, Complete: x.Complete,
			Lacks: x.Lacks, Digest: x.Digest, whoRow: toWho(x.By), At: x.At})
	}
	if err := insert(w, rounds); err != nil {
		return err
	}
	return insert(w, receipts)
}

// rounds checks that every round still hashes to the digest that was decided
// on, and that a dossier out of its applicant's hands bears its last round's.
func (v *check) rounds(s *approval.System) error {
	for _, d := range s.Dossiers {
		for _, r := range d.Rounds {
			digest, err := approval.Digest(r.Submission)
			if err != nil {
				return err
			}
			if digest != r.Digest {
				v.blame(-1, approval.SystemObject(s.Code), "round %d of dossier %d is not what its digest says", r.No, d.No)
			}
		}
		if n := len(d.Rounds); n > 0 && d.Rounds[n-1].Digest != d.Digest {
			v.blame(-1, approval.SystemObject(s.Code), "dossier %d does not bear the digest of its last round", d.No)
		}
	}
	return nil
}
