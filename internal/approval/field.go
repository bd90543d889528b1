package approval

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/forms"
	"capdo/internal/law"
)

// FieldMark is where one field of a statement stands: how often it was saved,
// and who saved it last. Chain binds every value it ever had (see FieldSave), so
// that the ledger vouches for them all.
type FieldMark struct {
	Version int64     `json:"version"` // 1, 2, …; a field without a mark stands at 0
	By      Who       `json:"by"`
	At      time.Time `json:"at"`
	Chain   string    `json:"chain"`
	From    string    `json:"from,omitempty"` // system whose dossier the value was copied from
}

// FieldSave is one value that one person gave to one field. Rows of it are final.
type FieldSave struct {
	Dossier int       `json:"dossier"`
	Field   string    `json:"field"`
	Version int64     `json:"version"`
	Was     string    `json:"was"`   // canonical value before
	Value   string    `json:"value"` // canonical value since, "" = emptied
	From    string    `json:"from"`  // system whose dossier it was copied from, "" = written
	By      Who       `json:"by"`
	At      time.Time `json:"at"`
}

// Link returns the chain of a field after this save: SHA-256, hex, of the chain
// before and the save itself.
func (x FieldSave) Link(before string) (string, error) {
	b, err := json.Marshal(x)
	if err != nil {
		return "", fmt.Errorf("encode save of %s: %w", x.Field, err)
	}
	h := sha256.Sum256(append([]byte(before+"\n"), b...))
	return hex.EncodeToString(h[:]), nil
}

// FieldTag is the version of a field as somebody saw it: dossier, version, and a
// digest of the value shown. It is the ETag of a field.
func FieldTag(dossier int, version int64, value string) string {
	return fmt.Sprintf("%d.%d.%s", dossier, version, valueDigest(value))
}

func valueDigest(value string) string {
	h := sha256.Sum256([]byte(value))
	return hex.EncodeToString(h[:8])
}

// splitTag reads a tag; what is none gives a version that never was.
func splitTag(tag string) (dossier int, version int64, digest string) {
	parts := strings.Split(tag, ".")
	if len(parts) != 3 {
		return 0, -1, ""
	}
	dossier, err := strconv.Atoi(parts[0])
	version, err2 := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || err2 != nil {
		return 0, -1, ""
	}
	return dossier, version, parts[2]
}

// FieldInput is what somebody wants one field to say.
type FieldInput struct {
	Field string
	Value string // canonical, "" = empty
	Seen  string // tag of the field as the person saw it
}

// Clash is a field that another person saved since it was seen.
type Clash struct {
	Field              string
	Was, Theirs, Yours string // canonical values
	By                 Who    // who saved theirs
	At                 time.Time
	Tag                string // of theirs: what a choice is made against
}

// Saved is what became of a draft.
type Saved struct {
	System  System
	Dossier *Dossier // in hand
	Fields  []string // that changed
	Clashes []Clash  // that were left as they are
}

// Tag is the tag of a field of the dossier as it is.
func (d *Dossier) Tag(field string) string {
	return FieldTag(d.No, d.Fields[field].Version, d.Statement[field])
}

// errUnchanged ends a transaction in which nothing was to be written.
var errUnchanged = errors.New("nothing changed")

// SaveFields saves fields of the draft, each by itself. A field that another
// person saved since it was seen is left as it is and comes back as a clash,
// unless the person never touched it or both wrote the same; all others are
// saved. Saving what stands there already changes nothing, so that a request
// sent again has one effect.
func (o *Office) SaveFields(ctx context.Context, a Actor, code string, in []FieldInput) (Saved, error) {
	return o.saveFields(ctx, a, code, in, false)
}

// SaveStatement is SaveFields for all of them or none: a clash is ErrStale.
func (o *Office) SaveStatement(ctx context.Context, a Actor, code string, in []FieldInput) (Saved, error) {
	return o.saveFields(ctx, a, code, in, true)
}

func (o *Office) saveFields(ctx context.Context, a Actor, code string, in []FieldInput, all bool) (Saved, error) {
	now := o.now()
	var out Saved
	err := o.Store.Update(ctx, a, now, func(tx Tx) error {
		s, before, err := o.draftOf(tx, a, code, now)
		if err != nil {
			return err
		}
		_, _, err = o.Hand(a, &s, now)
		if err != nil {
			return err
		}
		d := s.Open()
		if out.Fields, out.Clashes, err = d.merge(in, a.Who(), now); err != nil {
			return err
		}
		if all && len(out.Clashes) > 0 {
			return ErrStale()
		}
		if err := o.rulesOf(&s, d, now); err != nil {
			return err
		}
		for i := range out.Clashes {
			if err := seenBefore(tx, code, d.No, &out.Clashes[i], in); err != nil {
				return err
			}
		}
		out.System, out.Dossier = s, d
		if len(out.Fields) == 0 {
			return errUnchanged
		}
		d.proposed(now)
		if err := tx.Save(&s); err != nil {
			return err
		}
		out.System = s
		return o.append(tx, a, ActDraft, &s, before, now, map[string]string{"dossier": fmt.Sprint(d.No), "fields": strings.Join(out.Fields, " ")})
	})
	if errors.Is(err, errUnchanged) {
		err = nil
	}
	return out, err
}

