package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
)

// account is what whoever has the console may do about accounts: create one,
// list them, answer a request where only one administrator is there, print an
// enrolment link, ask that what is personal of an account is erased.
func account(ctx context.Context, w world) error {
	if len(w.args) > 0 {
		do, ok := map[string]func(context.Context, world) error{"list": accountList, "requests": accountRequests, "confirm": accountConfirm, "enrol": accountEnrol, "erase": accountErase}[w.args[0]]
		if ok {
			w.args = w.args[1:]
			return do(ctx, w)
		}
	}
	return accountAdd(ctx, w)
}

// accountAdd creates an account; the password is read from standard input, so
// that it stands in no command line.
func accountAdd(ctx context.Context, w world) (err error) {
	f := flags(w, "account", "[list | requests | confirm ID | enrol [--login NAME] | erase LOGIN --ground TEXT | erase --agree NO --ground TEXT] --data DIR --login NAME --capacity CAPACITY --body CODE [--name POST] [--person ID] < password")
	data := f.String("data", "capdo-data", "folder of the register (CAPDO_DATA)")
	login := f.String("login", "", "sign-in name")
	name := f.String("name", "", "what the pages call the account: a post (default: the login)")
	person := f.String("person", "", "id of the person behind it; the four eyes compare persons (default: the login)")
	capacity := f.String("capacity", "", fmt.Sprintf("one of %v", identity.Capacities()))
	body := f.String("body", "", "code of the agency it acts for")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	a := identity.Account{Login: *login, Name: *name, Actor: approval.Actor{Account: *login, Person: *person, Capacity: law.Role(*capacity), Body: *body}}
	if err := complete(&a); err != nil {
		return err
	}
	password, err := readPassword(w, a.Login)
	if err != nil {
		return err
	}
	p, err := openExisting(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if err := p.knownAgency(ctx, *body); err != nil {
		return err
	}
	if a.PasswordHash, err = p.desk.Hash.New(ctx, password); err != nil {
		return err
	}
	if err := p.store.AddAccount(ctx, keeper(), p.clock().UTC().Truncate(time.Microsecond), p.book.Digest(), a); err != nil {
		return err
	}
	fmt.Fprintf(w.out, "account %s: %s of %s\n", a.Login, a.Actor.Capacity, a.Actor.Body)
	return nil
}

// complete checks what must be there and fills in what may be left out.
func complete(a *identity.Account) error {
	switch {
	case a.Login == "" || strings.ContainsAny(a.Login, " \t\r\n"):
		return errors.New("--login: a name without spaces is needed")
	case !slices.Contains(identity.Capacities(), a.Actor.Capacity):
		return fmt.Errorf("--capacity: %q is none of %v", a.Actor.Capacity, identity.Capacities())
	case a.Actor.Body == "":
		return errors.New("--body: the code of an agency is needed")
	}
	if a.Name == "" {
		a.Name = a.Login
	}
	if a.Actor.Person == "" {
		a.Actor.Person = a.Login
	}
	return nil
}

// readPassword reads one line.
func readPassword(w world, login string) (string, error) {
	line, err := bufio.NewReader(w.in).ReadString('\n')
	if err != nil && line == "" {
		return "", errors.New("give the password on standard input")
	}
	password := strings.TrimRight(line, "\r\n")
	var r *approval.Refusal
	if err := identity.CheckPassword(login, password); errors.As(err, &r) {
		return "", errors.New(r.Findings[0].Says.EN)
	}
	return password, nil
}

// knownAgency refuses a body that the register does not know.
func (p *program) knownAgency(ctx context.Context, code string) error {
	agencies, err := p.office.AgencyList(ctx, keeper())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(agencies, func(a approval.Agency) bool { return a.Code == code }) {
		return fmt.Errorf("--body: the register has no agency %q; capdo seed loads the agencies", code)
	}
	return nil
}

// seed loads the agencies, their printed figures and the systems named in the
// exchange's lists into a register without agencies; with --simulated also the
// simulated record of every counted system, or of as many as one likes.
func seed(ctx context.Context, w world) (err error) {
	f := flags(w, "seed", "--data DIR [--simulated [--systems N]]")
	data := f.String("data", "capdo-data", "folder of the register, made when absent (CAPDO_DATA)")
	simulated := f.Bool("simulated", false, "also the 7,008 simulated systems of June 2024")
	systems := f.Int("systems", countedSystems, "how many simulated systems; those after the 7,008 are copies of them under further names, to try how large a register may be")
	if _, err := w.parse(f, 0); err != nil {
		return err
	}
	p, err := open(ctx, w, *data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if agencies, err := p.office.AgencyList(ctx, keeper()); err != nil || len(agencies) > 0 {
		return errors.Join(err, fmt.Errorf("the register in %s has %d agencies already", *data, len(agencies)))
	}
	x, err := realWorld()
	if err != nil {
		return err
	}
	if !*simulated || *systems < countedSystems {
		kept := 0
		x.Systems = slices.DeleteFunc(x.Systems, func(s approval.System) bool {
			if s.Origin == approval.Simulated {
				kept++
			}
			return s.Origin == approval.Simulated && (!*simulated || kept > *systems)
		})
	}
	if err := p.office.Import(ctx, keeper(), x); err != nil {
		return err
	}
	n := len(x.Systems)
	if *simulated {
		if err := p.seedMore(ctx, *systems, x.Source); err != nil {
			return err
		}
		n += max(0, *systems-countedSystems)
	}
	if err := p.loadServices(ctx); err != nil {
		return err
	}
	fmt.Fprintf(w.out, "%s: %d agencies, %d systems\n", *data, len(x.Agencies), n)
	return nil
}

// seedPart is how many systems one transaction loads.
const seedPart = 1000

// seedMore loads the simulated systems beyond those of Annex IX, up to n.
func (p *program) seedMore(ctx context.Context, n int, source string) error {
	c, err := newCountry()
	if err != nil {
		return err
	}
	for from := countedSystems; from < n; from += seedPart {
		part := approval.World{Source: source}
		if part.Systems, err = c.systems(from, min(from+seedPart, n)); err != nil {
			return err
		}
		if err := p.office.Import(ctx, keeper(), part); err != nil {
			return fmt.Errorf("load systems from %d: %w", from, err)
		}
	}
	return nil
}
