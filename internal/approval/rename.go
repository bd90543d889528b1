package approval

import (
	"context"
	"errors"
	"slices"

	"capdo/internal/law"
)

// AgencyName is what an agency is called from a day on, and who its specialised
// unit is. On "" is the time before anything is known to have changed.
type AgencyName struct {
	On              law.Day `json:"on"`
	Name            string  `json:"name"`
	NameEN          string  `json:"name_en"`
	Kind            string  `json:"kind"`
	SpecialisedUnit string  `json:"specialised_unit"`
	Cites           string  `json:"cites"`      // printable clause, "" where none was read
	Confidence      string  `json:"confidence"` // how sure the change and its day are
}

// On is the agency under the name and unit of a day.
func (a Agency) On(day law.Day) Agency {
	for _, n := range a.Names {
		if n.On <= day {
			a.Name, a.NameEN, a.Kind, a.SpecialisedUnit = n.Name, n.NameEN, n.Kind, n.SpecialisedUnit
		}
	}
	return a
}

// Renaming is a change of name or specialised unit of an agency that goes on as
// the same body; what is "" stays as it was. A body that ends is a matter of
// Reorganise.
type Renaming struct {
	Code string
	AgencyName
}

// ActRename is the entry of a change of name or unit.
const ActRename = "rename"

// namer is the write handle of Rename; a Tx that keeps agencies is one.
type namer interface {
	Tx
	// NameAgency stores the names of an agency, and those of today as its own.
	NameAgency(Agency) error
}

// Rename records changes of name or specialised unit in one transaction, each
// with its entry. What stands there already is passed over, so that the same
// list again changes nothing. The regulator of the day may, and the keeper.
func (o *Office) Rename(ctx context.Context, a Actor, in []Renaming) (done int, err error) {
	now := o.now()
	if r := o.guardReorganise(a, today(now)); r != nil {
		return 0, r
	}
	err = o.Store.Update(ctx, a, now, func(tx Tx) error {
		w, ok := tx.(namer)
		if !ok {
			return errors.New("rename: the store keeps no agencies")
		}
		as, err := w.Agencies()
		if err != nil {
			return err
		}
		for _, r := range in {
			i := slices.IndexFunc(as, func(x Agency) bool { return x.Code == r.Code })
			if i < 0 {
				return refuse(Invalid, "no-agency", "", "Không có cơ quan mang mã "+r.Code+".", "There is no agency "+r.Code+".")
			}
			renamed, refused := as[i].renamed(r.AgencyName, today(now))
			if refused != nil {
				return refused
			}
			if len(renamed.Names) == len(as[i].Names) {
				continue
			}
			if err := o.enterName(w, a, as[i], renamed); err != nil {
				return err
			}
			as[i] = renamed
			done++
		}
		if done == 0 {
			return errUnchanged
		}
		return nil
	})
	if errors.Is(err, errUnchanged) {
		return 0, nil
	}
	if err != nil {
		done = 0
	}
	return done, err
}

// renamed is the agency with one more name, or as it is when it has that name
// since that day already.
func (a Agency) renamed(n AgencyName, day law.Day) (Agency, *Refusal) {
	before := AgencyName{Name: a.Name, NameEN: a.NameEN, Kind: a.Kind, SpecialisedUnit: a.SpecialisedUnit}
	known := a.Names
	if len(known) == 0 {
		known = []AgencyName{before}
	}
	for i, k := range known {
		if k.On == n.On && i > 0 {
			if n.over(known[i-1]) == k {
				return a, nil
			}
			return a, refuse(Conflict, "named-otherwise", "", "Cơ quan "+a.Code+" đã có tên khác từ ngày này.", "Agency "+a.Code+" has another name from that day.")
		}
	}
	last := known[len(known)-1]
	if notADay(n.On) || n.On > day || n.On <= last.On || !a.ExistsOn(n.On) {
		return a, refuse(Invalid, "name-day", "", "Ngày đổi tên của "+a.Code+" phải có thật, không sau hôm nay, sau lần đổi trước và khi cơ quan còn tồn tại.",
			"The day on which "+a.Code+" changes its name must exist, not be after today, follow the change before, and lie within its life.")
	}
	a.Names = append(slices.Clone(known), n.over(last))
	return a.On(n.On), nil
}

// over is n with what it leaves open taken from the name before.
func (n AgencyName) over(before AgencyName) AgencyName {
	for _, x := range []struct{ to, from *string }{{&n.Name, &before.Name}, {&n.NameEN, &before.NameEN}, {&n.Kind, &before.Kind}, {&n.SpecialisedUnit, &before.SpecialisedUnit}} {
		if *x.to == "" {
			*x.to = *x.from
		}
	}
	return n
}

// Before is the agency without what an entry of its life says: a name taken, or
// its end.
func (a Agency) Before(e Entry) Agency {
	switch on := law.Day(e.Detail["on"]); e.Act {
	case ActRename:
		for i := len(a.Names) - 1; i > 0; i-- {
			if a.Names[i].On == on {
				a = a.On(a.Names[i-1].On)
				if a.Names = a.Names[:i:i]; i == 1 {
					a.Names = nil
				}
				return a
			}
		}
	case ActSucceed:
		if a.EndedOn == on.AddDays(-1) {
			a.EndedOn, a.Successor = "", ""
		}
	}
	return a
}

// enterName stores a change of name with its entry.
func (o *Office) enterName(w namer, a Actor, was, is Agency) error {
	before, err := Digest(was)
	if err != nil {
		return err
	}
	after, err := Digest(is)
	if err != nil {
		return err
	}
	if err := w.NameAgency(is); err != nil {
		return err
	}
	n := is.Names[len(is.Names)-1]
	return w.Append(&Entry{At: o.now(), By: a.Who(), Act: ActRename, Object: is.Object(), Before: before, After: after, Law: o.Book.Digest(),
		Detail: map[string]string{"on": string(n.On), "name": n.Name, "unit": n.SpecialisedUnit, "cites": n.Cites}})
}
