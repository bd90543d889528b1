package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Registrar carries out the acts on accounts.
type Registrar struct {
	Store  Store
	Clock  func() time.Time
	Law    string                                               // digest of the book in force
	Bodies func(ctx context.Context) ([]approval.Agency, error) // every agency that is or was
}

// EnrolFor is how long an enrolment link works: the first one, printed where the
// service starts, and one that an administrator hands to a person.
const (
	FirstEnrolFor = 15 * time.Minute
	EnrolFor      = 72 * time.Hour
)

// Capacities are those that an account may have.
func Capacities() []approval.Capacity {
	return []approval.Capacity{law.RoleOperator, law.RoleSpecialisedUnit, law.RoleIndependentCouncil, law.RoleOwner, law.RoleMIC, law.RoleMPS,
		law.RoleMOD, law.RoleCipherCommittee, law.RolePrimeMinister, approval.Auditor, approval.Administrator}
}

// Ask records what an administrator asks for. Another person has to confirm it.
func (g *Registrar) Ask(ctx context.Context, a approval.Actor, r Request) (Request, error) {
	if a.Capacity != approval.Administrator {
		return Request{}, notAdministrator()
	}
	if strings.TrimSpace(r.Ground) == "" {
		return Request{}, refuse("ground", "ground-missing", "Nhập lý do hoặc số văn bản đề nghị", "Enter the ground, or the number of the document that asks for it")
	}
	bodies, err := g.Bodies(ctx)
	if err != nil {
		return Request{}, err
	}
	token, err := newToken()
	if err != nil {
		return Request{}, err
	}
	now := g.now()
	r.ID, r.By, r.At, r.Answer = hashToken(token)[:16], a.Who(), now, nil
	err = g.Store.UpdateAccounts(ctx, a, now, func(tx Tx) error {
		was, found, err := tx.Account(r.Login)
		if err != nil {
			return err
		}
		if err := check(&r, &was, found, bodies); err != nil {
			return err
		}
		if found && was.Actor.Person == a.Person || r.Change.Person == a.Person {
			return aboutOneself()
		}
		if err := r.stand(); err != nil {
			return err
		}
		return g.putRequest(tx, &r, "", "ask-account", a, now)
	})
	return r, err
}

// putRequest stores a request, or its answer, with its entry.
func (g *Registrar) putRequest(tx Tx, r *Request, before, act string, a approval.Actor, now time.Time) error {
	after, err := r.Digest()
	if err != nil {
		return err
	}
	if err := tx.PutRequest(*r); err != nil {
		return err
	}
	return tx.Append(&approval.Entry{At: now, By: a.Who(), Act: act, Object: r.Object(), Before: before, After: after, Law: g.Law,
		Detail: map[string]string{"kind": r.Kind, "login": r.Login, "capacity": string(r.Change.Capacity), "body": r.Change.Body, "issuer": r.Change.Issuer, "ground": orElse(r.GroundAs, r.Ground)}})
}

// Refuse answers a request with no: by another administrator, or by the one who
// asked and thought better of it.
func (g *Registrar) Refuse(ctx context.Context, a approval.Actor, id string) (Request, error) {
	return g.answer(ctx, a, id, Refused, func(Tx, *Request) error { return nil })
}

// Confirm answers a request with yes and carries it out. Who asked may not; nor
// whom it is about. The program itself may, where only one administrator is
// there: whoever has its console is the second person. For an account that has
// to enrol, link is the token of its enrolment.
func (g *Registrar) Confirm(ctx context.Context, a approval.Actor, id string) (r Request, link string, err error) {
	bodies, err := g.Bodies(ctx)
	if err != nil {
		return Request{}, "", err
	}
	r, err = g.answer(ctx, a, id, Confirmed, func(tx Tx, r *Request) error {
		was, found, err := tx.Account(r.Login)
		if err != nil {
			return err
		}
		if r.By.Person == a.Person || found && was.Actor.Person == a.Person || r.Change.Person == a.Person {
			return twoPersons()
		}
		if err := check(r, &was, found, bodies); err != nil {
			return err
		}
		return g.carryOut(tx, r, was, a)
	})
	if err == nil && (r.Kind == AskCreate || r.Kind == AskReset) {
		link, err = g.Link(ctx, a, r.Login, EnrolFor)
	}
	if err == nil && r.Kind == AskEnable { // dormancy begins anew
		err = g.Store.Seen(ctx, r.Login, g.now())
	}
	return r, link, err
}

