package approval

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"capdo/internal/law"
)

// The acts on delegations in the ledger.
const (
	ActDelegate = "delegate"
	ActWithdraw = "withdraw-delegation"
)

// Delegations is where capacities are lent and taken back.
type Delegations struct {
	Store DelegationStore
	Book  *law.Book
	Clock func() time.Time
}

// DelegationStore keeps the delegations.
type DelegationStore interface {
	// UpdateDelegations runs f in one write transaction.
	UpdateDelegations(ctx context.Context, a Actor, at time.Time, f func(DelegationTx) error) error
	// DelegationsOf returns those that the account gave or received, newest first.
	DelegationsOf(ctx context.Context, account string) ([]Delegation, error)
	// Delegates returns whom the actor may lend its capacity: the live accounts of
	// its body, of other persons, by sign-in name.
	Delegates(ctx context.Context, a Actor) ([]Delegate, error)
}

// DelegationTx is the one way to write.
type DelegationTx interface {
	System(code string) (System, error)
	Delegation(id string) (Delegation, error)
	Delegates() ([]Delegate, error)
	// AddDelegation stores a new delegation.
	AddDelegation(d *Delegation) error
	// EndDelegation stores d.End.
	EndDelegation(d *Delegation) error
	Append(e *Entry) error
}

// Delegate is an account to which a capacity may be lent.
type Delegate struct{ Login, Name, Person string }

// DelegationInput is what is lent to whom.
type DelegationInput struct {
	To         string // sign-in name
	Levels     []law.Level
	Systems    []string // codes; none means every system in reach
	From       law.Day
	Until      law.Day
	Number     string
	DocumentOn law.Day
}

// Received returns the delegations by which the actor may act today.
func (k *Delegations) Received(ctx context.Context, a Actor) ([]Delegation, error) {
	all, err := k.Store.DelegationsOf(ctx, a.Account)
	day := today(k.Clock())
	return slices.DeleteFunc(all, func(d Delegation) bool {
		return d.To != a.Account || d.ToPerson != a.Person || d.State(day) != DelegationInForce
	}), err
}

// May tells whether the actor has something to lend: a capacity of its own by
// which the law lets it judge dossiers.
func (k *Delegations) May(a Actor) bool {
	return a.Under == nil && a.Account != "" && k.Book.Judges(a.Capacity)
}

// Give lends the actor's own capacity. What was itself lent cannot be lent on.
func (k *Delegations) Give(ctx context.Context, a Actor, in DelegationInput) (Delegation, error) {
	if !k.May(a) {
		return Delegation{}, refuse(Forbidden, "not-delegable", "", "Chỉ tài khoản có vai trò thẩm định, phê duyệt hoặc xác nhận ủy quyền được.", "Only an account that appraises, approves or confirms may delegate.")
	}
	now := k.Clock().UTC().Truncate(time.Microsecond)
	slices.Sort(in.Levels)
	slices.Sort(in.Systems)
	in.Levels, in.Systems = slices.Compact(in.Levels), slices.Compact(in.Systems)
	var id [10]byte
	if _, err := rand.Read(id[:]); err != nil {
		return Delegation{}, fmt.Errorf("name delegation: %w", err)
	}
	d := Delegation{ID: hex.EncodeToString(id[:]), By: a.Who(), To: in.To, Levels: in.Levels, Systems: in.Systems, From: in.From, Until: in.Until,
		Number: strings.TrimSpace(in.Number), DocumentOn: in.DocumentOn, At: now}
	err := k.Store.UpdateDelegations(ctx, a, now, func(tx DelegationTx) error {
		fs := in.check(today(now))
		more, err := d.place(tx)
		if err != nil {
			return err
		}
		if fs = append(fs, more...); len(fs) > 0 {
			return &Refusal{Invalid, fs}
		}
		if err := tx.AddDelegation(&d); err != nil {
			return err
		}
		return k.append(tx, a, ActDelegate, &d, "")
	})
	return d, err
}

