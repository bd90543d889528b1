package review

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// HoldKind is what happens to the holding of a dossier.
type HoldKind string

// The kinds of hold.
const (
	Take    HoldKind = "take"
	Release HoldKind = "release"
	HandTo  HoldKind = "hand"
)

// Hold is one step in who has a dossier in hand. Holder is the person who has it
// from now on, "" when nobody does. A hold is no lock: it says who is at it.
type Hold struct {
	No     int          `json:"no"`
	Kind   HoldKind     `json:"kind"`
	Holder string       `json:"holder"`
	Login  string       `json:"login"` // of the holder
	Name   string       `json:"name"`  // a post, as the account names it, or what stands for it in the record
	Note   string       `json:"note"`
	By     approval.Who `json:"by"`
	At     time.Time    `json:"at"`

	Shown string `json:"-"` // the post; the login once it was erased
}

// Colleague is somebody who acts in the same capacity for the same body.
type Colleague struct {
	Person, Login, Name string
	NameAs              string // what stands for the name in the record
}

// HoldStore keeps the holds, inside the actor's scope.
type HoldStore interface {
	// UpdateHolds runs f in one write transaction.
	UpdateHolds(ctx context.Context, a approval.Actor, at time.Time, f func(HoldTx) error) error
	// ViewHolds runs f on one consistent snapshot.
	ViewHolds(ctx context.Context, a approval.Actor, f func(HoldReader) error) error
}

// HoldReader answers inside the actor's scope.
type HoldReader interface {
	System(code string) (approval.System, error)
	// Holds are the steps of a dossier, oldest first.
	Holds(code string, dossier int) ([]Hold, error)
	// Holders is the latest step of every dossier held once, by HoldObject.
	Holders() (map[string]Hold, error)
	// Colleagues are the accounts that act in the actor's capacity and body.
	Colleagues() ([]Colleague, error)
	approval.DelegationReader
}

// HoldTx is the one way to write.
type HoldTx interface {
	HoldReader
	AddHold(code string, dossier int, h Hold) error
	Append(e *approval.Entry) error
}

// HoldObject names the holding of a dossier in the ledger.
func HoldObject(code string, dossier int) string { return "hold:" + code + "/" + strconv.Itoa(dossier) }

// Roster is where dossiers are taken, given back and handed over.
type Roster struct {
	Store HoldStore
	Book  *law.Book
	Clock func() time.Time
}

// Holders is who has which dossier in hand, by HoldObject, and the actor's
// colleagues.
func (k *Roster) Holders(ctx context.Context, a approval.Actor) (held map[string]Hold, cs []Colleague, err error) {
	err = k.Store.ViewHolds(ctx, a, func(r HoldReader) error {
		if held, err = r.Holders(); err != nil {
			return err
		}
		cs, err = r.Colleagues()
		return err
	})
	return held, cs, err
}

// Move takes the latest dossier of a system in hand, gives it back, or hands it
// over to the colleague with login.
func (k *Roster) Move(ctx context.Context, a approval.Actor, code string, kind HoldKind, login string) error {
	now := k.Clock().UTC().Truncate(time.Microsecond)
	return k.Store.UpdateHolds(ctx, a, now, func(tx HoldTx) error {
		s, err := tx.System(code)
		if err != nil {
			return err
		}
		if err := a.Lent(tx, k.Book, approval.ActHold, &s, now); err != nil {
			return err
		}
		d := s.Open()
		if d == nil || d.LastRound() == 0 {
			return refuse(approval.Conflict, "nothing-submitted", "Không có hồ sơ nào đang chờ xử lý.", "No dossier is waiting to be handled.")
		}
		hs, err := tx.Holds(code, d.No)
		if err != nil {
			return err
		}
		if err := k.allowed(a, &s, d); err != nil {
			return err
		}
		cs, err := tx.Colleagues()
		if err != nil {
			return err
		}
		h, err := step(a, kind, login, hs, cs)
		if err != nil {
			return err
		}
		if d.HandOf(h.Holder) == "edit" && h.Holder != "" {
			return approval.ErrFourEyes()
		}
		h.No, h.By, h.At = len(hs)+1, a.Who(), now
		return k.keep(tx, a, held{code, d.No, hs, h})
	})
}

