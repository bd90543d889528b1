package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/notice"
)

type subscriptionRow struct {
	bun.BaseModel `bun:"table:subscription,alias:b"`

	ID        string    `bun:"id,pk"`
	Version   int64     `bun:"version"`
	Login     string    `bun:"login"`
	Channel   string    `bun:"channel"`
	Address   string    `bun:"address"`
	Kinds     string    `bun:"kinds"`
	Mode      string    `bun:"mode"`
	Secret    int       `bun:"secret"`
	SecretAt  time.Time `bun:"secret_at"`
	CreatedAt time.Time `bun:"created_at"`
	EndedAt   time.Time `bun:"ended_at,nullzero"`
	EndedFor  string    `bun:"ended_for"`
}

type deliveryRow struct {
	bun.BaseModel `bun:"table:delivery,alias:y"`

	Subscription string    `bun:"subscription,pk"`
	Event        string    `bun:"event,pk"`
	Kind         string    `bun:"kind"`
	System       string    `bun:"system"`
	Number       string    `bun:"number"`
	At           time.Time `bun:"at"`
	State        string    `bun:"state"`
	Attempts     int       `bun:"attempts"`
	NextAt       time.Time `bun:"next_at"`
	Error        string    `bun:"error"`
	SentAt       time.Time `bun:"sent_at,nullzero"`
}

type outboxRow struct {
	bun.BaseModel `bun:"table:outbox,alias:o"`

	ID  int    `bun:"id,pk"`
	Seq int64  `bun:"seq"`
	Day string `bun:"day"`
}

func (r subscriptionRow) subscription() notice.Subscription {
	return notice.Subscription{ID: r.ID, Version: r.Version, Login: r.Login, Channel: r.Channel, Address: r.Address, Kinds: strings.Fields(r.Kinds), Mode: r.Mode,
		Secret: r.Secret, SecretAt: r.SecretAt.UTC(), CreatedAt: r.CreatedAt.UTC(), EndedAt: r.EndedAt.UTC(), EndedFor: r.EndedFor}
}

func (r deliveryRow) delivery() notice.Delivery {
	return notice.Delivery{Subscription: r.Subscription, Event: notice.Event{Key: r.Event, Kind: r.Kind, System: r.System, At: r.At.UTC(), Number: r.Number},
		State: r.State, Attempts: r.Attempts, NextAt: r.NextAt.UTC(), Error: r.Error, SentAt: r.SentAt.UTC()}
}

func deliveryRows(ds []notice.Delivery) []deliveryRow {
	rows := make([]deliveryRow, len(ds))
	for i, d := range ds {
		rows[i] = deliveryRow{Subscription: d.Subscription, Event: d.Event.Key, Kind: d.Event.Kind, System: d.Event.System, Number: d.Event.Number, At: d.Event.At,
			State: d.State, Attempts: d.Attempts, NextAt: d.NextAt, Error: storable(d.Error), SentAt: d.SentAt}
	}
	return rows
}

// UpdateNotices implements notice.Store.
func (s *Store) UpdateNotices(ctx context.Context, a approval.Actor, at time.Time, f func(notice.Tx) error) error {
	return s.Update(ctx, a, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return fmt.Errorf("update notices: foreign transaction %T", tx)
		}
		return f(w)
	})
}

// Subscription implements notice.Tx: of a login's own, or nothing.
func (w *writing) Subscription(login, id string) (notice.Subscription, error) {
	var rows []subscriptionRow
	if err := w.shared(&rows).Where("b.login = ? AND b.id = ?", storable(login), storable(id)).Scan(w.ctx); err != nil {
		return notice.Subscription{}, fmt.Errorf("load subscription: %w", err)
	}
	if len(rows) == 0 {
		return notice.Subscription{}, approval.ErrNotFound()
	}
	return rows[0].subscription(), nil
}

