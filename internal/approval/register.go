package approval

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"capdo/internal/law"
)

// Registration is what an officer states to register a system.
type Registration struct {
	Name                  string
	OperatorUnit          string
	OperatorIsSpecialised bool
	Stage                 Stage
	Description           string
	Served                string
	StartedOn             law.Day // compulsory for an operating system
	Attested              bool    // it is a system in the sense of NĐ 331 Điều 7–8
}

// Register puts a new system on the register under the actor's body.
func (o *Office) Register(ctx context.Context, a Actor, in Registration) (System, error) {
	if a.Capacity != law.RoleOperator {
		return System{}, mayNotRegister()
	}
	now := o.now()
	if fs := in.check(today(now)); len(fs) > 0 {
		return System{}, &Refusal{Invalid, fs}
	}
	s := in.system(a, now)
	err := o.Store.Update(ctx, a, now, func(tx Tx) error {
		if err := lives(tx, a.Body, today(now)); err != nil {
			return err
		}
		if err := tx.Create(&s); err != nil {
			return err
		}
		return o.append(tx, a, "register", &s, "", now, map[string]string{"name": s.Name})
	})
	return s, err
}

// system is the system that a registration brings into being.
func (in Registration) system(a Actor, now time.Time) System {
	return System{Name: in.Name, Owner: a.Body, Sector: a.Sector, OperatorUnit: in.OperatorUnit,
		OperatorIsSpecialised: in.OperatorIsSpecialised, Stage: in.Stage, Description: in.Description,
		Served: in.Served, StartedOn: in.StartedOn, Origin: Registered, RegisteredAt: now, RegisteredBy: a.Who()}
}

func mayNotRegister() *Refusal {
	return refuse(Forbidden, "wrong-actor", "", "Chỉ cán bộ đơn vị vận hành đăng ký được hệ thống.", "Only an officer of an operating unit may register a system.")
}

// lives refuses to register under a body that has ended: its successor does.
func lives(tx Tx, body string, day law.Day) error {
	as, err := tx.Agencies()
	if err != nil {
		return err
	}
	if r := alive(as, body, day); r != nil {
		return r
	}
	return nil
}

// alive is why nothing is registered under a body that day, nil while it lives.
func alive(as []Agency, body string, day law.Day) *Refusal {
	for _, x := range as {
		if x.Code == body && !x.ExistsOn(day) {
			return refuse(Conflict, "owner-ended", "", "Cơ quan chủ quản đã kết thúc hoạt động; cơ quan kế thừa đăng ký hệ thống.", "The owner has ended; its successor registers the system.")
		}
	}
	return nil
}

// check finds what is wrong with a registration.
func (in Registration) check(day law.Day) []Finding {
	var fs []Finding
	add := func(field, rule, cites, vi, en string) {
		fs = append(fs, Finding{field, rule, cites, law.Text{VI: vi, EN: en}})
	}
	if strings.TrimSpace(in.Name) == "" {
		add("name", "name-missing", "", "Nhập tên hệ thống thông tin", "Enter the name of the system")
	}
	if strings.TrimSpace(in.OperatorUnit) == "" {
		add("operator_unit", "operator-missing", "", "Nhập tên đơn vị vận hành", "Enter the operating unit")
	}
	switch in.Stage {
	case Operating:
		if in.StartedOn == "" {
			add("started_on", "started-missing", "", "Nhập ngày đưa vào vận hành", "Enter the day it went into operation")
		}
	case New, Upgrade:
	default:
		add("stage", "stage-missing", "", "Chọn giai đoạn của hệ thống", "Choose the stage of the system")
	}
	switch {
	case in.StartedOn == "":
	case notADay(in.StartedOn):
		add("started_on", "date-invalid", "", "Ngày đưa vào vận hành phải là ngày có thật", "The day of going into operation must exist in the calendar")
	case in.StartedOn > day:
		add("started_on", "started-in-future", "", "Ngày đưa vào vận hành phải từ hôm nay trở về trước", "The day of going into operation must not be in the future")
	}
	if !in.Attested {
		add("attest_system", "r331.0a", "NĐ 331/2026/NĐ-CP, Điều 7, Điều 8", "Xác nhận đây là một hệ thống thông tin có phạm vi đúng quy định, không tách, gộp hình thức", "Confirm that this is one information system, not artificially split or merged")
	}
	return fs
}

// StateFacts records the facts from which the law names the level.
func (o *Office) StateFacts(ctx context.Context, a Actor, code string, version int64, f law.Facts) (System, error) {
	if fs := unfit(f); fs != nil {
		return System{}, &Refusal{Invalid, fs}
	}
	return o.act(ctx, a, ActFacts, code, version, func(s *System, now time.Time) (map[string]string, error) {
		if err := o.guard(ActFacts, a, s, s.Standing(now), today(now)); err != nil {
			return nil, err
		}
		return o.state(s, f, a, now), nil
	})
}

// state puts facts on a system, and says which level the law names by them.
func (o *Office) state(s *System, f law.Facts, a Actor, now time.Time) map[string]string {
	if s.Facts != nil {
		s.keep(now)
	}
	s.Facts = &Facts{Facts: f, Named: o.named(f, now), By: a.Who(), At: now}
	detail := map[string]string{}
	for _, rs := range []law.RuleSet{law.R85, law.R331} {
		detail["level_"+string(rs)] = levelText(o.Book.Determine(rs, f))
	}
	return detail
}

// unfit are the findings on facts that contradict themselves, nil when they do not.
func unfit(f law.Facts) (fs []Finding) {
	for _, e := range f.Validate() {
		fs = append(fs, Finding{Field: e.Key, Rule: "fact." + e.Code, Says: e.Says})
	}
	return fs
}

