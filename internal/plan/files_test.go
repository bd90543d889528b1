package plan_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/gate"
	"capdo/internal/law"
	"capdo/internal/plan"
	"capdo/internal/store/storetest"
)

// eyes is a scanner that says what it is told to; nil error and "" is clean.
type eyes struct {
	found string
	err   error
}

func (e *eyes) Scan(_ context.Context, r io.Reader) (string, error) {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return "", err
	}
	return e.found, e.err
}

var errBlind = errors.New("the scanner does not answer")

// papers is a desk of documents beside the room, as the program ties them.
func (h *house) papers(s attachment.Scanner) *attachment.Desk {
	h.Helper()
	return &attachment.Desk{Office: h.office, Store: h.store.Attachments(), Blobs: storetest.Blobs(h.T, h.TempDir()), Limits: attachment.Default(), Scanner: s, Log: slog.New(slog.DiscardHandler),
		Changed: func(tx attachment.Tx, by approval.Actor, d *attachment.Document, at time.Time) error {
			return h.Rests(tx, by, d.System, d.Object(), at)
		}}
}

// upload attaches a text to a control of a system of H56.
func (h *house) upload(d *attachment.Desk, code, key, text string) attachment.Document {
	h.Helper()
	doc, err := d.Attach(ctx, officer, attachment.Upload{System: code, Of: attachment.Control(key), Name: "Biên bản.txt", Body: strings.NewReader(text)})
	if err != nil {
		h.Fatal(err)
	}
	return doc
}

// rest makes the first control of a platform rest on a document.
func (h *house) rest(code, key string, no int) error {
	x := h.sheet(code).States[0]
	in := plan.AnswerInput{Key: key, Result: plan.Met, How: "Có biên bản", Evidence: []plan.Evidence{{Kind: plan.File, Document: no}}}
	if x.Answer != nil {
		in.Seen = x.Answer.No
	}
	return h.answers(code, in)
}

// TestFileHoldsOnceScanned: a file that waits for the scanner is no evidence, at
// the platform and wherever it is inherited; clean it is, and what was removed
// lapses everywhere at once, at the gate too.
func TestFileHoldsOnceScanned(t *testing.T) {
	h, platform, key, owners := tower(t, "")
	blind := &eyes{err: errBlind}
	desk := h.papers(blind)
	doc := h.upload(desk, platform, key, "kết quả")
	if doc.Now() != attachment.Held {
		t.Fatalf("without an answer of the scanner the file is %s", doc.Now())
	}
	if err := h.rest(platform, key, doc.No); err != nil {
		t.Fatal(err)
	}
	for code, agency := range owners {
		s, err := h.Sheet(ctx, storetest.Actor(law.RoleOperator, agency), code, nil)
		want := map[bool]plan.Lapse{true: plan.LapsedHeld, false: plan.LapsedOrigin}[code == platform]
		if err != nil || s.States[0].Holds() || s.States[0].Because != want {
			t.Errorf("%s holds by a file that nobody scanned: %+v, %v", code, s.States[0], err)
		}
		if v := h.asked(code, h.clock.T); v.Decision != gate.Deny {
			t.Errorf("%s: the gate says %s", code, v.Decision)
		}
	}
	blind.err = nil
	if n, err := desk.ScanHeld(ctx); n != 1 || err != nil {
		t.Fatalf("%d scanned, %v", n, err)
	}
	e := h.sheet(platform).States[0].Answer.Evidence[0]
	if e.Ref != "Biên bản.txt" || e.SHA256 != doc.SHA256 {
		t.Errorf("evidence does not name its document: %+v", e)
	}
	for code, agency := range owners {
		if v := h.asked(code, h.clock.T); v.Decision != gate.Deny {
			t.Errorf("%s: full again without a declaration", code)
		}
		if p := h.declare(code, agency); p.Status != approval.PlanFull {
			t.Errorf("%s declared: %+v", code, p)
		}
	}
	before := h.entries()
	if _, err := desk.Remove(ctx, officer, platform, doc.No); err != nil {
		t.Fatal(err)
	}
	if n := h.entries() - before; n != 5 {
		t.Errorf("%d entries of one removal and four plans", n)
	}
	for code := range owners {
		if v := h.asked(code, h.clock.T); v.Decision != gate.Deny {
			t.Errorf("%s after the removal: %s", code, v.Decision)
		}
	}
	s := h.sheet(platform)
	if s.States[0].Because != plan.LapsedFile || s.Gaps[0].Because != plan.LapsedFile || len(s.Gaps[0].Files) != 1 {
		t.Errorf("the gap does not say why: %+v", s.Gaps[0])
	}
	// what was said stays as it was said, and is no reason to refuse the rest
	in := plan.AnswerInput{Key: key, Seen: s.States[0].Answer.No, Result: plan.Met, How: "Bổ sung", Evidence: s.States[0].Answer.Evidence}
	if err := h.answers(platform, in); err != nil {
		t.Error(err)
	}
	h.sound()
}

