// Package gate answers the gateway: may this system connect, why not, until
// when.
//
// Decide is a pure function of standings, the law and the time. Nobody sets a
// switch: when the record changes, or a date passes, the answer changes. The
// gate reads through one method (Standings), can write nothing, and answers
// deny under every fault: an unknown system, a register that cannot be read or
// does not answer in time, a book of law without reasons, a panic.
//
// # The answer
//
//	GET /gate/v1/decisions?provider=CODE[&consumer=CODE][&at=TIME][&platform=NDXP|NDOP]
//
// TIME is RFC 3339; absent means now. A platform left out is NDXP. Each
// parameter may be given once, none may be empty, and no other is known. The
// answer is JSON, never cached:
//
//	{"decision":"allow"|"deny","at":…,"when":"now"|"past"|"future",
//	 "provider":…,"consumer":…,"level":3|null,"valid_until":…|null,
//	 "reasons":[{"code":"G02","id":"approval-revoked",
//	 "effect":"deny"|"warn"|"limit"|"allow","party":"provider"|"consumer",
//	 "cites":…,"confidence":…,"vi":…,"en":…}],"law_digest":…,
//	 "ledger":{"size":…,"root":…}}
//
// Every unmet rule is a reason, the provider's first, each side's in the order
// of the law's table. valid_until is the first instant at which an allow turns
// into a denial by time alone, the record and the law staying as they are; null
// when no date bounds it, and on a denial. A warning may appear earlier.
//
// # Status
//
//	200  a decision, allow or deny
//	400  a question that cannot be understood (F03)
//	404  another path (F03)
//	405  another method, HEAD too: the answer is the body (F03)
//	503  the register or the law cannot be read (F00, F01, F02)
//
// All but 200 carry the same JSON with decision "deny".
//
// # How to enforce it
//
// Connect only when the status is 200, and the body is JSON with decision
// "allow", and when is "now". Everything else is a denial: another status, a
// body that cannot be read, no answer within the caller's own limit (the gate
// gives the register 800 ms). The status alone says nothing, for a denial is
// also 200. To authorise, leave at out. With at the gate says what the record,
// as far as it was made by then, meant at that instant: history when it is
// past, a forecast that supposes nothing more is recorded when it is future.
// Keep no answer beyond valid_until, and none at all where a revocation must
// bite at once.
package gate

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// The decisions.
const (
	Allow = "allow"
	Deny  = "deny"
)

// How the time asked about lies to the time of asking.
const (
	Now    = "now"
	Past   = "past"
	Future = "future"
)

// Standings is what the gate reads: the standing of each system at an instant
// in the order of codes, and the ledger's head, at one snapshot. A system that
// is not on the register comes back with its code and Registered false.
type Standings interface {
	Standings(ctx context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error)
}

// Gate answers questions; it may be used by many goroutines.
type Gate struct {
	Standings Standings
	Book      *law.Book
	Clock     func() time.Time
	Log       *slog.Logger // nil: silent

	seen    atomic.Int64 // latest reading of the clock, microseconds
	reading atomic.Int64 // reads of the register not yet answered
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
	When       string        `json:"when"` // Now, Past, Future; Decide leaves it to Ask
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
	Code       string   `json:"code"` // G00 to G12, G99; F00 to F03 for what could not be judged
	ID         string   `json:"id"`
	Effect     string   `json:"effect"`
	Party      string   `json:"party,omitempty"`
	Cites      string   `json:"cites"` // texts in force at the time asked about; may be ""
	Confidence string   `json:"confidence"`
	Says       law.Text `json:"-"`
	VI         string   `json:"vi"`
	EN         string   `json:"en"`
}