// named is the level that the rules in force at t make of the facts, 0 when
// they name none. Before there were rules, the first ones judge.
func (o *Office) named(f law.Facts, t time.Time) law.Level {
	rs, ok := o.Book.RuleSetOn(today(t))
	if !ok {
		rs = law.R85
	}
	if det := o.Book.Determine(rs, f); det.Level != nil {
		return *det.Level
	}
	return 0
}

// levelText prints a determination: "3", "3?" when a person must decide, "?".
func levelText(d law.Determination) string {
	t := "?"
	if d.Level != nil {
		t = string(rune('0' + *d.Level))
		if d.Manual {
			t += "?"
		}
	}
	return t
}

// Retire takes a system out of operation: its dossier in hand is closed and no
// approval counts any more.
func (o *Office) Retire(ctx context.Context, a Actor, code string, version int64, ground string) (System, error) {
	if strings.TrimSpace(ground) == "" {
		return System{}, refuseField("ground", "ground-missing", "", "Nhập lý do kết thúc vận hành", "Enter the ground of retirement")
	}
	return o.act(ctx, a, ActRetire, code, version, func(s *System, now time.Time) (map[string]string, error) {
		if err := o.guard(ActRetire, a, s, s.Standing(now), today(now)); err != nil {
			return nil, err
		}
		if d := s.Open(); d != nil {
			d.State = Withdrawn
		}
		s.Retirement = &Retirement{Ground: ground, By: a.Who(), At: now}
		return map[string]string{"ground": ground}, nil
	})
}

// World is a register to be loaded as it stands: history included, nothing
// judged. Its records carry their own dates.
type World struct {
	Agencies []Agency
	Reported []Reported
	Systems  []System
	Source   string // named in every entry
}

// Reported is one agency's line of a published report, exactly as printed.
type Reported struct {
	Document    string `json:"document"`
	Section     string `json:"section"`
	Row         int    `json:"row"`
	Agency      string `json:"agency"`
	Total       int    `json:"total"`
	Approved    int    `json:"approved"`
	ApprovedPct int    `json:"approved_pct"`
	Deployed    int    `json:"deployed"`
	DeployedPct int    `json:"deployed_pct"`
	Reported    bool   `json:"reported"` // false: the body did not report; the printed zeros mean nothing
}

// Loader is the write handle of Import; only the keeper gets it.
type Loader interface {
	Tx
	PutAgencies([]Agency) error
	PutReported([]Reported) error
	// CreateAll is Create for many.
	CreateAll([]*System) error
}

// Import loads a world in one transaction, an entry for each record. A world
// that does not fit the store's own walls is refused whole.
func (o *Office) Import(ctx context.Context, a Actor, w World) error {
	if a.Capacity != Keeper {
		return refuse(Forbidden, "wrong-actor", "", "Chỉ quản trị chương trình nạp được dữ liệu.", "Only the keeper may load a world.")
	}
	now := o.now()
	return o.Store.Update(ctx, a, now, func(tx Tx) error {
		l, ok := tx.(Loader)
		if !ok {
			return errors.New("import: the store has no loader")
		}
		if err := o.importReference(l, a, w, now); err != nil {
			return err
		}
		all := make([]*System, len(w.Systems))
		for i := range w.Systems {
			all[i] = &w.Systems[i]
			if err := o.seal(all[i]); err != nil {
				return err
			}
		}
		if err := l.CreateAll(all); err != nil {
			return err
		}
		for _, s := range all {
			if err := o.append(tx, a, ActImport, s, "", now, map[string]string{"source": w.Source}); err != nil {
				return err
			}
		}
		return nil
	})
}

// ActImport is the act of loading a record as it stands.
const ActImport = "import"

// importReference loads agencies and printed figures, an entry for each.
func (o *Office) importReference(l Loader, a Actor, w World, now time.Time) error {
	if err := l.PutAgencies(w.Agencies); err != nil {
		return err
	}
	if err := l.PutReported(w.Reported); err != nil {
		return err
	}
	enter := func(object string, v any) error {
		after, err := Digest(v)
		if err != nil {
			return err
		}
		return l.Append(&Entry{At: now, By: a.Who(), Act: ActImport, Object: object, After: after, Law: o.Book.Digest(), Detail: map[string]string{"source": w.Source}})
	}
	for _, x := range w.Agencies {
		if err := enter(x.Object(), x); err != nil {
			return err
		}
	}
	for _, x := range w.Reported {
		if err := enter(x.Object(), x); err != nil {
			return err
		}
	}
	return nil
}

// Object names an agency in the ledger.
func (a Agency) Object() string { return "agency:" + a.Code }

// Object names a printed line in the ledger.
func (r Reported) Object() string { return "reported:" + r.Document + "/" + r.Agency }

// seal puts the law's determination and the digest on the dossiers of a record
// that was not submitted here.
func (o *Office) seal(s *System) error {
	if s.Facts != nil {
		s.Facts.Named = o.named(s.Facts.Facts, s.Facts.At)
	}
	for i := range s.Dossiers {
		d := &s.Dossiers[i]
		if d.Facts != nil && d.Determination == nil {
			det := o.Book.Determine(d.Rules, *d.Facts)
			d.Determination = &det
		}
		if err := d.freeze(s.Code); err != nil {
			return fmt.Errorf("freeze dossier %d of %s: %w", d.No, s.Code, err)
		}
		for k := range d.Reviews {
			d.Reviews[k].Digest = d.Digest
		}
		for k := range d.Decisions {
			d.Decisions[k].Digest = d.Digest
		}
	}
	return nil
}