// answer records an answer and does what follows from it, in one transaction.
func (g *Registrar) answer(ctx context.Context, a approval.Actor, id, outcome string, then func(Tx, *Request) error) (r Request, err error) {
	if a.Capacity != approval.Administrator && a.Capacity != approval.Keeper {
		return Request{}, notAdministrator()
	}
	now := g.now()
	err = g.Store.UpdateAccounts(ctx, a, now, func(tx Tx) error {
		found := false
		if r, found, err = tx.Request(id); err != nil {
			return err
		}
		if !found {
			return approval.ErrNotFound()
		}
		if r.Answer != nil {
			return &approval.Refusal{Kind: approval.Conflict, Findings: finding("", "answered", "Đề nghị này đã được trả lời.", "This request was answered already.")}
		}
		before, err := r.Digest()
		if err != nil {
			return err
		}
		r.Answer = &Answer{Outcome: outcome, By: a.Who(), At: now}
		if err := then(tx, &r); err != nil {
			return err
		}
		return g.putRequest(tx, &r, before, map[string]string{Confirmed: "confirm-account", Refused: "refuse-account"}[outcome], a, now)
	})
	return r, err
}

// carryOut does what a request asks for.
func (g *Registrar) carryOut(tx Tx, r *Request, was Account, a approval.Actor) error {
	now, next := r.Answer.At, was
	switch r.Kind {
	case AskCreate:
		next = Account{Login: r.Login, Name: r.Change.Name, NameAs: r.Change.NameAs, CreatedAt: now,
			Actor: approval.Actor{Account: r.Login, Person: r.Change.Person, Capacity: r.Change.Capacity, Body: r.Change.Body}}
		return g.putAccount(tx, nil, &next, "add-account", a, now)
	case AskRights, AskRebind:
		next.Actor.Capacity, next.Actor.Body = orElse(r.Change.Capacity, was.Actor.Capacity), orElse(r.Change.Body, was.Actor.Body)
		if r.Change.Name != "" {
			next.Name, next.NameAs = r.Change.Name, r.Change.NameAs
		}
	case AskEnable:
		next.DisabledAt = time.Time{}
	case AskReset:
		next.PasswordHash = ""
		if err := g.removeAll(tx, r.Login, a, now); err != nil {
			return err
		}
	case AskBind:
		return g.addFactor(tx, bound(r, now), a, now)
	}
	return g.putAccount(tx, &was, &next, map[string]string{AskRights: "change-rights", AskRebind: "rebind-account", AskEnable: "enable-account", AskReset: "reset-account"}[r.Kind], a, now)
}

// putAccount stores an account with its entry; was is nil for a new one.
func (g *Registrar) putAccount(tx Tx, was, next *Account, act string, a approval.Actor, now time.Time) error {
	before := ""
	if was != nil {
		var err error
		if before, err = was.Digest(); err != nil {
			return err
		}
	}
	after, err := next.Digest()
	if err != nil {
		return err
	}
	if err := tx.PutAccount(*next); err != nil {
		return err
	}
	next.Beside = nil // it is kept
	return tx.Append(&approval.Entry{At: now, By: a.Who(), Act: act, Object: next.Object(), Before: before, After: after, Law: g.Law, Detail: next.Detail()})
}