// draftOf loads a system to be drafted on, and its digest as it stands.
func (o *Office) draftOf(tx Tx, a Actor, code string, now time.Time) (s System, before string, err error) {
	if s, err = tx.System(code); err != nil {
		return s, "", err
	}
	if err := o.May(ActDraft, a, &s, now); err != nil {
		return s, "", err
	}
	before, err = s.Digest()
	return s, before, err
}

// rulesOf puts the dossier in hand under the rules and the paper of the day and
// of what its statement says.
func (o *Office) rulesOf(s *System, d *Dossier, now time.Time) error {
	form, rs, err := o.dossierForm(s, d.Statement, today(now))
	if err != nil {
		return err
	}
	d.Rules, d.Edition = rs, form.Edition
	return nil
}

// proposed reads the level off the statement, as written at an instant.
func (d *Dossier) proposed(at time.Time) {
	d.Level = 0
	if n, ok := d.Statement.Int("proposed_level"); ok && law.Level(n).Valid() {
		d.Level = law.Level(n)
	}
	d.marks(at)
}

// merge puts in what does not clash.
func (d *Dossier) merge(in []FieldInput, by Who, at time.Time) (saved []string, clashes []Clash, err error) {
	for _, x := range in {
		now, mark := d.Statement[x.Field], d.Fields[x.Field]
		no, version, digest := splitTag(x.Seen)
		switch {
		case x.Value == now:
		case no == d.No && version == mark.Version:
			if err := d.put(FieldSave{Field: x.Field, Value: x.Value, By: by, At: at}); err != nil {
				return nil, nil, err
			}
			saved = append(saved, x.Field)
		case no == d.No && valueDigest(x.Value) == digest: // never touched
		default:
			clashes = append(clashes, Clash{Field: x.Field, Theirs: now, Yours: x.Value, By: mark.By, At: mark.At, Tag: d.Tag(x.Field)})
		}
	}
	return saved, clashes, nil
}

// put gives a field its next value.
func (d *Dossier) put(x FieldSave) error {
	mark := d.Fields[x.Field]
	x.Dossier, x.Version, x.Was = d.No, mark.Version+1, d.Statement[x.Field]
	link, err := x.Link(mark.Chain)
	if err != nil {
		return err
	}
	d.Fields, d.Statement = maps.Clone(d.Fields), maps.Clone(d.Statement)
	if d.Fields == nil {
		d.Fields = map[string]FieldMark{}
	}
	if d.Statement == nil {
		d.Statement = forms.Answers{}
	}
	d.Fields[x.Field] = FieldMark{Version: x.Version, By: x.By, At: x.At, Chain: link, From: x.From}
	if x.Value == "" {
		delete(d.Statement, x.Field)
	} else {
		d.Statement[x.Field] = x.Value
	}
	d.Saved = append(d.Saved, x)
	return nil
}

// replace makes the whole statement say st: a save of every field that differs.
func (d *Dossier) replace(st forms.Answers, by Who, at time.Time) error {
	ids := slices.Collect(maps.Keys(st))
	for id := range d.Statement {
		if _, ok := st[id]; !ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		if d.Statement[id] != st[id] {
			if err := d.put(FieldSave{Field: id, Value: st[id], By: by, At: at}); err != nil {
				return err
			}
		}
	}
	if d.Statement == nil {
		d.Statement = st
	}
	return nil
}

// seenBefore finds what a clashing field said when the person saw it.
func seenBefore(tx Tx, code string, dossier int, c *Clash, in []FieldInput) error {
	saves, err := tx.FieldSaves(code, dossier, c.Field)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(in, func(x FieldInput) bool { return x.Field == c.Field })
	no, version, _ := splitTag(in[i].Seen)
	for _, s := range saves {
		switch {
		case no != dossier:
		case s.Version == version:
			c.Was = s.Value
		case version == 0 && s.Version == 1:
			c.Was = s.Was
		}
	}
	return nil
}

// FieldHistory returns every value that a field of a dossier ever had, oldest
// first; "" for the field means all fields.
func (o *Office) FieldHistory(ctx context.Context, a Actor, code string, dossier int, field string) (all []FieldSave, err error) {
	err = o.Store.View(ctx, a, func(r Reader) error {
		all, err = r.FieldSaves(code, dossier, field)
		return err
	})
	return all, err
}
