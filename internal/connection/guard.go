package connection

import (
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// guard tells why a may not do act on c now, nil when it may: who acts, and the
// order of things. What is said is checked by the act.
func (o *Office) guard(act string, r Reader, a approval.Actor, c *Connection, now time.Time) error {
	state := c.StateAt(now)
	if state == Ended {
		return order("Kết nối đã kết thúc; không thực hiện được thao tác nào nữa.", "The connection has ended; nothing more can be done on it.")
	}
	switch act {
	case ActConsent:
		return o.guardConsent(r, a, c, now, state)
	case ActEnd:
		return o.guardEnd(r, a, c, now)
	}
	if err := o.regulator(r, a, c, now); err != nil {
		return err
	}
	if c.Profile == Sandbox && act != ActSuspend && act != ActReinstate {
		return order("Kết nối thử nghiệm không cần và không nhận quyết định này.", "A sandbox connection neither needs nor takes this decision.")
	}
	switch act {
	case ActAllow:
		return o.guardAllow(r, a, c, now, state)
	case ActRefuse:
		if state != Requested {
			return order("Chỉ từ chối được yêu cầu đang chờ.", "Only a pending request can be refused.")
		}
		return nil
	case ActSuspend:
		if state != Allowed && state != Suspended && c.Link(now).Broken.IsZero() {
			return order("Chỉ tạm đình chỉ được kết nối đang mở.", "Only an open connection can be suspended.")
		}
		return nil
	case ActReinstate:
		if l := c.Link(now); !l.Barred && l.Shuts.IsZero() {
			return order("Kết nối không bị tạm đình chỉ.", "The connection is not suspended.")
		}
		return nil
	case ActPropose:
		if err := standing(r, c); err != nil {
			return err
		}
		return o.guardPropose(c, now, state)
	case ActAgree:
		if err := standing(r, c); err != nil {
			return err
		}
		return o.guardAgree(a, c, now)
	}
	return refuse(approval.Forbidden, "", "unknown-act", "Không có thao tác này.", "There is no such act.")
}

func order(vi, en string) error { return refuse(approval.Conflict, "", "wrong-order", vi, en) }

// operatorOf: the actor is an officer of the operating unit under the owner.
func operatorOf(a approval.Actor, s *approval.System) *approval.Refusal {
	if a.Capacity == law.RoleOperator && a.Body == s.Owner {
		return nil
	}
	return wrongActor()
}

func wrongActor() *approval.Refusal {
	return refuse(approval.Forbidden, "", "wrong-actor", "Tài khoản của bạn không có vai trò thực hiện thao tác này.", "Your account does not have the role for this act.")
}

// regulator: the actor acts as the regulator that the law names for the
// consumer's level that day, or of any level while it has none.
func (o *Office) regulator(r Reader, a approval.Actor, c *Connection, now time.Time) error {
	if !a.National() {
		return wrongActor()
	}
	s, err := r.System(c.Consumer)
	if err != nil {
		return err
	}
	level, listed := law.Level(1), false
	if st := s.Standing(now); st.Approval != nil {
		level, listed = st.Approval.Level, st.Approval.Listed
	}
	k, err := o.Book.Competence(law.Case{Level: level, On: law.DayOf(now), Sector: s.Sector, Listed: listed, OperatedBySpecialisedUnit: s.OperatorIsSpecialised})
	if err != nil {
		return refuse(approval.Invalid, "", "no-competence", err.Error(), err.Error())
	}
	if k.Regulator != a.Capacity {
		return wrongActor()
	}
	return nil
}

// side tells whether the actor is an officer of a side's operating unit.
func side(r Reader, a approval.Actor, code string) (bool, error) {
	s, err := r.System(code)
	if isNotFound(err) {
		return false, nil
	}
	return err == nil && operatorOf(a, &s) == nil, err
}

func (o *Office) guardConsent(r Reader, a approval.Actor, c *Connection, now time.Time, state string) error {
	ok, err := side(r, a, c.Provider)
	switch {
	case err != nil:
		return err
	case !ok:
		return wrongActor()
	case !o.Book.Policy().ProviderConsent || c.Profile == Sandbox:
		return order("Kết nối này không cần bên cung cấp đồng ý.", "This connection needs no consent of the provider.")
	case state != Requested || c.last(ActConsent, now) != nil:
		return order("Không có yêu cầu nào chờ bên cung cấp đồng ý.", "No request waits for the provider's consent.")
	}
	return nil
}

func (o *Office) guardEnd(r Reader, a approval.Actor, c *Connection, now time.Time) error {
	for _, code := range []string{c.Consumer, c.Provider} {
		if ok, err := side(r, a, code); ok || err != nil {
			return err
		}
	}
	return o.regulator(r, a, c, now)
}

func (o *Office) guardAllow(r Reader, a approval.Actor, c *Connection, now time.Time, state string) error {
	switch {
	case state == Suspended:
		return order("Kết nối đang bị tạm đình chỉ; khôi phục trước khi cho phép lại.", "The connection is suspended; reinstate it before allowing it anew.")
	case state == Refused:
		return order("Yêu cầu đã bị từ chối; bên khai thác gửi yêu cầu mới.", "The request was refused; the consumer sends a new one.")
	case c.Steps[0].By.Person == a.Person:
		return refuse(approval.Forbidden, "", "four-eyes", "Người gửi yêu cầu không được tự cho phép.", "Who requested the connection may not allow it.")
	case o.Book.Policy().ProviderConsent && c.last(ActConsent, now) == nil:
		return order("Bên cung cấp chưa đồng ý.", "The provider has not consented yet.")
	}
	for _, code := range []string{c.Consumer, c.Provider} {
		s, err := r.System(code)
		if err != nil {
			return err
		}
		if s.Standing(now).Approval == nil {
			return order("Hệ thống "+code+" không có phê duyệt cấp độ đang có hiệu lực; chưa cho phép kết nối được.", "The system "+code+" has no level approval in force; the connection cannot be allowed yet.")
		}
	}
	return nil
}

// pending is the proposal of break-glass that waits for a second person, nil
// when there is none. A proposal waits no longer than break-glass may last.
func (o *Office) pending(c *Connection, now time.Time) *Step {
	p := c.last(ActPropose, now)
	if p == nil || !now.Before(p.At.Add(hours(o.Book.Policy().BreakGlassHours))) {
		return nil
	}
	if g := c.last(ActAgree, now); g != nil && !g.At.Before(p.At) {
		return nil
	}
	return p
}

func (o *Office) guardPropose(c *Connection, now time.Time, state string) error {
	switch {
	case state == Suspended:
		return order("Kết nối đang bị tạm đình chỉ; mở khẩn cấp không vượt qua quyết định tạm đình chỉ.", "The connection is suspended; break-glass does not override a suspension.")
	case o.pending(c, now) != nil:
		return order("Đã có đề xuất mở khẩn cấp đang chờ người thứ hai.", "A proposal of break-glass already waits for a second person.")
	}
	if g := c.last(ActAgree, now); g != nil {
		if free := g.Until.Add(hours(o.Book.Policy().BreakGlassInterval)); now.Before(free) {
			at := free.In(law.Zone())
			return refuse(approval.Conflict, "", "break-glass-interval", "Mở khẩn cấp không tự gia hạn; được đề xuất lại từ "+at.Format("15:04 02/01/2006")+".",
				"Break-glass does not renew itself; it may be proposed again from "+at.Format(time.RFC3339)+".")
		}
	}
	return nil
}

func (o *Office) guardAgree(a approval.Actor, c *Connection, now time.Time) error {
	p := o.pending(c, now)
	switch {
	case p == nil:
		return order("Không có đề xuất mở khẩn cấp nào đang chờ.", "No proposal of break-glass is waiting.")
	case p.By.Person == a.Person:
		return refuse(approval.Forbidden, "", "four-eyes", "Người đề xuất không được tự đồng ý; cần người thứ hai.", "Who proposed it may not agree to it; a second person must.")
	}
	if c.Link(now).Barred {
		return order("Kết nối đang bị tạm đình chỉ.", "The connection is suspended.")
	}
	return nil
}

// standing refuses break-glass where a side is retired.
func standing(r Reader, c *Connection) error {
	for _, code := range []string{c.Consumer, c.Provider} {
		s, err := r.System(code)
		if err != nil {
			return err
		}
		if s.Retirement != nil {
			return order("Hệ thống "+code+" đã kết thúc vận hành; không mở khẩn cấp được.", "The system "+code+" is retired; break-glass cannot open it.")
		}
	}
	return nil
}

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }
