package web

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/sheet"
	"capdo/internal/statement"
)

// StatementNewPage is where a statement is handed in.
type StatementNewPage struct {
	Page
	Agencies []Option // to choose from; empty: the visitor's own
	Fields   []StatementField
	Report   string
	On       string
	Errors   []ErrorLink
	By       map[string]string // what is wrong, by field
}

// StatementField is a figure typed into the form.
type StatementField struct{ ID, Label, Value string }

// statementNew shows the form.
func (s *site) statementNew(v *visit) error {
	return s.statementForm(v, http.StatusOK, url.Values{}, nil)
}

func (s *site) statementForm(v *visit, status int, in url.Values, fs []approval.Finding) error {
	p := StatementNewPage{Report: in.Get("title"), On: in.Get("on"), By: map[string]string{}}
	for _, f := range statement.Fields() {
		p.Fields = append(p.Fields, StatementField{ID: string(f), Label: v.t("st.field." + string(f)), Value: in.Get(string(f))})
	}
	if v.actor().National() {
		agencies, err := v.ownersNow(in.Get("agency"))
		if err != nil {
			return err
		}
		p.Agencies = agencyOptions(v.voice, agencies)
		for i := range p.Agencies {
			p.Agencies[i].Chosen = p.Agencies[i].Code == in.Get("agency")
		}
	}
	for _, f := range fs {
		p.Errors = append(p.Errors, ErrorLink{Text: v.say(f.Says), Href: "#" + orElse(f.Field, "title"), Cites: f.Cites})
		if p.By[f.Field] == "" {
			p.By[f.Field] = v.say(f.Says)
		}
	}
	p.Page = v.page(v.t("st.new"))
	p.Failed = len(fs) > 0
	return v.show(status, "statement_new", p)
}

// statementTake takes a statement in: figures of the form, and of the file where
// there is one.
func (s *site) statementTake(v *visit) error {
	in, file, err := v.formWithFile()
	if err != nil {
		return err
	}
	v.r.PostForm = in
	st := statement.Statement{Agency: orElse(in.Get("agency"), v.actor().Body), Title: in.Get("title"), On: vietnameseDay(in.Get("on"))}
	var fs []approval.Finding
	for _, f := range statement.Fields() {
		text := strings.TrimSpace(in.Get(string(f)))
		if text == "" {
			continue
		}
		n, err := statement.Number(text)
		if err != nil {
			fs = append(fs, v.finding(string(f), "st.number"))
		}
		st.Figures = append(st.Figures, statement.Figure{Field: f, Value: n, Text: text})
	}
	if len(file) > 0 {
		fs = append(fs, withFile(&st, file)...)
	}
	if len(fs) > 0 {
		return s.statementForm(v, http.StatusUnprocessableEntity, in, fs)
	}
	taken, err := s.Statements.Take(v.r.Context(), v.actor(), st)
	if r, ok := refusal(err); ok && r.Kind == approval.Invalid {
		return s.statementForm(v, http.StatusUnprocessableEntity, in, r.Findings)
	}
	if err != nil {
		return err
	}
	return v.send("/statements/" + taken.ID + "?done=statement")
}

// formWithFile reads a form with at most one file.
func (v *visit) formWithFile() (in url.Values, file []byte, err error) {
	parts, err := v.r.MultipartReader()
	if err != nil {
		err = v.r.ParseForm()
		return copyValues(v.r.PostForm), nil, err
	}
	in = url.Values{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return in, file, nil
		}
		if err != nil {
			return nil, nil, err
		}
		most := int64(8 << 10)
		if part.FileName() != "" {
			most = sheet.MaxFile + 1
		}
		b, err := io.ReadAll(io.LimitReader(part, most))
		if err != nil {
			return nil, nil, err
		}
		if part.FileName() != "" {
			file = b
		} else {
			in.Add(part.FormName(), string(b))
		}
	}
}

// vietnameseDay reads a day as typed; what is none stays, to be refused.
func vietnameseDay(s string) law.Day {
	if t, err := time.Parse("2/1/2006", strings.TrimSpace(s)); err == nil {
		return law.Day(t.Format(time.DateOnly))
	}
	return law.Day(strings.TrimSpace(s))
}

// withFile adds what a file holds to a statement; a figure typed in stands before
// that of the file.
func withFile(st *statement.Statement, file []byte) []approval.Finding {
	figures, lines, err := statement.ReadFile(file)
	if r, ok := refusal(err); ok {
		return r.Findings
	}
	if err != nil {
		return []approval.Finding{{Field: "file", Rule: "file", Says: law.Text{VI: err.Error(), EN: err.Error()}}}
	}
	for _, f := range figures {
		if _, typed := st.Figure(f.Field); !typed {
			st.Figures = append(st.Figures, f)
		}
	}
	sum := sha256.Sum256(file)
	st.Lines, st.Source = lines, hex.EncodeToString(sum[:])
	return nil
}

// statementNote says something about a statement: what lines are, or how a
// difference is settled.
func (s *site) statementNote(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return err
	}
	ctx, done, err := v.once()
	back := "/statements/" + v.r.PathValue("id")
	if done {
		return v.send(back)
	}
	if err != nil {
		return err
	}
	in := v.r.PostForm
	var notes []statement.Note
	switch kind := statement.Kind(in.Get("do")); kind {
	case statement.Match:
		for name := range in {
			line, ok := strings.CutPrefix(name, "match.")
			no, err := strconv.Atoi(line)
			if !ok || err != nil || in.Get(name) == "" {
				continue
			}
			code := in.Get(name)
			if code == "-" {
				code = ""
			} else if code == "+" {
				code = strings.TrimSpace(in.Get("code." + line))
			}
			notes = append(notes, statement.Note{Kind: kind, Line: no, Code: code})
		}
		slices.SortFunc(notes, func(a, b statement.Note) int { return cmp.Compare(a.Line, b.Line) })
	default:
		notes = append(notes, statement.Note{Kind: kind, Key: in.Get("key"), Owner: in.Get("owner"), Outcome: statement.Outcome(in.Get("outcome")), Comment: in.Get("comment")})
	}
	_, err = s.Statements.Note(ctx, v.actor(), v.r.PathValue("id"), notes)
	if r, ok := refusal(err); ok && r.Kind != approval.NotFound && r.Kind != approval.Forbidden {
		return s.statementPage(v, statusOf(r.Kind), v.say(r.Findings[0].Says))
	}
	if err != nil {
		return err
	}
	return v.send(back + "?done=noted")
}
