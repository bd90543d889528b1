package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/identity"
)

type doorEventRow struct {
	bun.BaseModel `bun:"table:door_event,alias:d"`

	No      int64     `bun:"no,pk,autoincrement"`
	At      time.Time `bun:"at"`
	Kind    string    `bun:"kind"`
	Login   string    `bun:"login"`
	Method  string    `bun:"method"`
	Agent   string    `bun:"agent"`
	Address string    `bun:"address"`
	Why     string    `bun:"why"`
}

type doorSealRow struct {
	bun.BaseModel `bun:"table:door_seal,alias:s"`

	No   int64  `bun:"no,pk"`
	Upto int64  `bun:"upto"`
	Hash string `bun:"hash"` // hex SHA-256 of the seal before and of each event since, as JSON
}

type seenRow struct {
	bun.BaseModel `bun:"table:account_seen,alias:z"`

	Login string    `bun:"login,pk"`
	At    time.Time `bun:"at"`
}

// doorSeals names the seals of the door's events in the ledger.
const doorSeals = "door:events"

func (r doorEventRow) event() identity.Event {
	return identity.Event{No: r.No, At: r.At.UTC(), Kind: r.Kind, Login: r.Login, Method: identity.Method(r.Method), From: identity.Place{Agent: r.Agent, Address: r.Address}, Why: r.Why}
}

// Note implements identity.Doorbook.
func (s *Store) Note(ctx context.Context, e identity.Event) error {
	row := doorEventRow{At: e.At.Truncate(time.Microsecond), Kind: e.Kind, Login: storable(e.Login), Method: string(e.Method), Agent: storable(e.From.Agent), Address: storable(e.From.Address), Why: e.Why}
	_, err := s.w.NewInsert().Model(&row).Exec(ctx)
	return err
}

// Events implements identity.Doorbook.
func (s *Store) Events(ctx context.Context, q identity.EventQuery) (all []identity.Event, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []doorEventRow
		look := c.shared(&rows).OrderExpr("d.no DESC").Limit(int64(q.Most))
		if q.Login != "" {
			look = look.Where("d.login = ?", storable(q.Login))
		}
		if q.Kind != "" {
			look = look.Where("d.kind = ?", storable(q.Kind))
		}
		if q.Before > 0 {
			look = look.Where("d.no < ?", q.Before)
		}
		if err := look.Scan(c.ctx); err != nil {
			return fmt.Errorf("read what happened at the door: %w", err)
		}
		for _, r := range rows {
			all = append(all, r.event())
		}
		return nil
	})
	return all, err
}

// Seen implements identity.Doorbook.
func (s *Store) Seen(ctx context.Context, login string, at time.Time) error {
	row := seenRow{Login: storable(login), At: at}
	if _, err := s.w.NewInsert().Model(&row).On("CONFLICT (login) DO UPDATE").Set("at = EXCLUDED.at").Exec(ctx); err != nil {
		return fmt.Errorf("remember that %s came in: %w", login, err)
	}
	return nil
}

// LastSeen implements identity.Doorbook.
func (s *Store) LastSeen(ctx context.Context) (map[string]time.Time, error) {
	all := map[string]time.Time{}
	err := s.read(ctx, asker(), func(c *scope) error {
		var rows []seenRow
		if err := c.shared(&rows).Scan(c.ctx); err != nil {
			return fmt.Errorf("read who came in when: %w", err)
		}
		for _, r := range rows {
			all[r.Login] = r.At.UTC()
		}
		return nil
	})
	return all, err
}

// doorSeals reads the seals, oldest first.
func (c *scope) doorSeals() ([]doorSealRow, error) {
	var rows []doorSealRow
	if err := c.shared(&rows).OrderExpr("s.no").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("read seals of the door: %w", err)
	}
	return rows, nil
}

