package store

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"capdo/internal/approval"
)

// writing is the scope of one write transaction. It is the approval.Loader:
// only the office's Import asks it for more than a Tx.
type writing struct {
	scope
	head   *headRow          // loaded at the first Append
	edge   map[int64][]byte  // stored hashes seen or made in this transaction
	fresh  []hashRow         // to be stored by seal
	rows   []entryRow        // to be stored by seal
	base   int64             // size of the ledger before this transaction
	last   string            // object of the last entry
	codes  map[string]int    // highest serial by owner
	homes  map[int64]home    // whose the systems are whose rows are stored
	bodies map[string]string // what bodies' texts are sealed under; nil: not asked yet

	stored map[string]approval.System // loaded for a list, not yet saved
	pile   *pile                      // nil: rows are stored as they come

	watch   Watcher
	touched map[string]*approval.System // by code, as saved
	also    []string                    // codes that entries name beside
	all     bool                        // any decision may change
	sums    changes                     // of the figures
	decided []approval.Decided          // made by decide
}

// Create implements approval.Tx.
func (w *writing) Create(s *approval.System) error {
	if err := w.born(s); err != nil {
		return err
	}
	row, err := w.row(s)
	if err != nil {
		return err
	}
	if _, err := w.db.NewInsert().Model(row).Returning("id").Exec(w.ctx); err != nil {
		return fmt.Errorf("create system %s: %w", s.Code, err)
	}
	s.ID = row.ID
	w.touch(s)
	w.count(s, nil)
	return w.children(s, &approval.System{})
}

// nextCode returns the code after the owner's highest: OWNER-0001, OWNER-0002, …
func (w *writing) nextCode(owner string) (string, error) {
	if err := w.knowCodes(owner); err != nil {
		return "", err
	}
	w.codes[owner]++
	return fmt.Sprintf("%s-%04d", owner, w.codes[owner]), nil
}

// knowCodes looks up the highest serial of an owner, once a transaction.
func (w *writing) knowCodes(owner string) error {
	if _, ok := w.codes[owner]; ok {
		return nil
	}
	if w.codes == nil {
		w.codes = map[string]int{}
	}
	err := w.wide(func(all *scope) (err error) { // a code once given may have gone to another owner
		w.codes[owner], err = all.lastSerial(owner)
		return err
	})
	if err != nil {
		return fmt.Errorf("next code of %s: %w", owner, err)
	}
	return nil
}

// serialOf is the serial of an owner's code, 0 where it has none.
func serialOf(owner, code string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(code, owner+"-"))
	if err != nil {
		return 0
	}
	return n
}

// lastSerial is the highest serial of an owner's codes, 0 when there is none. It
// is among the longest codes, the last of them: where all are numbers, the first
// look finds it.
func (c *scope) lastSerial(owner string) (int, error) {
	const most = 9 // digits
	for digits := most; digits > 0; digits-- {
		before := owner + "-:" // sorts after every code of the owner that goes on with a digit
		for {
			var taken []string
			err := c.systems((*systemRow)(nil)).ColumnExpr("s.code").Where("length(s.code) = ? AND s.code > ? AND s.code < ?", utf8.RuneCountInString(owner)+1+digits, owner+"-", before).
				OrderExpr("s.code DESC").Limit(1).Scan(c.ctx, &taken)
			if err != nil {
				return 0, err
			}
			if len(taken) == 0 {
				break
			}
			if n := serialOf(owner, taken[0]); n > 0 {
				return n, nil
			}
			before = taken[0]
		}
	}
	return 0, nil
}

