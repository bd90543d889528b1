package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun/dialect/sqlitedialect"

	"capdo/internal/approval"
)

// Moved is what Move carried over.
type Moved struct {
	Tables, Rows int
	Head         approval.Head
	Digest       string // of every row of every table, the same at both ends
}

// end is a database that rows are copied from or to, in one transaction.
type end struct {
	tx   *sql.Tx
	lite bool // SQLite; otherwise PostgreSQL, as the owner of the tables when copied to
}

// kind is what a column holds, whichever database keeps it.
type kind string

const (
	whole  kind = "whole"  // int64
	words  kind = "words"  // string
	bits   kind = "bits"   // []byte
	flag   kind = "flag"   // bool
	moment kind = "moment" // time.Time
)

// field is a column.
type field struct {
	name string
	kind kind
	key  int // place in the primary key, from 1; 0: none
}

// relation is a table that is copied.
type relation struct {
	name   string
	fields []field
	needs  []string // tables that its rows refer to
}

// uncopied are the tables that say something of the database, not of the register.
var uncopied = []string{"bun_migrations", "bun_migration_locks", "turn", "replica", "leader", "sqlite_sequence"}

// carry copies every row of every table from one database into another that has
// none, and compares what arrived with what was sent.
func carry(ctx context.Context, from, to end) (m Moved, err error) {
	there, err := to.relations(ctx)
	if err != nil {
		return m, fmt.Errorf("read the schema of the target: %w", err)
	}
	here, err := from.relations(ctx)
	if err != nil {
		return m, fmt.Errorf("read the schema of the source: %w", err)
	}
	if err := marry(here, there); err != nil {
		return m, err
	}
	sent, arrived := sha256.New(), sha256.New()
	restore, err := to.silence(ctx)
	if err != nil {
		return m, fmt.Errorf("stop the triggers of the target: %w", err)
	}
	for _, r := range inOrder(here) {
		if err := to.empty(ctx, r); err != nil {
			return m, err
		}
		n, err := r.send(ctx, from, to, sent)
		if err != nil {
			return m, fmt.Errorf("copy %s: %w", r.name, err)
		}
		m.Rows += n
		m.Tables++
	}
	if err := restore(); err != nil {
		return m, fmt.Errorf("give the target its triggers back: %w", err)
	}
	for _, r := range inOrder(here) {
		if err := r.walk(ctx, to, func(row []any) error { digestRow(arrived, r.name, row); return nil }); err != nil {
			return m, fmt.Errorf("read %s back: %w", r.name, err)
		}
	}
	m.Digest = hex.EncodeToString(sent.Sum(nil))
	if got := hex.EncodeToString(arrived.Sum(nil)); got != m.Digest {
		return m, fmt.Errorf("what arrived is not what was sent: %s, want %s", got, m.Digest)
	}
	return m, nil
}

// marry checks that two databases have the same tables and columns, and gives
// both the finer of the two kinds: SQLite has neither flags nor moments.
func marry(here, there []relation) error {
	if len(here) != len(there) {
		return fmt.Errorf("the source has %d tables, the target %d", len(here), len(there))
	}
	for i := range here {
		a, b := here[i], there[i]
		if a.name != b.name || len(a.fields) != len(b.fields) {
			return fmt.Errorf("table %s of the source is not table %s of the target", a.name, b.name)
		}
		for k := range a.fields {
			x, y := &a.fields[k], &b.fields[k]
			if x.name != y.name || x.key != y.key {
				return fmt.Errorf("column %s.%s of the source is not %s of the target", a.name, x.name, y.name)
			}
			if x.kind == flag || x.kind == moment {
				y.kind = x.kind
			}
			x.kind = y.kind
		}
	}
	return nil
}

// inOrder puts every table after those that its rows refer to.
func inOrder(all []relation) (out []relation) {
	placed := map[string]bool{}
	for len(out) < len(all) {
		before := len(out)
		for _, r := range all {
			if !placed[r.name] && !slices.ContainsFunc(r.needs, func(n string) bool { return !placed[n] && n != r.name }) {
				out, placed[r.name] = append(out, r), true
			}
		}
		if len(out) == before {
			return all // a circle: the database will say which
		}
	}
	return out
}

// empty refuses a table that has rows.
func (e end) empty(ctx context.Context, r relation) error {
	var n int64
	if err := e.tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+r.name).Scan(&n); err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("the target is not empty: %s has %d rows", r.name, n)
	}
	return nil
}

