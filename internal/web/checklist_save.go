package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/law"
	"capdo/internal/plan"
)

// dayTyped reads a day as people write it; what is no day stays as typed, for
// the room to refuse.
func dayTyped(s string) law.Day {
	if d, ok := parseDay(s); ok {
		return d
	}
	return law.Day(strings.TrimSpace(s))
}

// typedAnswer reads the fields of one control. A field that was not sent is one
// that was not touched: it says what it said when it was seen.
func typedAnswer(in url.Values, key string, seen *plan.Answer) plan.AnswerInput {
	a := plan.AnswerInput{Key: key}
	if seen != nil {
		a = plan.AnswerInput{Key: key, Seen: seen.No, Result: seen.Result, How: seen.How, Origin: seen.Origin, Evidence: seen.Evidence, Role: seen.Role, Due: seen.Due, Cost: seen.Cost, Note: seen.Note}
	}
	get := func(part, was string) string {
		if name := part + "." + key; in.Has(name) {
			return line(in.Get(name))
		}
		return was
	}
	a.Result, a.How, a.Origin = plan.Result(get("r", string(a.Result))), get("how", a.How), get("origin", a.Origin)
	a.Role, a.Due, a.Cost, a.Note = get("role", a.Role), dayTyped(get("due", string(a.Due))), get("cost", a.Cost), get("note", a.Note)
	if es, sent := typedEvidence(in, key); sent {
		a.Evidence = es
	}
	return a
}

// typedEvidence reads the pieces of evidence of a control, and whether any field
// of evidence was sent.
func typedEvidence(in url.Values, key string) (es []plan.Evidence, sent bool) {
	for i := 0; i < 30 && in.Has(fmt.Sprintf("er.%s.%d", key, i)); i++ {
		id := fmt.Sprintf("%s.%d", key, i)
		es, sent = append(es, plan.Evidence{Kind: plan.EvidenceKind(in.Get("ek." + id)), Ref: line(in.Get("er." + id)), On: dayTyped(in.Get("eo." + id)), Until: dayTyped(in.Get("eu." + id))}), true
	}
	for i := 0; i < 30 && in.Has(fmt.Sprintf("fd.%s.%d", key, i)); i++ {
		id := fmt.Sprintf("%s.%d", key, i)
		sent = true
		if no, err := strconv.Atoi(in.Get("fd." + id)); err == nil && no > 0 && in.Has("fe."+id) {
			es = append(es, plan.Evidence{Kind: plan.File, Document: no, On: dayTyped(in.Get("fo." + id)), Until: dayTyped(in.Get("fu." + id))})
		}
	}
	return es, sent
}

// typedAnswers reads the controls that a page had. One for which theirs was
// chosen, or of which nothing was ever said, is left alone.
func typedAnswers(in url.Values, sheet plan.Sheet) []plan.AnswerInput {
	var all []plan.AnswerInput
	for _, x := range sheet.States {
		key := x.Control.Key
		if in.Has(seenPrefix+key) && in.Get(takePrefix+key) != "theirs" {
			all = append(all, typedAnswer(in, key, seenAnswer(&sheet.Plan, in.Get(seenPrefix+key))))
		}
	}
	return all
}

// seenAnswer is the answer that a page showed, nil when it showed none.
func seenAnswer(p *plan.Plan, no string) *plan.Answer {
	n, err := strconv.Atoi(no)
	i := slices.IndexFunc(p.Answers, func(a plan.Answer) bool { return a.No == n })
	if err != nil || i < 0 {
		return nil
	}
	return &p.Answers[i]
}

// controlsForm reads a page of controls. Files are handed to take as they come,
// none of them is kept in memory; nil throws them away.
func (v *visit) controlsForm(take func(*multipart.Part) error) (url.Values, error) {
	if kind, _, err := mime.ParseMediaType(v.r.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		if err := v.r.ParseForm(); err != nil {
			return nil, fmt.Errorf("read form: %w", err)
		}
		return v.r.PostForm, nil
	}
	c := http.NewResponseController(v.w) // a large file on a slow line outlasts the usual limits
	_ = c.SetReadDeadline(time.Time{})   // where it cannot be set the usual limit stands
	_ = c.SetWriteDeadline(time.Time{})
	form, err := v.r.MultipartReader()
	if err != nil {
		return nil, fmt.Errorf("read form: %w", err)
	}
	in := url.Values{}
	for left := int64(maxBody); ; {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return in, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read form: %w", err)
		}
		if strings.HasPrefix(part.FormName(), filePrefix) {
			if part.FileName() != "" && take != nil {
				if err := take(part); err != nil {
					return nil, err
				}
			}
			continue
		}
		b, err := io.ReadAll(io.LimitReader(part, left+1))
		if left -= int64(len(b)); err != nil || left < 0 {
			return nil, errors.Join(&http.MaxBytesError{Limit: maxBody}, err)
		}
		in.Add(part.FormName(), string(b))
	}
}

