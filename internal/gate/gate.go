// Package gate answers the gateway: may this system connect, why not, until
// when.
//
// Decide is a pure function of standings, the law and the time. Nobody sets a
// switch: when the record changes, or a date passes, the answer changes. The
// gate reads through one method (Standings), can write nothing, and answers
// deny under every fault: an unknown system, a register that cannot be read or
// does not answer in time, a book of law without reasons, a panic.
//
// There are several doors to the one answer, and none is weaker than another. All
// are for gateways: for the peers of Doors.TrustedPeers, this machine unless told
// otherwise, and for whoever proved to be one, within its reach. To anyone else
// they say F04 and nothing of any system, known or not. A proxy on this machine
// that hands everyone's requests on makes everyone this machine: let it keep
// /gate/, /access/ and /envoy. to itself.
//
// # One question
//
//	GET /gate/v1/decisions?provider=CODE[&consumer=CODE[&service=CODE][&profile=production|sandbox]][&at=TIME[&known=TIME]][&platform=NDXP|NDOP]
//
// G13 to G16 are rules of this service and of no clause; the book says so in their
// citation and confidence.
//
// A question that names a data service needs an allowed connection on record
// between the two for it (G14); without one both sides are judged as such, and a
// suspension (G13) denies unless the question shows that it is about something
// else. A break-glass counts for its service, and for a question that names none
// while no other connection between the two is open. An answer for the sandbox bears profile "sandbox" and G16, waits for no
// approval, and opens nothing else. G15 says that the connection is open under
// break-glass; what that lifts stays among the reasons with "overridden":true.
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
// when no date bounds it, and on a denial. A warning may appear earlier. What
// was not judged has one reason: F00 a fault of the gate, F01 the register
// cannot be read, F02 the law cannot, F03 the question cannot be understood, F04
// the asker is not trusted, F05 the gate is not ready yet, F06 a change that
// takes away is being recorded, F07 the clock ran back.
//
// # Many questions
//
//	POST /gate/v1/decisions
//	{"questions":[{"provider":…,"consumer":…,"service":…,"profile":…,"at":…,"known":…,"platform":…},…]}
//
// The members are the parameters above; 1 to 1,000 questions in at most 1 MiB,
// naming at most 16 different times. The answer is {"answers":[…]}, one answer
// as above to each question in its place, all by one reading of the clock and
// one state of the register. A question that can be read and not be asked (no
// provider, an odd code, an empty value) is a denial F03 in its place. A body
// that is not exactly this form is refused whole, and the text names why: not
// JSON, not UTF-8, an unknown member, a name twice, deeper than 16, too many, too
// long.
//
// The status of both:
//
//	200  decisions, allow or deny
//	400  a question, or a body, that cannot be understood (F03)
//	403  a peer that is no gateway (F04)
//	404  another path (F03)
//	405  another method, HEAD too: the answer is the body (F03)
//	413  a body that is too long (F03)
//	503  the register or the law cannot be read (F00 to F02,
//	     F05 to F07)
//
// 400 to 413 carry one answer, with decision "deny"; 503 carries what 200 would,
// with denials.
//
// # A gateway's subrequest
//
//	ANY /gate/v1/connect[/…]
//	ANY /gate/v1/sandbox[/…]     the same, of the profile sandbox, always of both sides
//
// The profile is the address's, so that no client chooses it: test instances ask
// at another address than production. For nginx auth_request, Caddy forward_auth, Traefik ForwardAuth, APISIX
// forward-auth, Envoy ext_authz over HTTP and HAProxy: 200 or 403, and neither
// has a body. Method, rest of the path, query and body count for nothing. The
// gateway names the asking system in exactly one header X-System-Id, and may
// name the providing one in one X-Provider-Id, having removed what its client
// sent, and beside that one the data service in one X-Service-Id; two values, an
// empty or an odd one, a service without a provider, or no system, is 403. A system named
// alone is judged alone. A provider can only add grounds to deny, so that a
// forged one opens nothing; set Doors.BothSides where one is always named, so
// that a lost one does not either. The question is always for now. Doors says
// which headers are read, and for which platform.
//
//	X-Decision          allow | deny
//	X-Decision-Reason   the codes, as "G02 G12"
//	X-Decision-Version  the size of the ledger; 0 when nothing was judged
//	X-Decision-Until    valid_until, absent when there is none
//	Cache-Control       no-store
//
// A fault and a panic are 403. After a request that announces a body the
// connection is closed. Configurations that were tried against the programs,
// with the trap of each, are in testdata/deploy.
//
// # A gateway's log comes back
//
//	POST /gate/v1/log?gateway=NAME
//	{"id":…,"at":…,"provider":…,"consumer":…,"service":…,"decision":"allow"|"deny"}
//
// Lines of JSON (application/x-ndjson) or one array of them (application/json),
// 1 to 1,000 in at most 1 MiB, from trusted peers. Where the gateway proved who
// it is, the log is its own: the parameter may be left out, and another name is
// 403. decision is what the gateway did. An id that this gateway has reported before is left as it was, so that a
// log may be sent again. What passed without an allow of the gate for that
// instant is an alarm. The answer is {"received":…,"added":…,"alarms":…}; 400 and
// 413 name what is wrong, 403 is an untrusted peer or another gateway, and 503 means that nothing
// was kept: send again.
//
// # OpenID AuthZEN Authorization API 1.0
//
//	POST /access/v1/evaluation
//	POST /access/v1/evaluations
//	GET  /.well-known/authzen-configuration     (when Doors.Base is set)
//
// The subject is the consumer and the resource the provider, both of type
// information_system; the action is connect. Another type or action is a
// decision: false. The answer is 200 with decision true or false and, in
// context: at, level, valid_until, reasons, law_digest, ledger, as above; a
// fault of the gate is false too. Of a context platform, service, profile, at and
// known are heeded, as the parameters of a question are; properties and other
// members are not, "time" among them: the register is what counts. Where at is
// named the answer says when, past or future (and known): what was or will be
// decided then, on which nobody connects now; a point that hands its callers'
// context on takes at out of it. A search is of now and refuses one. Of several evaluations, at most 1,000 at
// one state of the register, one that lacks what is required is false in its
// place; options.evaluations_semantic is one of the standard's three. 400 (413
// when longer than 64 KiB, 1 MiB for several), with a sentence, is a request that
// is malformed, lacks what is required, has a name twice, or one that differs
// from a known one by case alone; other unknown members are ignored.
// X-Request-ID comes back. 403, with a sentence, is a peer that is no gateway.
//
//	POST /access/v1/search/subject      who may connect to the resource
//	POST /access/v1/search/resource     to whom the subject may connect
//	POST /access/v1/search/action       connect, or nothing
//
// (when Gate.Systems is set) answer {"results":[…],"page":{"next_token":…,
// "count":…}}: each system that an evaluation would allow now, in the order of
// codes, at most page.limit and 1,000 at once; page.token takes next_token, and
// next_token "" is the end. A page may hold fewer than its limit and not be the
// last. A page is of one state of the register. The id of what is sought counts
// for nothing. 500 is a fault of the gate.
//
// # Fast and exact
//
// With a Board, live questions are answered from memory: two look-ups, a
// comparison with the day, and an answer printed beforehand, equal byte for byte
// to that of Decide. A question that names a service or the sandbox, or a system
// that is suspended or has a connection shut, is answered whole by what the
// register said the first time, until either side, their connections or the time
// change it. What the board does not know the register is asked, and what was
// read is kept.
//
// A Lane before the server of HTTP takes the commonest requests in their plain
// form and answers them without it; everything else is the server's. The answers
// are the same.
//
// The board is never behind a commit. What takes away is shut before its commit
// (F06 until it is made), what gives is opened after it. Beside that, each
// answer compares the counter of commits that the register keeps in shared
// memory, so that another process's commit, too, counts in the next question;
// and the board holds for 150 ms after the register was last read and found
// unchanged, so that a register that fails or hangs shuts the gate within a
// second. A clock more than two seconds behind the gate's latest reading, or the
// ledger's last entry, is not believed (F07): where a clock jumped ahead and
// back, the gate denies until it catches up or is restarted.
//
// # How to enforce it
//
// Connect only when the status is 200, and the body is JSON with decision
// "allow" (AuthZEN: true), and when is "now"; at the connect door, when the
// status is 200. Everything else is a denial: another status, a body that cannot
// be read, no answer within the caller's own limit (the gate gives the register
// 800 ms, and 3 ms more for each system beyond two). To authorise, leave at out.
// With at the gate says what the record, as far as it was made by then, meant at
// that instant: history when it is past, a forecast that supposes nothing more
// is recorded when it is future. With known beside it, it says what was so at that
// instant as far as it was recorded by the other: what was decided before and
// entered later counts from the day of the decision. Such an answer bears known,
// the ledger as long as it was then, and never "now". Keep no answer beyond valid_until, and none at
// all where a revocation must bite at once.
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

