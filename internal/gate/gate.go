// Package gate answers the gateway: may this system connect, why not, until
// when.
//
// Decide is a pure function of standings, the law and the time. Nobody sets a
// switch: when the record changes, or a date passes, the answer changes. The
// gate reads through one method (Standings), can write nothing, and answers
// deny under every fault: an unknown system, a store that cannot be read, a
// book of law without reasons, a panic.
//
// # The answer
//
//	GET /gate/v1/decisions?provider=CODE[&consumer=CODE][&at=TIME][&platform=NDXP|NDOP]
//
// TIME is RFC 3339; absent means now. The answer is JSON, never cached:
//
//	{"decision":"allow"|"deny","at":…,"provider":…,"consumer":…,"level":3|null,
//	 "valid_until":…|null,"reasons":[{"code":"G02","id":"approval-revoked",
//	 "effect":"deny"|"warn"|"limit"|"allow","party":"provider"|"consumer",
//	 "cites":…,"confidence":…,"vi":…,"en":…}],"law_digest":…,
//	 "ledger":{"size":…,"root":…}}
//
// valid_until is the first instant at which the answer would change by time
// alone; null when no date bounds it. The status is 200 for a decision, allow
// or deny; 400 for a question that cannot be understood and 503 when the
// register or the law cannot be read, both with decision "deny".
package gate

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// The decisions.
const (
	Allow = "allow"
	Deny  = "deny"
)

// Standings is what the gate reads: the standing of each system at an instant
// and the ledger's head, at one snapshot. A system that is not on the register
// comes back with Registered false.
type Standings interface {
	Standings(ctx context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error)
}

// Gate answers questions.
type Gate struct {
	Standings Standings
	Book      *law.Book
	Clock     func() time.Time
	Log       *slog.Logger
}

// Question asks whether the provider may be connected, and the consumer to it.
type Question struct {
	Provider string
	Consumer string    // "" = the provider alone
	Platform string    // NDXP (also ""), NDOP
	At       time.Time // zero = now
}

// Verdict is the gate's answer.
type Verdict struct {
	Decision   string        `json:"decision"`
	At         time.Time     `json:"at"`
	Provider   string        `json:"provider"`
	Consumer   string        `json:"consumer,omitempty"`
	Level      *law.Level    `json:"level"` // of the provider's approval in force
	ValidUntil *time.Time    `json:"valid_until"`
	Reasons    []Reason      `json:"reasons"`
	LawDigest  string        `json:"law_digest"`
	Ledger     approval.Head `json:"ledger"`
	Fault      bool          `json:"-"` // the register or the law could not be read
}

// Reason is one ground of the answer.
type Reason struct {
	Code       string   `json:"code"`
	ID         string   `json:"id"`
	Effect     string   `json:"effect"`
	Party      string   `json:"party,omitempty"`
	Cites      string   `json:"cites"`
	Confidence string   `json:"confidence"`
	Says       law.Text `json:"-"`
	VI         string   `json:"vi"`
	EN         string   `json:"en"`
}

// Ask reads the standings and decides. It never fails: what cannot be known is
// a denial.
func (g *Gate) Ask(ctx context.Context, q Question) (v Verdict) {
	at := q.At
	if at.IsZero() {
		at = g.Clock()
	}
	at = at.UTC().Truncate(time.Microsecond)
	defer func() {
		if p := recover(); p != nil {
			g.Log.Error("gate: panic", "panic", p, "provider", q.Provider)
			v = fault(q, at, "fault", "F00")
		}
	}()
	if g.Book == nil || len(g.Book.Reasons()) == 0 {
		return fault(q, at, "law-empty", "F02")
	}
	codes := []string{q.Provider}
	if q.Consumer != "" {
		codes = append(codes, q.Consumer)
	}
	sts, head, err := g.Standings.Standings(ctx, at, codes...)
	if err == nil && len(sts) != len(codes) {
		err = errors.New("read standings: the answer is incomplete")
	}
	if err != nil {
		g.Log.Error("gate: read standings", "error", err, "provider", q.Provider)
		v = fault(q, at, "store-unreadable", "F01")
		v.LawDigest = g.Book.Digest()
		return v
	}
	c := Case{Provider: sts[0], Platform: q.Platform, At: at}
	if q.Consumer != "" {
		c.Consumer = &sts[1]
	}
	v = Decide(g.Book, c)
	v.Ledger = head
	return v
}

// fault is the denial when nothing can be known. Its texts stand here because
// the book may be what is missing.
func fault(q Question, at time.Time, id, code string) Verdict {
	says := map[string]law.Text{
		"law-empty":        {VI: "Không đọc được bộ quy tắc pháp luật; từ chối cho đến khi khắc phục.", EN: "The book of law cannot be read; denied until it is mended."},
		"store-unreadable": {VI: "Không đọc được sổ đăng ký; từ chối cho đến khi khắc phục.", EN: "The register cannot be read; denied until it is mended."},
		"fault":            {VI: "Lỗi khi xét câu hỏi; từ chối.", EN: "The question could not be judged; denied."},
	}[id]
	return Verdict{Decision: Deny, At: at, Provider: q.Provider, Consumer: q.Consumer, Fault: true,
		Reasons: []Reason{{Code: code, ID: id, Effect: law.EffectDeny, Confidence: law.ConfidenceHigh, Says: says, VI: says.VI, EN: says.EN}}}
}