// filePrefix begins the name of the field that takes the file of a control, or of a
// finding, in.
const filePrefix = "file."

// groupDo records the answers, or the checks, of a page of controls: each part
// of each answer by itself. What clashes or cannot stand comes back as typed,
// everything else is saved.
func (s *site) groupDo(v *visit) error {
	file, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	back, added := answered{status: http.StatusOK}, map[string][]plan.Evidence{}
	in, err := v.controlsForm(func(part *multipart.Part) error {
		key := strings.TrimPrefix(part.FormName(), filePrefix)
		if !slices.ContainsFunc(sheet.States, func(x plan.State) bool { return x.Control.Key == key }) {
			return approval.ErrNotFound()
		}
		doc, fs, err := v.takeFile(attachment.Control(key), key+".file", part)
		back.findings = append(back.findings, fs...)
		if doc > 0 {
			added[key] = append(added[key], plan.Evidence{Kind: plan.File, Document: doc})
		}
		return err
	})
	if err != nil {
		return err
	}
	if in.Get("do") == "check" {
		return s.groupCheck(v, file.System.Code, sheet, in)
	}
	answers := typedAnswers(in, sheet)
	for i, a := range answers {
		answers[i].Evidence = append(slices.Clip(a.Evidence), added[a.Key]...)
	}
	saved, err := s.Plans.Save(v.r.Context(), v.actor(), file.System.Code, sheet.List, answers, false)
	if err != nil {
		return err
	}
	v.comeBack(&back, saved, answers)
	if len(back.findings) > 0 {
		return v.pageAgain(back)
	}
	return v.onward(in)
}

// onward leads on after everything was saved: to the next card where one was
// asked for, else back to the page.
func (v *visit) onward(in url.Values) error {
	if at := in.Get("next"); in.Get("do") == "next" && at != "" {
		return v.send(v.planAt("/checklist-cards", "at", at, "state", v.r.URL.Query().Get("state"), "done", "checklist"))
	}
	if v.r.PathValue("group") == "" {
		return v.send(v.planAt("/checklist-cards", "at", v.r.URL.Query().Get("at"), "state", v.r.URL.Query().Get("state"), "done", "checklist"))
	}
	return v.send(v.planAt("/checklist/"+v.r.PathValue("group"), "done", "checklist"))
}

// pageAgain draws the page that was sent, with what came back.
func (v *visit) pageAgain(back answered) error {
	if v.r.PathValue("group") == "" {
		return v.cardPage(back)
	}
	return v.groupPage(back)
}

// comeBack puts what could not be saved back onto the page: each control as it
// stands now, with the parts that clash or are to be mended as typed.
func (v *visit) comeBack(back *answered, saved plan.Saved, typed []plan.AnswerInput) {
	back.typed, back.clashes = map[string]plan.AnswerInput{}, map[string]plan.Clash{}
	again := func(key string, parts ...plan.Part) {
		i := slices.IndexFunc(typed, func(a plan.AnswerInput) bool { return a.Key == key })
		shown, ok := back.typed[key]
		if !ok {
			shown = saved.Now(key)
		}
		for _, p := range parts {
			shown.Take(p, typed[i])
		}
		back.typed[key] = shown
	}
	for _, c := range saved.Clashes {
		back.clashes[c.Key] = c
		back.findings = append(back.findings, v.clashFinding(c))
		back.status = http.StatusConflict
		again(c.Key, c.Parts...)
	}
	for _, f := range saved.Wrong {
		key, part := saved.PartOf(f)
		again(key, part)
	}
	back.findings = append(back.findings, saved.Wrong...)
	if back.status == http.StatusOK && len(back.findings) > 0 {
		back.status = http.StatusUnprocessableEntity
	}
}

