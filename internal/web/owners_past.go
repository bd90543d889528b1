package web

import "capdo/internal/approval"

// Owners is what a change of owner means for a system: who owned it since
// when, and what is to be done about it. Notes are empty when nothing is.
type Owners struct {
	Notes []Notice
	Moves []Handover
}

// Notice is something to be done, with its clause.
type Notice struct{ Says, Cites string }

// Handover is one change of owner.
type Handover struct{ From, To, On, Kind, Cites string }

// owners tells the changes of owner of a system, nil when there were none.
func (v *visit) owners(f *approval.File) (*Owners, error) {
	if len(f.System.Transfers) == 0 {
		return nil, nil
	}
	agencies, err := v.Office.AgencyList(v.r.Context(), v.actor())
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, a := range agencies {
		names[a.Code] = v.agency(a.Formal(), a.NameEN)
	}
	name := func(code string) string { return orElse(names[code], code) }
	o := &Owners{}
	if st := f.Standing; st.Inherited && st.Approval != nil {
		a := st.Approval
		o.Notes = append(o.Notes, Notice{Says: v.t("own.inherited", v.t("approval.inherited"), orElse(a.Number, v.num(a.No)), v.day(a.DecidedOn), name(approval.OwnerAt(f.System, a.From)))})
	}
	if on := f.Standing.RiskDue; on != "" {
		o.Notes = append(o.Notes, Notice{v.t("own.risk", v.day(on)), "NĐ 331/2026/NĐ-CP, Điều 10 khoản 2 điểm b"})
	}
	for _, x := range f.System.Transfers {
		o.Moves = append(o.Moves, Handover{name(x.From), name(x.To), v.day(x.On), v.t("succession." + string(x.Kind)), x.Cites})
	}
	return o, nil
}
