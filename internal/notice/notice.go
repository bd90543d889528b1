// Package notice tells people and programs what happened to the systems within
// their reach: by e-mail, at once or once a day, and by signed webhooks.
//
// # The ledger is the outbox
//
// An act and its entry are one transaction; so whatever happened has its entry,
// and nothing that did not happen has one. The dispatcher reads the entries in
// their order and, in one transaction, stores the deliveries they ask for and
// how far it has read: nothing is lost when the process dies between two steps,
// and an event is stored once for a subscription, however often it is read.
// What happens by time alone (a term that ends, a day that is due) has a key of
// its own and is stored the same way.
//
// # Sent once
//
// Before a delivery is tried its next try is written down; after it succeeded
// that is. A process that dies between the two sends again, under the same
// Message-ID or webhook-id, by which the receiver knows it: no protocol does
// better, and both ask the receiver to tell repetitions by their id (RFC 5322,
// 3.6.4; Standard Webhooks, at least once). In every other case each event is sent
// once. A daily mail that is sent again is the same mail: what came meanwhile goes
// into one of its own.
//
// # A webhook
//
// Standard Webhooks 1.0.0: POST with webhook-id, webhook-timestamp (Unix
// seconds) and webhook-signature ("v1," and the base64 of HMAC-SHA256 over
// "id.timestamp.body"; two signatures separated by a space while a secret is
// being replaced). The body is thin: {"type","timestamp","data":{"system",
// "number"}}, with "connection" in place of "system" where one is meant; who may
// see more asks for it. Any 2xx is success; 410 ends the
// subscription; everything else is tried again by the table in retry.go, and
// after its last line the subscription ends and its owner is told on the page.
//
// Neither a mail nor a webhook names more than the code of the system and what
// happened: what a system lacks does not leave the register.
package notice

