package store

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/identity"
)

type sessionRow struct {
	bun.BaseModel `bun:"table:session,alias:n"`

	TokenHash string    `bun:"token_hash,pk"`
	Login     string    `bun:"login"`
	CreatedAt time.Time `bun:"created_at"`
	SeenAt    time.Time `bun:"seen_at"`
	SureAt    time.Time `bun:"sure_at"`
	Method    string    `bun:"method"`
	Agent     string    `bun:"agent"`
	Address   string    `bun:"address"`
}

func (r sessionRow) session() identity.Session {
	return identity.Session{TokenHash: r.TokenHash, Login: r.Login, CreatedAt: r.CreatedAt.UTC(), SeenAt: r.SeenAt.UTC(), SureAt: r.SureAt.UTC(), Method: identity.Method(r.Method), From: identity.Place{Agent: r.Agent, Address: r.Address}}
}

// Session implements identity.Sessions.
func (s *Store) Session(ctx context.Context, tokenHash string) (n identity.Session, found bool, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []sessionRow
		if err := c.shared(&rows).Where("n.token_hash = ?", tokenHash).Scan(c.ctx); err != nil || len(rows) == 0 {
			return err
		}
		n, found = rows[0].session(), true
		return nil
	})
	if err != nil {
		return identity.Session{}, false, fmt.Errorf("load session: %w", err)
	}
	return n, found, nil
}

// SessionsOf implements identity.Sessions.
func (s *Store) SessionsOf(ctx context.Context, login string) (all []identity.Session, err error) {
	err = s.read(ctx, asker(), func(c *scope) error {
		var rows []sessionRow
		if err := c.shared(&rows).Where("n.login = ?", storable(login)).OrderExpr("n.seen_at DESC, n.token_hash").Scan(c.ctx); err != nil {
			return fmt.Errorf("load sessions: %w", err)
		}
		for _, r := range rows {
			all = append(all, r.session())
		}
		return nil
	})
	return all, err
}

// PutSession implements identity.Sessions.
func (s *Store) PutSession(ctx context.Context, n identity.Session) error {
	row := sessionRow{TokenHash: n.TokenHash, Login: n.Login, CreatedAt: n.CreatedAt, SeenAt: n.SeenAt, SureAt: n.SureAt, Method: string(n.Method), Agent: storable(n.From.Agent), Address: storable(n.From.Address)}
	if _, err := s.w.NewInsert().Model(&row).Exec(ctx); err != nil {
		return fmt.Errorf("put session: %w", err)
	}
	return nil
}

// TouchSession implements identity.Sessions.
func (s *Store) TouchSession(ctx context.Context, tokenHash string, seen time.Time) error {
	if _, err := s.w.NewUpdate().Model((*sessionRow)(nil)).Set("seen_at = ?", seen).Where("token_hash = ?", tokenHash).Exec(ctx); err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// EndSession implements identity.Sessions.
func (s *Store) EndSession(ctx context.Context, tokenHash string) error {
	if _, err := s.w.NewDelete().Model((*sessionRow)(nil)).Where("token_hash = ?", tokenHash).Exec(ctx); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
