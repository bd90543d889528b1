package approval

import (
	"slices"

	"capdo/internal/law"
)

// The acts on a system, in the order of its life.
const (
	ActFacts   = "facts"
	ActDraft   = "draft"
	ActSubmit  = "submit"
	ActOpinion = "opinion"
	ActReceive = "receive"
	ActReview  = "appraise"
	ActDecide  = "decide"
	ActConfirm = "confirm"
	ActPlan    = "plan"
	ActInspect = "inspect"
	ActRevoke  = "revoke"
	ActRetire  = "retire"

	ActSuspend   = "suspend"
	ActReinstate = "reinstate"
)

// Acts lists every act on a registered system.
func Acts() []string {
	return []string{ActFacts, ActDraft, ActSubmit, ActOpinion, ActReceive, ActReview, ActDecide, ActConfirm, ActPlan, ActInspect, ActSuspend, ActReinstate, ActRevoke, ActRetire}
}

// guard tells why a may not do act on s that day, nil when it may. It looks at
// who acts and at the order of things; what is said is checked by the act.
func (o *Office) guard(act string, a Actor, s *System, st Standing, day law.Day) *Refusal {
	if s.Retirement != nil {
		return refuse(Conflict, "retired", "", "Hệ thống đã kết thúc vận hành; không thực hiện được thao tác nào nữa.", "The system is retired; nothing more can be done on it.")
	}
	if a.Under != nil {
		if err := a.Under.guard(o.Book, act, s, st, day); err != nil {
			return err
		}
	}
	switch act {
	case ActFacts, ActAmend, ActDraft, ActSubmit:
		return o.guardApplicant(a, s)
	case ActOpinion, ActReceive, ActConsult, ActReview, ActDecide:
		return o.guardHandling(act, a, s, day)
	case ActConfirm:
		return o.guardConfirm(a, s, st, day)
	case ActRevoke:
		return o.guardRevoke(a, s, st, day)
	case ActSuspend, ActReinstate:
		return o.guardSuspend(act, a, s, st, day)
	case ActPlan:
		if err := operatorOf(a, s); err != nil {
			return err
		}
		if st.Approval == nil {
			return noApproval()
		}
		return nil
	case ActInspect:
		return among(a, s, law.RoleOperator, law.RoleSpecialisedUnit)
	case ActRetire:
		return among(a, s, law.RoleOperator, law.RoleOwner)
	}
	return refuse(Forbidden, "unknown-act", "", "Không có thao tác này.", "There is no such act.")
}

// guardApplicant: only the operating unit of the owner writes, only while the
// dossier is in its hands, and nobody who judged an earlier round of it.
func (o *Office) guardApplicant(a Actor, s *System) *Refusal {
	if err := operatorOf(a, s); err != nil {
		return err
	}
	d := s.Open()
	if d == nil {
		return nil
	}
	if !d.State.Editable() {
		return refuse(Conflict, "dossier-in-hand", "",
			"Hồ sơ đang ở cơ quan thẩm định, phê duyệt; chỉ sửa được khi hồ sơ được trả lại.",
			"The dossier is with the appraising or approving body; it can be edited once it is returned.")
	}
	return fourEyes(d, a, "edit")
}

// competence asks the law who handles dossier d that day.
func (o *Office) competence(s *System, level law.Level, listed bool, day law.Day) (law.Competence, error) {
	return o.Book.Competence(law.Case{Level: level, On: day, Sector: s.Sector, Listed: listed, OperatedBySpecialisedUnit: s.OperatorIsSpecialised})
}

// guardHandling: opinion, appraisal and decision, each by whom the law names
// and in the law's order, four eyes throughout.
func (o *Office) guardHandling(act string, a Actor, s *System, day law.Day) *Refusal {
	d := s.Open()
	if d == nil || d.State.Editable() {
		return refuse(Conflict, "nothing-submitted", "", "Không có hồ sơ nào đang chờ xử lý.", "No dossier is waiting to be handled.")
	}
	c, err := o.handling(s, d, day)
	if err != nil {
		return refuse(Invalid, "no-competence", "", "Không xác định được thẩm quyền: "+err.Error(), "The competent authority cannot be determined: "+err.Error())
	}
	switch act {
	case ActOpinion:
		return guardOpinion(a, s, d, c)
	case ActReceive:
		return guardReceipt(a, s, d, c)
	case ActConsult:
		return guardAppraisal(a, s, d, c)
	case ActReview:
		return o.guardReview(a, s, d, c)
	}
	return guardDecision(a, s, d, c)
}

func guardOpinion(a Actor, s *System, d *Dossier, c law.Competence) *Refusal {
	if c.Opinion == "" {
		return refuse(Conflict, "no-opinion-needed", c.Cites, "Cấp độ này không cần ý kiến chuyên môn.", "No professional opinion is needed at this level.")
	}
	if d.State != Submitted {
		return wrongOrder(c)
	}
	if err := competent(a, s, []law.Role{c.Opinion}, c); err != nil {
		return err
	}
	return fourEyes(d, a, "opinion")
}