// Disable shuts an account at once; its sessions end.
func (g *Registrar) Disable(ctx context.Context, a approval.Actor, login, ground string) error {
	if a.Capacity != approval.Administrator && a.Capacity != approval.Keeper {
		return notAdministrator()
	}
	if strings.TrimSpace(ground) == "" {
		return refuse("ground", "ground-missing", "Nhập lý do khóa tài khoản", "Enter why the account is disabled")
	}
	now := g.now()
	return g.Store.UpdateAccounts(ctx, a, now, func(tx Tx) error {
		was, found, err := tx.Account(login)
		switch {
		case err != nil:
			return err
		case !found:
			return approval.ErrNotFound()
		case was.Actor.Person == a.Person:
			return aboutOneself()
		case was.Disabled():
			return &approval.Refusal{Kind: approval.Conflict, Findings: finding("", "disabled", "Tài khoản này đã bị khóa.", "This account is disabled already.")}
		}
		next := was
		next.DisabledAt = now
		ground, err := next.ground(ground)
		if err != nil {
			return err
		}
		before, err1 := was.Digest()
		after, err2 := next.Digest()
		if err := errors.Join(err1, err2, tx.PutAccount(next)); err != nil {
			return err
		}
		return tx.Append(&approval.Entry{At: now, By: a.Who(), Act: "disable-account", Object: next.Object(), Before: before, After: after, Law: g.Law, Detail: map[string]string{"ground": ground}})
	})
}

// Link makes an enrolment link for an account, or for the first administrator
// with login "". Only its hash is kept. On an account it leaves an entry.
func (g *Registrar) Link(ctx context.Context, a approval.Actor, login string, life time.Duration) (token string, err error) {
	if token, err = newToken(); err != nil {
		return "", err
	}
	now := g.now()
	if login != "" {
		err = g.Store.UpdateAccounts(ctx, a, now, func(tx Tx) error {
			was, found, err := tx.Account(login)
			if err != nil || !found {
				return orElse(err, error(approval.ErrNotFound()))
			}
			digest, err := was.Digest()
			if err != nil {
				return err
			}
			return tx.Append(&approval.Entry{At: now, By: a.Who(), Act: "enrolment-link", Object: was.Object(), Before: digest, After: digest, Law: g.Law, Detail: map[string]string{"until": now.Add(life).Format(time.RFC3339)}})
		})
		if err != nil {
			return "", err
		}
	}
	err = g.Store.PutPending(ctx, Pending{Hash: hashToken(token), Kind: AwaitEnrolment, Login: login, Until: now.Add(life)})
	if err != nil {
		return "", fmt.Errorf("make enrolment link: %w", err)
	}
	return token, nil
}

// Lacks tells whether the register has no administrator who could sign in.
func (g *Registrar) Lacks(ctx context.Context) (bool, error) {
	all, err := g.Store.Accounts(ctx)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(all, func(a Account) bool { return a.Actor.Capacity == approval.Administrator && !a.Disabled() }), nil
}

// addFactor stores a new factor with its entry.
func (g *Registrar) addFactor(tx Tx, f Factor, a approval.Actor, now time.Time) error {
	after, err := f.Digest()
	if err != nil {
		return err
	}
	if err := tx.PutFactor(f); err != nil {
		return err
	}
	detail := map[string]string{"login": f.Login, "kind": string(f.Kind)}
	if f.Kind == Passkey {
		detail["public"] = f.Public // what is signed with it is checked against this
	}
	return tx.Append(&approval.Entry{At: now, By: a.Who(), Act: "add-factor", Object: f.Object(), After: after, Law: g.Law, Detail: detail})
}

// removeAll removes every factor of a login.
func (g *Registrar) removeAll(tx Tx, login string, a approval.Actor, now time.Time) error {
	fs, err := tx.FactorsOf(login)
	if err != nil {
		return err
	}
	for _, f := range fs {
		if !f.InUse() {
			continue
		}
		if err := g.removeFactor(tx, f, a, now); err != nil {
			return err
		}
	}
	return nil
}

// removeFactor removes one, with its entry.
func (g *Registrar) removeFactor(tx Tx, f Factor, a approval.Actor, now time.Time) error {
	before, err1 := f.Digest()
	f.RemovedAt = now
	after, err2 := f.Digest()
	if err := errors.Join(err1, err2, tx.PutFactor(f)); err != nil {
		return err
	}
	return tx.Append(&approval.Entry{At: now, By: a.Who(), Act: "remove-factor", Object: f.Object(), Before: before, After: after, Law: g.Law, Detail: map[string]string{"login": f.Login, "kind": string(f.Kind)}})
}

// now is the one clock reading of an act: UTC, microseconds.
func (g *Registrar) now() time.Time { return g.Clock().UTC().Truncate(time.Microsecond) }

func orElse[T comparable](x, otherwise T) T {
	var zero T
	if x == zero {
		return otherwise
	}
	return x
}
