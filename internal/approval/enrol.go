package approval

import (
	"context"
	"crypto/sha256"
	"errors"
	"iter"
	"reflect"
	"slices"
	"strings"
	"time"

	"capdo/internal/fold"
	"capdo/internal/law"
)

// ActAmend is the act of correcting what a system was registered with.
const ActAmend = "amend"

// Line is one line of a list by which systems are registered or amended: without
// a code it registers, with one it amends.
type Line struct {
	No      int    // of the line, for telling
	Code    string // of the system to amend, "" registers
	Version int64  // of that system as the list showed it
	Registration
	// Doubts are what the paper itself finds amiss in the line; a line that says
	// what stands there already may have them.
	Doubts []Finding
	Facts  *FactLine // nil: the line says nothing of the facts that decide the level
}

// FactLine is what a line says of the facts that decide the level, and what their
// paper finds amiss in it.
type FactLine struct {
	law.Facts
	Doubts []Finding
}

// restates tells whether a line states facts that do not stand there already.
func (l Line) restates(s *System) bool {
	return l.Facts != nil && (len(l.Facts.Doubts) > 0 || s.Facts == nil || !reflect.DeepEqual(s.Facts.Facts, l.Facts.Facts))
}

// Fate is what became, or would become, of a line.
type Fate struct {
	Line    Line
	Code    string // of the system, "" while it has none
	Did     string // "added", "changed", "same"; "" when refused
	Fields  []string
	Refused *Refusal
}

// Batch loads many systems of the actor's scope at once. The handles of a Store
// that can take a list are one.
type Batch interface {
	// Systems returns the systems with the codes that are in scope, by code.
	Systems(codes []string) (map[string]System, error)
	// Named hands the names and codes of an owner's systems that are not retired to f.
	Named(owner string, f func(name, code string)) error
}

// BatchTx stores many at once. The write handle of a Store that can take a list is
// one.
type BatchTx interface {
	Batch
	// CreateAll is Create for many.
	CreateAll([]*System) error
}

// errRefusedLines ends a transaction in which a line was refused.
var errRefusedLines = errors.New("a line is refused")

// errNoLists ends a list that the store cannot take.
var errNoLists = errors.New("enrol: the store takes no lists")

// atOnce is how many lines are looked up together.
const atOnce = 500

// Enrol carries out a list of lines, all or none, in one transaction with an
// entry for each system that changed; source is named in every entry. Tell is
// told of every line in order. A dry run changes nothing and tells what would
// become of each; the true run tells the same and, when it refuses a line,
// writes nothing and returns false. Lines that come in error end it with that
// error.
func (o *Office) Enrol(ctx context.Context, a Actor, lines iter.Seq2[Line, error], source string, dry bool, tell func(Fate)) (done bool, err error) {
	now := o.now()
	if dry {
		err = o.Store.View(ctx, a, func(r Reader) error {
			e := enrolment{office: o, actor: a, now: now, tell: tell}
			return e.run(r, lines)
		})
		return err == nil, err
	}
	err = o.Store.Update(asList(ctx), a, now, func(tx Tx) error {
		e := enrolment{office: o, actor: a, now: now, source: source, tx: tx, tell: tell}
		return e.run(tx, lines)
	})
	if errors.Is(err, errRefusedLines) || errors.Is(err, errUnchanged) {
		return errors.Is(err, errUnchanged), nil
	}
	return err == nil, err
}

// listKey is the place in a context that says that a list is carried out under it.
type listKey struct{}

// asList says so of a context.
func asList(ctx context.Context) context.Context { return context.WithValue(ctx, listKey{}, true) }

// IsList tells whether the transaction under ctx carries out a list, which takes as
// long as it has lines.
func IsList(ctx context.Context) bool { return ctx.Value(listKey{}) != nil }

// enrolment is one list being carried out; tx is nil in a dry run.
type enrolment struct {
	office *Office
	actor  Actor
	now    time.Time
	source string
	tx     Tx
	tell   func(Fate)

	batch   Batch
	named   map[nameKey]string // names taken under the actor's body
	seen    map[string]bool    // codes of this list
	fresh   []newcomer
	refused bool
	written int
}

// nameKey stands for a name without case and marks, in little room.
type nameKey [16]byte

func keyOf(name string) nameKey {
	sum := sha256.Sum256([]byte(fold.Plain(name)))
	return nameKey(sum[:16])
}

func (e *enrolment) run(handle interface{ Agencies() ([]Agency, error) }, lines iter.Seq2[Line, error]) error {
	batch, ok := handle.(Batch)
	if !ok {
		return errNoLists
	}
	e.named = map[nameKey]string{}
	if err := batch.Named(e.actor.Body, func(name, code string) { e.named[keyOf(name)] = code }); err != nil {
		return err
	}
	e.batch, e.seen = batch, map[string]bool{}
	ended := e.living(handle)
	held := make([]Line, 0, atOnce)
	for l, err := range lines {
		if err != nil {
			return err
		}
		if held = append(held, l); len(held) == atOnce {
			if err := e.take(held, ended); err != nil {
				return err
			}
			held = held[:0]
		}
	}
	if err := e.take(held, ended); err != nil {
		return err
	}
	switch {
	case e.tx == nil:
		return nil
	case e.refused:
		return errRefusedLines
	case e.written == 0:
		return errUnchanged
	}
	return nil
}

