package approval

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"capdo/forms"
	"capdo/internal/law"
)

// File is everything an actor may see of one system.
type File struct {
	For         Actor // who sees it, and whose acts are listed
	System      System
	Standing    Standing
	Owner       Agency
	Current     law.RuleSet         // in force today
	Levels      []law.Determination // under R85 and R331; empty while no facts are stated
	Competence  *law.Competence     // who handles it; nil while no level is known
	Acts        []string            // what this actor may do now
	Changed     *Changed            // what differs from the approved dossier; nil when nothing does
	Missing     []Finding           // steps of the record still missing, in order
	History     []Entry             // oldest first
	Form        *forms.Form         // the dossier form for the dossier in hand, else today's
	FormContext forms.Context
}

// File returns the file of a system in the actor's scope.
func (o *Office) File(ctx context.Context, a Actor, code string) (File, error) {
	now := o.now()
	f := File{For: a}
	err := o.Store.View(ctx, a, func(r Reader) error {
		err := a.entitled(r, now)
		if err != nil {
			return err
		}
		if f.System, err = r.System(code); err != nil {
			return err
		}
		if a.Under != nil && !a.Under.Reaches(&f.System, now) {
			return ErrNotFound()
		}
		if f.History, err = r.Entries(code); err != nil {
			return err
		}
		f.System.NoteLenders(f.History)
		f.Owner, err = ownerOf(r, f.System.Owner)
		f.Owner = f.Owner.On(today(now))
		return err
	})
	if err != nil {
		return File{}, err
	}
	return f, o.judge(&f, a, now)
}

// ownerOf finds the agency with a code.
func ownerOf(r Reader, code string) (Agency, error) {
	as, err := r.Agencies()
	if err != nil {
		return Agency{}, err
	}
	for _, x := range as {
		if x.Code == code {
			return x, nil
		}
	}
	return Agency{Code: code, Name: code}, nil
}

// judge fills in what follows from the record, the law and the day.
func (o *Office) judge(f *File, a Actor, now time.Time) error {
	s, day := &f.System, today(now)
	f.Standing = s.Standing(now)
	f.Standing.OwnerEnded = f.Owner.EndedOn
	f.Current, _ = o.Book.RuleSetOn(day)
	if s.Facts != nil {
		for _, rs := range []law.RuleSet{law.R85, law.R331} {
			f.Levels = append(f.Levels, o.Book.Determine(rs, s.Facts.Facts))
		}
	}
	if level, listed := o.levelInView(s, f.Standing, f.Current); level > 0 {
		c, err := o.competence(s, level, listed, day)
		if d := s.Open(); d != nil && d.Level > 0 {
			c, err = o.handling(s, d, day)
		}
		if err != nil {
			return err
		}
		f.Competence = &c
	}
	for _, act := range Acts() {
		if !o.Past && o.guard(act, a, s, f.Standing, day) == nil {
			f.Acts = append(f.Acts, act)
		}
	}
	var err error
	if f.Changed, err = o.changed(s, f.Standing, f.Current); err != nil {
		return err
	}
	f.Missing = o.missing(f)
	return o.paper(f, day)
}

// levelInView is the level that decides who handles the system: of the dossier
// in hand, else of the approval, else the one the law names.
func (o *Office) levelInView(s *System, st Standing, rs law.RuleSet) (law.Level, bool) {
	if d := s.Open(); d != nil && d.Level > 0 {
		return d.Level, d.Listed
	}
	if st.Approval != nil {
		return st.Approval.Level, st.Approval.Listed
	}
	if s.Facts != nil {
		if det := o.Book.Determine(rs, s.Facts.Facts); det.Level != nil {
			return *det.Level, det.Listed()
		}
	}
	return 0, false
}

// paper picks the dossier form: a dossier that left the applicant's hands
// keeps its edition.
func (o *Office) paper(f *File, day law.Day) error {
	var st forms.Answers
	if d := f.System.Open(); d != nil {
		st = d.Statement
	}
	form, rs, err := o.dossierForm(&f.System, st, day)
	if err != nil {
		return err
	}
	level := law.Level(0)
	if d := f.System.Last(); d != nil {
		level = d.Level
		if !d.State.Editable() && d.Edition != "" {
			if own, ok := o.Shelf.Form("dossier", d.Edition); ok {
				form, rs = own, d.Rules
			}
		}
	}
	f.Form, f.FormContext = form, o.FormContext(&f.System, forms.Context{Level: int(level), Rules: string(rs)}, day)
	return nil
}

