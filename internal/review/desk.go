package review

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// MaxText is how long a remark may be, in characters.
const MaxText = 4000

// Desk is where remarks are made. It asks the law who judges a dossier.
type Desk struct {
	Store Store
	Book  *law.Book
	Clock func() time.Time
}

// Store keeps the remarks, inside the actor's scope.
type Store interface {
	// UpdateReview runs f in one write transaction.
	UpdateReview(ctx context.Context, a approval.Actor, at time.Time, f func(Tx) error) error
	// ViewReview runs f on one consistent snapshot.
	ViewReview(ctx context.Context, a approval.Actor, f func(Reader) error) error
}

// Reader answers inside the actor's scope; another's system is ErrNotFound.
type Reader interface {
	System(code string) (approval.System, error)
	// Remarks are all remarks on a dossier, oldest first.
	Remarks(code string, dossier int) ([]Remark, error)
	approval.DelegationReader
}

// Tx is the one way to write.
type Tx interface {
	Reader
	// AddRemark stores a remark; its number must follow the last one's.
	AddRemark(code string, dossier int, r Remark) error
	// Append adds the entry to the ledger.
	Append(e *approval.Entry) error
}

// Remarks are the remarks on a dossier; see Threads for what an actor may see.
func (k *Desk) Remarks(ctx context.Context, a approval.Actor, code string, dossier int) (rs []Remark, err error) {
	err = k.Store.ViewReview(ctx, a, func(r Reader) error {
		rs, err = r.Remarks(code, dossier)
		return err
	})
	return rs, err
}

// Input is what is to be said. Thread is 0 for a remark that asks.
type Input struct {
	Thread   int
	Kind     Kind
	Target   string // of a remark that asks
	Internal bool   // of a remark that asks
	Text     string // compulsory to ask and to answer
}

// Say puts a remark on the latest dossier of a system.
func (k *Desk) Say(ctx context.Context, a approval.Actor, code string, in Input) error {
	if err := in.check(); err != nil {
		return err
	}
	now := k.Clock().UTC().Truncate(time.Microsecond)
	return k.Store.UpdateReview(ctx, a, now, func(tx Tx) error {
		s, err := tx.System(code)
		if err != nil {
			return err
		}
		if err := a.Lent(tx, k.Book, approval.ActRemark, &s, now); err != nil {
			return err
		}
		d := s.Last()
		if d == nil || d.LastRound() == 0 {
			return refuse(approval.Conflict, "nothing-submitted", "Chưa có hồ sơ nào được gửi.", "No dossier was handed in yet.")
		}
		rs, err := tx.Remarks(code, d.No)
		if err != nil {
			return err
		}
		r := Remark{No: len(rs) + 1, Thread: in.Thread, Kind: in.Kind, Round: d.LastRound(), Text: in.Text, By: a.Who(), At: now}
		if err := k.place(&r, in, rs, a); err != nil {
			return err
		}
		if r.Side, err = k.side(a, &s, d, in.Kind); err != nil {
			return err
		}
		return k.keep(tx, a, said{code, d.No, rs, r})
	})
}

// check finds what is wrong with what is said.
func (in Input) check() error {
	text := strings.TrimSpace(in.Text)
	switch in.Kind {
	case Ask, Answer:
		if text == "" {
			return refuseAt("text", "remark-missing", "Nhập nội dung nhận xét", "Enter the remark")
		}
	case Resolve, Reopen, Seen:
	default:
		return refuseAt("kind", "remark-kind", "Chọn việc cần làm với nhận xét", "Choose what to do with the remark")
	}
	if n := utf8.RuneCountInString(in.Text); n > MaxText {
		return refuseAt("text", "remark-long", fmt.Sprintf("«Nội dung nhận xét» phải có tối đa %d ký tự (hiện có %d)", MaxText, n), fmt.Sprintf("The remark must have at most %d characters (it has %d)", MaxText, n))
	}
	if !targetOK(in.Target) {
		return refuseAt("target", "remark-target", "Chọn mục được nhận xét trong danh sách", "Choose what the remark is about from the list")
	}
	return nil
}

// targetOK tells whether a target has a form this room knows.
func targetOK(t string) bool {
	kind, key, ok := strings.Cut(t, ":")
	return t == "" || ok && (kind == "field" || kind == "control") && key != "" && len(key) <= 120
}