// living is why the actor's body may register nothing, nil when it may.
func (e *enrolment) living(handle interface{ Agencies() ([]Agency, error) }) *Refusal {
	as, err := handle.Agencies()
	if err != nil {
		return refuse(NotFound, "no-agencies", "", "Không đọc được danh sách cơ quan.", "The list of agencies cannot be read.")
	}
	return alive(as, e.actor.Body, today(e.now))
}

// take carries out the lines held.
func (e *enrolment) take(held []Line, ended *Refusal) error {
	var codes []string
	for _, l := range held {
		if l.Code != "" {
			codes = append(codes, l.Code)
		}
	}
	known, err := e.batch.Systems(codes)
	if err != nil {
		return err
	}
	fates := make([]Fate, len(held))
	for i, l := range held {
		f := &fates[i]
		*f = Fate{Line: l, Code: l.Code}
		if l.Code == "" {
			e.add(f, ended)
		} else {
			s, ok := known[l.Code]
			err = e.amend(f, s, ok)
		}
		if err != nil {
			return err
		}
		e.refused = e.refused || f.Refused != nil
	}
	if err := e.enter(); err != nil {
		return err
	}
	for _, f := range fates {
		e.tell(f)
	}
	return nil
}

// enter stores the systems that are new among the lines taken, each with its entry.
func (e *enrolment) enter() error {
	fresh := e.fresh
	if e.fresh = nil; len(fresh) == 0 || !e.writes() {
		return nil
	}
	all := make([]*System, len(fresh))
	for i := range fresh {
		all[i] = &fresh[i].system
	}
	many, ok := e.tx.(BatchTx)
	if !ok {
		return errNoLists
	}
	if err := many.CreateAll(all); err != nil {
		return err
	}
	for i, s := range all {
		f := fresh[i].fate
		f.Code = s.Code
		if err := e.office.append(e.tx, e.actor, "register", s, "", e.now, map[string]string{"name": s.Name, "source": e.source}); err != nil {
			return err
		}
		if f.Line.Facts == nil {
			continue
		}
		if err := e.state(s, f.Line.Facts); err != nil {
			return err
		}
	}
	return nil
}

// writes tells whether this run writes: not in a dry one, and no more once a
// line was refused.
func (e *enrolment) writes() bool { return e.tx != nil && !e.refused }

// newcomer is a system that a line registers.
type newcomer struct {
	fate   *Fate
	system System
}

// add registers the system of a line.
func (e *enrolment) add(f *Fate, ended *Refusal) {
	in, a := f.Line.Registration, e.actor
	taken := e.named[keyOf(in.Name)]
	switch {
	case a.Capacity != law.RoleOperator:
		f.Refused = mayNotRegister()
	case ended != nil:
		f.Refused = ended
	case taken != "":
		f.Refused = refuseField("name", "name-taken", "",
			"Cơ quan đã có hệ thống cùng tên ("+taken+"); ghi mã đó vào cột mã để sửa, hoặc ghi tên phân biệt.",
			"The agency has a system of that name already ("+taken+"); put that code into the row to amend it, or tell the names apart.")
	default:
		f.Refused = f.Line.amiss(today(e.now))
	}
	s := in.system(a, e.now)
	if f.Refused == nil && f.Line.Facts != nil {
		f.Refused = e.mayState(&s, f.Line.Facts)
	}
	if f.Refused != nil {
		return
	}
	f.Did = "added"
	e.named[keyOf(in.Name)] = "dòng khác của bảng này"
	if e.writes() {
		e.fresh = append(e.fresh, newcomer{f, s})
		e.written++
	}
}

// mayState is why the facts of a line cannot be stated of a system, nil when they can.
func (e *enrolment) mayState(s *System, l *FactLine) *Refusal {
	if r := e.office.guard(ActFacts, e.actor, s, s.Standing(e.now), today(e.now)); r != nil {
		return r
	}
	fs := l.Doubts
	if len(fs) == 0 {
		fs = unfit(l.Facts)
	}
	if len(fs) > 0 {
		return &Refusal{Invalid, fs}
	}
	return nil
}

// state states the facts of a line, as an act of its own.
func (e *enrolment) state(s *System, l *FactLine) error {
	before, err := s.Digest()
	if err != nil {
		return err
	}
	detail := e.office.state(s, l.Facts, e.actor, e.now)
	detail["source"] = e.source
	if err := e.tx.Save(s); err != nil {
		return err
	}
	return e.office.append(e.tx, e.actor, ActFacts, s, before, e.now, detail)
}

