package approval

import (
	"context"
	"fmt"
	"strings"
	"time"

	"capdo/forms"
	"capdo/internal/fold"
	"capdo/internal/law"
)

// Office carries out the acts. It asks the law, changes the record through the
// store, and knows neither SQL nor HTTP.
type Office struct {
	Store Store
	Book  *law.Book
	Shelf *forms.Shelf
	Clock func() time.Time

	Past bool // of a register as it was: nobody may act

	Measure MeasureFunc // nil: plans stand on the officer's word alone
	// Assure refuses an act, on an object whose record has a digest, that asks for more
	// of its actor than a session; nil: none does.
	Assure func(a Actor, act, object, before string) error
	// Follow is told of a system that was retired or handed on, inside the act and
	// by its name, so that what stands on it follows; nil: nothing does.
	Follow func(tx Tx, a Actor, act, code string, now time.Time) error
}

// Store keeps the register. Every handle it hands out is bound to an actor's
// scope: what the actor may not see does not exist in it.
type Store interface {
	// Update runs f in one write transaction. f's error rolls everything back
	// and is returned as it is.
	Update(ctx context.Context, a Actor, at time.Time, f func(Tx) error) error
	// View runs f on one consistent read-only snapshot.
	View(ctx context.Context, a Actor, f func(Reader) error) error
	// Done returns a *Repeated when the actor did something already under the
	// token of ctx (WithOnce). Update returns the same, and writes nothing.
	Done(ctx context.Context, a Actor) error
}

// Tx is the one way to write.
type Tx interface {
	// System loads a system by code; ErrNotFound when absent or out of scope.
	System(code string) (System, error)
	// Create stores a new system under the owner's next code and sets both.
	Create(s *System) error
	// Save stores what changed, compares the version and raises it; ErrStale
	// when the stored version is not s.Version.
	Save(s *System) error
	// Append adds the entry to the ledger and sets its sequence number.
	Append(e *Entry) error
	// Agencies returns every agency that is or was, in official order.
	Agencies() ([]Agency, error)
	// Attached returns the documents attached to an object of a system, such as
	// "dossier:1", by number; those removed are left out.
	Attached(code, of string) ([]Attached, error)
	// FieldSaves returns every value a field of a dossier had, by field and
	// version; field "" means all.
	FieldSaves(code string, dossier int, field string) ([]FieldSave, error)
	// Delegation returns a delegation as it stands now; ErrNotFound when absent.
	Delegation(id string) (Delegation, error)
	// Entries returns the ledger entries about a system and about the consultations
	// on its dossiers, oldest first.
	Entries(code string) ([]Entry, error)
}

// Reader answers questions inside the actor's scope.
type Reader interface {
	System(code string) (System, error)
	// Search returns one page of the register.
	Search(f Filter) (Page, error)
	// Pending returns the systems on which somebody still has to act, by an open
	// dossier or an approval not yet confirmed, and of which mine is true. Of more than
	// limit, some limit of them: of each kind those that wait longest; more tells that
	// they are not all.
	Pending(limit int, mine func(*System) bool) (own []System, more bool, err error)
	// Entries returns the ledger entries about a system, oldest first.
	Entries(code string) ([]Entry, error)
	// Counts returns the register as of the end of a day, by level and by the
	// agency that owned each system that day.
	Counts(x AsOf) ([]Count, error)
	// Flows returns how the figures of a part of what was believed changed: day by
	// day in the month of to, up to it, and before it month by month, each on its first
	// day. Only what is named on a list is told apart by owner, origin and level.
	Flows(to law.Day, part Part) ([]Flow, error)
	// Ahead returns how many fewer systems will be approved, and deployed in full, at
	// the end of a day than at the end of an earlier one, as the records stand: what
	// runs out if nobody acts, negative.
	Ahead(after, to law.Day) (Flow, error)
	// Rows hands every line of the register that matches to f, in its order. An error
	// of f ends the walk.
	Rows(f Filter, each func(Row) error) error
	// Agencies returns every agency that is or was, in official order; see
	// AgenciesOn for those of a day.
	Agencies() ([]Agency, error)
	// Reported returns a published document's lines as printed, in its order.
	Reported(document string) ([]Reported, error)
	// Head returns the size and root of the ledger.
	Head() (Head, error)
	Attached(code, of string) ([]Attached, error)
	FieldSaves(code string, dossier int, field string) ([]FieldSave, error)
	Delegation(id string) (Delegation, error)
}

// Head is the size of the ledger and its Merkle root, hex.
type Head struct {
	Size int64  `json:"size"`
	Root string `json:"root"`
}

// Entry is what the ledger remembers of an act.
type Entry struct {
	Seq    int64             `json:"seq"` // 0-based position
	At     time.Time         `json:"at"`
	By     Who               `json:"by"`
	Act    string            `json:"act"`
	Object string            `json:"object"` // "system:CODE", "agency:CODE", "reported:DOCUMENT/CODE", "account:LOGIN"
	Before string            `json:"before"` // digest, "" when new
	After  string            `json:"after"`
	Law    string            `json:"law"` // digest of the book the act was judged by
	Detail map[string]string `json:"detail"`

	Assurance *Assurance `json:"assurance,omitempty"` // nil for acts of programs
}

