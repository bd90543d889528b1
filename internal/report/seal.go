package report

import (
	"fmt"
	"strings"
	"time"

	"capdo/internal/pdf"
)

// Geometry of the seal: the code on the left, what it stands for beside it.
const (
	codeSide = 38.0
	codeGap  = 4.0
)

// seal names record and rule book in full, so that the paper can be checked,
// with the code that says so where somebody vouches for the paper.
func (s *sheet) seal() {
	s.sealed = true
	o := s.official
	text := []string{
		o.speaks() + ".",
		fmt.Sprintf("Sổ ghi: %s mục. Gốc: %s", number(o.Ledger.Size), orNone(o.Ledger.Root)),
		"Bộ quy tắc: " + orNone(o.LawDigest),
	}
	if o.LawThen != "" {
		text = append(text, "Bộ quy tắc ghi trong sổ lúc đó là bản khác: "+o.LawThen)
	}
	p := paragraph{size: sizeTable, align: "L"}
	if o.Vouch == nil {
		for _, t := range text[1:] {
			s.set(t, p)
		}
		return
	}
	how := "Kiểm tra ngoại tuyến: capdo verify --pdf TỆP."
	if at, ok := strings.CutPrefix(o.CheckAt, "https://"); ok {
		how = "Quét mã, hoặc nộp tệp tại " + strings.TrimSuffix(at, "/") + ", để biết văn bản có đúng bản đã phát hành và còn giá trị hay không. " + how
	}
	s.y += 2
	s.need(codeSide + paragraphGap)
	top := s.y
	s.code(box{marginLeft, top, codeSide, codeSide})
	p.left = codeSide + codeGap
	for _, t := range append(text, how) {
		s.set(t, p)
	}
	s.y = max(s.y, top+codeSide+paragraphGap)
}

// speaks says of which day the paper speaks, and up to when the record is known.
func (o Official) speaks() string {
	s := "Số liệu tính đến ngày " + shortDate(o.Day)
	if o.Known != "" {
		s += ", theo sổ ghi đến " + o.Known
	}
	return s
}

// code leaves room for the code, which is known when the file is finished.
func (s *sheet) code(b box) {
	s.figure("Mã QR chứa địa chỉ kiểm tra và chữ ký số của văn bản này", func() {
		s.stroke()
		const perMillimetre = 72 / 25.4
		s.pen.raw(fmt.Sprintf("q %.4f 0 0 %.4f %.4f %.4f cm /Seal Do Q", b.w*perMillimetre, b.h*perMillimetre, b.x*perMillimetre, (s.h-b.y-b.h)*perMillimetre))
	})
}

// prefix is what the address in the code begins with, "" without a code.
func (s *sheet) prefix() string {
	switch {
	case s.official.Vouch == nil:
		return ""
	case s.official.CheckAt == "":
		return nowhere
	}
	return s.official.CheckAt
}

// nowhere begins an address that leads nowhere: the code is checked offline.
const nowhere = "capdo:/r/"

// hanoi is the zone of the dates in a file.
func hanoi() *time.Location { return time.FixedZone("ICT", 7*60*60) }

// finish makes a file for the archive of the pages that were set, dated the day
// of the paper, with its seal.
func (s *sheet) finish(raw []byte, contents [][]byte) ([]byte, error) {
	day, err := time.ParseInLocation(time.DateOnly, s.official.Day, hanoi())
	if err != nil {
		return nil, fmt.Errorf("finish pages: %w", err)
	}
	draft, err := pdf.Finish(raw, pdf.Matter{
		Meta:      pdf.Meta{Title: s.name, Author: s.clean(s.official.Issuer.Body), Producer: "capdo", Lang: "vi-VN", Made: day},
		Bookmarks: s.marks, Structure: s.root, Seal: s.prefix(), Contents: contents})
	if err != nil {
		return nil, fmt.Errorf("finish pages: %w", err)
	}
	if s.official.Vouch == nil {
		return draft.Plain(), nil
	}
	token, err := s.official.Vouch(draft.Digest())
	if err != nil {
		return nil, fmt.Errorf("vouch for the paper: %w", err)
	}
	return draft.Seal(token)
}

// sealHeight is about the room that the seal takes with a heading over it.
func (s *sheet) sealHeight() float64 {
	if s.official.Vouch == nil {
		return 25
	}
	return 2 + codeSide + 2*paragraphGap + leading(sizeBody)
}