// missing lists the steps that stand between the record and a connection.
func (o *Office) missing(f *File) []Finding {
	st := f.Standing
	var fs []Finding
	step := func(rule, vi, en string) {
		fs = append(fs, Finding{Rule: rule, Says: law.Text{VI: vi, EN: en}})
	}
	if st.Retired {
		return nil
	}
	if st.Approval == nil {
		o.missingApproval(f, step)
	}
	f.Changed.redetermine(step)
	if st.Inherited {
		step("step.inherited", "Rà soát phê duyệt kế thừa từ chủ quản trước; phê duyệt lại hồ sơ nếu cần.", "Review the approval inherited from the former owner; have the dossier approved anew where needed.")
	}
	if st.RiskDue != "" {
		step("step.risk", "Đánh giá rủi ro do thay đổi chủ quản từ ngày "+dmy(st.RiskDue)+".", "Assess the risks: the owner changed on "+string(st.RiskDue)+".")
	}
	if st.Approval != nil && !st.Confirmed && o.Book.Policy().ConfirmationRequired {
		step("step.confirm", "Cơ quan quản lý nhà nước xác nhận phê duyệt trên hệ thống.", "The regulator confirms the approval on record.")
	}
	if st.Approval == nil || st.Plan != PlanFull {
		step("step.plan", "Triển khai đầy đủ phương án bảo đảm an toàn và khai báo ngày hoàn thành.", "Deploy the security plan in full and declare the day.")
	}
	return fs
}

// missingApproval lists the steps that lead to an approval.
func (o *Office) missingApproval(f *File, step func(rule, vi, en string)) {
	s := &f.System
	if s.Facts == nil {
		step("step.facts", "Khai dữ kiện để xác định cấp độ.", "State the facts that decide the level.")
	}
	d := s.Open()
	if d == nil || d.State.Editable() {
		step("step.submit", "Hoàn thiện và gửi hồ sơ đề xuất cấp độ.", "Complete and submit the level dossier.")
	}
	if c := f.Competence; c != nil && c.Opinion != "" && (d == nil || d.State.Editable() || d.State == Submitted) {
		step("step.opinion", "Đơn vị chuyên trách cho ý kiến chuyên môn.", "The specialised unit gives its professional opinion.")
	}
	if d == nil || d.State != Appraised {
		step("step.appraise", "Cơ quan có thẩm quyền thẩm định hồ sơ.", "The competent body appraises the dossier.")
	}
	step("step.decide", "Cấp có thẩm quyền phê duyệt hồ sơ.", "The competent authority approves the dossier.")
}

// Find returns one page of the register.
func (o *Office) Find(ctx context.Context, a Actor, f Filter) (p Page, err error) {
	f.Today = today(o.now())
	err = o.Store.View(ctx, a, func(r Reader) error {
		p, err = r.Search(f)
		return err
	})
	return p, err
}

// AgencyList returns every agency in official order.
func (o *Office) AgencyList(ctx context.Context, a Actor) (as []Agency, err error) {
	err = o.Store.View(ctx, a, func(r Reader) error {
		as, err = r.Agencies()
		return err
	})
	return as, err
}

// QueueItem is one system on which the actor is asked to act.
type QueueItem struct {
	Code, Name, Owner, OwnerName string
	Level                        law.Level
	Act                          string
	Since                        time.Time
	Limit                        law.Limit // the law's time limit for the act
	Origin                       Origin
	Dossier                      int            // number, 0 when the act is on an approval
	Digest                       string         // of the round in hand
	Version                      int64          // of the system
	Clock                        law.ClockState // of the act; zero when there is no limit
	Unknown                      *law.NoCalendarError
	Under                        *Delegation // by which it waits for the actor; nil for the actor's own work
	More                         bool        // more wait than the queue tells of: of each kind, those that wait longest
}

// maxQueue bounds how many pending systems a queue looks at.
const maxQueue = 600