// The profiles of a question.
const (
	Production = "production"
	Sandbox    = "sandbox"
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
	Systems   Systems      // among which a search looks; nil: there is no search
	Board     *Board       // decisions ready made, under the same book; nil: the register is asked each time
	// Then returns what the register said as of a day, as known before an instant;
	// nil: no question may name one.
	Then func(approval.AsOf) Standings

	seen    atomic.Int64 // latest reading of the clock, microseconds
	reading atomic.Int64 // reads of one pair not yet answered
	batches atomic.Int64 // reads of more than one pair not yet answered
	tally   tally
}

// Question asks whether the provider may be connected, and the consumer to it.
type Question struct {
	Provider string
	Consumer string    // "" = the provider alone
	Platform string    // NDXP (also ""), NDOP
	Service  string    // code of a data service: an allowed connection for it is needed
	Profile  string    // production (also ""), sandbox
	At       time.Time // zero = now
	Known    time.Time // up to when what was recorded counts, itself included; zero = until At, until now for what is to come

	bad ground // why it cannot be asked, as its reader found
}

// Verdict is the gate's answer.
type Verdict struct {
	Decision   string        `json:"decision"`
	At         time.Time     `json:"at"`
	When       string        `json:"when"` // Now, Past, Future; Decide leaves it to Ask
	Known      *time.Time    `json:"known,omitempty"`
	Provider   string        `json:"provider"`
	Consumer   string        `json:"consumer,omitempty"`
	Service    string        `json:"service,omitempty"`
	Profile    string        `json:"profile,omitempty"` // sandbox; absent for production
	Level      *law.Level    `json:"level"`             // of the provider's approval in force
	ValidUntil *time.Time    `json:"valid_until"`
	Reasons    []Reason      `json:"reasons"`
	LawDigest  string        `json:"law_digest"`
	Ledger     approval.Head `json:"ledger"`
	Fault      bool          `json:"-"` // the register or the law could not be read
}

// Reason is one ground of the answer.
type Reason struct {
	Code       string   `json:"code"` // G00 to G16, G99; F00 to F04 for what was not judged
	ID         string   `json:"id"`
	Effect     string   `json:"effect"`
	Overridden bool     `json:"overridden,omitempty"` // it would deny, and break-glass lifts it
	Party      string   `json:"party,omitempty"`
	Cites      string   `json:"cites"` // texts in force at the time asked about; may be ""
	Confidence string   `json:"confidence"`
	Says       law.Text `json:"-"`
	VI         string   `json:"vi"`
	EN         string   `json:"en"`
}
