package notice_test

import (
	"context"
	"mime"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/notice"
	"capdo/internal/store/storetest"
)

// TestWaysInAreTold: whoever gets a new way in, loses one, sets a password, uses a
// recovery code or is reset hears of it by mail through a real SMTP server, at once
// though they asked for one mail a day of other things, once at each address, in
// both languages; nobody else hears of it, and no secret is in it.
func TestWaysInAreTold(t *testing.T) {
	port, box := smtpd(t)
	w, ctx := open(t), context.Background()
	w.disp.Senders[notice.Email] = &notice.Mails{Host: "127.0.0.1", Port: port, TLS: "none", From: "capdo@coquan.example", Base: "https://capdo.coquan.example"}
	me := officer("H56")
	w.subscribe(me, mailFor(notice.Digest, notice.Lapsed))
	w.subscribe(me, mailFor(notice.AtOnce, notice.Lapsed)) // the same address again
	other := mailFor(notice.AtOnce, notice.Kinds()...)
	other.Address = "khac@coquan.example"
	w.subscribe(officer("H41"), other)
	w.subscribe(me, notice.Input{Channel: notice.Webhook, Address: "https://hook.example", Kinds: notice.Kinds(), Mode: notice.AtOnce})

	account := func() identity.Account {
		t.Helper()
		a, found, err := w.store.Account(ctx, me.Account)
		if err != nil || !found {
			t.Fatal(err)
		}
		return a
	}
	desk := &identity.Desk{Store: w.store, Clock: w.clock.Now, Hash: identity.NewHasher()}
	registrar := &identity.Registrar{Store: w.store, Clock: w.clock.Now, Law: "law", Bodies: func(context.Context) ([]approval.Agency, error) { return storetest.Agencies(), nil }}
	admin := func(name string) approval.Actor {
		return approval.Actor{Account: name, Person: name, Capacity: approval.Administrator}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range []struct {
		act    func()
		vi, en []string // what is told, in the order of what happened
	}{
		{func() {
			r, err := registrar.Ask(ctx, admin("qt1"), identity.Request{Kind: identity.AskBind, Login: me.Account, Ground: "1/TB", Change: identity.Change{Issuer: "https://id.example", Subject: "079000000001"}})
			must(err)
			_, _, err = registrar.Confirm(ctx, admin("qt2"), r.ID)
			must(err)
		}, []string{"Tài khoản của bạn có thêm một cách đăng nhập"}, []string{"A way to sign in was added to your account"}},
		{func() {
			r, err := registrar.Ask(ctx, admin("qt1"), identity.Request{Kind: identity.AskReset, Login: me.Account, Ground: "Mất điện thoại"})
			must(err)
			_, _, err = registrar.Confirm(ctx, admin("qt2"), r.ID)
			must(err)
		}, []string{"Một cách đăng nhập của tài khoản bạn đã bị gỡ", "Hai quản trị đã gỡ mọi cách đăng nhập", "Một liên kết ghi danh"},
			[]string{"A way to sign in was removed", "Two administrators removed every way", "An enrolment link was made"}},
		{func() {
			link, err := registrar.Link(ctx, storetest.Keeper(), me.Account, time.Hour)
			must(err)
			w.step() // the link itself, told again
			_, err = desk.Enrol(ctx, registrar, link, identity.Enrolling{Password: "mật khẩu dài của cán bộ 47"})
			must(err)
		}, []string{"Một liên kết ghi danh", "Mật khẩu của tài khoản bạn"}, []string{"An enrolment link was made", "The password of your account"}},
	} {
		before, _ := letters(t, box)
		c.act()
		w.step()
		all, bodies := letters(t, box)
		if len(all)-len(before) != len(c.vi) {
			t.Errorf("case %d: %d letters, want %d", i, len(all)-len(before), len(c.vi))
			continue
		}
		for k := range c.vi {
			at := slices.IndexFunc(bodies, func(b string) bool { return strings.Contains(b, c.vi[k]) && strings.Contains(b, c.en[k]) })
			if at < 0 {
				t.Errorf("case %d: nothing says %q", i, c.vi[k])
				continue
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(all[at].Header.Get("Subject"))
			if err != nil || !strings.Contains(subject, c.vi[k]) || all[at].Header.Get("To") != "<vanthu@coquan.example>" {
				t.Errorf("case %d: %q to %s, %v", i, subject, all[at].Header.Get("To"), err)
			}
			if b := bodies[at]; !strings.Contains(b, "https://capdo.coquan.example/account") || !strings.Contains(b, "Nếu không phải bạn làm") || strings.Contains(b, "079000000001") || strings.Contains(b, "Mất điện thoại") {
				t.Errorf("case %d: %q", i, b)
			}
		}
	}
	if account().PasswordHash == "" {
		t.Error("no password was set")
	}
	if len(w.hook.sent) > 0 {
		t.Errorf("a webhook was told: %q", w.hook.sent)
	}
}