// Queue returns what waits for the actor: what is due first stands first, then
// what has no limit, longest waiting first.
func (o *Office) Queue(ctx context.Context, a Actor) ([]QueueItem, error) {
	now := o.now()
	var pending []System
	more, names := false, map[string]string{}
	err := o.Store.View(ctx, a, func(r Reader) error {
		err := a.entitled(r, now)
		if err != nil {
			return err
		}
		pending, more, err = r.Pending(maxQueue, func(s *System) bool { _, ok := o.waiting(a, s, now); return ok })
		if err != nil {
			return err
		}
		as, err := r.Agencies()
		for _, x := range as {
			names[x.Code] = x.Name
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var q []QueueItem
	for i := range pending {
		it, ok := o.waiting(a, &pending[i], now)
		if !ok {
			continue
		}
		it.OwnerName, it.Version, it.Under, it.More = names[it.Owner], pending[i].Version, a.Under, more
		if err := o.time(&it, &pending[i], today(now)); err != nil {
			return nil, err
		}
		q = append(q, it)
	}
	slices.SortStableFunc(q, before)
	return q, nil
}

// Queues returns what waits for the actor and, under each delegation, for its
// capacity; what waits twice for one person is listed once, the own first.
func (o *Office) Queues(ctx context.Context, a Actor, under []Delegation) ([]QueueItem, error) {
	all, err := o.Queue(ctx, a)
	if err != nil {
		return nil, err
	}
	for i := range under {
		more, err := o.Queue(ctx, under[i].Acting(a))
		if err != nil {
			return nil, err
		}
		for _, it := range more {
			if !slices.ContainsFunc(all, func(x QueueItem) bool { return x.Code == it.Code && x.Act == it.Act }) {
				all = append(all, it)
			}
		}
	}
	slices.SortStableFunc(all, before)
	return all, nil
}

// before orders a queue by the last day, then by how long an item waits.
func before(x, y QueueItem) int {
	if c := cmp.Compare(orNever(x.Clock.Due), orNever(y.Clock.Due)); c != 0 {
		return c
	}
	return x.Since.Compare(y.Since)
}

// orNever puts what has no last day behind every day.
func orNever(d law.Day) law.Day { return cmp.Or(d, "9999-12-31") }

// time tells how the clock of an item stands on a day.
func (o *Office) time(it *QueueItem, s *System, day law.Day) error {
	if it.Limit.Days == 0 {
		return nil
	}
	run := law.ClockRun{Start: law.DayOf(it.Since), Limit: it.Limit}
	if d := s.Open(); d != nil {
		run = d.Run(it.Act, it.Limit)
	}
	var err error
	if it.Clock, err = o.Book.Due(run, day); errors.As(err, &it.Unknown) {
		return nil
	} else if err != nil {
		return fmt.Errorf("due day of %s: %w", it.Code, err)
	}
	return nil
}

// waiting tells which handling act, if any, a system waits for from the actor.
func (o *Office) waiting(a Actor, s *System, now time.Time) (QueueItem, bool) {
	st, day := s.Standing(now), today(now)
	it := QueueItem{Code: s.Code, Name: s.Name, Owner: s.Owner, Origin: s.Origin}
	if d := s.Open(); d != nil {
		it.Level, it.Since, it.Dossier, it.Digest = d.Level, since(d), d.No, d.Digest
		if d.State == Returned && o.guard(ActSubmit, a, s, st, day) == nil {
			it.Act = ActSubmit
			return it, true
		}
		for _, act := range []string{ActOpinion, ActReceive, ActReview, ActDecide} {
			if o.guard(act, a, s, st, day) == nil {
				it.Act, it.Limit = act, o.limit(act, s, d, day)
				return it, true
			}
		}
	}
	if st.Approval != nil && o.guard(ActConfirm, a, s, st, day) == nil {
		it.Level, it.Since, it.Act = st.Approval.Level, st.Approval.From, ActConfirm
		return it, true
	}
	return it, false
}

// since is the moment from which the dossier waits for its next act.
func since(d *Dossier) time.Time {
	t := d.SubmittedAt
	if n := len(d.Reviews); n > 0 && d.Reviews[n-1].At.After(t) {
		t = d.Reviews[n-1].At
	}
	if n := len(d.Receipts); n > 0 && d.Receipts[n-1].At.After(t) {
		t = d.Receipts[n-1].At
	}
	return t
}

// limit is the law's time limit for an act on a dossier.
func (o *Office) limit(act string, s *System, d *Dossier, day law.Day) law.Limit {
	c, err := o.handling(s, d, day)
	if err != nil {
		return law.Limit{}
	}
	switch act {
	case ActReceive:
		return c.InvalidReply
	case ActReview:
		return c.Appraisal
	case ActDecide:
		return c.Approval
	}
	return law.Limit{}
}