// Save implements approval.Tx.
func (w *writing) Save(s *approval.System) error {
	old, err := w.storedSystem(s.Code)
	if err != nil {
		return err
	}
	if old.Version != s.Version || old.ID != s.ID {
		return approval.ErrStale()
	}
	s.Version++
	row, err := w.row(s)
	if err != nil {
		return err
	}
	res, err := w.db.NewUpdate().Model(row).WherePK().Where("version = ?", old.Version).Exec(w.ctx)
	if err != nil {
		return fmt.Errorf("save system %s: %w", s.Code, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return approval.ErrStale()
	}
	w.touch(s)
	w.count(s, &old)
	return w.children(s, &old)
}

// row converts a system, projections included, its texts sealed.
func (w *writing) row(s *approval.System) (*systemRow, error) {
	by, err := json.Marshal(s.RegisteredBy)
	if err != nil {
		return nil, fmt.Errorf("encode registered_by: %w", err)
	}
	r := &systemRow{ID: s.ID, Code: s.Code, Version: s.Version, Name: s.Name, Owner: s.Owner, Sector: string(s.Sector),
		OperatorUnit: s.OperatorUnit, OperatorIsSpecialised: s.OperatorIsSpecialised, Stage: string(s.Stage), Description: s.Description,
		Served: s.Served, StartedOn: string(s.StartedOn), Origin: string(s.Origin), Target: s.Target,
		RegisteredAt: s.RegisteredAt, RegisteredBy: string(by), projection: project(s, w.now)}
	if r.Facts, err = toJSON(s.Facts); err != nil {
		return nil, err
	}
	if s.Was != nil {
		if r.Was, err = toJSON(&s.Was); err != nil {
			return nil, err
		}
	}
	r.RetiredAt = retiredAt(s)
	if r.Retirement, err = toJSON(s.Retirement); err != nil {
		return nil, err
	}
	return r, w.hide(r)
}

// children stores what s has beyond old. Records only grow; a dossier in hand
// is the one that may change.
func (w *writing) children(s, old *approval.System) error {
	w.lives(s)
	for i := range s.Dossiers {
		if err := follows("dossier", s.Dossiers[i].No, i); err != nil {
			return err
		}
		var was approval.Dossier
		if i < len(old.Dossiers) {
			was = old.Dossiers[i]
		}
		if err := w.dossier(s.ID, &s.Dossiers[i], &was); err != nil {
			return err
		}
	}
	for i := range s.Approvals {
		if err := follows("approval", s.Approvals[i].No, i); err != nil {
			return err
		}
		var was *approval.Approval
		if i < len(old.Approvals) {
			was = &old.Approvals[i]
		}
		if err := w.approval(s.ID, s.Approvals[i], was); err != nil {
			return err
		}
	}
	var plans []planRow
	for i := len(old.Plans); i < len(s.Plans); i++ {
		p := s.Plans[i]
		plans = append(plans, planRow{SystemID: s.ID, No: i + 1, ApprovalNo: p.Approval, Status: string(p.Status), OnDay: string(p.On),
			RoadmapUntil: string(p.RoadmapUntil), Basis: string(p.Basis), Holds: string(p.Holds), Note: p.Note, whoRow: toWho(p.By), At: p.At})
	}
	var inspections []inspectionRow
	for i := len(old.Inspections); i < len(s.Inspections); i++ {
		n := s.Inspections[i]
		inspections = append(inspections, inspectionRow{SystemID: s.ID, No: i + 1, Kind: string(n.Kind), OnDay: string(n.On), Number: n.Number,
			Performer: n.Performer, OpenCritical: n.OpenCritical, whoRow: toWho(n.By), At: n.At})
	}
	if err := insert(w, plans); err != nil {
		return err
	}
	if err := insert(w, inspections); err != nil {
		return err
	}
	if err := w.suspensions(s, old); err != nil {
		return err
	}
	return insert(w, transferRows(s, len(old.Transfers)))
}

// insert stores new rows of one table.
func insert[T any](w *writing, rows []T) error {
	if len(rows) == 0 {
		return nil
	}
	if w.pile != nil {
		hold(w.pile, rows)
		return nil
	}
	for i := range rows {
		if row, ok := any(&rows[i]).(veiled); ok {
			if err := w.hide(row); err != nil {
				return err
			}
		}
	}
	if _, err := w.db.NewInsert().Model(&rows).Exec(w.ctx); err != nil {
		if strings.Contains(err.Error(), "four eyes: ") { // the second wall spoke: a rule of the first did not know
			return fmt.Errorf("insert %T: %w", rows, approval.ErrFourEyes())
		}
		return fmt.Errorf("insert %T: %w", rows, err)
	}
	return nil
}

// dossier stores a dossier that changed with its new editors, reviews and decisions.
func (w *writing) dossier(id int64, d, was *approval.Dossier) error {
	if reflect.DeepEqual(d, was) {
		return nil
	}
	by, err := json.Marshal(d.SubmittedBy)
	if err != nil {
		return fmt.Errorf("encode submitted_by: %w", err)
	}
	r := &dossierRow{SystemID: id, No: d.No, State: string(d.State), Rules: string(d.Rules), Edition: d.Edition, Level: int(d.Level),
		Listed: d.Listed, Digest: d.Digest, SubmittedBy: string(by), SubmittedAt: d.SubmittedAt, Imported: d.Imported}
	if d.Statement != nil {
		if r.Statement, err = toJSON(&d.Statement); err != nil {
			return err
		}
	}
	if d.Fields != nil {
		if r.Fields, err = toJSON(&d.Fields); err != nil {
			return err
		}
	}
	if d.Levels != nil {
		if r.Levels, err = toJSON(&d.Levels); err != nil {
			return err
		}
	}
	if r.Facts, err = toJSON(d.Facts); err != nil {
		return err
	}
	if r.Determination, err = toJSON(d.Determination); err != nil {
		return err
	}
	if d.Documents != nil {
		if r.Documents, err = toJSON(&d.Documents); err != nil {
			return err
		}
	}
	if was.No == 0 {
		err = insert(w, []dossierRow{*r})
	} else if err = w.hide(r); err == nil {
		_, err = w.db.NewUpdate().Model(r).WherePK().Exec(w.ctx)
	}
	if err != nil {
		return fmt.Errorf("save dossier %d: %w", d.No, err)
	}
	if err := w.hands(id, d, was); err != nil {
		return err
	}
	return w.fieldSaves(id, d) // by editors, whom the database knows by now
}

// hands stores who newly had a hand in a dossier.
func (w *writing) hands(id int64, d, was *approval.Dossier) error {
	var editors []editorRow
	for i := len(was.Editors); i < len(d.Editors); i++ {
		editors = append(editors, editorRow{SystemID: id, DossierNo: d.No, No: i + 1, Person: d.Editors[i]})
	}
	var reviews []reviewRow
	for i := len(was.Reviews); i < len(d.Reviews); i++ {
		x := d.Reviews[i]
		reviews = append(reviews, reviewRow{SystemID: id, DossierNo: d.No, No: i + 1, Kind: string(x.Kind), Outcome: string(x.Outcome),
			Comment: x.Comment, Digest: x.Digest, whoRow: toWho(x.By), At: x.At})
	}
	var decisions []decisionRow
	for i := len(was.Decisions); i < len(d.Decisions); i++ {
		x := d.Decisions[i]
		decisions = append(decisions, decisionRow{SystemID: id, DossierNo: d.No, No: i + 1, Part: x.Part, Outcome: string(x.Outcome), Number: x.Number,
			DecidedOn: string(x.DecidedOn), UntilDay: string(x.Until), Grounds: x.Grounds, Digest: x.Digest, whoRow: toWho(x.By), At: x.At})
	}
	if err := insert(w, editors); err != nil {
		return err
	}
	if err := w.judged(id, d, was); err != nil {
		return err
	}
	if err := insert(w, reviews); err != nil {
		return err
	}
	return insert(w, decisions)
}

// approval stores a new approval, or a new confirmation or revocation of it.
func (w *writing) approval(id int64, a approval.Approval, was *approval.Approval) error {
	if was == nil {
		if err := insert(w, []approvalRow{{SystemID: id, No: a.No, DossierNo: a.Dossier, Level: int(a.Level), Rules: string(a.Rules), Listed: a.Listed,
			Authority: string(a.Authority), Number: a.Number, DecidedOn: string(a.DecidedOn), FromAt: a.From, UntilDay: string(a.Until)}}); err != nil {
			return err
		}
		was = &approval.Approval{}
	}
	if c := a.Confirmation; c != nil && was.Confirmation == nil {
		if err := insert(w, []confirmationRow{{SystemID: id, ApprovalNo: a.No, Note: c.Note, whoRow: toWho(c.By), At: c.At}}); err != nil {
			return err
		}
	}
	if v := a.Revocation; v != nil && was.Revocation == nil {
		return insert(w, []revocationRow{{SystemID: id, ApprovalNo: a.No, Ground: v.Ground, Number: v.Number, whoRow: toWho(v.By), At: v.At}})
	}
	return nil
}

// PutAgencies implements approval.Loader.
func (w *writing) PutAgencies(as []approval.Agency) error {
	rows := make([]agencyRow, len(as))
	for i, a := range as {
		w.all = w.all || a.EndedOn != ""
		rows[i] = agencyRow{Code: a.Code, CodeScheme: a.CodeScheme, CodeConfidence: a.CodeConfidence, Name: a.Name, NameEN: a.NameEN, Grp: a.Group, No: a.No, Kind: a.Kind,
			Sector: string(a.Sector), SpecialisedUnit: a.SpecialisedUnit, AnnexIX: a.AnnexIX, EndedOn: string(a.EndedOn), FoundedOn: string(a.FoundedOn), Successor: a.Successor}
	}
	return insert(w, rows)
}

// PutReported implements approval.Loader.
func (w *writing) PutReported(ps []approval.Reported) error {
	rows := make([]reportedRow, len(ps))
	for i, p := range ps {
		rows[i] = reportedRow{Document: p.Document, Section: p.Section, RowNo: p.Row, Agency: p.Agency, Total: p.Total, Approved: p.Approved,
			ApprovedPct: p.ApprovedPct, Deployed: p.Deployed, DeployedPct: p.DeployedPct, Reported: p.Reported}
	}
	return insert(w, rows)
}