// Filter selects systems of the register.
type Filter struct {
	Text   string // words, with or without diacritics
	Owner  string // agency code
	Level  int    // approved, else proposed level
	State  string // see States
	Plan   PlanStatus
	Origin Origin
	Page   int     // from 1
	Today  law.Day // by which terms are judged; Find sets it

	Group    string  // of the owner, see Agency.Group
	NoLevel  bool    // neither approved nor proposed
	Counted  Counted // as an overview counts them; "" = all that is on record
	Ends     Ends    // what runs out from From to To
	From, To law.Day
}

// States lists the values of Filter.State in the order of a system's life; every
// system is in exactly one.
func States() []string {
	return []string{"registered", "draft", "in_review", "appraised", "approved", "deployed", "lapsed", "revoked", "refused", "retired"}
}

// PageSize is the number of rows on a page of the register.
const PageSize = 50

// Page is one page of the register.
type Page struct {
	Rows  []Row
	Total int
	Page  int
	More  bool // Total is what was found so far: more match, and only more words find them
}

// Takes tells whether the filter takes a system that stands as st says; of which
// group its owner is, who knows the owners tells.
func (f Filter) Takes(s *System, st Standing) bool {
	level := st.Proposed
	if st.Approval != nil {
		level = st.Approval.Level
	}
	plain := " " + fold.Plain(s.Code+" "+s.Name+" "+s.OperatorUnit)
	for _, word := range strings.Fields(fold.Plain(f.Text)) {
		if !strings.Contains(plain, " "+word) { // begins a word
			return false
		}
	}
	return (f.Owner == "" || st.Owner == f.Owner) && (f.Level <= 0 || int(level) == f.Level) && (f.State == "" || st.State() == f.State) &&
		(f.Plan == "" || st.Plan == f.Plan) && (f.Origin == "" || s.Origin == f.Origin) && (!f.NoLevel || level == 0) && f.Counted.takes(s, st) && f.ends(st)
}

// RowOf is the line of a system that stands as st says, without its owner's name.
func RowOf(s *System, st Standing) Row {
	r := Row{Code: s.Code, Name: s.Name, Owner: st.Owner, Proposed: st.Proposed, State: st.State(), Plan: st.Plan, Confirmed: st.Confirmed, Origin: s.Origin}
	if a := st.Approval; a != nil {
		r.Level, r.Until = a.Level, a.Until
	}
	return r
}

// Row is a line of the register.
type Row struct {
	Code, Name, Owner, OwnerName string
	Level                        law.Level // approved level, 0 when none
	Proposed                     law.Level
	State                        string // one of States
	Plan                         PlanStatus
	Until                        law.Day
	Confirmed                    bool
	Origin                       Origin
}

// Count is a cell of the register as of a day.
type Count struct {
	Owner     string // that day
	Origin    Origin
	Level     law.Level // approved or proposed level; 0 unknown
	Total     int
	Approved  int
	Deployed  int // in full
	Confirmed int
}

// act is the shape of every act on an existing system.
func (o *Office) act(ctx context.Context, a Actor, name, code string, version int64, f func(*System, time.Time) (map[string]string, error)) (System, error) {
	return o.actIn(ctx, a, name, code, version, func(_ Tx, s *System, now time.Time) (map[string]string, error) { return f(s, now) })
}

// actIn is act for a transition that asks the transaction more.
func (o *Office) actIn(ctx context.Context, a Actor, name, code string, version int64, f func(Tx, *System, time.Time) (map[string]string, error)) (System, error) {
	now := o.now()
	var out System
	err := o.Store.Update(ctx, a, now, func(tx Tx) error {
		if err := a.entitled(tx, now); err != nil {
			return err
		}
		s, err := tx.System(code)
		if err != nil {
			return err
		}
		if a.Under != nil && !a.Under.Reaches(&s, now) {
			return ErrNotFound()
		}
		if s.Version != version {
			return ErrStale()
		}
		if d := s.Last(); d != nil && d.LastRound() > 0 {
			es, err := tx.Entries(code)
			if err != nil {
				return err
			}
			s.NoteLenders(es)
		}
		before, err := s.Digest()
		if err != nil {
			return fmt.Errorf("digest %s: %w", code, err)
		}
		if o.Assure != nil {
			if err := o.Assure(a, name, SystemObject(code), before); err != nil {
				return err
			}
		}
		detail, err := f(tx, &s, now)
		if err != nil {
			return err
		}
		if err := tx.Save(&s); err != nil {
			return err
		}
		if name == ActRetire && o.Follow != nil {
			if err := o.Follow(tx, a, name, code, now); err != nil {
				return err
			}
		}
		out = s
		return o.append(tx, a, name, &s, before, now, detail)
	})
	return out, err
}

// append writes the entry of an act on s.
func (o *Office) append(tx Tx, a Actor, name string, s *System, before string, now time.Time, detail map[string]string) error {
	after, err := s.Digest()
	if err != nil {
		return fmt.Errorf("digest %s: %w", s.Code, err)
	}
	return tx.Append(&Entry{At: now, By: a.Who(), Act: name, Object: SystemObject(s.Code), Before: before, After: after, Law: o.Book.Digest(), Detail: a.Traced(detail)})
}

// SystemObject names a system in the ledger.
func SystemObject(code string) string { return "system:" + code }

// SystemOf is the code of the system that an object of the ledger is; false
// when it is another kind of object.
func SystemOf(object string) (code string, ok bool) { return strings.CutPrefix(object, "system:") }

// now is the one clock reading of an act: UTC, microseconds.
func (o *Office) now() time.Time { return o.Clock().UTC().Truncate(time.Microsecond) }

// today is the day of an act.
func today(t time.Time) law.Day { return law.DayOf(t) }