import (
	"context"
	"strings"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// The kinds of event, in the order of a system's life. Due and Overdue come
// from the calendar; Lapsed comes by time alone.
const (
	Submitted  = "submitted"
	Returned   = "returned"
	Appraised  = "appraised"
	Approved   = "approved"
	Refused    = "refused"
	Confirmed  = "confirmed"
	Revoked    = "revoked"
	Suspended  = "suspended"
	Reinstated = "reinstated"
	LinkShut   = "connection_suspended" // one connection
	LinkOpened = "connection_reinstated"
	Consulted  = "consulted" // a body is asked for its opinion
	Answered   = "answered"  // a body that was asked gave it
	Lapsed     = "lapsed"
	PlanLapsed = "plan_lapsed" // a declared plan lost something, by an act here or at a platform
	Due        = "due"
	Overdue    = "overdue"
)

// Kinds lists every kind of event.
func Kinds() []string {
	return []string{Submitted, Returned, Appraised, Approved, Refused, Confirmed, Revoked, Suspended, Reinstated, LinkShut, LinkOpened, Consulted, Answered, Lapsed, PlanLapsed, Due, Overdue}
}

// The kinds of what happens to an account's own ways in. Nobody asks for them: they
// are told to the account by every mail address it gave, at once, so that whoever
// did not do it themselves hears of it.
const (
	WayAdded     = "way_added"
	WayRemoved   = "way_removed"
	PasswordSet  = "password_set"
	RecoveryUsed = "recovery_used"
	WaysReset    = "ways_reset" // two administrators took all ways in away
	LinkMade     = "link_made"  // by which the account enrols anew
)

// Ways lists those kinds.
func Ways() []string {
	return []string{WayAdded, WayRemoved, PasswordSet, RecoveryUsed, WaysReset, LinkMade}
}

// The channels of a subscription.
const (
	Email   = "email"
	Webhook = "webhook"
)

// The modes of a subscription: each event by itself, or one mail a day. A
// webhook is always at once.
const (
	AtOnce = "at_once"
	Digest = "digest"
)

// Event is something that happened to a system.
type Event struct {
	Key    string // names the event for ever: "entry:SEQ", "lapsed:CODE:DAY", "due:…"
	Kind   string // one of Kinds or Ways
	System string // code; of a thing an agency as a whole has to do, the agency's; of a connection, its id; of a way in, the login
	At     time.Time
	Number string // of the decision or document, "" when none

	sides []string // systems of a connection, whose owners are told
	asked string   // code of the body that is asked, which alone is told
	asker *asker   // who is answered, who alone is told
}

// asker is in what capacity, and for which body, somebody asked for an opinion.
type asker struct {
	capacity approval.Capacity
	body     string
}

// Path is the page on which an event is looked at.
func (e Event) Path() string {
	switch e.Kind {
	case WayAdded, WayRemoved, PasswordSet, RecoveryUsed, WaysReset, LinkMade:
		return "/account"
	case Due, Overdue:
		return "/calendar"
	case LinkShut, LinkOpened:
		return "/connections/" + e.System
	case Consulted:
		return "/consultations/" + e.System
	case Answered:
		return "/systems/" + e.System + "/review"
	}
	return "/systems/" + e.System
}

// Subscription asks for the events of some kinds, on the systems that its
// account may see at the time of sending.
type Subscription struct {
	ID        string    `json:"id"`
	Version   int64     `json:"version"`
	Login     string    `json:"login"`   // whose it is
	Channel   string    `json:"channel"` // Email, Webhook
	Address   string    `json:"address"` // mail address, or https address
	Kinds     []string  `json:"kinds"`   // of events, in the order of Kinds
	Mode      string    `json:"mode"`    // AtOnce, Digest
	Secret    int       `json:"secret"`  // how often the webhook's secret was replaced
	SecretAt  time.Time `json:"secret_at"`
	CreatedAt time.Time `json:"created_at"`
	EndedAt   time.Time `json:"ended_at"` // zero while it lives
	EndedFor  string    `json:"ended_for,omitempty"`
}

// Live tells whether the subscription still asks for anything.
func (s Subscription) Live() bool { return s.EndedAt.IsZero() }

// Object names a subscription in the ledger.
func (s Subscription) Object() string { return "subscription:" + s.ID }

// The states of a delivery.
const (
	Waiting = "waiting"
	Sent    = "sent"
	Failed  = "failed" // given up
)

// Delivery is one event on its way to one subscription.
type Delivery struct {
	Subscription string
	Event        Event
	State        string
	Attempts     int
	NextAt       time.Time // when it is tried next
	Error        string    // of the last try
	SentAt       time.Time
}

// ID names the delivery to its receiver; a repeated try has the same.
func (d Delivery) ID() string { return d.Subscription + "-" + d.Event.Key }

// Cursor is how far the outbox was read.
type Cursor struct {
	Seq int64   // next entry of the ledger
	Day law.Day // the day through whose beginning lapses and due items were read
}

// Tx is the write transaction of the acts on subscriptions.
type Tx interface {
	// Subscription loads one of a login's own; approval.ErrNotFound when absent.
	Subscription(login, id string) (Subscription, error)
	// PutSubscription stores a new or changed one, compares the version and raises it.
	PutSubscription(s *Subscription) error
	Append(e *approval.Entry) error
}

// Store keeps subscriptions.
type Store interface {
	UpdateNotices(ctx context.Context, a approval.Actor, at time.Time, f func(Tx) error) error
	// Subscriptions returns those of a login, ended ones too; of everyone, live ones only, when login is "".
	Subscriptions(ctx context.Context, login string) ([]Subscription, error)
	// Deliveries returns the latest of a login's subscription, newest first.
	Deliveries(ctx context.Context, login, subscription string, most int64) ([]Delivery, error)
	// Again makes a delivery of a login wait again from t; approval.ErrNotFound when there is none.
	Again(ctx context.Context, login, subscription, key string, t time.Time) error
}

// eventOf tells what an entry of the ledger means to a subscriber; false when
// nothing.
func eventOf(e approval.Entry) (Event, bool) {
	x := Event{Key: "entry:" + itoa(e.Seq), At: e.At, Number: e.Detail["number"]}
	object, of, _ := strings.Cut(e.Object, ":")
	x.System = of
	switch object {
	case "system":
		x.Kind = kindOf(e.Act, e.Detail["outcome"])
		if e.Act == approval.ActPlan && e.Detail["lapsed"] != "" {
			x.Kind = PlanLapsed
		}
	case "factor":
		x.System = e.Detail["login"]
		x.Kind = map[string]string{"add-factor": WayAdded, "remove-factor": WayRemoved, "use-recovery-code": RecoveryUsed}[e.Act]
	case "account":
		x.Kind = map[string]string{"set-password": PasswordSet, "reset-account": WaysReset, "enrolment-link": LinkMade}[e.Act]
	case "connection":
		x.Kind = map[string]string{"connection.suspend": LinkShut, "connection.reinstate": LinkOpened}[e.Act]
		x.sides = []string{e.Detail["consumer"], e.Detail["provider"]}
	case "consultation":
		x.System, _, _ = strings.Cut(of, "/")
		switch e.Act {
		case "consult-ask":
			x.Kind, x.asked = Consulted, e.Detail["asked"]
		case approval.ActConsulted:
			x.Kind, x.asker = Answered, &asker{approval.Capacity(e.Detail["to_capacity"]), e.Detail["to_body"]}
		}
	}
	return x, x.Kind != ""
}

// kindOf is the kind of event of an act with its outcome, "" for none.
func kindOf(act, outcome string) string {
	switch act {
	case approval.ActSubmit:
		return Submitted
	case approval.ActReview:
		return map[string]string{string(approval.SendBack): Returned, string(approval.FindFit): Appraised, string(approval.FindUnfit): Refused}[outcome]
	case approval.ActDecide:
		return map[string]string{string(approval.Approve): Approved, string(approval.RefuseIt): Refused}[outcome]
	case approval.ActConfirm:
		return Confirmed
	case approval.ActRevoke:
		return Revoked
	case approval.ActSuspend:
		return Suspended
	case approval.ActReinstate:
		return Reinstated
	}
	return ""
}
