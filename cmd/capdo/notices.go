package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/notice"
	"capdo/internal/plan"
	"capdo/internal/review"
)

// noticeSettings is how notices leave this server.
type noticeSettings struct {
	smtp, tls, user, passwordFile, from, pages, hooks, hosts *string
}

// noticeFlags declares the settings.
func noticeFlags(f *flag.FlagSet, w world) *noticeSettings {
	return &noticeSettings{
		smtp:         f.String("smtp", "", "HOST:PORT of the server that takes mail (CAPDO_SMTP; without it only webhooks are sent)"),
		tls:          f.String("smtp-tls", "starttls", "starttls, tls or none (CAPDO_SMTP_TLS)"),
		user:         f.String("smtp-user", "", "name to sign in to the mail server with (CAPDO_SMTP_USER)"),
		passwordFile: f.String("smtp-password-file", "", "file with its password (CAPDO_SMTP_PASSWORD_FILE)"),
		from:         f.String("smtp-from", "", "sender of the mail (CAPDO_SMTP_FROM)"),
		pages:        f.String("pages", "", "https address of the pages, for the links in mail (CAPDO_PAGES)"),
		hosts:        f.String("webhook-hosts", "", "hosts to which webhooks may go, separated by commas or * for every public one (CAPDO_WEBHOOK_HOSTS; default: to none)"),
		hooks:        f.String("webhook-networks", "", "networks that are not public and yet may get webhooks, separated by commas (CAPDO_WEBHOOK_NETWORKS)"),
	}
}

// webhooksOnly readies the notices of a register from which no mail is sent.
func webhooksOnly(p *program, dir string) (func(context.Context), error) {
	unset := world{getenv: func(string) string { return "" }}
	n := noticeFlags(flag.NewFlagSet("", flag.ContinueOnError), unset)
	*n.hosts = "*"
	return n.open(p, dir)
}

// open readies the notices of a register in dir and returns what sends them
// until its context ends. How far the outbox was read is settled before.
func (n *noticeSettings) open(p *program, dir string) (func(context.Context), error) {
	nets, err := networks(*n.hooks)
	if err != nil {
		return nil, fmt.Errorf("--webhook-networks: %w", err)
	}
	mails, err := n.mails()
	if err != nil {
		return nil, err
	}
	key, err := noticeKey(filepath.Join(dir, "notice.key"))
	if err != nil {
		return nil, err
	}
	hosts := strings.FieldsFunc(*n.hosts, func(r rune) bool { return r == ',' || r == ' ' })
	p.notices = &notice.Desk{Store: p.store, Clock: p.clock, Law: p.book.Digest(), Key: key, Mail: mails != nil, Hosts: hosts}
	sender := notice.NewHooks(key, nets)
	sender.Hosts = hosts
	d := &notice.Dispatcher{Queue: p.store, Store: p.store, Owner: p.store.OwnerOf, Clock: p.clock, Law: p.book.Digest(), Log: p.log,
		Senders: map[string]notice.Sender{notice.Webhook: sender},
		Account: func(ctx context.Context, login string) (approval.Actor, bool, error) {
			a, ok, err := p.store.Account(ctx, login)
			return a.Actor, ok && !a.Disabled(), err
		},
		Lent: p.lent, Reached: p.reached, Calendar: p.fallsDue}
	if mails != nil {
		d.Senders[notice.Email] = mails
	}
	if _, err := p.store.Cursor(context.Background(), law.DayOf(p.clock())); err != nil {
		return nil, err
	}
	return func(ctx context.Context) { tell(ctx, p, d) }, nil
}

// lent are the delegations by which an account may act now.
func (p *program) lent(ctx context.Context, a approval.Actor) ([]approval.Delegation, error) {
	return p.delegations().Received(ctx, a)
}

// delegations is where capacities are lent.
func (p *program) delegations() *approval.Delegations {
	return &approval.Delegations{Store: p.store, Book: p.book, Clock: p.clock}
}

// reached tells whether an account sees a system under a delegation, or what its
// body is asked about it.
func (p *program) reached(ctx context.Context, a approval.Actor, d *approval.Delegation, system string) (bool, error) {
	_, err := p.office.File(ctx, d.Acting(a), system)
	if r := (*approval.Refusal)(nil); errors.As(err, &r) {
		_, err = p.panel().Consulted(ctx, d.Acting(a), system)
	}
	if r := (*approval.Refusal)(nil); errors.As(err, &r) {
		return false, nil
	}
	return err == nil, err
}

// panel is where other bodies are consulted.
func (p *program) panel() *review.Panel { return &review.Panel{Store: p.store, Office: p.office} }