// place finds the thread a reply belongs to; one that a may not see is absent.
func (k *Desk) place(r *Remark, in Input, rs []Remark, a approval.Actor) error {
	if in.Kind == Ask {
		r.Thread, r.Target, r.Internal = r.No, in.Target, in.Internal
		return nil
	}
	if in.Kind == Seen {
		r.Thread = r.No
		return nil
	}
	for _, t := range Threads(rs, a) {
		if t.No != in.Thread {
			continue
		}
		r.Target, r.Internal = t.Target, t.Internal
		if (in.Kind == Resolve) == t.Resolved {
			if in.Kind != Answer {
				return refuse(approval.Conflict, "remark-state", "Nhận xét đã ở trạng thái này.", "The remark is in that state already.")
			}
			if t.Resolved {
				return refuse(approval.Conflict, "remark-resolved", "Nhận xét đã được giải quyết; không trả lời thêm được.", "The remark is resolved; it takes no further answer.")
			}
		}
		return nil
	}
	return approval.ErrNotFound()
}

// side tells on which side the actor speaks, and refuses who has no say: those
// whom the law names to judge the dossier ask and resolve, the operator answers,
// and nobody sits on both sides.
func (k *Desk) side(a approval.Actor, s *approval.System, d *approval.Dossier, kind Kind) (Side, error) {
	hand := d.HandOf(a.Person)
	if a.Capacity == law.RoleOperator && a.Body == s.Owner && kind == Answer {
		if hand != "" && hand != "edit" {
			return "", approval.ErrFourEyes()
		}
		return Applicant, nil
	}
	c, err := approval.Handling(k.Book, s, d, law.DayOf(k.Clock()))
	if err != nil {
		return "", refuse(approval.Invalid, "no-competence", "Không xác định được thẩm quyền: "+err.Error(), "The competent authority cannot be determined: "+err.Error())
	}
	if !Judges(a, s, c) {
		return "", refuse(approval.Forbidden, "wrong-authority", "Chỉ cơ quan thẩm định, phê duyệt được nhận xét; đơn vị vận hành trả lời.", "Only who judges the dossier remarks on it; the operator answers.")
	}
	if hand == "edit" {
		return "", approval.ErrFourEyes()
	}
	return Judging, nil
}

// Judges tells whether the law gives the actor a part in judging the system's
// dossier.
func Judges(a approval.Actor, s *approval.System, c law.Competence) bool {
	roles := append(slices.Clone(c.Appraise), c.Opinion, c.Regulator)
	for _, p := range c.Approve {
		roles = append(roles, p.Role)
	}
	return a.Capacity != "" && slices.Contains(roles, a.Capacity) && (a.National() || a.Body == s.Owner)
}

// said is a remark about to be stored, with those before it.
type said struct {
	code    string
	dossier int
	before  []Remark
	Remark
}

// keep stores a remark with its entry.
func (k *Desk) keep(tx Tx, a approval.Actor, x said) error {
	code, dossier, rs, r := x.code, x.dossier, x.before, x.Remark
	before := ""
	var err error
	if len(rs) > 0 {
		if before, err = approval.Digest(rs); err != nil {
			return err
		}
	}
	after, err := approval.Digest(append(slices.Clone(rs), r))
	if err != nil {
		return err
	}
	if err := tx.AddRemark(code, dossier, r); err != nil {
		return err
	}
	return tx.Append(&approval.Entry{At: r.At, By: r.By, Act: "remark-" + string(r.Kind), Object: Object(code, dossier), Before: before, After: after, Law: k.Book.Digest(),
		Detail: a.Traced(map[string]string{"no": fmt.Sprint(r.No), "thread": fmt.Sprint(r.Thread), "round": fmt.Sprint(r.Round), "target": r.Target})})
}

func refuse(k approval.Kind, rule, vi, en string) *approval.Refusal {
	return &approval.Refusal{Kind: k, Findings: []approval.Finding{{Rule: rule, Says: law.Text{VI: vi, EN: en}}}}
}

func refuseAt(field, rule, vi, en string) *approval.Refusal {
	r := refuse(approval.Invalid, rule, vi, en)
	r.Findings[0].Field = field
	return r
}
