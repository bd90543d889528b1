// Package gazette issues everything that is signed and given away, so that a
// gateway can go on while nobody answers it, and can prove what it was told. It
// reads the register, decides as the gate does, signs, and writes nothing but
// copies of the checkpoints it signed.
//
// An edition is one state of it all: made anew when the ledger grew, when an
// approval ended by time alone, and every ttl_seconds (law/book/lists.yaml). No
// request is answered by an edition older than the ledger. Nothing is signed
// when the clock is more than clock_seconds off (the latest entry lies in the
// future, the time source disagrees or is silent), nor a ledger that is not a
// continuation of the one signed before, nor when a key cannot be read: the
// answer is 503, and readers go by the age of what they have.
//
// # For anyone
//
//	GET /statuslists/1, /statuslists/2   status list for NDXP, NDOP (internal/statuslist)
//	    Accept: application/statuslist+jwt (default) or +cwt; ETag; 406 for others
//	GET /statuslists                     {"status_lists":[address, …]}
//	GET /gate/v1/keys                    the public keys, a JWK set (internal/seal)
//	GET /ledger/v1/checkpoint            signed checkpoint, a note (C2SP tlog-checkpoint)
//	GET /ledger/v1/consistency?from=&to= {"from":n,"to":n,"proof":[base64,…]}
//	GET /ledger/v1/inclusion?seq=&size=  {"seq":n,"size":n,"leaf":base64,"proof":[…]}
//
// # For the gateways (Press.Trusted, loopback unless told otherwise; and whoever
// proved to be one, within its reach)
//
//	GET /gate/v1/tokens/SYSTEM[?platform=][&provider=CODE][&service=]
//	    approval certificate, a JWT of type capdo-approval+jwt: iss, sub, iat,
//	    exp = valid_until and at most token_days, level, platform, service,
//	    status.status_list {idx, uri}; of a system, or with provider of its
//	    connection to another: aud, provider {level, status.status_list}, and exp at
//	    most life_seconds, since no list tells of connections. It counts while both
//	    places are VALID. 403 when the gate would deny.
//	GET /gate/v1/snapshot[?platform=][&since=VERSION][&whole=1]
//	    every decision: NDJSON (snapshot.go), version = size of the ledger, with a
//	    consistency proof from since. With since, only what changed, when that is
//	    known and whole is not asked. 409 {"error":"rollback"} when since lies beyond the ledger, 403
//	    {"error":"beyond-reach"} for who may not ask about every system.
//	GET /gate/v1/changes[?since=N][&wait=SECONDS]
//	    {"next":N,"changes":[…]}: what changed after N; waits up to 30 s for it. 410
//	    {"error":"reset","next":N} when that is not known any more: take a snapshot.
//	    Accept: text/event-stream: the same as events, resumed by Last-Event-ID.
//	    A stream ends after a minute, to be resumed. At most 256 wait at once; 503 with Retry-After beyond.
//
// A change: {"seq":N,"version":ledger size,"at":time,"platform","system",
// "decision":"allow"|"deny","status":VALID|INVALID|SUSPENDED|NOT_DEPLOYED,
// "level":0..5,"valid_until":time|null}. Other errors are {"error":code}, with
// 400 for a question that cannot be read, 403 for a stranger.
package gazette
