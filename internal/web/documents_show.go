package web

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"capdo/internal/approval"
	"capdo/internal/attachment"
)

// DocumentsPage is what is attached to a dossier.
type DocumentsPage struct {
	Page
	System       *Identity
	Heading      string
	Back         string
	Rows         []DocumentRow
	Errors       []ErrorLink
	Error        string
	Action, Once string // "" when the visitor may not add or remove
	Rules, Scan  string
}

// DocumentRow is one document.
type DocumentRow struct {
	Name, Kind, Size, By, At, Digest string
	State                            Tag
	Href, Remove                     string // "" when it is not given out, or may not be removed
}

// attachedAsked is the control or the finding that the address names.
func (v *visit) attachedAsked() (attachment.Of, bool) {
	for _, kind := range []string{"control", "finding"} {
		if of, ok := attachment.ParseOf(kind + ":" + v.r.URL.Query().Get(kind)); ok {
			return of, true
		}
	}
	return attachment.Of{}, false
}

// attachedTo is what a page of documents is about: the control, the finding or the
// dossier asked for, else the dossier in hand or to come.
func attachedTo(v *visit, file *approval.File) attachment.Of {
	no := len(file.System.Dossiers)
	if d := file.System.Last(); d == nil || !d.State.Open() && slices.Contains(file.Acts, approval.ActDraft) {
		no++
	}
	if of, ok := v.attachedAsked(); ok {
		return of
	}
	if n, err := strconv.Atoi(v.r.URL.Query().Get("dossier")); err == nil && n >= 1 && n <= len(file.System.Dossiers) {
		no = n
	}
	return attachment.Dossier(no)
}

// documentsOf is the address of what is attached to an object of a system.
func documentsOf(code string, of attachment.Of) string {
	return "/systems/" + code + "/documents?" + url.Values{of.Kind: {of.Key}}.Encode()
}

// documentsShow shows what is attached to a dossier.
func (s *site) documentsShow(v *visit) error {
	return s.documentsPage(v, http.StatusOK, nil)
}

// documentsPage draws the page, with what was refused.
func (s *site) documentsPage(v *visit, status int, fs []approval.Finding) error {
	file, err := v.fileFor(v.code())
	if err != nil {
		return err
	}
	of := attachedTo(v, &file)
	docs, err := s.Documents.Documents(v.r.Context(), file.For, v.code(), of)
	if err != nil {
		return err
	}
	p := DocumentsPage{System: v.identity(&file), Heading: v.t("doc.title", of.Key), Rules: v.t("doc.rules", int(s.Documents.Limits.File>>20), int(s.Documents.Limits.Object>>20))}
	draft := file.System.Open()
	mine := slices.Contains(file.Acts, approval.ActDraft) && (draft == nil || attachment.Dossier(draft.No) == of)
	at := "/systems/" + v.code() + "/documents"
	p.Back = "/systems/" + v.code()
	switch of.Kind {
	case "finding":
		p.Heading, p.Back, mine = v.t("doc.finding", of.Key), p.Back+"/watch#finding-"+of.Key, slices.Contains(file.Acts, approval.ActInspect)
	case "control":
		p.Heading, p.Back, mine = v.t("doc.control", of.Key), "/systems/"+v.code()+"/checklist-cards?at="+url.QueryEscape(of.Key), v.mayAnswer(&file)
	}
	for i := range docs {
		p.Rows = append(p.Rows, v.documentRow(&docs[i], at, mine))
	}
	if mine {
		p.Action, p.Once = documentsOf(v.code(), of), onceToken().Value
	}
	if s.Documents.Scanner == nil {
		p.Scan = v.t("doc.noscanner")
	}
	for _, f := range fs {
		p.Errors = append(p.Errors, ErrorLink{Text: v.say(f.Says), Href: "#file"})
		p.Error = orElse(p.Error, v.say(f.Says))
	}
	p.Page = v.page(p.Heading + " – " + file.System.Name)
	p.Simulated, p.Failed = file.System.Origin == approval.Simulated, len(fs) > 0
	return v.show(status, "documents", p)
}

// documentRow is one document as listed.
func (v *visit) documentRow(d *attachment.Document, at string, mine bool) DocumentRow {
	r := DocumentRow{Name: d.Name, Kind: strings.ToUpper(string(d.Kind)), Size: v.size(d.Size), By: v.nameOf(d.By), At: v.when(d.At), Digest: d.SHA256,
		State: Tag{v.t("doc.state." + string(d.Now())), documentTone(d.Now())}}
	one := at + "/" + strconv.Itoa(d.No)
	if v.Documents.Served(d) {
		r.Href = one
	}
	if mine {
		r.Remove = one + "/remove"
	}
	return r
}

// documentTone is the tone of a document's state.
func documentTone(s attachment.State) string {
	return map[attachment.State]string{attachment.Held: "yellow", attachment.Clean: "bare", attachment.Quarantined: "red", attachment.Unscanned: "grey", attachment.Removed: "red"}[s]
}

// size writes a number of bytes.
func (v voice) size(n int64) string {
	switch {
	case n < 1<<10:
		return v.num(int(n)) + " B"
	case n < 1<<20:
		return v.num(int((n+512)>>10)) + " KiB"
	}
	return v.num(int((n+1<<19)>>20)) + " MiB"
}

