package store

import (
	"fmt"
	"strings"

	"capdo/internal/approval"
)

// veiled is a row some of whose texts lie sealed, each in its own column: what a
// dossier states and encloses, what was said of it by whom it concerns, what
// bodies reported. What lists show and search for, who acted and when stay in the
// open, and so does an empty text.
type veiled interface{ veil() veil }

// veil says which texts of a row lie sealed, and as what.
type veil struct {
	system int64 // to which the row belongs; 0: the row itself says whose it is
	owner  string
	code   string // of the system, "" where there is none
	name   string // of the row, within its system
	texts  []secret
}

// secret is a text that lies sealed in a column; nil is NULL.
type secret struct {
	column string
	text   *string
}

// about is what a text is sealed as.
func (v veil) about(column string) string { return v.code + "/" + v.name + "." + column }

// columns are the names of the columns in which texts lie sealed.
func (v veil) columns() []string {
	all := make([]string, len(v.texts))
	for i, x := range v.texts {
		all[i] = x.column
	}
	return all
}

// isSealed tells whether a text is one that a Sealer made.
func isSealed(text string) bool {
	return strings.HasPrefix(text, "sealed:1:") || strings.HasPrefix(text, "sealed:2:")
}

// unveil gives a row of a system its texts back. Rows from before texts were sealed
// have them.
func (c *scope) unveil(code string, row veiled) error {
	v := row.veil()
	v.code = code
	for _, x := range v.texts {
		if x.text == nil || !isSealed(*x.text) {
			continue
		}
		if c.safe == nil {
			return errKeys
		}
		plain, err := c.safe.Unseal(*x.text, v.about(x.column))
		if err != nil {
			return fmt.Errorf("%s: %w", v.about(x.column), err)
		}
		*x.text = string(plain)
	}
	return nil
}

// hide seals the texts of a row that is about to be stored, under the key of the
// body that owns the system now.
func (w *writing) hide(row veiled) error {
	v := row.veil()
	if v.system != 0 {
		home, ok := w.homes[v.system]
		if !ok {
			return fmt.Errorf("seal %s: whose it is is not known", v.name)
		}
		v.owner, v.code = home.owner, home.code
	}
	key, err := w.keyOf(v.owner)
	if err != nil {
		return err
	}
	return w.sealAs(v, v.owner, key)
}

// sealAs seals the texts of a row under a tenant's key.
func (w *writing) sealAs(v veil, tenant, key string) error {
	for _, x := range v.texts {
		if x.text == nil || *x.text == "" {
			continue
		}
		if w.safe == nil {
			return errKeys
		}
		sealed, err := w.safe.Seal(tenant, key, v.about(x.column), []byte(*x.text))
		if err != nil {
			return err
		}
		*x.text = sealed
	}
	return nil
}

// home is whose a system is, and its code.
type home struct{ owner, code string }

// lives notes whose a system is, for the rows stored in this transaction.
func (w *writing) lives(s *approval.System) {
	if w.homes == nil {
		w.homes = map[int64]home{}
	}
	w.homes[s.ID] = home{s.Owner, s.Code}
}

func (r *systemRow) veil() veil {
	return veil{owner: r.Owner, code: r.Code, name: "system", texts: []secret{{"description", &r.Description}, {"served", &r.Served}, {"facts", r.Facts}, {"was", r.Was}}}
}

func (r *dossierRow) veil() veil {
	return veil{system: r.SystemID, name: fmt.Sprintf("dossier/%d", r.No), texts: []secret{{"statement", r.Statement}, {"facts", r.Facts},
		{"determination", r.Determination}, {"documents", r.Documents}, {"fields", r.Fields}}}
}

func (r *fieldSaveRow) veil() veil {
	return veil{system: r.SystemID, name: fmt.Sprintf("save/%d/%s/%d", r.DossierNo, r.Field, r.Version), texts: []secret{{"was", &r.Was}, {"value", &r.Value}}}
}

func (r *roundRow) veil() veil {
	return veil{system: r.SystemID, name: fmt.Sprintf("round/%d/%d", r.DossierNo, r.No), texts: []secret{{"submission", &r.Submission}}}
}

func (r *receiptRow) veil() veil {
	return veil{system: r.SystemID, name: fmt.Sprintf("receipt/%d/%d", r.DossierNo, r.No), texts: []secret{{"lacks", &r.Lacks}}}
}

func (r *reviewRow) veil() veil {
	return veil{system: r.SystemID, name: fmt.Sprintf("review/%d/%d", r.DossierNo, r.No), texts: []secret{{"comment", &r.Comment}}}
}

func (r *decisionRow) veil() veil {
	return veil{system: r.SystemID, name: fmt.Sprintf("decision/%d/%d", r.DossierNo, r.No), texts: []secret{{"grounds", &r.Grounds}}}
}

func (r *planRow) veil() veil {
	return veil{system: r.SystemID, name: fmt.Sprintf("declared/%d", r.No), texts: []secret{{"note", &r.Note}}}
}

func (r *remarkRow) veil() veil {
	return veil{system: r.SystemID, name: fmt.Sprintf("remark/%d/%d", r.DossierNo, r.No), texts: []secret{{"text", &r.Text}}}
}

func (r *consultationRow) veil() veil {
	return veil{system: r.SystemID, name: fmt.Sprintf("consultation/%d/%d", r.DossierNo, r.No), texts: []secret{{"question", &r.Question}, {"comment", &r.Comment}}}
}

func (r *statementRow) veil() veil {
	return veil{owner: r.Agency, name: "statement/" + r.ID, texts: []secret{{"body", &r.Body}}}
}

func (r *statementNoteRow) veil() veil {
	return veil{owner: r.Agency, name: fmt.Sprintf("statement/%s/%d", r.Statement, r.No), texts: []secret{{"body", &r.Body}}}
}
