package review

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// Case is all that a consulted body sees of another's dossier: the round it is
// asked about as it was handed in, and the request.
type Case struct {
	Code, Name, Owner string
	Origin            approval.Origin
	Stage             approval.Stage
	Dossier           int
	Edition           string
	Round             approval.Submission
	Request           approval.Consultation
	Hand              string // what the actor already did on the dossier, "" for nothing
}

// ConsultStore keeps the consultations.
type ConsultStore interface {
	// UpdateConsult runs f in one write transaction.
	UpdateConsult(ctx context.Context, a approval.Actor, at time.Time, f func(ConsultTx) error) error
	// ViewConsult runs f on one consistent snapshot.
	ViewConsult(ctx context.Context, a approval.Actor, f func(ConsultReader) error) error
}

// ConsultReader answers. System is that of the actor's scope; Consulted is the
// one way past it; under a delegation it lists what that covers.
type ConsultReader interface {
	approval.DelegationReader
	System(code string) (approval.System, error)
	// Consulted lists the open requests to the actor's body, what is due first
	// standing first; of one system when code is not "".
	Consulted(code string) ([]Case, error)
	Agencies() ([]approval.Agency, error)
}

// ConsultTx is the one way to write.
type ConsultTx interface {
	ConsultReader
	// Consult stores the next step on a dossier and returns the digests of all
	// steps before and after it.
	Consult(code string, dossier int, c approval.Consultation) (before, after string, err error)
	// Entries returns the entries about a system in scope, as approval.Tx does.
	Entries(code string) ([]approval.Entry, error)
	Append(e *approval.Entry) error
}

// Panel is where the lead of an appraisal consults other bodies.
type Panel struct {
	Store  ConsultStore
	Office *approval.Office
}

// AskInput is a request for an opinion on the round with that digest.
type AskInput struct {
	Body, Question, Digest string
	Due                    law.Day // not before today
}

// Ask asks a body for its opinion on the round in hand. Only who appraises asks.
func (k *Panel) Ask(ctx context.Context, a approval.Actor, code string, in AskInput) error {
	return k.act(ctx, a, func(tx ConsultTx, now time.Time) error {
		s, d, err := k.led(tx, a, code, now)
		if err != nil {
			return err
		}
		if d.Digest != in.Digest {
			return approval.ErrStale()
		}
		if err := in.check(tx, s, d, law.DayOf(now)); err != nil {
			return err
		}
		no := len(d.Consulting) + 1
		return k.keep(tx, a, consultStep{code, d.No, approval.Consultation{No: no, Ask: no, Kind: approval.ConsultAsk, Asked: in.Body, Round: d.LastRound(), Digest: d.Digest,
			Question: in.Question, Due: in.Due, By: a.Who(), At: now}, nil})
	})
}

// check finds what is wrong with a request.
func (in AskInput) check(tx ConsultTx, s *approval.System, d *approval.Dossier, day law.Day) error {
	as, err := tx.Agencies()
	if err != nil {
		return err
	}
	known := false
	for _, x := range as {
		known = known || x.Code == in.Body && x.EndedOn == ""
	}
	switch {
	case !known:
		return refuseAt("body", "consult-body", "Chọn cơ quan được lấy ý kiến trong danh sách", "Choose the body to consult from the list")
	case in.Body == s.Owner:
		return refuseAt("body", "consult-owner", "Chọn cơ quan khác: đây là chủ quản của hệ thống", "Choose another body: this one owns the system")
	case strings.TrimSpace(in.Question) == "":
		return refuseAt("question", "consult-question", "Nhập nội dung cần lấy ý kiến", "Enter the question")
	case utf8.RuneCountInString(in.Question) > MaxText:
		return refuseAt("question", "consult-long", fmt.Sprintf("«Nội dung cần lấy ý kiến» phải có tối đa %d ký tự", MaxText), fmt.Sprintf("The question must have at most %d characters", MaxText))
	case in.Due < day:
		return refuseAt("due", "consult-due", "Ngày phải trả lời không được trước hôm nay", "The day to answer by must not lie before today")
	}
	for _, r := range d.Awaited() {
		if r.Asked == in.Body {
			return refuseAt("body", "consult-twice", "Cơ quan này đang được lấy ý kiến; chờ trả lời hoặc rút yêu cầu trước", "This body is being consulted; wait for its answer or withdraw first")
		}
	}
	return nil
}

// Withdraw takes an open request back; the body asked sees the dossier no more.
func (k *Panel) Withdraw(ctx context.Context, a approval.Actor, code string, ask int) error {
	return k.act(ctx, a, func(tx ConsultTx, now time.Time) error {
		_, d, err := k.led(tx, a, code, now)
		if err != nil {
			return err
		}
		for _, r := range d.Awaited() {
			if r.No == ask {
				return k.keep(tx, a, consultStep{code, d.No, approval.Consultation{No: len(d.Consulting) + 1, Ask: ask, Kind: approval.ConsultWithdraw, Asked: r.Asked, Round: r.Round, Digest: r.Digest, By: a.Who(), At: now}, nil})
			}
		}
		return refuse(approval.Conflict, "consult-over", "Yêu cầu lấy ý kiến này đã kết thúc.", "This request is over already.")
	})
}

