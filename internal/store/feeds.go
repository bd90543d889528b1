package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

type feedRow struct {
	bun.BaseModel `bun:"table:feed,alias:f"`

	TokenHash string    `bun:"token_hash,pk"`
	Login     string    `bun:"login"`
	CreatedAt time.Time `bun:"created_at"`
}

// PutFeed gives a login a calendar feed and ends the ones before it. Like
// sessions, feeds are not acts on the register: they leave no entry.
func (s *Store) PutFeed(ctx context.Context, login, tokenHash string, at time.Time) error {
	return s.alone(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewDelete().Model((*feedRow)(nil)).Where("login = ?", login).Exec(ctx); err != nil {
			return fmt.Errorf("end feeds of %s: %w", login, err)
		}
		if tokenHash == "" {
			return nil
		}
		row := feedRow{TokenHash: tokenHash, Login: login, CreatedAt: at}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
			return fmt.Errorf("put feed of %s: %w", login, err)
		}
		return nil
	})
}

// EndFeed ends the feed of a login.
func (s *Store) EndFeed(ctx context.Context, login string) error {
	return s.PutFeed(ctx, login, "", time.Time{})
}

// FeedOf returns the login whose feed has that token hash; false when none has.
func (s *Store) FeedOf(ctx context.Context, tokenHash string) (login string, found bool, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []feedRow
		if err := c.shared(&rows).Where("f.token_hash = ?", tokenHash).Scan(c.ctx); err != nil {
			return fmt.Errorf("load feed: %w", err)
		}
		if len(rows) > 0 {
			login, found = rows[0].Login, true
		}
		return nil
	})
	return login, found, err
}

// HasFeed tells whether a login has a feed.
func (s *Store) HasFeed(ctx context.Context, login string) (bool, error) {
	n := int64(0)
	err := s.read(ctx, asker(), func(c *scope) error {
		var err error
		n, err = c.shared((*feedRow)(nil)).Where("f.login = ?", storable(login)).Count(c.ctx)
		return err
	})
	return n > 0, err
}