// PutSubscription implements notice.Tx.
func (w *writing) PutSubscription(s *notice.Subscription) error {
	seen := s.Version
	s.Version++
	r := subscriptionRow{ID: s.ID, Version: s.Version, Login: s.Login, Channel: s.Channel, Address: s.Address, Kinds: strings.Join(s.Kinds, " "), Mode: s.Mode,
		Secret: s.Secret, SecretAt: s.SecretAt, CreatedAt: s.CreatedAt, EndedAt: s.EndedAt, EndedFor: s.EndedFor}
	if seen == 0 {
		return insert(w, []subscriptionRow{r})
	}
	res, err := w.db.NewUpdate().Model(&r).WherePK().Where("version = ?", seen).Exec(w.ctx)
	if err != nil {
		return fmt.Errorf("save subscription %s: %w", s.ID, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return approval.ErrStale()
	}
	return nil
}

// Subscriptions implements notice.Store.
func (s *Store) Subscriptions(ctx context.Context, login string) (out []notice.Subscription, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []subscriptionRow
		q := c.shared(&rows).OrderExpr("b.created_at, b.id")
		if login == "" {
			q = q.Where("b.ended_at IS NULL")
		} else {
			q = q.Where("b.login = ?", storable(login))
		}
		if err := q.Scan(c.ctx); err != nil {
			return fmt.Errorf("load subscriptions: %w", err)
		}
		for _, r := range rows {
			out = append(out, r.subscription())
		}
		return nil
	})
	return out, err
}

// Deliveries implements notice.Store.
func (s *Store) Deliveries(ctx context.Context, login, subscription string, most int64) (out []notice.Delivery, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []deliveryRow
		q := c.shared(&rows).Join("JOIN subscription AS b ON b.id = y.subscription").Where("b.login = ? AND b.id = ?", storable(login), storable(subscription))
		if err := q.OrderExpr("y.at DESC, y.event DESC").Limit(most).Scan(c.ctx); err != nil {
			return fmt.Errorf("load deliveries: %w", err)
		}
		for _, r := range rows {
			out = append(out, r.delivery())
		}
		return nil
	})
	return out, err
}

// Again implements notice.Store.
func (s *Store) Again(ctx context.Context, login, subscription, key string, t time.Time) error {
	return s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		c := &scope{ctx: ctx, db: tx, actor: asker()}
		n, err := c.shared((*subscriptionRow)(nil)).Where("b.login = ? AND b.id = ? AND b.ended_at IS NULL", storable(login), storable(subscription)).Count(ctx)
		if err != nil {
			return fmt.Errorf("deliver again: %w", err)
		}
		if n == 0 {
			return approval.ErrNotFound()
		}
		q := tx.NewUpdate().Model((*deliveryRow)(nil)).Set("state = ?", notice.Waiting).Set("attempts = 0").Set("next_at = ?", t).Set("error = ''").Set("sent_at = NULL")
		res, err := q.Where("subscription = ? AND event = ?", storable(subscription), storable(key)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("deliver again: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return approval.ErrNotFound()
		}
		return nil
	})
}

// Cursor implements notice.Queue.
func (s *Store) Cursor(ctx context.Context, today law.Day) (notice.Cursor, error) {
	var cur notice.Cursor
	err := s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		c := &scope{ctx: ctx, db: tx, actor: asker()}
		var rows []outboxRow
		if err := c.shared(&rows).Where("o.id = 1").Scan(ctx); err != nil {
			return err
		}
		if len(rows) == 1 {
			cur = notice.Cursor{Seq: rows[0].Seq, Day: law.Day(rows[0].Day)}
			return nil
		}
		head, err := c.head()
		if err != nil {
			return err
		}
		cur = notice.Cursor{Seq: head.Size, Day: today}
		return insert(&writing{scope: *c}, []outboxRow{{ID: 1, Seq: cur.Seq, Day: string(today)}})
	})
	if err != nil {
		return cur, fmt.Errorf("read outbox: %w", err)
	}
	return cur, nil
}

// EntriesFrom implements notice.Queue.
func (s *Store) EntriesFrom(ctx context.Context, seq int64, most int64) (es []approval.Entry, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []entryRow
		if err := c.shared(&rows).Where("e.seq >= ?", seq).OrderExpr("e.seq").Limit(most).Scan(c.ctx); err != nil {
			return fmt.Errorf("read entries: %w", err)
		}
		es = make([]approval.Entry, len(rows))
		for i, r := range rows {
			if err := json.Unmarshal(r.Bytes, &es[i]); err != nil {
				return fmt.Errorf("decode entry %d: %w", r.Seq, err)
			}
		}
		return nil
	})
	return es, err
}