// place finds the delegate and the named systems inside the actor's scope.
func (d *Delegation) place(tx DelegationTx) (fs []Finding, err error) {
	to, err := tx.Delegates()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(to, func(x Delegate) bool { return x.Login == d.To })
	if i < 0 {
		fs = append(fs, Finding{Field: "to", Rule: "delegate-unknown", Says: law.Text{VI: "Nhập tên đăng nhập của một người khác trong cơ quan bạn", EN: "Enter the sign-in name of another person of your body"}})
	} else {
		d.ToPerson = to[i].Person
	}
	for _, code := range d.Systems {
		_, err := tx.System(code)
		if r, ok := err.(*Refusal); ok && r.Kind == NotFound {
			fs = append(fs, Finding{Field: "systems", Rule: "delegation-system", Says: law.Text{VI: "Không có hệ thống " + code + " trong phạm vi của bạn; sửa mã", EN: "There is no system " + code + " in your scope; correct the code"}})
		} else if err != nil {
			return nil, err
		}
	}
	return fs, nil
}

// check finds what is wrong with the terms of a delegation.
func (in DelegationInput) check(day law.Day) []Finding {
	var fs []Finding
	add := func(field, rule, vi, en string) {
		fs = append(fs, Finding{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}})
	}
	if len(in.Levels) == 0 || in.Levels[0] < 1 || in.Levels[len(in.Levels)-1] > 5 {
		add("levels", "levels-missing", "Chọn ít nhất một cấp độ từ 1 đến 5", "Choose at least one level from 1 to 5")
	}
	if strings.TrimSpace(in.Number) == "" {
		add("number", "number-missing", "Nhập số văn bản ủy quyền", "Enter the number of the document")
	}
	switch {
	case notADay(in.DocumentOn):
		add("document_on", "date-missing", "Nhập ngày văn bản ủy quyền", "Enter the day of the document")
	case in.DocumentOn > day:
		add("document_on", "date-in-future", "Ngày văn bản phải từ hôm nay trở về trước", "The day of the document must not be in the future")
	}
	switch {
	case notADay(in.From):
		add("from_on", "date-missing", "Nhập ngày bắt đầu ủy quyền", "Enter the first day")
	case in.From < day:
		add("from_on", "from-in-past", "Ngày bắt đầu phải từ hôm nay trở đi", "The first day must not be before today")
	}
	switch {
	case notADay(in.Until):
		add("until_on", "date-missing", "Nhập ngày kết thúc ủy quyền", "Enter the last day")
	case in.Until < in.From:
		add("until_on", "until-before-from", "Ngày kết thúc phải từ ngày bắt đầu trở đi", "The last day must not be before the first")
	}
	return fs
}

// Withdraw ends a delegation at once: whoever gave it may.
func (k *Delegations) Withdraw(ctx context.Context, a Actor, id, ground string) error {
	if strings.TrimSpace(ground) == "" {
		return refuseField("ground", "ground-missing", "", "Nhập lý do chấm dứt ủy quyền", "Enter the ground of the withdrawal")
	}
	now := k.Clock().UTC().Truncate(time.Microsecond)
	return k.Store.UpdateDelegations(ctx, a, now, func(tx DelegationTx) error {
		d, err := tx.Delegation(id)
		if err != nil {
			return err
		}
		if d.By.Account != a.Account && d.To != a.Account {
			return ErrNotFound()
		}
		if d.By.Account != a.Account || a.Under != nil {
			return refuse(Forbidden, "not-delegator", "", "Chỉ người ủy quyền chấm dứt được ủy quyền.", "Only who gave the delegation may withdraw it.")
		}
		if d.End != nil {
			return refuse(Conflict, "delegation-ended", "", "Ủy quyền này đã được chấm dứt.", "This delegation is withdrawn already.")
		}
		before, err := Digest(d)
		if err != nil {
			return err
		}
		d.End = &Withdrawal{Ground: ground, By: a.Who(), At: now}
		if err := tx.EndDelegation(&d); err != nil {
			return err
		}
		return k.append(tx, a, ActWithdraw, &d, before)
	})
}

// append writes the entry of an act on d.
func (k *Delegations) append(tx DelegationTx, a Actor, act string, d *Delegation, before string) error {
	after, err := Digest(*d)
	if err != nil {
		return err
	}
	at, detail := d.At, map[string]string{"number": d.Number, "to": d.To, "from": string(d.From), "until": string(d.Until)}
	if d.End != nil {
		at, detail = d.End.At, map[string]string{"number": d.Number, "ground": d.End.Ground}
	}
	return tx.Append(&Entry{At: at, By: a.Who(), Act: act, Object: d.Object(), Before: before, After: after, Law: k.Book.Digest(), Detail: detail})
}