// owed are the opinions that the body of an account was asked for.
func (p *program) owed(ctx context.Context, a approval.Actor) ([]plan.Item, error) {
	cases, err := p.panel().Consulted(ctx, a, "")
	var items []plan.Item
	for _, x := range cases {
		items = append(items, plan.Item{ID: fmt.Sprintf("%s:%s:%d-%d", plan.DueOpinion, x.Code, x.Dossier, x.Request.No), Kind: plan.DueOpinion, System: x.Code, Name: x.Name, Agency: x.Owner,
			Day: x.Request.Due, Says: law.Text{VI: "Trả lời lấy ý kiến về hồ sơ", EN: "Answer the request for an opinion on the dossier"}, Cites: "NĐ 331/2026/NĐ-CP, Điều 23", Confidence: law.ConfidenceInferred,
			Roles: []law.Role{a.Capacity}, Simulated: x.Origin == approval.Simulated})
	}
	return items, err
}

// lookAhead counts what falls due in the whole country once, so that nobody has to
// wait for the first look.
func (p *program) lookAhead(ctx context.Context) {
	_, err := p.plans.Agenda(ctx, approval.Actor{Capacity: approval.Auditor}, plan.OfCountry, "")
	if err != nil && ctx.Err() == nil {
		p.log.Warn("the calendar of the nation could not be counted", "error", err.Error())
	}
}

// fallsDue is what began to be due soon, or overdue, for an actor on a day in
// (after, today]; what is overdue is told again to each whom the book names
// later on.
func (p *program) fallsDue(ctx context.Context, a approval.Actor, after, today law.Day) ([]notice.Event, error) {
	items, err := p.plans.Agenda(ctx, a, plan.Mine, "")
	if err != nil {
		return nil, err
	}
	soon := p.book.Policy().DueSoonDays
	var events []notice.Event
	add := func(kind string, it plan.Item, day law.Day) {
		if after < day && day <= today {
			events = append(events, notice.Event{Key: kind + ":" + it.ID + ":" + string(day), Kind: kind, System: cmp.Or(it.System, it.Agency), At: day.Time().UTC()})
		}
	}
	for _, it := range items {
		if it.Day == "" {
			continue
		}
		if it.Under != nil || slices.Contains(it.Roles, a.Capacity) {
			add(notice.Due, it, it.Day.AddDays(-soon))
			add(notice.Overdue, it, it.Day.AddDays(1))
		}
		if it.Kind == plan.DueOpinion { // may be asked for within the days in which others are told
			add(notice.Due, it, it.Day)
		}
		for _, e := range it.Told(p.book, today) {
			if e.To == a.Capacity {
				add(notice.Overdue, it, it.Day.AddDays(e.AfterDays+1))
			}
		}
	}
	return events, nil
}

// tell takes a step a second. What fails is logged and tried again.
func tell(ctx context.Context, p *program, d *notice.Dispatcher) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := d.Step(ctx); err != nil && ctx.Err() == nil {
				p.log.Error("notices", "error", err.Error())
			}
		}
	}
}

// plainly is the address to which mail would go without TLS, "" for none.
func (n *noticeSettings) plainly() string {
	if *n.smtp == "" || *n.tls != "none" {
		return ""
	}
	return *n.smtp
}

// mails are the settings of mail, nil when none are given.
func (n *noticeSettings) mails() (*notice.Mails, error) {
	if *n.smtp == "" {
		return nil, nil
	}
	host, port, err := net.SplitHostPort(*n.smtp)
	if err != nil {
		return nil, fmt.Errorf("--smtp: %w", err)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("--smtp: port %q is no number", port)
	}
	m := &notice.Mails{Host: host, Port: int(number), TLS: *n.tls, User: *n.user, From: *n.from, Base: *n.pages}
	if *n.passwordFile != "" {
		b, err := os.ReadFile(*n.passwordFile)
		if err != nil {
			return nil, fmt.Errorf("--smtp-password-file: %w", err)
		}
		m.Password = strings.TrimRight(string(b), "\r\n")
	}
	return m, m.Check()
}

// noticeKey reads the key from which the secrets of webhooks follow, and makes
// it at the first start. A file that others may read is refused.
func noticeKey(path string) ([]byte, error) {
	const size = 32
	key, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		key = make([]byte, size)
		if _, err := rand.Read(key); err != nil {
			return nil, fmt.Errorf("make %s: %w", path, err)
		}
		return key, os.WriteFile(path, key, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("read key of the notices: %w", err)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read key of the notices: %w", err)
	case len(key) != size:
		return nil, fmt.Errorf("%s holds %d bytes, not %d", path, len(key), size)
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%s may be read by others; take their rights away (chmod 600)", path)
	}
	return key, nil
}
