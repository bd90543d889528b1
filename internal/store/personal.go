package store

import (
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/retention"
)

// personalRow is a text about a person, with its salt, where it can be erased:
// nothing else has either. It lies sealed under the key of the door.
type personalRow struct {
	bun.BaseModel `bun:"table:personal_text,alias:p"`

	Hash   string `bun:"hash,pk"` // what stands for it elsewhere
	Login  string `bun:"login"`   // whom it is about
	Sealed string `bun:"sealed"`  // salt, line feed, text
}

// doorKey is under whose key lies what belongs to no agency: texts about persons, files made for one.
const doorKey = "identity"

// erased is read where a text about a person was.
const erased = "(đã xóa / erased)"

// beside stores texts about a person.
func (w *writing) beside(login string, texts []identity.Personal) error {
	rows := make([]personalRow, len(texts))
	for i, p := range texts {
		if w.safe == nil {
			return errKeys
		}
		sealed, err := w.safe.Seal(doorKey, "", aboutPerson(login, p.As), []byte(p.Salt+"\n"+p.Text))
		if err != nil {
			return err
		}
		rows[i] = personalRow{Hash: p.As, Login: login, Sealed: sealed}
	}
	return insert(w, rows)
}

// aboutPerson is what a text about the holder of an account is sealed as.
func aboutPerson(login, as string) string { return "personal:" + login + "/" + as }

// personal opens a text about a person.
func (c *scope) personal(login, as, sealed string) (p identity.Personal, err error) {
	if c.safe == nil {
		return p, errKeys
	}
	b, err := c.safe.Unseal(sealed, aboutPerson(login, as))
	if err != nil {
		return p, fmt.Errorf("text about a person: %w", err)
	}
	salt, text, _ := strings.Cut(string(b), "\n")
	return identity.Personal{As: as, Salt: salt, Text: text}, nil
}

// textOf is what is written, or the text that it stands for; gone where that was
// erased.
func (c *scope) textOf(as, gone string) (string, error) {
	if !identity.IsPersonal(as) {
		return as, nil
	}
	var rows []personalRow
	if err := c.shared(&rows).Where("p.hash = ?", storable(as)).Scan(c.ctx); err != nil {
		return "", fmt.Errorf("load text about a person: %w", err)
	}
	if len(rows) == 0 {
		return gone, nil
	}
	p, err := c.personal(rows[0].Login, as, rows[0].Sealed)
	return p.Text, err
}

// called tells an account its name: the login where it was erased.
func (c *scope) called(a *identity.Account, sealed string) error {
	if !identity.IsPersonal(a.Name) {
		return nil
	}
	a.NameAs, a.Name = a.Name, a.Login
	if sealed == "" {
		return nil
	}
	p, err := c.personal(a.Login, a.NameAs, sealed)
	a.Name = p.Text
	return err
}

// told gives a request its texts back.
func (c *scope) told(r *identity.Request) (err error) {
	if identity.IsPersonal(r.Ground) {
		r.GroundAs = r.Ground
		if r.Ground, err = c.textOf(r.GroundAs, erased); err != nil {
			return err
		}
	}
	if identity.IsPersonal(r.Change.Name) {
		r.Change.NameAs = r.Change.Name
		r.Change.Name, err = c.textOf(r.Change.NameAs, r.Login)
	}
	return err
}

// Texts implements retention.Tx: how many texts about the holder of an account
// there are, and whether the account is disabled.
func (w *writing) Texts(login string) (n int64, disabled bool, err error) {
	a, found, err := w.account(login)
	if err != nil {
		return 0, false, err
	}
	if !found {
		return 0, false, approval.ErrNotFound()
	}
	n, err = w.shared((*personalRow)(nil)).Where("p.login = ?", login).Count(w.ctx)
	return n, a.Disabled(), err
}

// Erase implements retention.Tx: the texts about the holder of an account go, with
// their salts.
func (w *writing) Erase(login string) (int64, error) {
	res, err := w.db.NewDelete().Model((*personalRow)(nil)).Where("login = ?", login).Exec(w.ctx)
	if err != nil {
		return 0, fmt.Errorf("erase texts about %s: %w", login, err)
	}
	return res.RowsAffected()
}

// named notes what a record of an account names, if it stands for a text about its
// holder.
func (v *check) named(login, as string) {
	if identity.IsPersonal(as) {
		v.persons[as] = login
	}
}

// personalKept compares every text about a person with what stands for it. One that
// is gone was erased by two persons, or was taken away.
func (v *check) personalKept() error {
	var rows []personalRow
	if err := v.shared(&rows).OrderExpr("p.hash").Scan(v.ctx); err != nil {
		return fmt.Errorf("read texts about persons: %w", err)
	}
	for _, r := range rows {
		if p, err := v.personal(r.Login, r.Hash, r.Sealed); err != nil || !p.Holds() || v.persons[r.Hash] != r.Login {
			v.blame(-1, identity.AccountObject(r.Login), "a text about the person is not what the record stands for")
		}
		delete(v.persons, r.Hash)
	}
	said, err := v.scope.retained()
	if err != nil {
		return nil // told by retained
	}
	gone := map[string]int64{}
	for _, login := range v.persons {
		gone[login]++
	}
	for _, r := range said {
		if r.Kind == retention.Purge && r.Login != "" {
			gone[r.Login] -= r.Count
			v.report.Erased += r.Count
		}
	}
	for login, n := range gone {
		if n != 0 {
			v.blame(-1, identity.AccountObject(login), "texts about the person are gone, %d more than two persons erased", n)
		}
	}
	return nil
}
