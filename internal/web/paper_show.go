package web

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"capdo/internal/law"
	"capdo/internal/voucher"
)

// maxPaper is the largest file that is taken to be checked, in bytes: the
// longest paper is some 10 MB.
const maxPaper = 16 << 20

// PaperPage tells anyone who holds a paper what is so of it. Without an answer
// it only asks for one.
type PaperPage struct {
	Page
	State   *Tag // of what the paper says, nil without an answer
	Says    string
	Match   *Tag // of the file sent, nil when none was
	Matched string
	Facts   []Fact
	Proof   string // address of the proof, "" when there is none
	Error   string // what is wrong with what was sent
}

// paperAsk shows the form.
func (s *site) paperAsk(v *visit) error {
	return v.show(http.StatusOK, "paper", v.paperPage())
}

func (v *visit) paperPage() PaperPage {
	p := PaperPage{Page: v.page(v.t("pp.title"))}
	p.Script = v.script.path
	return p
}

// paperShow shows the paper that the address names.
func (s *site) paperShow(v *visit) error {
	p := v.paperPage()
	if err := v.vouched(&p, v.r.PathValue("ref")); err != nil {
		return s.unknown(v, err)
	}
	return v.show(http.StatusOK, "paper", p)
}

// unknown answers for a paper that nobody issued as for a page that is none.
func (s *site) unknown(v *visit, err error) error {
	if errors.Is(err, voucher.ErrUnknown) {
		return v.message(http.StatusNotFound, "msg.404", v.t("pp.unknown"))
	}
	return err
}

// vouched puts what is so of a paper onto the page.
func (v *visit) vouched(p *PaperPage, name string) error {
	a, err := v.Papers.Look(v.r.Context(), name)
	if err != nil {
		return err
	}
	tones := map[voucher.State]string{voucher.Valid: "green", voucher.Trial: "grey", voucher.Superseded: "yellow"}
	p.State = &Tag{v.t("pp.is." + string(a.State)), orElse(tones[a.State], "red")}
	p.Says = v.t("pp.says."+string(a.State), v.day(law.Day(a.Day)))
	p.Proof = "/r/" + a.Ref + "/proof"
	kind, _, _ := strings.Cut(a.Kind, "@")
	p.Facts = []Fact{{Label: v.t("pp.kind"), Value: v.t("pp.kind." + kind)}}
	if a.Code != "" {
		p.Facts = append(p.Facts, Fact{Label: v.t("pp.code"), Value: a.Code})
	}
	p.Facts = append(p.Facts, Fact{Label: v.t("pp.day"), Value: v.day(law.Day(a.Day))},
		Fact{Label: v.t("f.ledger"), Value: v.t("f.entries", v.num(int(a.Size)), fmt.Sprintf("%x", a.Root))},
		Fact{Label: v.t("f.book"), Value: fmt.Sprintf("%x", a.Law)})
	if !a.Made.IsZero() {
		p.Facts = append(p.Facts, Fact{Label: v.t("pp.made"), Value: v.when(a.Made)})
	}
	p.Facts = append(p.Facts, Fact{Label: v.t("pp.ref"), Value: a.Ref})
	return nil
}

// paperCheck says which paper a file is, by the file or by its hash.
func (s *site) paperCheck(v *visit) error {
	p := v.paperPage()
	file, hash, err := sentPaper(v.r)
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return err
	case err != nil, len(file) == 0 && hash == "":
		p.Error = v.t("pp.nothing")
		return v.show(http.StatusUnprocessableEntity, "paper", p)
	}
	m, token := voucher.Unknown, ""
	if len(file) > 0 {
		m, token, err = v.Papers.File(v.r.Context(), file)
	} else if sum, ok := voucher.ParseHash(hash); ok {
		m, token, err = v.Papers.Hash(v.r.Context(), sum)
	} else {
		p.Error = v.t("pp.nohash")
		return v.show(http.StatusUnprocessableEntity, "paper", p)
	}
	if err == nil && m != voucher.Unknown {
		err = v.vouched(&p, token)
	}
	if err != nil {
		return err
	}
	tones := map[voucher.Match]string{voucher.Genuine: "green", voucher.Altered: "red", voucher.Unknown: "yellow"}
	p.Match, p.Matched = &Tag{v.t("pp.match." + string(m)), tones[m]}, v.t("pp.matched."+string(m))
	if m == voucher.Unknown && len(file) == 0 {
		p.Matched = v.t("pp.matched.hash")
	}
	return v.show(http.StatusOK, "paper", p)
}

// sentPaper reads the form: a file, or a hash.
func sentPaper(r *http.Request) (file []byte, hash string, err error) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, "", err
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return file, strings.TrimSpace(hash), nil
		}
		if err != nil {
			return nil, "", err
		}
		if err := takePart(part, &file, &hash); err != nil {
			return nil, "", err
		}
	}
}

func takePart(part *multipart.Part, file *[]byte, hash *string) (err error) {
	switch part.FormName() {
	case "file":
		*file, err = io.ReadAll(part)
	case "hash":
		var b []byte
		b, err = io.ReadAll(io.LimitReader(part, 1<<10))
		*hash = string(b)
	}
	return err
}

// paperProof sends the proof of a paper.
func (s *site) paperProof(v *visit) error {
	a, err := s.Papers.Look(v.r.Context(), v.r.PathValue("ref"))
	if err != nil {
		return s.unknown(v, err)
	}
	proof, err := s.Papers.Prove(v.r.Context(), a.Claim)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", `attachment; filename="`+a.Ref+`.proof"`)
	_, _ = v.w.Write(proof) // the client may be gone; nothing to do about it
	return nil
}
