package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/openid"
	"capdo/internal/retention"
)

// doorFlags say how people come in.
type doorFlags struct {
	url, policy, providers *string
	scheme                 string // of the address to listen on
}

// over are the flags where our own listeners speak TLS, if they do.
func (d doorFlags) over(c *tls.Config) doorFlags {
	if d.scheme = "http://"; c != nil {
		d.scheme = "https://"
	}
	return d
}

func declareDoor(f *flag.FlagSet) (d doorFlags) {
	d.url = f.String("url", "", "how people call the pages, https://host: passkeys belong to that name, and links begin with it (CAPDO_URL; default: the address to listen on)")
	d.policy = f.String("sign-in", identity.Strict.String(), fmt.Sprintf("what it takes to come in and to sign, one of %v: strict asks for a passkey of whoever reviews, approves or administers (CAPDO_SIGN_IN)", identity.Policies()))
	d.providers = f.String("openid", "", "JSON file of OpenID providers whose identities may open accounts (CAPDO_OPENID; default: none)")
	return d
}

// openDoor sets how people come in, and prints the link by which the first
// administrator enrols, while the register has none. It returns how the pages are
// called: as given, else by the address of the listener.
func (p *program) openDoor(ctx context.Context, w world, d doorFlags, l net.Listener) (url string, err error) {
	p.office.Assure = p.desk.Assure
	i := slices.Index(identity.Policies(), *d.policy)
	if i < 0 {
		return "", fmt.Errorf("--sign-in: %q is none of %v", *d.policy, identity.Policies())
	}
	if err := p.desk.SetPolicy(ctx, keeper(), identity.Policy(i)); err != nil {
		return "", err
	}
	if p.desk.Policy == identity.Relaxed {
		fmt.Fprintln(w.err, relaxed)
	}
	if url = strings.TrimSuffix(*d.url, "/"); url == "" {
		url = d.scheme + dialable(l.Addr())
	}
	site, err := identity.SiteOf(url)
	switch {
	case err == nil:
		p.desk.Site = &site
	case p.desk.Policy == identity.Strict:
		return "", fmt.Errorf("--url: %w; or choose --sign-in fallback", err)
	}
	if *d.providers != "" {
		all, err := openid.Load(*d.providers)
		if err != nil {
			return "", fmt.Errorf("--openid: %w", err)
		}
		p.elsewhere = &openid.Door{Desk: p.desk, Providers: all, Origin: url, Client: openid.NewClient(http.DefaultTransport), Clock: p.clock}
	}
	lacks, err := p.registrar.Lacks(ctx)
	if err != nil || !lacks {
		return url, err
	}
	return url, p.printLink(ctx, w, url, "", identity.FirstEnrolFor)
}

// relaxed is said aloud where a password suffices.
const relaxed = "Nới lỏng: chỉ cần mật khẩu, không ký từng việc. Chỉ dùng để trình diễn. / Relaxed: a password suffices and nothing is signed. For demonstrations only."

// printLink makes an enrolment link and prints it: the only time it is seen.
func (p *program) printLink(ctx context.Context, w world, url, login string, life time.Duration) error {
	token, err := p.registrar.Link(ctx, keeper(), login, life)
	if err != nil {
		return err
	}
	who := "quản trị đầu tiên / the first administrator"
	if login != "" {
		who = login
	}
	fmt.Fprintf(w.out, "Liên kết ghi danh, dùng một lần trong %v / enrolment link, works once within %v: %s\n  %s/enrol#%s\n", life, life, who, url, token)
	return nil
}

// accountEnrol prints an enrolment link: for the first administrator, or for an
// account whose holder lost every way in.
func accountEnrol(ctx context.Context, w world) (err error) {
	f := flags(w, "account enrol", "--data DIR [--login NAME] [--url URL]")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	login := f.String("login", "", "the account (default: the first administrator, while there is none)")
	url := f.String("url", "http://127.0.0.1:8080", "how people call the pages (CAPDO_URL)")
	return withAccounts(ctx, w, f, data, 0, func(p *program, _ []string) error {
		if *login != "" {
			if _, found, err := p.store.Account(ctx, *login); err != nil || !found {
				return errors.Join(err, fmt.Errorf("there is no account %q", *login))
			}
			return p.printLink(ctx, w, *url, *login, identity.FirstEnrolFor)
		}
		if lacks, err := p.registrar.Lacks(ctx); err != nil || !lacks {
			return errors.Join(err, errors.New("the register has an administrator: name an account with --login"))
		}
		return p.printLink(ctx, w, *url, "", identity.FirstEnrolFor)
	})
}