// allowed: whom the law gives a part in judging the dossier, and who has no hand
// of the applicant's in it.
func (k *Roster) allowed(a approval.Actor, s *approval.System, d *approval.Dossier) error {
	c, err := approval.Handling(k.Book, s, d, law.DayOf(k.Clock()))
	if err != nil {
		return refuse(approval.Invalid, "no-competence", "Không xác định được thẩm quyền: "+err.Error(), "The competent authority cannot be determined: "+err.Error())
	}
	if !Judges(a, s, c) {
		return refuse(approval.Forbidden, "wrong-authority", "Chỉ cơ quan thẩm định, phê duyệt nhận xử lý hồ sơ.", "Only who judges the dossier takes it in hand.")
	}
	if d.HandOf(a.Person) == "edit" {
		return approval.ErrFourEyes()
	}
	return nil
}

// step is the next hold, or why there is none.
func step(a approval.Actor, kind HoldKind, login string, hs []Hold, cs []Colleague) (Hold, error) {
	holder := ""
	if len(hs) > 0 {
		holder = hs[len(hs)-1].Holder
	}
	mine := holder == a.Person
	switch {
	case kind == Take && mine, kind == Release && holder == "":
		return Hold{}, refuse(approval.Conflict, "hold-state", "Hồ sơ đã ở trạng thái này.", "The dossier is in that state already.")
	case kind == Take && holder != "":
		return Hold{}, refuse(approval.Conflict, "held", "Hồ sơ đang do người khác giữ; người đó trả lại hoặc chuyển giao trước.", "Somebody else holds the dossier and gives it back or hands it over first.")
	case kind != Take && !mine:
		return Hold{}, refuse(approval.Forbidden, "not-holder", "Chỉ người đang giữ hồ sơ trả lại hoặc chuyển giao được.", "Only the holder gives the dossier back or hands it over.")
	case kind == Release:
		return Hold{Kind: Release}, nil
	case kind == Take:
		login = a.Account
	case kind != HandTo:
		return Hold{}, refuseAt("kind", "hold-kind", "Chọn việc cần làm với hồ sơ", "Choose what to do with the dossier")
	}
	i := slices.IndexFunc(cs, func(c Colleague) bool { return c.Login == login })
	switch {
	case i < 0 && kind == Take:
		return Hold{Kind: Take, Holder: a.Person, Login: a.Account, Name: a.Account}, nil
	case i < 0 || cs[i].Person == a.Person && kind == HandTo:
		return Hold{}, refuseAt("login", "hold-colleague", "Chọn người cùng vai trò trong cơ quan bạn", "Choose somebody of your body in the same capacity")
	}
	return Hold{Kind: kind, Holder: cs[i].Person, Login: cs[i].Login, Name: cs[i].NameAs}, nil
}

// held is a hold about to be stored, with those before it.
type held struct {
	code    string
	dossier int
	before  []Hold
	Hold
}

// keep stores a hold with its entry.
func (k *Roster) keep(tx HoldTx, a approval.Actor, x held) error {
	code, dossier, hs, h := x.code, x.dossier, x.before, x.Hold
	before := ""
	var err error
	if len(hs) > 0 {
		if before, err = approval.Digest(hs); err != nil {
			return err
		}
	}
	after, err := approval.Digest(append(slices.Clone(hs), h))
	if err != nil {
		return err
	}
	if err := tx.AddHold(code, dossier, h); err != nil {
		return err
	}
	return tx.Append(&approval.Entry{At: h.At, By: h.By, Act: "hold-" + string(h.Kind), Object: HoldObject(code, dossier), Before: before, After: after, Law: k.Book.Digest(),
		Detail: a.Traced(map[string]string{"no": fmt.Sprint(h.No), "login": h.Login})})
}