// takeFile attaches a file to a control or a finding; what is refused about the
// file itself is a finding at its field.
func (v *visit) takeFile(of attachment.Of, field string, part *multipart.Part) (no int, fs []approval.Finding, err error) {
	if v.Documents == nil {
		return 0, nil, approval.ErrNotFound()
	}
	doc, err := v.Documents.Attach(v.r.Context(), v.actor(), attachment.Upload{System: v.code(), Of: of, Name: norm.NFC.String(part.FileName()),
		Declared: part.Header.Get("Content-Type"), Body: part})
	if r, ok := refusal(err); ok && r.Kind != approval.NotFound && r.Kind != approval.Forbidden {
		for _, f := range r.Findings {
			f.Field = field
			fs = append(fs, f)
		}
		return 0, fs, nil
	}
	return doc.No, nil, err
}

// groupCheck records the checks of a page of controls.
func (s *site) groupCheck(v *visit, code string, sheet plan.Sheet, in url.Values) error {
	var checks []plan.CheckInput
	for _, x := range sheet.States {
		key := x.Control.Key
		if o := in.Get("check." + key); o != "" {
			no, _ := strconv.Atoi(in.Get("answer." + key)) // no number is no answer: refused
			checks = append(checks, plan.CheckInput{Answer: no, Outcome: plan.Outcome(o), Note: line(in.Get("checknote." + key))})
		}
	}
	_, err := s.Plans.Check(v.r.Context(), v.actor(), code, checks)
	if r, ok := refusal(err); ok && r.Kind != approval.NotFound && !(r.Kind == approval.Forbidden && r.Findings[0].Rule == "wrong-actor") {
		return v.pageAgain(answered{findings: r.Findings, status: statusOf(r.Kind)})
	}
	if err != nil {
		return err
	}
	return v.onward(in)
}

// answerSave saves one control by itself: PUT or PATCH, form-encoded like the
// page, under If-Match: the number of the answer that was seen, 0 for none. 428
// without it; 412 with both versions when parts of it are stale; 422 with what
// cannot stand as written, the rest being saved.
func (s *site) answerSave(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	_, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	key, seen := v.r.PathValue("key"), strings.Trim(strings.TrimPrefix(v.r.Header.Get("If-Match"), "W/"), `"`)
	if !slices.ContainsFunc(sheet.States, func(x plan.State) bool { return x.Control.Key == key }) {
		return s.absent(v)
	}
	if seen == "" {
		return v.says(http.StatusPreconditionRequired, v.t("field.ifmatch"))
	}
	a := typedAnswer(v.r.PostForm, key, seenAnswer(&sheet.Plan, seen))
	saved, err := s.Plans.Save(v.r.Context(), v.actor(), v.code(), sheet.List, []plan.AnswerInput{a}, true)
	if err != nil {
		return err
	}
	tag := saved.Tag(key)
	v.w.Header().Set("ETag", `"`+tag+`"`)
	if len(saved.Clashes) > 0 {
		return v.clashPart(v.answerClash(saved.Clashes[0], saved.Now(key).Seen))
	}
	said := fieldSaid{Tag: tag, Says: v.t("save.at", clockTime(v.now))}
	if x := seenAnswer(&saved.Plan, tag); x != nil {
		said.By = v.t("pl.by", x.By.Account, v.when(x.At))
	}
	if len(saved.Wrong) == 0 {
		return v.json(http.StatusOK, said)
	}
	var all []string
	for _, f := range saved.Wrong {
		all = append(all, v.say(f.Says))
	}
	said.Says = strings.Join(all, ". ")
	return v.json(http.StatusUnprocessableEntity, said)
}

// answerShow gives one answer as it is, with its ETag.
func (s *site) answerShow(v *visit) error {
	_, sheet, err := v.planSheet()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(sheet.States, func(x plan.State) bool { return x.Control.Key == v.r.PathValue("key") })
	if i < 0 {
		return s.absent(v)
	}
	tag := "0"
	if a := sheet.States[i].Answer; a != nil {
		tag = strconv.Itoa(a.No)
	}
	v.w.Header().Set("ETag", `"`+tag+`"`)
	return v.json(http.StatusOK, struct {
		Key    string       `json:"key"`
		Answer *plan.Answer `json:"answer"`
	}{v.r.PathValue("key"), sheet.States[i].Answer})
}
