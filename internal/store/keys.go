package store

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/seal"
)

type keyRow struct {
	bun.BaseModel `bun:"table:seal_key,alias:k"`

	ID      string    `bun:"id,pk"`
	Alg     string    `bun:"alg"`
	SPKI    string    `bun:"spki"`
	MadeAt  time.Time `bun:"made_at"`
	UntilAt time.Time `bun:"until_at,nullzero"`
}

func (r keyRow) public() seal.Public {
	p := seal.Public{ID: r.ID, Alg: r.Alg, SPKI: r.SPKI, Made: r.MadeAt.UTC()}
	if !r.UntilAt.IsZero() {
		p.Until = r.UntilAt.UTC()
	}
	return p
}

// The acts on keys.
const (
	actMakeKey   = "make-key"
	actRotateKey = "rotate-key"
	actRetireKey = "retire-key"
)

// Keys returns the public part of every key that is or was, oldest first.
func (s *Store) Keys(ctx context.Context) (t seal.Trust, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		t, err = c.keys()
		return err
	})
	return t, err
}

func (c *scope) keys() (seal.Trust, error) {
	var rows []keyRow
	if err := c.shared(&rows).OrderExpr("k.made_at, k.id").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load keys: %w", err)
	}
	t := make(seal.Trust, len(rows))
	for i, r := range rows {
		t[i] = r.public()
	}
	return t, nil
}

// ErrKeyInUse is returned where an algorithm has a key that signs already.
var ErrKeyInUse = errors.New("is in use")

// AddKeys records new keys, an entry each, with the public part in it. Only the
// keeper may, and only an algorithm that has no key in use yet.
func (s *Store) AddKeys(ctx context.Context, by approval.Actor, law string, keys ...*seal.Key) error {
	return s.keyAct(ctx, by, keys[0].Made, func(w *writing) error {
		known, err := w.keys()
		if err != nil {
			return err
		}
		for _, k := range keys {
			for _, p := range known {
				if p.Alg == k.Alg && p.Until.IsZero() {
					return fmt.Errorf("add key: %s %w; rotate it", p.ID, ErrKeyInUse)
				}
			}
			if err := w.addKey(k.Public, approval.Entry{At: k.Made, By: by.Who(), Act: actMakeKey, Law: law, Detail: map[string]string{}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// RotateKey retires old and records the key that follows it, in one
// transaction; the entry is signed by both.
func (s *Store) RotateKey(ctx context.Context, by approval.Actor, law string, old, next *seal.Key) error {
	if old.Alg != next.Alg {
		return fmt.Errorf("rotate key: %s cannot follow %s", next.ID, old.ID)
	}
	text := rotation(old.Public, next.Public)
	byOld, err1 := old.Sign(text)
	byNext, err2 := next.Sign(text)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	detail := map[string]string{"follows": old.ID, "signed_by_old": base64.StdEncoding.EncodeToString(byOld), "signed_by_new": base64.StdEncoding.EncodeToString(byNext)}
	return s.keyAct(ctx, by, next.Made, func(w *writing) error {
		was := old.Public
		now := was
		now.Until = next.Made
		row := keyRow{ID: old.ID, UntilAt: now.Until}
		res, err := w.db.NewUpdate().Model(&row).Column("until_at").WherePK().Where("until_at IS NULL").Exec(w.ctx)
		if err != nil {
			return fmt.Errorf("retire key %s: %w", old.ID, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return fmt.Errorf("retire key %s: it is not in use", old.ID)
		}
		e := approval.Entry{At: next.Made, By: by.Who(), Act: actRotateKey, Law: law, Detail: detail}
		if err := w.addKey(next.Public, e); err != nil {
			return err
		}
		return w.Append(&approval.Entry{At: next.Made, By: by.Who(), Act: actRetireKey, Object: was.Object(), Before: was.Digest(), After: now.Digest(), Law: law,
			Detail: map[string]string{"followed_by": next.ID}})
	})
}

// keyAct is one transaction of the keeper.
func (s *Store) keyAct(ctx context.Context, by approval.Actor, at time.Time, f func(*writing) error) error {
	if by.Capacity != approval.Keeper {
		return errors.New("keys: only the keeper may")
	}
	return s.Update(ctx, by, at, func(tx approval.Tx) error {
		w, ok := tx.(*writing)
		if !ok {
			return errors.New("keys: foreign transaction")
		}
		return f(w)
	})
}

// addKey stores a key with its entry.
func (w *writing) addKey(p seal.Public, e approval.Entry) error {
	if err := insert(w, []keyRow{{ID: p.ID, Alg: p.Alg, SPKI: p.SPKI, MadeAt: p.Made}}); err != nil {
		return err
	}
	e.Object, e.After = p.Object(), p.Digest()
	e.Detail["alg"], e.Detail["spki"] = p.Alg, p.SPKI
	return w.Append(&e)
}

// rotation is the text that the old key and the new one both sign.
func rotation(old, next seal.Public) []byte {
	return []byte(strings.Join([]string{"capdo key rotation/1", old.ID, old.SPKI, next.ID, next.SPKI, next.Made.UTC().Format(time.RFC3339Nano), ""}, "\n"))
}

// seals compares every key with its entries, and checks that both keys signed
// each rotation.
func (v *check) seals() error {
	keys, err := v.keys()
	if err != nil {
		return err
	}
	for _, p := range keys {
		v.record(p.Object(), p.Digest())
	}
	for _, e := range v.rotations {
		next, ok1 := keys.Find(strings.TrimPrefix(e.Object, "key:"))
		old, ok2 := keys.Find(e.Detail["follows"])
		if !ok1 || !ok2 {
			v.blame(e.Seq, e.Object, "the rotation names a key that is not there")
			continue
		}
		text := rotation(old, next)
		for who, p := range map[string]seal.Public{"signed_by_old": old, "signed_by_new": next} {
			sig, err := base64.StdEncoding.Strict().DecodeString(e.Detail[who])
			if err == nil {
				err = seal.Trust{p}.Check(p.ID, p.Alg, text, sig, next.Made)
			}
			if err != nil {
				v.blame(e.Seq, e.Object, "%s: %v", who, err)
			}
		}
	}
	return nil
}