// guardReview is the appraisal itself; the policy may ask for the check first.
func (o *Office) guardReview(a Actor, s *System, d *Dossier, c law.Competence) *Refusal {
	if err := guardAppraisal(a, s, d, c); err != nil {
		return err
	}
	if o.Book.Policy().CheckFirst && c.InvalidReply.Days > 0 && d.Received() == nil {
		return refuse(Conflict, "check-first", c.Cites, "Kiểm tra tiếp nhận hồ sơ trước khi thẩm định.", "Check that the dossier is complete before appraising it.")
	}
	return nil
}

func guardAppraisal(a Actor, s *System, d *Dossier, c law.Competence) *Refusal {
	want := Submitted
	if c.Opinion != "" {
		want = Opined
	}
	if d.State != want {
		return wrongOrder(c)
	}
	if err := competent(a, s, c.Appraise, c); err != nil {
		return err
	}
	return fourEyes(d, a, "appraisal")
}

func guardDecision(a Actor, s *System, d *Dossier, c law.Competence) *Refusal {
	if d.State != Appraised {
		return wrongOrder(c)
	}
	roles := make([]law.Role, 0, len(c.Approve))
	for _, p := range c.Approve {
		roles = append(roles, p.Role)
	}
	if err := competent(a, s, roles, c); err != nil {
		return err
	}
	if part := partOf(c, a.Capacity); d.decided(part) {
		return refuse(Conflict, "already-decided", c.Cites, "Phần thuộc thẩm quyền này đã được quyết định.", "The part within this competence is decided already.")
	}
	return fourEyes(d, a, "")
}

// partOf returns the part of the decision that role takes.
func partOf(c law.Competence, role law.Role) string {
	for _, p := range c.Approve {
		if p.Role == role {
			return p.Part
		}
	}
	return ""
}

func (o *Office) guardConfirm(a Actor, s *System, st Standing, day law.Day) *Refusal {
	if st.Approval == nil {
		return noApproval()
	}
	if st.Confirmed {
		return refuse(Conflict, "already-confirmed", "", "Phê duyệt này đã được xác nhận.", "This approval is confirmed already.")
	}
	c, err := o.competence(s, st.Approval.Level, st.Approval.Listed, day)
	if err != nil {
		return refuse(Invalid, "no-competence", "", err.Error(), err.Error())
	}
	if err := competent(a, s, []law.Role{c.Regulator}, c); err != nil {
		return err
	}
	if st.Approval.Dossier == 0 {
		return nil
	}
	return fourEyes(&s.Dossiers[st.Approval.Dossier-1], a, "")
}

func (o *Office) guardRevoke(a Actor, s *System, st Standing, day law.Day) *Refusal {
	if st.Approval == nil {
		return noApproval()
	}
	c, err := o.competence(s, st.Approval.Level, st.Approval.Listed, day)
	if err != nil {
		return refuse(Invalid, "no-competence", "", err.Error(), err.Error())
	}
	return competent(a, s, []law.Role{c.Regulator, st.Approval.Authority}, c)
}

// operatorOf: the actor is an officer of the operating unit under the owner.
func operatorOf(a Actor, s *System) *Refusal { return among(a, s, law.RoleOperator) }

// among: the actor acts in one of the capacities for the owner.
func among(a Actor, s *System, roles ...law.Role) *Refusal {
	if slices.Contains(roles, a.Capacity) && a.Body == s.Owner {
		return nil
	}
	return refuse(Forbidden, "wrong-actor", "", "Tài khoản của bạn không có vai trò thực hiện thao tác này.", "Your account does not have the role for this act.")
}

// competent: the law names the actor's capacity; agency capacities count for
// the actor's own body only.
func competent(a Actor, s *System, roles []law.Role, c law.Competence) *Refusal {
	if slices.Contains(roles, a.Capacity) && (a.National() || a.Body == s.Owner) {
		return nil
	}
	return refuse(Forbidden, "wrong-authority", c.Cites, "Không đúng thẩm quyền theo "+c.Cites+".", "Not the competent authority under "+c.Cites+".")
}

// fourEyes: whoever already had another hand in the dossier may not take the
// next one, nor may who acts for them; allowed names the hand that may repeat (a
// second round).
func fourEyes(d *Dossier, a Actor, allowed string) *Refusal {
	people := []string{a.Person}
	if a.Under != nil {
		people = append(people, a.Under.By.Person)
	}
	for _, person := range people {
		if h := d.handOf(person); h != "" && h != allowed {
			return ErrFourEyes()
		}
	}
	return nil
}

func wrongOrder(c law.Competence) *Refusal {
	return refuse(Conflict, "wrong-order", c.Cites, "Chưa đến bước này trong trình tự xử lý hồ sơ.", "The dossier has not reached this step.")
}

func noApproval() *Refusal {
	return refuse(Conflict, "no-approval", "", "Hệ thống không có phê duyệt cấp độ nào đang có hiệu lực.", "The system has no level approval in force.")
}
