package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/connection"
)

type serviceRow struct {
	bun.BaseModel `bun:"table:data_service,alias:d"`

	Code     string  `bun:"code,pk"`
	Name     string  `bun:"name"`
	Provider *string `bun:"provider"`
	Origin   string  `bun:"origin"`
	Note     string  `bun:"note"`
	whoRow
	At time.Time `bun:"at"`
}

type connectionRow struct {
	bun.BaseModel `bun:"table:connection,alias:k"`

	No       int64  `bun:"no,pk,autoincrement"`
	Version  int64  `bun:"version"`
	Consumer string `bun:"consumer"`
	Provider string `bun:"provider"`
	Service  string `bun:"service"`
	Purpose  string `bun:"purpose"`
	Basis    string `bun:"basis"`
	Platform string `bun:"platform"`
	Profile  string `bun:"profile"`
}

type stepRow struct {
	bun.BaseModel `bun:"table:connection_step,alias:t"`

	ConnectionNo int64     `bun:"connection_no,pk"`
	No           int       `bun:"no,pk"`
	Act          string    `bun:"act"`
	Number       string    `bun:"number"`
	Ground       string    `bun:"ground"`
	FromAt       time.Time `bun:"from_at"`
	UntilAt      time.Time `bun:"until_at,nullzero"`
	whoRow
	At time.Time `bun:"at"`
}

// idOf is the id of a connection's number, numberOf the other way round; zero
// for what is no id.
func idOf(no int64) string { return fmt.Sprintf("KN-%06d", no) }

func numberOf(id string) int64 {
	n, err := strconv.ParseInt(strings.TrimPrefix(id, "KN-"), 10, 64)
	if err != nil || idOf(n) != id {
		return 0
	}
	return n
}

// connections starts a query on connection AS k and what else expr joins to it,
// narrowed to those whose consumer or provider is the actor's body's. The joins
// are LEFT because the database may not show the other side.
func (c *scope) connections(model any, expr string) *bun.SelectQuery {
	q := c.db.NewSelect().Model(model).ModelTableExpr(expr).Join("LEFT JOIN system AS s ON s.code = k.consumer").Join("LEFT JOIN system AS p ON p.code = k.provider")
	consumer := c.owned()
	return c.within(q, "(("+consumer+") OR ("+strings.ReplaceAll(consumer, "s.", "p.")+"))")
}

// UpdateConnections implements connection.Store.
func (s *Store) UpdateConnections(ctx context.Context, a approval.Actor, at time.Time, f func(connection.Tx) error) error {
	return s.Update(ctx, a, at, func(tx approval.Tx) error { return f(tx.(*writing)) })
}

// ViewConnections implements connection.Store.
func (s *Store) ViewConnections(ctx context.Context, a approval.Actor, f func(connection.Reader) error) error {
	return s.read(ctx, a, func(c *scope) error { return f(c) })
}

// Services implements connection.Reader.
func (c *scope) Services() ([]connection.Service, error) {
	var rows []serviceRow
	if err := c.by(c.shared(&rows), "d.at").OrderExpr("d.code").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load data services: %w", err)
	}
	all := make([]connection.Service, len(rows))
	for i, r := range rows {
		all[i] = connection.Service{Code: r.Code, Name: r.Name, Origin: r.Origin, Note: r.Note, At: r.At.UTC(), By: r.who()}
		if r.Provider != nil {
			all[i].Provider = *r.Provider
		}
	}
	return all, nil
}

// Connection implements connection.Reader.
func (c *scope) Connection(id string) (connection.Connection, error) {
	all, err := c.linked(func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("k.no = ?", numberOf(id)) }, 0)
	if err != nil {
		return connection.Connection{}, err
	}
	if len(all) == 0 {
		return connection.Connection{}, connection.ErrNotFound()
	}
	return all[0], nil
}

