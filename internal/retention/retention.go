// Package retention is how what is past its time goes: the events of the door
// that are older than the period of the policy (log_months), and the texts about
// the holder of an account that is disabled. An entry of the ledger never goes.
//
// One administrator asks, another person confirms; a hold, which any administrator
// may put for a stated reason (an inspection, a lawsuit), forbids it until another
// person lifts it. Each of these is a row that does not change and an entry. The
// database lets no event go that no such row covers. The seals of what went stay,
// so that what is left still verifies.
package retention

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Row is one thing said of retention.
type Row struct {
	No     int64        `json:"no"`
	Kind   string       `json:"kind"`         // Hold, Lift, Ask, Purge, Refuse
	Of     int64        `json:"of,omitempty"` // the hold lifted, the asking answered
	Ground string       `json:"ground,omitempty"`
	Upto   int64        `json:"upto,omitempty"`  // of an asking and what followed: the number of the last event that goes
	Count  int64        `json:"count,omitempty"` // how many go
	Login  string       `json:"login,omitempty"` // of an asking and what followed: whose texts go, and no event
	By     approval.Who `json:"by"`
	At     time.Time    `json:"at"`
}

// The kinds of Row.
const (
	Hold   = "hold"
	Lift   = "lift"
	Ask    = "ask"
	Purge  = "purge"
	Refuse = "refuse"
)

// Object names a row in the ledger.
func (r *Row) Object() string { return "retention:" + strconv.FormatInt(r.No, 10) }

// Old is what is past its time.
type Old struct {
	Upto  int64 // number of the last of them that a seal covers
	Count int64
}

// Store keeps the rows, and the events they are about.
type Store interface {
	ChangeRetention(ctx context.Context, a approval.Actor, at time.Time, f func(Tx) error) error
	Retained(ctx context.Context) ([]Row, error)
	// PastTime finds the sealed events from before a time.
	PastTime(ctx context.Context, before time.Time) (Old, error)
}

// Tx is the one way to write.
type Tx interface {
	Retained() ([]Row, error)
	PastTime(before time.Time) (Old, error)
	PutRetention(r Row) error
	// Purge throws the events away up to a number, for which a row stands already.
	Purge(upto int64) (n int64, err error)
	// Texts counts the texts about the holder of an account, and tells whether it is disabled.
	Texts(login string) (n int64, disabled bool, err error)
	// Erase throws them away, for which a row stands already.
	Erase(login string) (n int64, err error)
	Append(e *approval.Entry) error
}

// Desk carries out the acts. Only administrators act here; of the texts about a
// person whoever has the console is one of the two, as for accounts.
type Desk struct {
	Store Store
	Book  *law.Book
	Clock func() time.Time
}

// Open are the rows that wait or hold: holds not lifted, askings not answered.
func Open(rows []Row) (holds, waiting []Row) {
	for _, r := range rows {
		done := slices.ContainsFunc(rows, func(x Row) bool { return x.Of == r.No })
		switch {
		case done:
		case r.Kind == Hold:
			holds = append(holds, r)
		case r.Kind == Ask:
			waiting = append(waiting, r)
		}
	}
	return holds, waiting
}

// Limit is the time before which events are past theirs.
func (d *Desk) Limit() time.Time { return d.now().AddDate(0, -d.Book.Policy().LogMonths, 0) }

// Hold forbids that anything goes.
func (d *Desk) Hold(ctx context.Context, a approval.Actor, ground string) error {
	return d.say(ctx, a, Row{Kind: Hold, Ground: ground}, func(Tx, []Row, *Row) error { return nil })
}

// Lift ends a hold: another person than who put it.
func (d *Desk) Lift(ctx context.Context, a approval.Actor, no int64, ground string) error {
	return d.say(ctx, a, Row{Kind: Lift, Of: no, Ground: ground}, func(_ Tx, rows []Row, _ *Row) error {
		holds, _ := Open(rows)
		return other(holds, no, a)
	})
}

// Ask asks that what is past its time goes.
func (d *Desk) Ask(ctx context.Context, a approval.Actor, ground string) error {
	return d.say(ctx, a, Row{Kind: Ask, Ground: ground}, func(tx Tx, rows []Row, r *Row) error {
		if err := free(rows); err != nil {
			return err
		}
		if _, waiting := Open(rows); slices.ContainsFunc(waiting, func(x Row) bool { return x.Login == "" }) {
			return refuse(approval.Conflict, "", "retention-asked", "Đã có một đề nghị đang chờ người thứ hai.", "A request waits for the second person already.")
		}
		old, err := tx.PastTime(d.Limit())
		if err != nil {
			return err
		}
		if old.Count == 0 {
			return refuse(approval.Conflict, "", "retention-nothing", "Chưa có sự kiện nào quá thời hạn lưu.", "No event is past its time yet.")
		}
		r.Upto, r.Count = old.Upto, old.Count
		return nil
	})
}