// TestQuarantine: a file that fails its scan lapses the answer.
func TestQuarantine(t *testing.T) {
	h := open(t, "2026-11-22")
	code := h.lead("Một cửa", storetest.Confirmed)
	key := h.sheet(code).States[0].Control.Key
	h.fill(code, nil)
	scanner := &eyes{err: errBlind}
	desk := h.papers(scanner)
	doc := h.upload(desk, code, key, "x")
	if err := h.rest(code, key, doc.No); err != nil {
		t.Fatal(err)
	}
	scanner.err, scanner.found = nil, "Test.Virus"
	if n, err := desk.ScanHeld(ctx); n != 1 || err != nil {
		t.Fatalf("%d scanned, %v", n, err)
	}
	if s := h.sheet(code).States[0]; s.Holds() || s.Because != plan.LapsedFile {
		t.Errorf("a quarantined file is evidence: %+v", s)
	}
	refusedAs(t, h.answers(code, plan.AnswerInput{Key: h.sheet(code).States[1].Control.Key, Seen: h.sheet(code).States[1].Answer.No, Result: plan.Met, Evidence: []plan.Evidence{{Kind: plan.File, Document: doc.No}}}), "evidence-file")
	h.sound()
}

// TestFilesOfControls: evidence is a file attached to the control; without a
// scanner the book says whether it counts.
func TestFilesOfControls(t *testing.T) {
	h := open(t, "2026-11-22")
	code := h.lead("Một cửa", storetest.Confirmed)
	other := h.lead("Khác", storetest.Confirmed)
	key, next := h.sheet(code).States[0].Control.Key, h.sheet(code).States[1].Control.Key
	desk := h.papers(nil)
	mine, theirs := h.upload(desk, code, key, "a"), h.upload(desk, other, key, "b")
	_ = h.upload(desk, other, key, "c")
	for name, err := range map[string]error{
		"a name only":       h.answers(code, plan.AnswerInput{Key: key, Result: plan.Met, Evidence: []plan.Evidence{{Kind: plan.File, Ref: "a.pdf"}}}),
		"of another system": h.rest(code, key, theirs.No+1),
		"none":              h.rest(code, key, 99),
		"of another":        h.answers(code, plan.AnswerInput{Key: next, Result: plan.Met, Evidence: []plan.Evidence{{Kind: plan.File, Document: mine.No}}}),
	} {
		t.Run(name, func(t *testing.T) { refusedAs(t, err, "evidence-file") })
	}
	if err := h.rest(code, key, mine.No); err != nil {
		t.Fatal(err)
	}
	if s := h.sheet(code).States[0]; !s.Holds() || !h.Book.PlanPolicy().Unscanned {
		t.Errorf("where no scanner is set: %+v", s)
	}
	_, err := desk.Attach(ctx, unit, attachment.Upload{System: code, Of: attachment.Control(key), Name: "a.txt", Body: strings.NewReader("z")})
	refusedAs(t, err, "wrong-actor")
	_, err = desk.Remove(ctx, storetest.Actor(law.RoleOperator, "H41"), code, mine.No)
	refusedAs(t, err, "not-found")
	h.sound()
}
