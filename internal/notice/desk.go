package notice

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// The acts on subscriptions in the ledger.
const (
	ActSubscribe   = "subscribe"
	ActUnsubscribe = "unsubscribe"
	ActNewSecret   = "new-secret"
)

// secretOverlap is how long the former secret of a webhook still signs beside
// the new one.
const secretOverlap = 24 * time.Hour

// Desk carries out the acts of subscribers.
type Desk struct {
	Store Store
	Clock func() time.Time
	Law   string   // digest of the book, for the entries
	Key   []byte   // the master key from which the secrets of webhooks follow; 32 bytes
	Mail  bool     // mail can be sent
	Hosts []string // to which webhooks may go; nil, or "*" among them: every public one
}

// Input is what a subscriber asks for.
type Input struct {
	Channel string
	Address string
	Kinds   []string
	Mode    string
}

// check finds what is wrong with a subscription.
func (d *Desk) check(in Input) []approval.Finding {
	var fs []approval.Finding
	add := func(field, rule, vi, en string) {
		fs = append(fs, approval.Finding{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}})
	}
	switch in.Channel {
	case Email:
		a, err := mail.ParseAddress(in.Address)
		if err != nil || a.Address != in.Address || len(in.Address) > 254 {
			add("address", "mail-address", "Nhập địa chỉ thư điện tử, ví dụ vanthu@coquan.gov.vn", "Enter a mail address, such as office@agency.gov.vn")
		}
		if !d.Mail {
			add("channel", "mail-not-set", "Máy chủ chưa được cấu hình gửi thư; chọn webhook hoặc báo quản trị", "This server is not set up to send mail; choose a webhook or tell the administrator")
		}
	case Webhook:
		u, err := url.Parse(in.Address)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" || len(in.Address) > 1000 {
			add("address", "webhook-address", "Nhập địa chỉ https nhận webhook, không kèm tên đăng nhập", "Enter the https address that takes the webhook, without a user name")
		} else if !mayName(d.Hosts, u.Hostname()) {
			add("address", "webhook-host", "Máy nhận này chưa được quản trị cho phép; nhờ quản trị thêm tên máy", "The administrator has not listed this receiver; ask for its name to be added")
		}
	default:
		add("channel", "channel-missing", "Chọn cách nhận thông báo", "Choose how to be told")
	}
	if len(in.Kinds) == 0 {
		add("kinds", "kinds-missing", "Chọn ít nhất một loại sự việc", "Choose at least one kind of event")
	}
	for _, k := range in.Kinds {
		if !slices.Contains(Kinds(), k) {
			add("kinds", "kind-unknown", "Chọn loại sự việc trong danh sách", "Choose kinds of event from the list")
		}
	}
	if in.Mode != AtOnce && in.Mode != Digest {
		add("mode", "mode-missing", "Chọn nhận ngay hoặc gộp mỗi ngày một thư", "Choose at once, or one mail a day")
	}
	return fs
}

// Subscribe records a new subscription of the actor's account.
func (d *Desk) Subscribe(ctx context.Context, a approval.Actor, in Input) (Subscription, error) {
	if a.Account == "" || a.Capacity == approval.Gateway {
		return Subscription{}, &approval.Refusal{Kind: approval.Forbidden, Findings: []approval.Finding{{Rule: "no-account", Says: law.Text{
			VI: "Chỉ tài khoản của người dùng đăng ký được thông báo.", EN: "Only a person's account may subscribe to notices."}}}}
	}
	if fs := d.check(in); len(fs) > 0 {
		return Subscription{}, &approval.Refusal{Kind: approval.Invalid, Findings: fs}
	}
	var id [10]byte
	if _, err := rand.Read(id[:]); err != nil {
		return Subscription{}, fmt.Errorf("name subscription: %w", err)
	}
	now := d.now()
	s := Subscription{ID: hex.EncodeToString(id[:]), Login: a.Account, Channel: in.Channel, Address: in.Address, Mode: in.Mode, SecretAt: now, CreatedAt: now}
	for _, k := range Kinds() {
		if slices.Contains(in.Kinds, k) {
			s.Kinds = append(s.Kinds, k)
		}
	}
	err := d.Store.UpdateNotices(ctx, a, now, func(tx Tx) error { return d.put(tx, a, ActSubscribe, &s, "") })
	return s, err
}

// Unsubscribe ends a subscription of the actor's account.
func (d *Desk) Unsubscribe(ctx context.Context, a approval.Actor, id string) error {
	_, err := d.change(ctx, a, ActUnsubscribe, id, func(s *Subscription, now time.Time) { s.EndedAt, s.EndedFor = now, "asked" })
	return err
}

// NewSecret replaces the secret of a webhook; for a day the former one signs
// beside it.
func (d *Desk) NewSecret(ctx context.Context, a approval.Actor, id string) (Subscription, error) {
	return d.change(ctx, a, ActNewSecret, id, func(s *Subscription, now time.Time) { s.Secret, s.SecretAt = s.Secret+1, now })
}

// change is the shape of an act on a live subscription.
func (d *Desk) change(ctx context.Context, a approval.Actor, act, id string, f func(*Subscription, time.Time)) (Subscription, error) {
	now := d.now()
	var out Subscription
	err := d.Store.UpdateNotices(ctx, a, now, func(tx Tx) error {
		s, err := tx.Subscription(a.Account, id)
		if err != nil {
			return err
		}
		if !s.Live() {
			return &approval.Refusal{Kind: approval.Conflict, Findings: []approval.Finding{{Rule: "subscription-ended", Says: law.Text{
				VI: "Đăng ký này đã kết thúc; tạo đăng ký mới.", EN: "This subscription has ended; make a new one."}}}}
		}
		before, err := approval.Digest(s)
		if err != nil {
			return err
		}
		f(&s, now)
		err = d.put(tx, a, act, &s, before)
		out = s
		return err
	})
	return out, err
}

// put stores a subscription with its entry. The address stays out of the
// ledger: only its digest is in what the entry says of the record.
func (d *Desk) put(tx Tx, a approval.Actor, act string, s *Subscription, before string) error {
	if err := tx.PutSubscription(s); err != nil {
		return err
	}
	after, err := approval.Digest(*s)
	if err != nil {
		return err
	}
	return tx.Append(&approval.Entry{At: d.now(), By: a.Who(), Act: act, Object: s.Object(), Before: before, After: after, Law: d.Law,
		Detail: map[string]string{"channel": s.Channel}})
}

func (d *Desk) now() time.Time { return d.Clock().UTC().Truncate(time.Microsecond) }

// Secret is the present secret of a webhook, as its owner hands it to the
// receiver: "whsec_" and base64.
func (d *Desk) Secret(s Subscription) string {
	return "whsec_" + base64.StdEncoding.EncodeToString(secret(d.Key, s.ID, s.Secret))
}

// secret follows from the master key: none is stored.
func secret(key []byte, id string, generation int) []byte {
	m := hmac.New(sha256.New, key)
	fmt.Fprintf(m, "capdo/webhook/v1\x00%s\x00%d", id, generation)
	return m.Sum(nil)
}

// secrets are those that sign at t, the present one first.
func secrets(key []byte, s Subscription, t time.Time) [][]byte {
	out := [][]byte{secret(key, s.ID, s.Secret)}
	if s.Secret > 0 && t.Before(s.SecretAt.Add(secretOverlap)) {
		out = append(out, secret(key, s.ID, s.Secret-1))
	}
	return out
}