// sealed hashes the events after a seal, up to a number or a time; n is the last
// number there was.
func (c *scope) sealed(last doorSealRow, narrow func(*bun.SelectQuery) *bun.SelectQuery) (hash string, n int64, err error) {
	h := sha256.New()
	fmt.Fprintln(h, last.Hash)
	for n = last.Upto; ; {
		var rows []doorEventRow
		if err := narrow(c.shared(&rows).Where("d.no > ?", n)).OrderExpr("d.no").Limit(bulk).Scan(c.ctx); err != nil {
			return "", 0, fmt.Errorf("read what happened at the door: %w", err)
		}
		for _, r := range rows {
			b, err := json.Marshal(r.event())
			if err != nil {
				return "", 0, fmt.Errorf("encode event %d: %w", r.No, err)
			}
			fmt.Fprintf(h, "%s\n", b)
			n = r.No
		}
		if len(rows) < bulk {
			return hex.EncodeToString(h.Sum(nil)), n, nil
		}
	}
}

// errNothingNew ends a transaction that has nothing to say.
var errNothingNew = errors.New("nothing new")

// SealEvents implements identity.Doorbook.
func (s *Store) SealEvents(ctx context.Context, a approval.Actor, before, now time.Time, law string) error {
	err := s.Update(ctx, a, now, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("seal events: foreign transaction")
		}
		return w.sealEvents(before, now, law)
	})
	if errors.Is(err, errNothingNew) {
		return nil
	}
	return err
}

// RecordPolicy implements identity.Doorbook.
func (s *Store) RecordPolicy(ctx context.Context, a approval.Actor, e approval.Entry) error {
	if a.Capacity != approval.Keeper {
		return errors.New("record policy: only the keeper may")
	}
	err := s.Update(ctx, a, e.At, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("record policy: foreign transaction")
		}
		var rows []entryRow
		if err := w.shared(&rows).Where("e.object = ?", e.Object).OrderExpr("e.seq DESC").Limit(1).Scan(w.ctx); err != nil {
			return fmt.Errorf("read the last policy: %w", err)
		}
		for _, r := range rows {
			var last approval.Entry
			if err := json.Unmarshal(r.Bytes, &last); err != nil {
				return fmt.Errorf("decode entry %d: %w", r.Seq, err)
			}
			e.Before = last.After
		}
		if e.Before == e.After {
			return errNothingNew
		}
		return w.Append(&e)
	})
	if errors.Is(err, errNothingNew) {
		return nil
	}
	return err
}

func (w *writing) sealEvents(before, now time.Time, law string) error {
	seals, err := w.doorSeals()
	if err != nil {
		return err
	}
	var last doorSealRow
	digest := ""
	if n := len(seals); n > 0 {
		last = seals[n-1]
		if digest, err = last.digest(); err != nil {
			return err
		}
	}
	next := doorSealRow{No: last.No + 1}
	next.Hash, next.Upto, err = w.sealed(last, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("d.at < ?", before) })
	if err != nil {
		return err
	}
	if next.Upto == last.Upto {
		return errNothingNew
	}
	after, err := next.digest()
	if err != nil {
		return err
	}
	if err := insert(w, []doorSealRow{next}); err != nil {
		return err
	}
	return w.Append(&approval.Entry{At: now, By: w.actor.Who(), Act: "seal-events", Object: doorSeals, Before: digest, After: after, Law: law,
		Detail: map[string]string{"upto": fmt.Sprint(next.Upto)}})
}

func (r doorSealRow) digest() (string, error) {
	return approval.Digest(struct {
		No, Upto int64
		Hash     string
	}{r.No, r.Upto, r.Hash})
}

// door makes every seal anew and compares the last with its entry. Of events that
// were thrown away in order, their seal stands for them. The policy has no record
// but its entries, which were checked as they were read.
func (v *check) door() error {
	if _, ok := v.last[identity.PolicyObject]; ok {
		v.report.Objects++
		delete(v.last, identity.PolicyObject)
	}
	seals, err := v.doorSeals()
	if err != nil || len(seals) == 0 {
		return err
	}
	gone, err := v.thrownAway()
	if err != nil {
		return err
	}
	var before doorSealRow
	for _, r := range seals {
		if r.Upto > gone {
			hash, n, err := v.sealed(before, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("d.no <= ?", r.Upto) })
			if err != nil {
				return err
			}
			if r.No != before.No+1 || n != r.Upto || hash != r.Hash {
				v.blame(-1, doorSeals, "the events after %d, up to %d, are not those that were sealed", before.Upto, r.Upto)
			}
		}
		before = r
	}
	digest, err := before.digest()
	if err != nil {
		return err
	}
	v.record(doorSeals, digest)
	return nil
}