// AskErase asks that the texts about the holder of a disabled account go: its name,
// and the grounds of what was done to it. What stands for them in the record and the
// ledger stays, and everything verifies as before.
func (d *Desk) AskErase(ctx context.Context, a approval.Actor, login, ground string) (no int64, err error) {
	login = strings.TrimSpace(login)
	err = d.say(ctx, a, Row{Kind: Ask, Login: login, Ground: ground}, func(tx Tx, rows []Row, r *Row) error {
		if err := free(rows); err != nil {
			return err
		}
		if _, waiting := Open(rows); slices.ContainsFunc(waiting, func(x Row) bool { return x.Login == login }) {
			return refuse(approval.Conflict, "login", "retention-asked", "Đã có một đề nghị đang chờ người thứ hai.", "A request waits for the second person already.")
		}
		n, disabled, err := tx.Texts(login)
		switch {
		case err != nil:
			return err
		case !disabled:
			return refuse(approval.Conflict, "login", "erase-enabled", "Tài khoản còn mở: khóa trước, rồi xóa thông tin cá nhân.", "The account is enabled: disable it first, then erase.")
		case n == 0:
			return refuse(approval.Conflict, "login", "erase-nothing", "Tài khoản không còn thông tin cá nhân nào xóa được.", "No text about the person is left to erase.")
		}
		r.Count, no = n, int64(len(rows))+1
		return nil
	})
	return no, err
}

// Refuse answers an asking with no; who asked may take it back.
func (d *Desk) Refuse(ctx context.Context, a approval.Actor, no int64, ground string) error {
	return d.say(ctx, a, Row{Kind: Refuse, Of: no, Ground: ground}, func(_ Tx, rows []Row, _ *Row) error {
		_, waiting := Open(rows)
		_, err := find(waiting, no)
		return err
	})
}

// Purge answers an asking with yes, by another person, and throws away what it
// named. It tells how many went.
func (d *Desk) Purge(ctx context.Context, a approval.Actor, no int64, ground string) (n int64, err error) {
	var asked Row
	err = d.change(ctx, a, Row{Kind: Purge, Of: no, Ground: ground}, func(_ Tx, rows []Row, r *Row) error {
		if err := free(rows); err != nil {
			return err
		}
		_, waiting := Open(rows)
		if err := other(waiting, no, a); err != nil {
			return err
		}
		asked, err = find(waiting, no)
		if a.Capacity != approval.Administrator && asked.Login == "" {
			return administratorsOnly()
		}
		r.Upto, r.Count, r.Login = asked.Upto, asked.Count, asked.Login
		return err
	}, func(tx Tx) error {
		if asked.Login != "" {
			n, err = tx.Erase(asked.Login)
			return err
		}
		n, err = tx.Purge(asked.Upto)
		return err
	})
	return n, err
}

// say is an act that only says something.
func (d *Desk) say(ctx context.Context, a approval.Actor, r Row, may func(Tx, []Row, *Row) error) error {
	return d.change(ctx, a, r, may, func(Tx) error { return nil })
}

// change is the shape of every act: may it, say it, do what follows.
func (d *Desk) change(ctx context.Context, a approval.Actor, r Row, may func(Tx, []Row, *Row) error, then func(Tx) error) error {
	console := a.Capacity == approval.Keeper && (r.Login != "" || r.Kind == Purge)
	if a.Capacity != approval.Administrator && !console {
		return administratorsOnly()
	}
	if r.Ground = strings.TrimSpace(r.Ground); r.Ground == "" {
		return refuse(approval.Invalid, "ground", "ground-missing", "Nhập lý do hoặc số văn bản", "Enter the ground, or the number of a document")
	}
	now := d.now()
	return d.Store.ChangeRetention(ctx, a, now, func(tx Tx) error {
		rows, err := tx.Retained()
		if err != nil {
			return err
		}
		if err := may(tx, rows, &r); err != nil {
			return err
		}
		r.No, r.By, r.At = int64(len(rows))+1, a.Who(), now
		after, err := approval.Digest(r)
		if err != nil {
			return err
		}
		if err := tx.PutRetention(r); err != nil {
			return err
		}
		if err := then(tx); err != nil {
			return err
		}
		return tx.Append(&approval.Entry{At: now, By: a.Who(), Act: "retention-" + r.Kind, Object: r.Object(), After: after, Law: d.Book.Digest(),
			Detail: map[string]string{"ground": r.Ground, "of": strconv.FormatInt(r.Of, 10), "upto": strconv.FormatInt(r.Upto, 10), "count": strconv.FormatInt(r.Count, 10)}})
	})
}

func (d *Desk) now() time.Time { return d.Clock().UTC().Truncate(time.Microsecond) }

// free refuses while a hold is in force.
func free(rows []Row) error {
	if holds, _ := Open(rows); len(holds) > 0 {
		return refuse(approval.Conflict, "", "retention-held", "Đang có lệnh giữ: gỡ lệnh giữ trước.", "A hold is in force: lift it first.")
	}
	return nil
}

func administratorsOnly() error {
	return refuse(approval.Forbidden, "", "administrators-only", "Chỉ quản trị dịch vụ thực hiện được việc này.", "Only an administrator may do this.")
}

func find(rows []Row, no int64) (Row, error) {
	i := slices.IndexFunc(rows, func(r Row) bool { return r.No == no })
	if i < 0 {
		return Row{}, approval.ErrNotFound()
	}
	return rows[i], nil
}

// other refuses who answers their own row.
func other(rows []Row, no int64, a approval.Actor) error {
	r, err := find(rows, no)
	if err == nil && r.By.Person == a.Person {
		err = refuse(approval.Forbidden, "", "two-administrators", "Người đã nêu không tự trả lời; một quản trị khác phải làm.", "Who said it may not answer; another administrator has to.")
	}
	return err
}

func refuse(kind approval.Kind, field, rule, vi, en string) error {
	return &approval.Refusal{Kind: kind, Findings: []approval.Finding{{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}}}}
}
