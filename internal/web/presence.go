package web

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"capdo/internal/approval"
)

// presence is who has which dossier open. It is a note, not a lock, lives as
// long as the process and is forgotten after two minutes without a sign.
type presence struct {
	mu   sync.Mutex
	open map[string]map[string]seat // by system, by account
}

// seat is where somebody was last seen.
type seat struct {
	name, field string
	at          time.Time
}

const (
	presenceKept = 2 * time.Minute
	presenceMost = 50 // people on one dossier
)

// sit notes that an account is on a dossier, and returns the others there.
func (p *presence) sit(code, account string, s seat) []seat {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil {
		p.open = map[string]map[string]seat{}
	}
	for c, seats := range p.open {
		maps.DeleteFunc(seats, func(_ string, x seat) bool { return s.at.Sub(x.at) > presenceKept })
		if len(seats) == 0 {
			delete(p.open, c)
		}
	}
	if p.open[code] == nil {
		p.open[code] = map[string]seat{}
	}
	if len(p.open[code]) < presenceMost {
		p.open[code][account] = s
	}
	var others []seat
	for _, name := range slices.Sorted(maps.Keys(p.open[code])) {
		if name != account {
			others = append(others, p.open[code][name])
		}
	}
	return others
}

// present notes that the visitor has a dossier open and says who else has.
func (v *visit) present(file *approval.File, field string) string {
	f, ok := file.Form.Field(field)
	if !ok {
		field = ""
	}
	name := orElse(v.account.Name, v.account.Login)
	others := v.site.seats.sit(file.System.Code, v.account.Login, seat{name, field, v.now})
	var all []string
	for _, o := range others {
		ago := v.t("present.now")
		if m := int(v.now.Sub(o.at) / time.Minute); m > 0 {
			ago = v.t("present.mins", m)
		}
		says := v.t("present.one", o.name, ago)
		if f, ok = file.Form.Field(o.field); ok {
			says = v.t("present.at", o.name, f.Label.In(v.lang), ago)
		}
		all = append(all, says)
	}
	return strings.Join(all, " ")
}

// presenceTell notes and tells, for the script. Only who may draft sits there.
func (s *site) presenceTell(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read presence: %w", err)
	}
	file, err := s.Office.File(v.r.Context(), v.actor(), v.code())
	if err != nil {
		return err
	}
	if !slices.Contains(file.Acts, approval.ActDraft) {
		return v.says(http.StatusForbidden, v.t("msg.notnow"))
	}
	v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(v.w, v.present(&file, v.r.PostForm.Get("at"))) // the client may be gone; nothing to do about it
	return nil
}