// uploadSlack is what a form sends around its file, in bytes.
const uploadSlack = 64 << 10

// documentAttach takes a file in as a stream: nothing of it is kept in memory.
func (s *site) documentAttach(v *visit) error {
	c := http.NewResponseController(v.w) // a large file on a slow line outlasts the usual limits
	_ = c.SetReadDeadline(time.Time{})   // where it cannot be set the usual limit stands
	_ = c.SetWriteDeadline(time.Time{})
	form, err := v.r.MultipartReader()
	if err != nil {
		return s.documentsPage(v, http.StatusUnprocessableEntity, []approval.Finding{v.finding("file", "doc.choose")})
	}
	fields := url.Values{}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return s.documentsPage(v, http.StatusUnprocessableEntity, []approval.Finding{v.finding("file", "doc.choose")})
		}
		if err != nil {
			return fmt.Errorf("read upload: %w", err)
		}
		if part.FormName() == "file" && part.FileName() != "" {
			return s.documentTake(v, fields, part)
		}
		b, err := io.ReadAll(io.LimitReader(part, 4<<10))
		if err != nil {
			return fmt.Errorf("read upload: %w", err)
		}
		fields.Add(part.FormName(), string(b))
	}
}

// documentTake hands the file to the desk.
func (s *site) documentTake(v *visit, fields url.Values, part *multipart.Part) error {
	back := "/systems/" + v.code() + "/documents?done=document"
	if of, ok := v.attachedAsked(); ok {
		back = documentsOf(v.code(), of) + "&done=document"
	}
	v.r.PostForm = url.Values{onceName: fields[onceName], "name": {part.FileName()}}
	ctx, done, err := v.once()
	if done {
		return v.send(back)
	}
	if err != nil {
		return err
	}
	file, err := s.Office.File(v.r.Context(), v.actor(), v.code())
	if err != nil {
		return err
	}
	_, err = s.Documents.Attach(ctx, v.actor(), attachment.Upload{System: v.code(), Of: attachedTo(v, &file), Name: norm.NFC.String(part.FileName()),
		Declared: part.Header.Get("Content-Type"), Body: part})
	if r, ok := refusal(err); ok && r.Kind != approval.NotFound && r.Kind != approval.Forbidden {
		return s.documentsPage(v, statusOf(r.Kind), r.Findings)
	}
	if err != nil {
		return err
	}
	return v.send(back)
}

// finding is a finding in words of the pages.
func (v *visit) finding(field, key string) approval.Finding {
	w := v.site.words[key]
	f := approval.Finding{Field: field, Rule: key}
	f.Says.VI, f.Says.EN = w.vi, w.en
	return f
}

// documentGet gives a document out, inert: to be saved, not to be shown here.
func (s *site) documentGet(v *visit) error {
	no, err := strconv.Atoi(v.r.PathValue("no"))
	if err != nil {
		return s.absent(v)
	}
	file, err := v.fileFor(v.code())
	if err != nil {
		return err
	}
	doc, body, err := s.Documents.Give(v.r.Context(), file.For, v.code(), no)
	if err != nil {
		return err
	}
	return v.handOut(doc, body)
}

// consultedDocument gives a document of the round out to a body consulted on it.
func (s *site) consultedDocument(v *visit) error {
	no, err := strconv.Atoi(v.r.PathValue("no"))
	if err != nil {
		return s.absent(v)
	}
	cases, err := v.owed(v.code())
	if err != nil {
		return err
	}
	doc, body, err := s.Documents.GiveEnclosed(v.r.Context(), cases[0].by, v.code(), no)
	if err != nil {
		return err
	}
	return v.handOut(doc, body)
}

// handOut writes a document, to be saved, not to be shown here.
func (v *visit) handOut(doc attachment.Document, body attachment.Content) error {
	defer body.Close() // read only
	h := v.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	if doc.Kind == attachment.PDF {
		h.Set("Content-Type", "application/pdf")
	}
	h.Set("Content-Disposition", disposition(doc.Name))
	h.Set("Content-Length", strconv.FormatInt(doc.Size, 10))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	h.Set("Accept-Ranges", "none")
	_, _ = io.Copy(v.w, body) // the client may be gone; nothing to do about it
	return nil
}

// disposition names a download: in plain letters for the old, in full by
// RFC 5987 for everyone else.
func disposition(name string) string {
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r >= utf8.RuneSelf || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, name)
	if !strings.HasSuffix(plain, path.Ext(plain)) || plain == "" {
		plain = "document"
	}
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

// documentRemove takes a document off the draft.
func (s *site) documentRemove(v *visit) error {
	no, err := strconv.Atoi(v.r.PathValue("no"))
	if err != nil {
		return s.absent(v)
	}
	doc, err := s.Documents.Remove(v.r.Context(), v.actor(), v.code(), no)
	if err != nil {
		return err
	}
	if of, _ := attachment.ParseOf(doc.Of); of.Kind != "dossier" {
		return v.send(documentsOf(v.code(), of) + "&done=undocument")
	}
	return v.send("/systems/" + v.code() + "/documents?done=undocument")
}
