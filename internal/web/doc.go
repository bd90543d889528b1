// Package web is the pages for officials: it reads requests, asks the office,
// the gate and the book, and fills the templates. It holds no rule, no SQL and
// no markup.
//
// A request travels so:
//
//	frame (headers, request id, panic guard, cross-origin guard)
//	  -> visit (language, session)         visit.go
//	  -> one handler, in the file noun_verb.go
//	  -> a page struct that embeds Page    -> templates/<page>.html
//
// A handler returns an error instead of writing one: errors.go turns refusals
// of the office into 403, 404, 409 and 422, and anything else into a 500 whose
// particulars stand in the log only.
//
// Every act (state the facts, draft, appraise, …) goes through one shape,
// act.go: the form of the shelf is parsed, the office asked, and either the
// visitor is sent to the system's page (303) or the form comes back with what
// is wrong beside the fields and the input as it was typed.
//
// The level assistant asks the same facts one page at a time. It keeps nothing:
// what was answered travels in the form (assistant_walk.go), and only the last
// button states the facts, as the act does.
package web