// Connections implements connection.Reader.
func (c *scope) Connections(f connection.Filter) ([]connection.Connection, error) {
	return c.linked(func(q *bun.SelectQuery) *bun.SelectQuery {
		if f.System != "" {
			q = q.Where("(k.consumer = ? OR k.provider = ?)", storable(f.System), storable(f.System))
		}
		if f.Waiting && c.past == nil { // then it is for the office to say
			q = q.Distinct().Join("LEFT JOIN connection_step AS z ON z.connection_no = k.no AND z.act IN (?)", bun.List([]string{connection.ActAllow, connection.ActRefuse, connection.ActEnd})).
				Join("LEFT JOIN connection_step AS y ON y.connection_no = k.no AND y.act = ?", connection.ActPropose).Where("(z.no IS NULL OR y.no IS NOT NULL)")
		}
		q = c.narrowed(q, f.State)
		for column, val := range map[string]string{"consumer": f.Consumer, "provider": f.Provider, "service": f.Service, "profile": f.Profile} {
			if val != "" {
				q = q.Where("k.? = ?", bun.Ident(column), storable(val))
			}
		}
		if f.Before != "" {
			q = q.Where("k.no < ?", numberOf(f.Before))
		}
		return q
	}, f.Limit)
}

// narrowed leaves out connections whose steps cannot make up a state: of today, for
// what they were is told by fewer.
func (c *scope) narrowed(q *bun.SelectQuery, state string) *bun.SelectQuery {
	if c.past != nil {
		return q
	}
	with := map[string]string{connection.Allowed: connection.ActAllow, connection.Lapsed: connection.ActAllow, connection.Suspended: connection.ActSuspend,
		connection.Refused: connection.ActRefuse, connection.Ended: connection.ActEnd}[state]
	having := func(act string) *bun.SelectQuery {
		return c.connections((*stepRow)(nil), "connection_step AS w JOIN connection AS k ON k.no = w.connection_no").ColumnExpr("w.connection_no").Where("w.act = ?", act)
	}
	switch {
	case with != "":
		return q.Where("k.no IN (?)", having(with))
	case state == connection.Requested:
		return q.Where("k.no NOT IN (?)", having(connection.ActAllow))
	}
	return q
}

// linked loads connections with their steps, latest first; no more than most,
// which is all when 0.
func (c *scope) linked(narrow func(*bun.SelectQuery) *bun.SelectQuery, most int) ([]connection.Connection, error) {
	var rows []connectionRow
	q := c.begun(narrow(c.connections(&rows, "connection AS k"))).OrderExpr("k.no DESC")
	if most > 0 {
		q = q.Limit(int64(most))
	}
	if err := q.Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load connections: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	var steps []stepRow
	q = c.by(c.begun(narrow(c.connections(&steps, "connection_step AS t JOIN connection AS k ON k.no = t.connection_no"))), "t.at")
	if most > 0 { // the rows are the latest of those
		q = q.Where("k.no >= ?", rows[len(rows)-1].No)
	}
	if err := q.OrderExpr("t.connection_no, t.no").Scan(c.ctx); err != nil {
		return nil, fmt.Errorf("load steps of connections: %w", err)
	}
	all, at := make([]connection.Connection, len(rows)), make(map[int64]int, len(rows))
	for i, r := range rows {
		at[r.No] = i
		all[i] = connection.Connection{ID: idOf(r.No), Version: r.Version, Consumer: r.Consumer, Provider: r.Provider, Service: r.Service,
			Purpose: r.Purpose, Basis: r.Basis, Platform: r.Platform, Profile: r.Profile}
	}
	for _, r := range steps {
		k := &all[at[r.ConnectionNo]]
		if err := follows("step of "+k.ID, r.No, len(k.Steps)); err != nil {
			return nil, err
		}
		s := connection.Step{Act: r.Act, Number: r.Number, Ground: r.Ground, From: r.FromAt.UTC(), By: r.who(), At: r.At.UTC()}
		if !r.UntilAt.IsZero() {
			s.Until = r.UntilAt.UTC()
		}
		k.Steps = append(k.Steps, s)
	}
	return all, nil
}

// begun keeps of a query on connection AS k those requested by then.
func (c *scope) begun(q *bun.SelectQuery) *bun.SelectQuery {
	if c.past == nil {
		return q
	}
	first := c.by(c.connections((*stepRow)(nil), "connection_step AS b JOIN connection AS k ON k.no = b.connection_no"), "b.at").ColumnExpr("b.connection_no").Where("b.no = 1")
	return q.Where("k.no IN (?)", first)
}

