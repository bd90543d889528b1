package gate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"capdo/internal/law"
)

// Ask reads the standings and decides. It never fails: what cannot be known is
// a denial.
func (g *Gate) Ask(ctx context.Context, q Question) Verdict {
	return g.AskAll(ctx, []Question{q})[0]
}

// AskAll decides questions by one reading of the clock and one state of the
// register, and answers in their order. It never fails: a question that cannot
// be asked is a denial in its place, and where the register or the law cannot
// be read every answer is one.
func (g *Gate) AskAll(ctx context.Context, qs []Question) (vs []Verdict) {
	defer func() {
		if p := recover(); p != nil {
			g.report("gate: panic", fmt.Errorf("%v", p), qs)
			vs = make([]Verdict, len(qs))
			for i, q := range qs {
				vs[i] = refusal(q, q.At, broken())
			}
		}
	}()
	now, back := g.now()
	if back {
		return halt(qs, now, clockBack())
	}
	qs = limited(ctx, qs)
	if slices.ContainsFunc(qs, Question.recalls) {
		return g.recallAll(ctx, now, qs)
	}
	if vs, ok := g.swift(now, qs); ok {
		return vs
	}
	s := &sitting{now: now}
	if g.Board != nil {
		s.stamp = g.Board.now()
	}
	seats := make([]seat, len(qs))
	for i, q := range qs {
		seats[i] = s.admit(q)
	}
	shut := g.open(ctx, s, qs)
	if shut.code == "" && len(s.instants) > 0 {
		g.learn(s, seats)
	}
	vs = make([]Verdict, len(qs))
	for i := range seats {
		vs[i] = g.answer(s, &seats[i], shut)
	}
	return vs
}

// open reads the register for everything asked; the ground says why it could
// not, and is empty when it could.
func (g *Gate) open(ctx context.Context, s *sitting, qs []Question) ground {
	if len(s.instants) == 0 {
		return ground{}
	}
	if !g.lawful() {
		return lawless()
	}
	if err := g.read(ctx, s); err != nil {
		if ctx.Err() == nil { // else the asker went away
			g.report("gate: read standings", err, qs)
		}
		return unread()
	}
	return ground{}
}

// answer decides one question of a sitting.
func (g *Gate) answer(s *sitting, x *seat, shut ground) (v Verdict) {
	switch {
	case x.refused.code != "":
		v = refusal(x.asked, x.at, x.refused)
	case shut.code != "":
		v = refusal(x.asked, x.at, shut)
		if g.Book != nil {
			v.LawDigest = g.Book.Digest()
		}
	default:
		var next time.Time
		v, next = Foresee(g.Book, x.hear())
		v.Ledger = s.head
		if x.when == Now && g.boarded() {
			g.Board.remember(&x.asked, &v, next)
		}
	}
	v.When = x.when
	return v
}

// lawful tells whether there is a book of law to judge by.
func (g *Gate) lawful() bool {
	if g.Book == nil {
		return false
	}
	_, ok := g.Book.Reason(law.ReasonAllowed)
	return ok
}

// halt denies every question on one ground.
func halt(qs []Question, now time.Time, why ground) []Verdict {
	vs := make([]Verdict, len(qs))
	for i, q := range qs {
		vs[i] = refusal(q, now, why)
	}
	return vs
}

// now reads the clock. For the gate time does not run back: what has expired
// stays expired when the clock is set back. A clock that is behind its latest
// reading by more than two seconds cannot be believed at all: back. One that
// jumped ahead and back denies until it catches up or the gate is restarted, too
// strict but never too lax.
func (g *Gate) now() (now time.Time, back bool) {
	t := g.Clock().UnixMicro()
	for {
		seen := g.seen.Load()
		if t <= seen {
			return time.UnixMicro(seen).UTC(), seen-t > tolerance.Microseconds()
		}
		if g.seen.CompareAndSwap(seen, t) {
			return time.UnixMicro(t).UTC(), false
		}
	}
}

// report notes a fault in the log, with the first question it met.
func (g *Gate) report(msg string, err error, qs []Question) {
	if g.Log != nil && len(qs) > 0 {
		g.Log.Error(msg, "error", err, "questions", len(qs), "provider", qs[0].Provider, "consumer", qs[0].Consumer)
	}
}

// ground is why a question is refused without being judged; its code is "" for
// none. Its text stands in this room because the book may be what is missing.
type ground struct {
	code, id string
	says     law.Text
}

func broken() ground {
	return ground{"F00", "fault", law.Text{VI: "Lỗi khi xét câu hỏi; từ chối.", EN: "The question could not be judged; denied."}}
}

func unread() ground {
	return ground{"F01", "store-unreadable", law.Text{VI: "Không đọc được sổ đăng ký; từ chối cho đến khi khắc phục.", EN: "The register cannot be read; denied until it is mended."}}
}

func lawless() ground {
	return ground{"F02", "law-empty", law.Text{VI: "Không đọc được bộ quy tắc pháp luật; từ chối cho đến khi khắc phục.", EN: "The book of law cannot be read; denied until it is mended."}}
}

// unasked is the ground of a question that cannot be understood; none when
// says is empty.
func unasked(says law.Text) ground {
	if says.VI == "" {
		return ground{}
	}
	return ground{"F03", "bad-question", says}
}

// stranger is the ground of a question from a peer that may not ask.
func stranger() ground {
	return ground{"F04", "untrusted-peer", law.Text{VI: "Máy hỏi không thuộc danh sách máy cổng được tin cậy.", EN: "The asking machine is not among the trusted gateways."}}
}

// notReady is the ground while the decisions are being loaded.
func notReady() ground {
	return ground{"F05", "not-ready", law.Text{VI: "Cổng đang nạp sổ đăng ký; từ chối cho đến khi nạp xong.", EN: "The gate is loading the register; denied until it has."}}
}

// changing is the ground while a change that takes away is being recorded.
func changing() ground {
	return ground{"F06", "being-changed", law.Text{VI: "Đang ghi một thay đổi bất lợi về hệ thống này; từ chối cho đến khi ghi xong.", EN: "A change that takes away from this system is being recorded; denied until it is."}}
}

// clockBack is the ground when the clock ran back.
func clockBack() ground {
	return ground{"F07", "clock-back", law.Text{VI: "Đồng hồ của cổng đã lùi lại; từ chối cho đến khi khắc phục.", EN: "The gate's clock ran back; denied until it is mended."}}
}

// fault tells whether the ground lies with the gate, not with who asks.
func (g ground) fault() bool { return g.code != "F03" && g.code != "F04" }

// refusal is the denial when nothing can be judged.
func refusal(q Question, at time.Time, g ground) Verdict {
	return Verdict{Decision: Deny, At: at, When: Now, Provider: q.Provider, Consumer: q.Consumer, Service: q.Service, Fault: g.fault(),
		Reasons: []Reason{{Code: g.code, ID: g.id, Effect: law.EffectDeny, Confidence: law.ConfidenceHigh, Says: g.says, VI: g.says.VI, EN: g.says.EN}}}
}
