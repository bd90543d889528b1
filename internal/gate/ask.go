package gate

import (
	"context"
	"fmt"
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
	s := &sitting{now: g.now()}
	seats := make([]seat, len(qs))
	may := limit(ctx)
	for i, q := range qs {
		seats[i] = s.admit(within(may, q))
	}
	shut := g.open(ctx, s, qs)
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
	if g.Book == nil {
		return lawless()
	}
	if _, ok := g.Book.Reason(law.ReasonAllowed); !ok {
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
		v = Decide(g.Book, x.hear())
		v.Ledger = s.head
	}
	v.When = x.when
	return v
}

// now reads the clock. For the gate time does not run back: what has expired
// stays expired when the clock is set back. A clock that jumped ahead and back
// leaves it at the later time until a restart, too strict but never too lax.
func (g *Gate) now() time.Time {
	t := g.Clock().UnixMicro()
	for {
		seen := g.seen.Load()
		if t <= seen {
			return time.UnixMicro(seen).UTC()
		}
		if g.seen.CompareAndSwap(seen, t) {
			return time.UnixMicro(t).UTC()
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

// refusal is the denial when nothing can be judged.
func refusal(q Question, at time.Time, g ground) Verdict {
	return Verdict{Decision: Deny, At: at, When: Now, Provider: q.Provider, Consumer: q.Consumer, Service: q.Service, Fault: g.code < "F03",
		Reasons: []Reason{{Code: g.code, ID: g.id, Effect: law.EffectDeny, Confidence: law.ConfidenceHigh, Says: g.says, VI: g.says.VI, EN: g.says.EN}}}
}