// PutService implements connection.Tx.
func (w *writing) PutService(s connection.Service) error {
	r := serviceRow{Code: s.Code, Name: s.Name, Origin: s.Origin, Note: s.Note, whoRow: toWho(s.By), At: s.At}
	if s.Provider != "" {
		r.Provider = &s.Provider
	}
	return insert(w, []serviceRow{r})
}

// PutConnection implements connection.Tx.
func (w *writing) PutConnection(k *connection.Connection) error {
	r := connectionRow{No: numberOf(k.ID), Version: k.Version + 1, Consumer: k.Consumer, Provider: k.Provider, Service: k.Service,
		Purpose: k.Purpose, Basis: k.Basis, Platform: k.Platform, Profile: k.Profile}
	known := 0
	if k.Version == 0 {
		if _, err := w.db.NewInsert().Model(&r).Returning("no").Exec(w.ctx); err != nil {
			return fmt.Errorf("create connection: %w", err)
		}
		k.ID = idOf(r.No)
	} else {
		old, err := w.Connection(k.ID)
		if err != nil {
			return err
		}
		known = len(old.Steps)
		res, err := w.db.NewUpdate().Model(&r).Column("version").WherePK().Where("version = ?", k.Version).Exec(w.ctx)
		if err != nil {
			return fmt.Errorf("save connection %s: %w", k.ID, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return approval.ErrStale()
		}
	}
	k.Version = r.Version
	w.also = append(w.also, k.Consumer) // its decision rests on its connections
	var rows []stepRow
	for i := known; i < len(k.Steps); i++ {
		s := k.Steps[i]
		rows = append(rows, stepRow{ConnectionNo: r.No, No: i + 1, Act: s.Act, Number: s.Number, Ground: s.Ground, FromAt: s.From, UntilAt: s.Until, whoRow: toWho(s.By), At: s.At})
	}
	return insert(w, rows)
}

// links are what the connections of which a system is the consumer mean at a
// time.
func (k *cache) linksOf(c *scope, consumer string, at time.Time) ([]approval.Link, error) {
	all, ok := k.consumers[consumer]
	if !ok {
		var err error
		if all, err = c.Connections(connection.Filter{Consumer: consumer}); err != nil {
			return nil, err
		}
		if k.consumers == nil {
			k.consumers = map[string][]connection.Connection{}
		}
		if len(k.consumers) < maxCached {
			k.consumers[consumer] = all
		}
	}
	var links []approval.Link
	for _, x := range all {
		if len(x.Steps) == 0 {
			return nil, fmt.Errorf("connection %s has no step", x.ID)
		}
		if !at.Before(x.Steps[0].At) {
			links = append(links, x.Link(at))
		}
	}
	return links, nil
}

// unlinked notes which of many systems are the consumer of no connection.
func (k *cache) unlinked(c *scope, codes []string) error {
	linked := map[string]bool{}
	for part := range slices.Chunk(codes, bulk) {
		var some []string
		if err := c.connections((*connectionRow)(nil), "connection AS k").ColumnExpr("DISTINCT k.consumer").Where("k.consumer IN (?)", bun.List(part)).Scan(c.ctx, &some); err != nil {
			return fmt.Errorf("load connections: %w", err)
		}
		for _, code := range some {
			linked[code] = true
		}
	}
	k.consumers = map[string][]connection.Connection{}
	for _, code := range codes {
		if !linked[code] {
			k.consumers[code] = nil
		}
	}
	return nil
}

// forgetLinks forgets what was known of connections when one of them changed.
func (k *cache) forgetLinks(object string) {
	if strings.HasPrefix(object, "connection:") {
		k.consumers = nil
	}
}

// services compares every data service with its entry.
func (v *check) services() error {
	all, err := v.Services()
	if err != nil {
		return err
	}
	for _, s := range all {
		digest, err := approval.Digest(s)
		if err != nil {
			return err
		}
		v.record(s.Object(), digest)
	}
	return nil
}

// connections compares every connection with its last entry.
func (v *check) links() error {
	all, err := v.Connections(connection.Filter{})
	if err != nil {
		return err
	}
	for _, k := range all {
		digest, err := k.Digest()
		if err != nil {
			return err
		}
		v.record(k.Object(), digest)
	}
	return nil
}