// walk hands every row to f in the order of the key.
func (r relation) walk(ctx context.Context, e end, f func([]any) error) error {
	names := make([]string, len(r.fields))
	var key []string
	for n := 1; n <= len(r.fields); n++ {
		for _, x := range r.fields {
			if x.key == n {
				key = append(key, x.name)
			}
		}
	}
	for i, x := range r.fields {
		names[i] = x.name
	}
	rows, err := e.tx.QueryContext(ctx, "SELECT "+strings.Join(names, ", ")+" FROM "+r.name+" ORDER BY "+strings.Join(key, ", "))
	if err != nil {
		return err
	}
	defer rows.Close()
	row, at := make([]any, len(names)), make([]any, len(names))
	for i := range row {
		at[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			return err
		}
		for i, x := range r.fields {
			if row[i], err = x.kind.read(row[i]); err != nil {
				return fmt.Errorf("%s: %w", x.name, err)
			}
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// read makes of a driver's value that of the kind.
func (k kind) read(v any) (any, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case int64:
		if k == flag {
			return x != 0, nil
		}
		if k == whole {
			return x, nil
		}
	case bool:
		if k == flag {
			return x, nil
		}
	case string:
		if k == moment {
			t, err := time.Parse("2006-01-02 15:04:05.999999999-07:00", x)
			return t.UTC(), err
		}
		if k == words {
			return x, nil
		}
	case time.Time:
		if k == moment {
			return x.UTC(), nil
		}
	case []byte:
		if k == bits {
			return slices.Clone(x), nil
		}
	}
	return nil, fmt.Errorf("a %T where a %s is kept", v, k)
}

// put makes of a value what a database takes.
func (e end) put(v any) any {
	switch x := v.(type) {
	case bool:
		if e.lite && x {
			return int64(1)
		} else if e.lite {
			return int64(0)
		}
	case time.Time:
		if e.lite { // as bun writes it, so that text sorts as time
			return strings.Trim(string(sqlitedialect.New().AppendTime(nil, x)), "'")
		}
	}
	return v
}

// marks is how many arguments one INSERT has at most.
const marks = 15_000

// send copies the rows of a table and adds them to a digest.
func (r relation) send(ctx context.Context, from, to end, sum hash.Hash) (n int, err error) {
	names := make([]string, len(r.fields))
	for i, x := range r.fields {
		names[i] = x.name
	}
	head := "INSERT INTO " + r.name + " (" + strings.Join(names, ", ") + ") VALUES "
	most := min(bulk, marks/len(names))
	var args []any
	flush := func() error {
		if len(args) == 0 {
			return nil
		}
		_, err := to.tx.ExecContext(ctx, head+to.tuples(len(args)/len(names), len(names)), args...)
		args = args[:0]
		return err
	}
	err = r.walk(ctx, from, func(row []any) error {
		digestRow(sum, r.name, row)
		for _, v := range row {
			args = append(args, to.put(v))
		}
		if n++; n%most == 0 {
			return flush()
		}
		return nil
	})
	return n, errors.Join(err, flush())
}

// tuples are the marks of some rows: (?, ?), (?, ?).
func (e end) tuples(rows, columns int) string {
	var b strings.Builder
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for k := range columns {
			if k > 0 {
				b.WriteString(", ")
			}
			if e.lite {
				b.WriteByte('?')
			} else {
				fmt.Fprintf(&b, "$%d", i*columns+k+1)
			}
		}
		b.WriteByte(')')
	}
	return b.String()
}

// digestRow adds a row to a digest: every value with its kind and its length.
func digestRow(sum hash.Hash, table string, row []any) {
	put := func(tag byte, b []byte) {
		var n [9]byte
		n[0] = tag
		binary.BigEndian.PutUint64(n[1:], uint64(len(b)))
		sum.Write(n[:])
		sum.Write(b)
	}
	put('t', []byte(table))
	for _, v := range row {
		switch x := v.(type) {
		case nil:
			put('n', nil)
		case int64:
			put('i', binary.BigEndian.AppendUint64(nil, uint64(x)))
		case string:
			put('s', []byte(x))
		case []byte:
			put('b', x)
		case bool:
			put('f', []byte{map[bool]byte{true: 1}[x]})
		case time.Time:
			put('m', binary.BigEndian.AppendUint64(nil, uint64(x.UnixMicro())))
		}
	}
}
