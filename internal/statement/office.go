package statement

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// The acts on a statement, as the ledger names them.
const (
	ActTake = "statement-take"
	ActNote = "statement-note"
)

// Office takes statements in and settles differences.
type Office struct {
	Store Store
	Book  *law.Book
	Clock func() time.Time
}

// Store keeps the statements, bound to an actor's scope: an agency's own, or all
// for a national capacity.
type Store interface {
	UpdateStatement(ctx context.Context, a approval.Actor, at time.Time, f func(Tx) error) error
	ViewStatement(ctx context.Context, a approval.Actor, f func(Reader) error) error
}

// Reader answers inside the actor's scope.
type Reader interface {
	// Statement loads one with its notes; ErrNotFound when absent or another's.
	Statement(id string) (Statement, error)
	// Statements lists them, latest first.
	Statements() ([]Statement, error)
	// Owned returns every system of an owner.
	Owned(owner string) ([]approval.System, error)
	Agencies() ([]approval.Agency, error)
}

// Tx is the one way to write.
type Tx interface {
	Reader
	// Take stores a new statement under the next id, and sets it.
	Take(s *Statement) error
	// Say stores the notes of s beyond those stored.
	Say(s *Statement) error
	Append(e *approval.Entry) error
}

func refuse(k approval.Kind, field, rule, vi, en string) *approval.Refusal {
	return &approval.Refusal{Kind: k, Findings: []approval.Finding{{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}}}}
}

// may tells whether the actor takes statements of an agency in and settles them:
// the agency's own people, and the regulator for every agency.
func may(a approval.Actor, agency string) *approval.Refusal {
	own := a.Body == agency && slices.Contains([]law.Role{law.RoleOperator, law.RoleSpecialisedUnit, law.RoleOwner}, a.Capacity)
	if own || a.Capacity == law.RoleMPS || a.Capacity == law.RoleMIC {
		return nil
	}
	return refuse(approval.Forbidden, "", "wrong-actor", "Tài khoản của bạn không có vai trò thực hiện thao tác này.", "Your account does not have the role for this act.")
}

// May tells whether the actor takes statements of an agency in and settles them.
func May(a approval.Actor, agency string) bool { return may(a, agency) == nil }

// Take takes a statement in as printed.
func (o *Office) Take(ctx context.Context, a approval.Actor, s Statement) (Statement, error) {
	now := o.Clock().UTC().Truncate(time.Microsecond)
	if err := may(a, s.Agency); err != nil {
		return s, err
	}
	s.Title = strings.TrimSpace(s.Title)
	s.By, s.At, s.Notes = a.Who(), now, nil
	if r := s.wrong(law.DayOf(now)); r != nil {
		return s, r
	}
	err := o.Store.UpdateStatement(ctx, a, now, func(tx Tx) error {
		if err := tx.Take(&s); err != nil {
			return err
		}
		return o.append(tx, a, ActTake, &s, "", map[string]string{"agency": s.Agency, "on": string(s.On), "source": s.Source, "lines": fmt.Sprint(len(s.Lines))})
	})
	return s, err
}

// Try tells what a statement would be beside the register, and changes nothing.
func (o *Office) Try(ctx context.Context, a approval.Actor, s Statement) (c Comparison, err error) {
	if err := may(a, s.Agency); err != nil {
		return c, err
	}
	s.Title = strings.TrimSpace(s.Title)
	if r := s.wrong(law.DayOf(o.Clock())); r != nil {
		return c, r
	}
	err = o.Store.ViewStatement(ctx, a, func(r Reader) error {
		systems, err := r.Owned(s.Agency)
		c = Compare(s, systems)
		return err
	})
	return c, err
}

// wrong is why a statement is not taken, nil when it is.
func (s *Statement) wrong(today law.Day) *approval.Refusal {
	r := &approval.Refusal{Kind: approval.Invalid}
	add := func(field, rule, vi, en string) {
		r.Findings = append(r.Findings, approval.Finding{Field: field, Rule: rule, Says: law.Text{VI: vi, EN: en}})
	}
	if s.Title == "" || len(s.Title) > 500 {
		add("title", "title-missing", "Nhập tên báo cáo có bảng này, tối đa 500 ký tự", "Enter the name of the report the table stands in")
	}
	switch {
	case s.On == "" || s.On.Time().IsZero():
		add("on", "date-missing", "Nhập ngày của số liệu, ví dụ 30/06/2024", "Enter the day the figures speak of, such as 30/06/2024")
	case s.On > today:
		add("on", "date-in-future", "Ngày của số liệu phải từ hôm nay trở về trước", "The day of the figures must not be in the future")
	}
	if len(s.Figures) == 0 && len(s.Lines) == 0 {
		add("file", "nothing-reported", "Nhập ít nhất một con số, hoặc tải bảng liệt kê hệ thống lên; cơ quan không gửi gì là im lặng, không phải bằng không", "Enter a figure, or bring the list of systems; who sends nothing is silent, which is not zero")
	}
	if len(r.Findings) == 0 {
		return nil
	}
	return r
}

