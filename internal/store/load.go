package store

import (
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// System implements approval.Reader and approval.Tx.
func (c *scope) System(code string) (approval.System, error) {
	var rows []systemRow
	if err := c.systems(&rows).Where("s.code = ?", storable(code)).Scan(c.ctx); err != nil {
		return approval.System{}, fmt.Errorf("load system %s: %w", code, err)
	}
	if len(rows) == 0 {
		return approval.System{}, approval.ErrNotFound()
	}
	ss, err := c.assemble(rows)
	if err != nil {
		return approval.System{}, fmt.Errorf("load system %s: %w", code, err)
	}
	return ss[0], nil
}

// assembly joins the rows of many systems into aggregates.
type assembly struct {
	systems []approval.System
	at      map[int64]int // system id -> index
}

// assemble loads everything that belongs to the given systems, in the order of
// rows. Each part is one query.
func (c *scope) assemble(rows []systemRow) ([]approval.System, error) {
	a := &assembly{at: make(map[int64]int, len(rows))}
	ids := make([]int64, len(rows))
	for i := range rows {
		r := &rows[i]
		if err := c.unveil(r.Code, r); err != nil {
			return nil, err
		}
		s, err := r.system()
		if err != nil {
			return nil, err
		}
		ids[i], a.at[r.ID] = r.ID, i
		a.systems = append(a.systems, s)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	for _, part := range []func(*scope, []int64) error{a.dossiers, a.editors, a.reviews, a.decisions, a.approvals, a.confirmations, a.revocations, a.plans, a.inspections, a.transfers, a.rounds, a.receipts, a.consultations, a.suspensions} {
		if err := part(c, ids); err != nil {
			return nil, err
		}
	}
	return a.systems, c.then(a.systems, ids)
}

// rowsOf loads the rows of one table that belong to the systems, in order.
func rowsOf[T any](c *scope, table string, ids []int64, order string) ([]T, error) {
	var rows []T
	err := c.table(&rows, table+" AS t").Where("t.system_id IN (?)", bun.List(ids)).OrderExpr(order).Scan(c.ctx)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", table, err)
	}
	return rows, nil
}

// belonging is rowsOf for rows whose texts lie sealed.
func belonging[T any, R interface {
	*T
	veiled
}](a *assembly, c *scope, table string, ids []int64, order string) ([]T, error) {
	rows, err := rowsOf[T](c, table, ids, order)
	for i := range rows {
		row := R(&rows[i])
		if err := c.unveil(a.of(row.veil().system).Code, row); err != nil {
			return nil, err
		}
	}
	return rows, err
}

// follows tells whether the next row of a list bears the next number: 1, 2, …
func follows(what string, no, have int) error {
	if no != have+1 {
		return fmt.Errorf("%s %d stands where %d should", what, no, have+1)
	}
	return nil
}

func (a *assembly) of(id int64) *approval.System { return &a.systems[a.at[id]] }

// dossier finds a dossier by its number; numbers are 1, 2, … in order.
func (a *assembly) dossier(id int64, no int) (*approval.Dossier, error) {
	s := a.of(id)
	if no < 1 || no > len(s.Dossiers) {
		return nil, fmt.Errorf("system %s has no dossier %d", s.Code, no)
	}
	return &s.Dossiers[no-1], nil
}

func (a *assembly) approval(id int64, no int) (*approval.Approval, error) {
	s := a.of(id)
	if no < 1 || no > len(s.Approvals) {
		return nil, fmt.Errorf("system %s has no approval %d", s.Code, no)
	}
	return &s.Approvals[no-1], nil
}

func (a *assembly) dossiers(c *scope, ids []int64) error {
	rows, err := belonging[dossierRow](a, c, "dossier", ids, "t.system_id, t.no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		d, err := r.dossier()
		if err != nil {
			return err
		}
		s := a.of(r.SystemID)
		if err := follows("dossier", r.No, len(s.Dossiers)); err != nil {
			return err
		}
		s.Dossiers = append(s.Dossiers, d)
	}
	return nil
}

func (a *assembly) editors(c *scope, ids []int64) error {
	rows, err := rowsOf[editorRow](c, "dossier_editor", ids, "t.system_id, t.dossier_no, t.no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		d, err := a.dossier(r.SystemID, r.DossierNo)
		if err != nil {
			return err
		}
		if err := follows("editor", r.No, len(d.Editors)); err != nil {
			return err
		}
		d.Editors = append(d.Editors, r.Person)
	}
	return nil
}

func (a *assembly) reviews(c *scope, ids []int64) error {
	rows, err := belonging[reviewRow](a, c, "review", ids, "t.system_id, t.dossier_no, t.no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		d, err := a.dossier(r.SystemID, r.DossierNo)
		if err != nil {
			return err
		}
		if err := follows("review", r.No, len(d.Reviews)); err != nil {
			return err
		}
		d.Reviews = append(d.Reviews, approval.Review{Kind: approval.ReviewKind(r.Kind), Outcome: approval.Outcome(r.Outcome), Comment: r.Comment, Digest: r.Digest, By: r.who(), At: r.At.UTC()})
	}
	return nil
}

func (a *assembly) decisions(c *scope, ids []int64) error {
	rows, err := belonging[decisionRow](a, c, "decision", ids, "t.system_id, t.dossier_no, t.no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		d, err := a.dossier(r.SystemID, r.DossierNo)
		if err != nil {
			return err
		}
		if err := follows("decision", r.No, len(d.Decisions)); err != nil {
			return err
		}
		d.Decisions = append(d.Decisions, approval.Decision{Part: r.Part, Outcome: approval.Outcome(r.Outcome), Number: r.Number,
			DecidedOn: law.Day(r.DecidedOn), Until: law.Day(r.UntilDay), Grounds: r.Grounds, Digest: r.Digest, By: r.who(), At: r.At.UTC()})
	}
	return nil
}

func (a *assembly) approvals(c *scope, ids []int64) error {
	rows, err := rowsOf[approvalRow](c, "approval", ids, "t.system_id, t.no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		s := a.of(r.SystemID)
		if err := follows("approval", r.No, len(s.Approvals)); err != nil {
			return err
		}
		s.Approvals = append(s.Approvals, approval.Approval{No: r.No, Dossier: r.DossierNo, Level: law.Level(r.Level), Rules: law.RuleSet(r.Rules), Listed: r.Listed,
			Authority: law.Role(r.Authority), Number: r.Number, DecidedOn: law.Day(r.DecidedOn), From: r.FromAt.UTC(), Until: law.Day(r.UntilDay)})
	}
	return nil
}

func (a *assembly) confirmations(c *scope, ids []int64) error {
	rows, err := rowsOf[confirmationRow](c, "confirmation", ids, "t.system_id, t.approval_no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		x, err := a.approval(r.SystemID, r.ApprovalNo)
		if err != nil {
			return err
		}
		x.Confirmation = &approval.Confirmation{Note: r.Note, By: r.who(), At: r.At.UTC()}
	}
	return nil
}

func (a *assembly) revocations(c *scope, ids []int64) error {
	rows, err := rowsOf[revocationRow](c, "revocation", ids, "t.system_id, t.approval_no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		x, err := a.approval(r.SystemID, r.ApprovalNo)
		if err != nil {
			return err
		}
		x.Revocation = &approval.Revocation{Ground: r.Ground, Number: r.Number, By: r.who(), At: r.At.UTC()}
	}
	return nil
}

func (a *assembly) plans(c *scope, ids []int64) error {
	rows, err := belonging[planRow](a, c, "plan", ids, "t.system_id, t.no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		s := a.of(r.SystemID)
		if err := follows("plan", r.No, len(s.Plans)); err != nil {
			return err
		}
		s.Plans = append(s.Plans, approval.Plan{Approval: r.ApprovalNo, Status: approval.PlanStatus(r.Status), On: law.Day(r.OnDay),
			RoadmapUntil: law.Day(r.RoadmapUntil), Basis: approval.Basis(r.Basis), Holds: law.Day(r.Holds), Note: r.Note, By: r.who(), At: r.At.UTC()})
	}
	return nil
}

func (a *assembly) inspections(c *scope, ids []int64) error {
	rows, err := rowsOf[inspectionRow](c, "inspection", ids, "t.system_id, t.no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		s := a.of(r.SystemID)
		if err := follows("inspection", r.No, len(s.Inspections)); err != nil {
			return err
		}
		s.Inspections = append(s.Inspections, approval.Inspection{Kind: approval.InspectionKind(r.Kind), On: law.Day(r.OnDay), Number: r.Number,
			Performer: r.Performer, OpenCritical: r.OpenCritical, By: r.who(), At: r.At.UTC()})
	}
	return nil
}

func (a *assembly) transfers(c *scope, ids []int64) error {
	rows, err := rowsOf[transferRow](c, "transfer", ids, "t.system_id, t.no")
	if err != nil {
		return err
	}
	for _, r := range rows {
		s := a.of(r.SystemID)
		if err := follows("transfer", r.No, len(s.Transfers)); err != nil {
			return err
		}
		s.Transfers = append(s.Transfers, approval.Transfer{From: r.FromAgency, To: r.ToAgency, On: law.Day(r.OnDay),
			Kind: approval.SuccessionKind(r.Kind), Cites: r.Cites, By: r.who(), At: r.At.UTC()})
	}
	return nil
}

// system converts the row of a system without what belongs to it.
func (r systemRow) system() (approval.System, error) {
	s := approval.System{ID: r.ID, Code: r.Code, Version: r.Version, Name: r.Name, Owner: r.Owner, Sector: law.Sector(r.Sector),
		OperatorUnit: r.OperatorUnit, OperatorIsSpecialised: r.OperatorIsSpecialised, Stage: approval.Stage(r.Stage),
		Description: r.Description, Served: r.Served, StartedOn: law.Day(r.StartedOn), Origin: approval.Origin(r.Origin),
		Target: r.Target, RegisteredAt: r.RegisteredAt.UTC()}
	if err := json.Unmarshal([]byte(r.RegisteredBy), &s.RegisteredBy); err != nil {
		return s, fmt.Errorf("decode registered_by: %w", err)
	}
	var err error
	if s.Facts, err = fromJSON[approval.Facts](r.Facts); err != nil {
		return s, err
	}
	was, err := fromJSON[[]approval.Was](r.Was)
	if err != nil {
		return s, err
	}
	if was != nil {
		s.Was = *was
	}
	s.Retirement, err = fromJSON[approval.Retirement](r.Retirement)
	return s, err
}

// dossier converts the row of a dossier without reviews and decisions.
func (r dossierRow) dossier() (approval.Dossier, error) {
	d := approval.Dossier{No: r.No, State: approval.DossierState(r.State), Rules: law.RuleSet(r.Rules), Edition: r.Edition,
		Level: law.Level(r.Level), Listed: r.Listed, Digest: r.Digest, SubmittedAt: r.SubmittedAt.UTC(), Imported: r.Imported}
	if r.SubmittedAt.IsZero() {
		d.SubmittedAt = r.SubmittedAt
	}
	if err := json.Unmarshal([]byte(r.SubmittedBy), &d.SubmittedBy); err != nil {
		return d, fmt.Errorf("decode submitted_by: %w", err)
	}
	st, err := fromJSON[forms.Answers](r.Statement)
	if err != nil {
		return d, err
	}
	if st != nil {
		d.Statement = *st
	}
	marks, err := fromJSON[map[string]approval.FieldMark](r.Fields)
	if err != nil {
		return d, err
	}
	if marks != nil {
		d.Fields = *marks
	}
	levels, err := fromJSON[[]approval.LevelMark](r.Levels)
	if err != nil {
		return d, err
	}
	if levels != nil {
		d.Levels = *levels
	}
	if d.Facts, err = fromJSON[law.Facts](r.Facts); err != nil {
		return d, err
	}
	docs, err := fromJSON[[]approval.Enclosure](r.Documents)
	if err != nil {
		return d, err
	}
	if docs != nil {
		d.Documents = *docs
	}
	d.Determination, err = fromJSON[law.Determination](r.Determination)
	return d, err
}