// amend corrects the system of a line.
func (e *enrolment) amend(f *Fate, s System, found bool) error {
	switch {
	case !found:
		f.Refused = &Refusal{NotFound, []Finding{{Field: "code", Rule: "not-found", Says: law.Text{
			VI: "Không có hệ thống mang mã này trong phạm vi của bạn; giữ nguyên mã như lúc xuất, hoặc để trống mã để đăng ký mới.",
			EN: "There is no system of this code in your scope; keep the code as it was exported, or leave it empty to register a new system."}}}}
	case e.seen[f.Code]:
		f.Refused = refuseField("code", "code-twice", "", "Mã hệ thống này đã có ở dòng trên; mỗi hệ thống chỉ một dòng.", "This code stands on a line above; a system takes one line.")
	case s.Version != f.Line.Version:
		f.Refused = ErrStale()
	}
	e.seen[f.Code] = true
	if f.Refused != nil {
		return nil
	}
	amended, restated := f.Line.differs(&s), f.Line.restates(&s)
	if f.Fields = amended; restated {
		f.Fields = append(slices.Clone(amended), "facts")
	}
	if len(f.Fields) == 0 {
		f.Did = "same"
		return nil
	}
	if len(amended) > 0 {
		f.Refused = e.mayAmend(&s, f, amended)
	}
	if f.Refused == nil && restated {
		f.Refused = e.mayState(&s, f.Line.Facts)
	}
	if f.Refused != nil {
		return nil
	}
	f.Did = "changed"
	if !e.writes() {
		return nil
	}
	e.written++
	if len(amended) > 0 {
		if err := e.correct(&s, f, amended); err != nil {
			return err
		}
	}
	if restated {
		return e.state(&s, f.Line.Facts)
	}
	return nil
}

// mayAmend is why what a system was registered with cannot be amended by a line, nil
// when it can.
func (e *enrolment) mayAmend(s *System, f *Fate, fields []string) *Refusal {
	st := s.Standing(e.now)
	if r := e.office.guard(ActAmend, e.actor, s, st, today(e.now)); r != nil {
		return r
	}
	if r := settled(st, fields); r != nil {
		return r
	}
	f.Line.Attested = true // it was, when it was registered
	return f.Line.amiss(today(e.now))
}

// correct amends a system by a line.
func (e *enrolment) correct(s *System, f *Fate, fields []string) error {
	before, err := s.Digest()
	if err != nil {
		return err
	}
	s.keep(e.now)
	s.amend(f.Line.Registration, e.actor.Person)
	if err := e.tx.Save(s); err != nil {
		return err
	}
	return e.office.append(e.tx, e.actor, ActAmend, s, before, e.now, map[string]string{"fields": strings.Join(fields, " "), "source": e.source})
}

// amiss is what is wrong with what a line says, nil when nothing is: the paper's
// own words first, and the law's where the paper was content with the field.
func (l Line) amiss(day law.Day) *Refusal {
	fs := slices.Clone(l.Doubts)
	for _, f := range l.check(day) {
		if !slices.ContainsFunc(fs, func(x Finding) bool { return x.Field == f.Field }) {
			fs = append(fs, f)
		}
	}
	if len(fs) == 0 {
		return nil
	}
	return &Refusal{Invalid, fs}
}

// settled refuses to change, by a list, what an approval in force rests on: who
// appraises, and whether the plan must be deployed before operation, follow from
// it (NĐ 331 Điều 18.4, Điều 30.6).
func settled(st Standing, fields []string) *Refusal {
	for _, f := range []string{"stage", "operator_is_specialised"} {
		if st.Approval != nil && slices.Contains(fields, f) {
			return refuseField(f, "approval-rests-on-it", "NĐ 331/2026/NĐ-CP, Điều 18.4, Điều 30.6",
				"Phê duyệt đang có hiệu lực dựa trên thông tin này; lập hồ sơ mới để thay đổi.",
				"The approval in force rests on this; make a new dossier to change it.")
		}
	}
	return nil
}

// differs lists the fields in which a registration is not what stands there.
func (in Registration) differs(s *System) []string {
	var fields []string
	for _, x := range []struct {
		field string
		same  bool
	}{
		{"name", in.Name == s.Name}, {"description", in.Description == s.Description}, {"served", in.Served == s.Served},
		{"operator_unit", in.OperatorUnit == s.OperatorUnit}, {"operator_is_specialised", in.OperatorIsSpecialised == s.OperatorIsSpecialised},
		{"stage", in.Stage == s.Stage}, {"started_on", in.StartedOn == s.StartedOn},
	} {
		if !x.same {
			fields = append(fields, x.field)
		}
	}
	return fields
}

// amend puts a registration in the place of what stood there. Whoever changes
// what an open dossier is about had a hand in that dossier.
func (s *System) amend(in Registration, person string) {
	s.Name, s.Description, s.Served, s.OperatorUnit = in.Name, in.Description, in.Served, in.OperatorUnit
	s.OperatorIsSpecialised, s.Stage, s.StartedOn = in.OperatorIsSpecialised, in.Stage, in.StartedOn
	if s.Open() != nil {
		s.Dossiers = slices.Clone(s.Dossiers)
		d := s.Open()
		d.Editors = slices.Clone(d.Editors)
		d.touched(person)
	}
}
