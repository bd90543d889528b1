package approval

import (
	"fmt"
	"strings"

	"capdo/forms"
	"capdo/internal/law"
)

// Kind is the kind of a refusal. The edge (web, gate) translates it once.
type Kind string

// The kinds of refusal.
const (
	NotFound  Kind = "not_found" // absent, or not the actor's to see: never told apart
	Invalid   Kind = "invalid"   // the input or the law says no; findings say why
	Conflict  Kind = "conflict"  // wrong order: the record's state does not allow the act
	Forbidden Kind = "forbidden" // wrong actor
	Stale     Kind = "stale"     // the record changed since the actor saw it
)

// Finding is one reason why an act is refused or a standing falls short.
type Finding struct {
	Field string   `json:"field,omitempty"` // form field, "" when none
	Rule  string   `json:"rule"`            // stable id
	Cites string   `json:"cites,omitempty"` // clause, printable
	Says  law.Text `json:"says"`
}

// Refusal is the error of every act that is refused. Nothing was written.
type Refusal struct {
	Kind     Kind
	Findings []Finding
}

// Error lists kind and rules.
func (r *Refusal) Error() string {
	ids := make([]string, len(r.Findings))
	for i, f := range r.Findings {
		ids[i] = f.Rule
		if f.Field != "" {
			ids[i] = f.Field + ": " + f.Rule
		}
	}
	return fmt.Sprintf("%s: %s", r.Kind, strings.Join(ids, ", "))
}

// refuse builds a refusal of one finding.
func refuse(k Kind, rule, cites, vi, en string) *Refusal {
	return &Refusal{k, []Finding{{Rule: rule, Cites: cites, Says: law.Text{VI: vi, EN: en}}}}
}

// refuseField builds an Invalid refusal at a field.
func refuseField(field, rule, cites, vi, en string) *Refusal {
	return &Refusal{Invalid, []Finding{{field, rule, cites, law.Text{VI: vi, EN: en}}}}
}

// fromProblems turns form problems into findings.
func fromProblems(ps []forms.Problem) []Finding {
	fs := make([]Finding, len(ps))
	for i, p := range ps {
		fs[i] = Finding{Field: p.Field, Rule: "form." + p.Code, Says: law.Text(p.Says)}
	}
	return fs
}

// ErrNotFound is the refusal for what is absent or another's: one answer, so
// that neither can be told from the other.
func ErrNotFound() *Refusal {
	return refuse(NotFound, "not-found", "", "Không tìm thấy hệ thống này trong phạm vi của bạn.", "There is no such system in your scope.")
}

// ErrFourEyes is the refusal for a second hand of one person in a dossier.
func ErrFourEyes() *Refusal {
	return refuse(Forbidden, "four-eyes", "",
		"Người đã tham gia một khâu khác của hồ sơ này không được thực hiện khâu này.",
		"A person who had another hand in this dossier may not take this step.")
}

// ErrStale is the refusal for an edit of an older version.
func ErrStale() *Refusal {
	return refuse(Stale, "stale", "",
		"Hồ sơ vừa được người khác cập nhật. Tải lại trang, xem thay đổi rồi thực hiện lại; chưa có gì bị ghi đè.",
		"The record was changed by someone else meanwhile. Reload, look at the change and try again; nothing was overwritten.")
}