// accountList lists the accounts.
func accountList(ctx context.Context, w world) error {
	f := flags(w, "account list", "--data DIR")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	return withAccounts(ctx, w, f, data, 0, func(p *program, _ []string) error {
		all, err := p.store.Accounts(ctx)
		for _, a := range all {
			state := "enabled"
			if a.Disabled() {
				state = "disabled " + a.DisabledAt.Format(time.DateOnly)
			}
			fmt.Fprintf(w.out, "%-24s %-20s %-8s %s\n", a.Login, a.Actor.Capacity, a.Actor.Body, state)
		}
		return err
	})
}

// accountRequests lists what waits for a second administrator.
func accountRequests(ctx context.Context, w world) error {
	f := flags(w, "account requests", "--data DIR")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	return withAccounts(ctx, w, f, data, 0, func(p *program, _ []string) error {
		all, err := p.store.Requests(ctx)
		for _, r := range all {
			if r.Answer == nil {
				fmt.Fprintf(w.out, "%s  %s %s, asked by %s: %s\n", r.ID, r.Kind, r.Login, r.By.Account, r.Ground)
			}
		}
		return err
	})
}

// accountConfirm confirms a request as the second person: whoever has the
// console, while there is one administrator.
func accountConfirm(ctx context.Context, w world) error {
	f := flags(w, "account confirm", "ID --data DIR [--url URL]")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	url := f.String("url", "http://127.0.0.1:8080", "how people call the pages (CAPDO_URL)")
	return withAccounts(ctx, w, f, data, 1, func(p *program, args []string) error {
		if len(args) == 0 {
			return errors.New("which request? capdo account requests lists them")
		}
		if err := p.oneAdministrator(ctx); err != nil {
			return err
		}
		r, link, err := p.registrar.Confirm(ctx, keeper(), args[0])
		if err != nil {
			return err
		}
		fmt.Fprintf(w.out, "%s %s: confirmed at the console\n", r.Kind, r.Login)
		if link != "" {
			fmt.Fprintf(w.out, "  %s/enrol#%s\n", *url, link)
		}
		return nil
	})
}

// oneAdministrator is an error where whoever has the console is not needed as the
// second person.
func (p *program) oneAdministrator(ctx context.Context) error {
	all, err := p.store.Accounts(ctx)
	if err != nil {
		return err
	}
	n := 0
	for _, a := range all {
		if a.Actor.Capacity == approval.Administrator && !a.Disabled() {
			n++
		}
	}
	if n > 1 {
		return fmt.Errorf("the register has %d administrators: another of them confirms", n)
	}
	return nil
}

// accountErase asks that the texts about the holder of a disabled account are
// erased, which an administrator answers at /retention; or answers what an
// administrator asked, where there is no other.
func accountErase(ctx context.Context, w world) error {
	f := flags(w, "account erase", "LOGIN --ground TEXT | --agree NO --ground TEXT  [--data DIR]")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	ground := f.String("ground", "", "why, or the number of the document that asks for it")
	agree := f.Int64("agree", 0, "number of the request of an administrator to agree to")
	return withAccounts(ctx, w, f, data, 1, func(p *program, args []string) error {
		d := &retention.Desk{Store: p.store, Book: p.book, Clock: p.clock}
		switch {
		case len(args) == 1 && *agree == 0:
			no, err := d.AskErase(ctx, keeper(), args[0], *ground)
			if err != nil {
				return err
			}
			fmt.Fprintf(w.out, "request %d: an administrator answers it at /retention\n", no)
			return nil
		case len(args) == 0 && *agree > 0:
			if err := p.oneAdministrator(ctx); err != nil {
				return err
			}
			n, err := d.Purge(ctx, keeper(), *agree, *ground)
			if err != nil {
				return err
			}
			_, err = p.store.Scour(ctx)
			fmt.Fprintf(w.out, "%d texts are erased\n", n)
			return err
		}
		return errors.New("name an account to ask for, or a request to agree to")
	})
}

// withAccounts parses flags, opens the register that must be there, and closes it.
func withAccounts(ctx context.Context, w world, f *flag.FlagSet, data *string, most int, do func(*program, []string) error) (err error) {
	args, err := w.parse(f, most)
	if err != nil {
		return err
	}
	p, err := openExisting(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	return do(p, args)
}