// Note says things about a statement, all or none: which line is which system,
// who settles a difference, how it is settled.
func (o *Office) Note(ctx context.Context, a approval.Actor, id string, notes []Note) (Statement, error) {
	now := o.Clock().UTC().Truncate(time.Microsecond)
	var out Statement
	err := o.Store.UpdateStatement(ctx, a, now, func(tx Tx) error {
		s, err := tx.Statement(id)
		if err != nil {
			return err
		}
		if err := may(a, s.Agency); err != nil {
			return err
		}
		before, err := s.Digest()
		if err != nil {
			return err
		}
		systems, err := tx.Owned(s.Agency)
		if err != nil {
			return err
		}
		var said []string
		for _, n := range notes {
			if err := s.fits(&n, systems); err != nil {
				return err
			}
			n.No, n.By, n.At = len(s.Notes)+1, a.Who(), now
			s.Notes = append(s.Notes, n)
			said = append(said, strings.Trim(string(n.Kind)+" "+n.Key+" "+n.Code, " "))
		}
		if len(said) == 0 {
			return refuse(approval.Invalid, "", "nothing-said", "Chưa chọn gì để ghi.", "Nothing was chosen.")
		}
		if err := tx.Say(&s); err != nil {
			return err
		}
		out = s
		return o.append(tx, a, ActNote, &s, before, map[string]string{"notes": strings.Join(said, "; ")})
	})
	return out, err
}

// fits tells why a note cannot be made.
func (s *Statement) fits(n *Note, systems []approval.System) error {
	n.Comment = strings.TrimSpace(n.Comment)
	if len(n.Comment) > 4000 {
		return refuse(approval.Invalid, "comment", "too-long", "Ý kiến tối đa 4.000 ký tự", "At most 4,000 characters")
	}
	if n.Kind == Match {
		return s.fitsMatch(n, systems)
	}
	c := Compare(*s, systems)
	i := slices.IndexFunc(c.Differences, func(d Difference) bool { return d.Key == n.Key })
	if i < 0 {
		return refuse(approval.Conflict, "key", "no-difference", "Chênh lệch này không còn; tải lại trang.", "This difference is no more; reload the page.")
	}
	settled := c.Differences[i].Settled != nil
	switch {
	case n.Kind == Assign && !slices.Contains(Owners(), law.Role(n.Owner)):
		return refuse(approval.Invalid, "owner", "owner-missing", "Chọn đầu mối xử lý trong danh sách", "Choose who settles it from the list")
	case n.Kind == Resolve && !slices.Contains(Outcomes(), n.Outcome):
		return refuse(approval.Invalid, "outcome", "outcome-missing", "Chọn cách xử lý", "Choose how it is settled")
	case n.Kind == Resolve && n.Comment == "", n.Kind == Reopen && n.Comment == "":
		return refuse(approval.Invalid, "comment", "reason-missing", "Nhập lý do", "Enter the reason")
	case n.Kind == Resolve && settled, n.Kind == Reopen && !settled:
		return refuse(approval.Conflict, "key", "settled-already", "Chênh lệch vừa được người khác xử lý; tải lại trang.", "Somebody settled it meanwhile; reload the page.")
	case n.Kind != Assign && n.Kind != Resolve && n.Kind != Reopen:
		return refuse(approval.Invalid, "kind", "kind-unknown", "Không có thao tác này.", "There is no such act.")
	}
	return nil
}

// fitsMatch: a line of the statement, a system of the agency, each once.
func (s *Statement) fitsMatch(n *Note, systems []approval.System) error {
	if !slices.ContainsFunc(s.Lines, func(l Line) bool { return l.No == n.Line }) {
		return refuse(approval.Invalid, "line", "line-unknown", "Bảng không có dòng này.", "The table has no such line.")
	}
	if n.Code == "" {
		return nil
	}
	if !slices.ContainsFunc(systems, func(x approval.System) bool { return x.Code == n.Code }) {
		return refuse(approval.Invalid, "code", "system-unknown", "Cơ quan không có hệ thống mang mã này; chọn trong danh sách đề xuất hoặc ghi đúng mã.", "The agency has no system of this code.")
	}
	for _, l := range s.Lines {
		if code, said := s.matched(l.No); said && code == n.Code && l.No != n.Line {
			return refuse(approval.Conflict, "code", "matched-twice", fmt.Sprintf("Hệ thống %s đã được ghép với dòng %d; bỏ ghép dòng đó trước.", n.Code, l.No), fmt.Sprintf("System %s is matched with line %d already.", n.Code, l.No))
		}
	}
	return nil
}

// append writes the entry of an act.
func (o *Office) append(tx Tx, a approval.Actor, act string, s *Statement, before string, detail map[string]string) error {
	after, err := s.Digest()
	if err != nil {
		return err
	}
	at := s.At
	if n := len(s.Notes); n > 0 {
		at = s.Notes[n-1].At
	}
	return tx.Append(&approval.Entry{At: at, By: a.Who(), Act: act, Object: Object(s.ID), Before: before, After: after, Law: o.Book.Digest(), Detail: detail})
}

// Show sets a statement in the actor's scope beside the register.
func (o *Office) Show(ctx context.Context, a approval.Actor, id string) (c Comparison, err error) {
	err = o.Store.ViewStatement(ctx, a, func(r Reader) error {
		s, err := r.Statement(id)
		if err != nil {
			return err
		}
		systems, err := r.Owned(s.Agency)
		c = Compare(s, systems)
		return err
	})
	return c, err
}

// List lists the statements in the actor's scope, each beside the register, and
// the agencies.
func (o *Office) List(ctx context.Context, a approval.Actor) (all []Comparison, agencies []approval.Agency, err error) {
	err = o.Store.ViewStatement(ctx, a, func(r Reader) error {
		ss, err := r.Statements()
		if err != nil {
			return err
		}
		for _, s := range ss {
			systems, err := r.Owned(s.Agency)
			if err != nil {
				return err
			}
			all = append(all, Compare(s, systems))
		}
		agencies, err = r.Agencies()
		return err
	})
	return all, agencies, err
}
