package web

import (
	"net/http"
	"slices"

	"capdo/internal/law"
)

// InstrumentPage is one document as one reads it: its provisions in order, each
// with what of the book rests on it.
type InstrumentPage struct {
	Page
	Row        InstrumentRow
	Signed     string
	Issuer     string
	Count      int
	Provisions []ProvisionRow
}

// ProvisionRow is one place in a document.
type ProvisionRow struct {
	Ref     string
	Entries []EntryRow
}

// EntryRow is one entry of the book.
type EntryRow struct{ Kind, ID, Says, Sure string }

// instrumentShow shows one document with what depends on it.
func (s *site) instrumentShow(v *visit) error {
	all := s.Book.ByInstrument()
	i := slices.IndexFunc(all, func(x law.InstrumentView) bool { return x.Instrument.ID == v.r.PathValue("id") })
	if i < 0 {
		return s.absent(v)
	}
	x := all[i].Instrument
	p := InstrumentPage{Row: v.instrument(x), Signed: v.day(x.Signed), Issuer: x.Issuer}
	for _, place := range all[i].Provisions {
		row := ProvisionRow{Ref: orElse(place.Ref, v.t("law.whole"))}
		for _, e := range place.Entries {
			row.Entries = append(row.Entries, EntryRow{v.orCode("entry.", e.Kind), e.ID, v.say(e.Says), v.sure(e.Confidence)})
			p.Count++
		}
		p.Provisions = append(p.Provisions, row)
	}
	p.Page = v.page(x.Short)
	return v.show(http.StatusOK, "instrument", p)
}