// AnswerInput is the opinion of a consulted body on the round with that digest.
type AnswerInput struct {
	Outcome         approval.Outcome // agree, disagree
	Comment, Digest string           // comment is compulsory to disagree
}

// Answer gives the opinion of the actor's body. Nobody answers who has another
// hand in the dossier.
func (k *Panel) Answer(ctx context.Context, a approval.Actor, code string, in AnswerInput) error {
	return k.act(ctx, a, func(tx ConsultTx, now time.Time) error {
		cases, err := tx.Consulted(code)
		if err != nil {
			return err
		}
		if len(cases) == 0 {
			return approval.ErrNotFound()
		}
		x := cases[0]
		if err := a.LentOpinion(tx, k.Office.Book, code, x.Round.Level, now); err != nil {
			return err
		}
		switch {
		case x.Hand != "":
			return approval.ErrFourEyes()
		case x.Request.Digest != in.Digest:
			return approval.ErrStale()
		case in.Outcome != approval.Agree && in.Outcome != approval.Disagree:
			return refuseAt("outcome", "consult-outcome", "Chọn ý kiến", "Choose an opinion")
		case in.Outcome == approval.Disagree && strings.TrimSpace(in.Comment) == "":
			return refuseAt("comment", "consult-comment", "Nhập lý do không đồng ý", "Enter why you disagree")
		case utf8.RuneCountInString(in.Comment) > MaxText:
			return refuseAt("comment", "consult-long", fmt.Sprintf("«Nội dung ý kiến» phải có tối đa %d ký tự", MaxText), fmt.Sprintf("The opinion must have at most %d characters", MaxText))
		}
		r := x.Request
		return k.keep(tx, a, consultStep{code, x.Dossier, approval.Consultation{Ask: r.No, Kind: approval.ConsultAnswer, Asked: r.Asked, Round: r.Round, Digest: r.Digest,
			Outcome: in.Outcome, Comment: in.Comment, By: a.Who(), At: now}, &r.By})
	})
}

// Consulted lists what the actor's body is asked about; of one system when code
// is not "", and then ErrNotFound when it is asked nothing.
func (k *Panel) Consulted(ctx context.Context, a approval.Actor, code string) (cs []Case, err error) {
	now := k.Office.Clock().UTC()
	err = k.Store.ViewConsult(ctx, a, func(r ConsultReader) error {
		cs, err = r.Consulted(code)
		cs = slices.DeleteFunc(cs, func(x Case) bool { return a.LentOpinion(r, k.Office.Book, x.Code, x.Round.Level, now) != nil })
		if err == nil && code != "" && len(cs) == 0 {
			return approval.ErrNotFound()
		}
		return err
	})
	return cs, err
}

// act runs f with one reading of the clock.
func (k *Panel) act(ctx context.Context, a approval.Actor, f func(ConsultTx, time.Time) error) error {
	now := k.Office.Clock().UTC().Truncate(time.Microsecond)
	return k.Store.UpdateConsult(ctx, a, now, func(tx ConsultTx) error { return f(tx, now) })
}

// led loads a system whose appraisal the actor leads.
func (k *Panel) led(tx ConsultTx, a approval.Actor, code string, now time.Time) (*approval.System, *approval.Dossier, error) {
	s, err := tx.System(code)
	if err != nil {
		return nil, nil, err
	}
	es, err := tx.Entries(code)
	if err != nil {
		return nil, nil, err
	}
	s.NoteLenders(es)
	if err := a.Lent(tx, k.Office.Book, approval.ActConsult, &s, now); err != nil {
		return nil, nil, err
	}
	if err := k.Office.Leads(a, &s, now); err != nil {
		return nil, nil, err
	}
	return &s, s.Open(), nil
}

// consultStep is the next step of a consultation; to is whom it answers, nil for nobody.
type consultStep struct {
	code    string
	dossier int
	approval.Consultation
	to *approval.Who
}

// keep stores a step with its entry.
func (k *Panel) keep(tx ConsultTx, a approval.Actor, x consultStep) error {
	before, after, err := tx.Consult(x.code, x.dossier, x.Consultation)
	if err != nil {
		return err
	}
	detail := map[string]string{"ask": fmt.Sprint(x.Ask), "asked": x.Asked, "round": fmt.Sprint(x.Round), "digest": x.Digest, "outcome": string(x.Outcome)}
	if x.to != nil {
		detail["to_body"], detail["to_capacity"] = x.to.Body, string(x.to.Capacity)
	}
	return tx.Append(&approval.Entry{At: x.At, By: x.By, Act: "consult-" + string(x.Kind), Object: approval.ConsultationObject(x.code, x.dossier), Before: before, After: after, Law: k.Office.Book.Digest(),
		Detail: a.Traced(detail)})
}