// Lapses implements notice.Queue.
func (s *Store) Lapses(ctx context.Context, from, before law.Day) (ls []notice.Lapse, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []systemRow
		q := c.systems(&rows).ColumnExpr("s.code, s.until_day").Where("s.until_day <> '' AND s.until_day >= ? AND s.until_day < ?", string(from), string(before)).
			Where("s.state IN ('approved', 'deployed')").OrderExpr("s.code")
		if err := q.Scan(c.ctx); err != nil {
			return fmt.Errorf("read lapses: %w", err)
		}
		for _, r := range rows {
			ls = append(ls, notice.Lapse{System: r.Code, Until: law.Day(r.UntilDay)})
		}
		return nil
	})
	return ls, err
}

// OwnerOf returns the agency that owns a system today, "" when it is not on the
// register.
func (s *Store) OwnerOf(ctx context.Context, system string) (owner string, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var owners []string
		if err := c.systems((*systemRow)(nil)).ColumnExpr("s.owner").Where("s.code = ?", storable(system)).Scan(c.ctx, &owners); err != nil {
			return fmt.Errorf("read owner of %s: %w", system, err)
		}
		if len(owners) == 1 {
			owner = owners[0]
		}
		return nil
	})
	return owner, err
}

// Enqueue implements notice.Queue.
func (s *Store) Enqueue(ctx context.Context, cur notice.Cursor, ds []notice.Delivery) error {
	return s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		rows := deliveryRows(ds)
		if len(rows) > 0 {
			if _, err := tx.NewInsert().Model(&rows).On("CONFLICT (subscription, event) DO NOTHING").Exec(ctx); err != nil {
				return fmt.Errorf("store deliveries: %w", err)
			}
		}
		if _, err := tx.NewUpdate().Model(&outboxRow{ID: 1, Seq: cur.Seq, Day: string(cur.Day)}).WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("store outbox: %w", err)
		}
		return nil
	})
}

// Ready implements notice.Queue.
func (s *Store) Ready(ctx context.Context, now time.Time, most int64) (out []notice.Delivery, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []deliveryRow
		if err := c.shared(&rows).Where("y.state = ? AND (y.next_at <= ? OR y.next_at > ?)", notice.Waiting, now, now.Add(notice.Longest)).OrderExpr("y.next_at, y.at, y.event").Limit(most).Scan(c.ctx); err != nil {
			return fmt.Errorf("read deliveries: %w", err)
		}
		for _, r := range rows {
			out = append(out, r.delivery())
		}
		return nil
	})
	return out, err
}

// Mark implements notice.Queue.
func (s *Store) Mark(ctx context.Context, ds []notice.Delivery) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	return s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, r := range deliveryRows(ds) {
			if _, err := tx.NewUpdate().Model(&r).Column("state", "attempts", "next_at", "error", "sent_at").WherePK().Exec(ctx); err != nil {
				return fmt.Errorf("mark delivery: %w", err)
			}
		}
		return nil
	})
}

// EndSubscription implements notice.Queue.
func (s *Store) EndSubscription(ctx context.Context, id, reason, lawDigest string, at time.Time) error {
	by := approval.Actor{Capacity: approval.Keeper}
	return s.Update(ctx, by, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return fmt.Errorf("end subscription: foreign transaction %T", tx)
		}
		var rows []subscriptionRow
		if err := w.shared(&rows).Where("b.id = ?", id).Scan(w.ctx); err != nil || len(rows) == 0 {
			return fmt.Errorf("end subscription %s: %d found: %w", id, len(rows), err)
		}
		n := rows[0].subscription()
		before, err := approval.Digest(n)
		if err != nil {
			return err
		}
		n.EndedAt, n.EndedFor = at, reason
		if err := w.PutSubscription(&n); err != nil {
			return err
		}
		after, err := approval.Digest(n)
		if err != nil {
			return err
		}
		return w.Append(&approval.Entry{At: at, By: by.Who(), Act: notice.ActUnsubscribe, Object: n.Object(), Before: before, After: after, Law: lawDigest,
			Detail: map[string]string{"reason": reason}})
	})
}

// subscriptions compares every subscription with its last entry.
func (v *check) subscriptions() error {
	var rows []subscriptionRow
	if err := v.shared(&rows).OrderExpr("b.id").Scan(v.ctx); err != nil {
		return fmt.Errorf("read subscriptions: %w", err)
	}
	for _, r := range rows {
		n := r.subscription()
		digest, err := approval.Digest(n)
		if err != nil {
			return err
		}
		v.record(n.Object(), digest)
	}
	return nil
}
