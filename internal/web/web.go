package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/attachment"
	"capdo/internal/backup"
	"capdo/internal/connection"
	"capdo/internal/controls"
	"capdo/internal/gate"
	"capdo/internal/identity"
	"capdo/internal/job"
	"capdo/internal/law"
	"capdo/internal/machine"
	"capdo/internal/notice"
	"capdo/internal/openid"
	"capdo/internal/plan"
	"capdo/internal/retention"
	"capdo/internal/voucher"
	"capdo/internal/whatif"
	"capdo/internal/workbook"
)

// Config is what the pages are made of.
type Config struct {
	Office  *approval.Office
	Gate    *gate.Gate
	Desk    *identity.Desk
	Book    *law.Book
	Shelf   *forms.Shelf
	Clock   func() time.Time
	Log     *slog.Logger
	Secure  bool       // TLS stands in front: cookies carry Secure and the __Host- prefix
	Reports ReportFunc // nil hides the links to PDF reports
	Past    PastFunc   // nil: pages show the register as it is, whatever day their address says

	Documents   *attachment.Desk      // nil hides attached documents
	Controls    *controls.Catalogues  // nil hides the lists of controls
	WhatIf      WhatIfFunc            // nil hides the question what a change of law would do
	WhatIfFile  WhatIfFileFunc        // nil hides the links to its files
	Review      ReviewDesk            // nil hides the reviewer's desk
	Roster      RosterDesk            // nil hides who has which dossier in hand
	Panel       PanelDesk             // nil hides the consultation of other bodies
	Connections *connection.Office    // nil hides the pages of connections and data services
	Watch       *connection.Watch     // nil hides what gateways report
	Machines    *machine.Registry     // nil hides the page of gateways
	Duplicates  DuplicatesFunc        // nil hides the page of systems that may be one
	Notices     *notice.Desk          // nil hides the notices
	Plans       *plan.Room            // nil hides the plan control by control, and the calendar
	GapsPDF     GapsFunc              // nil hides the PDF of what lacks
	Delegations *approval.Delegations // nil hides the delegations: everybody acts in the own capacity
	Feeds       FeedStore             // nil hides the calendar feed
	Elsewhere   *openid.Door          // nil: nobody signs in with an identity elsewhere
	Registrar   *identity.Registrar   // nil hides the pages of accounts and enrolment
	Origin      string                // how this site is called, https://host; links that leave the pages begin with it
	Public      bool                  // the owner publishes the country's figures
	LongReports LongReportFunc        // nil hides the page of reports
	Jobs        job.Store             // where the reports of that page lie
	Papers      *voucher.Desk         // nil hides the page where papers are checked
	Tables      Tables                // nil hides the tables out and in
	Statements  Statements            // nil hides what agencies report
	Tray        *workbook.Tray        // where tables brought back wait
	OSCAL       OSCALFunc             // nil hides the documents in OSCAL
	Record      Record                // nil hides the ledger
	Contact     string                // where to report a weakness: mailto: or https:; "" says nothing
	PerAddress  Pace                  // of requests from one address
	PerAccount  Pace                  // of requests of one account
	Proxies     []netip.Prefix        // whose X-Forwarded-For is believed; none: nobody's
	Side        Side                  // whom these pages are for
	Service     ServiceFunc           // nil hides the page of administrators
	Vault       *backup.Vault         // nil hides the page of backups
	Retention   *retention.Desk       // nil hides the page of what is past its time
	Lists       func() Lists          // how the signing of lists goes; nil: none is signed here
}

// WhatIfFunc tells what adopting a rule set or an edited book on a day does to
// the systems within the actor's reach. It writes nothing and keeps nothing.
type WhatIfFunc func(ctx context.Context, a approval.Actor, q whatif.Adoption) (whatif.Result, error)

// WhatIfFileFunc writes the same answer as a file: kind "csv" or "pdf".
type WhatIfFileFunc func(ctx context.Context, w io.Writer, a approval.Actor, kind string, q whatif.Adoption) error

// DuplicatesFunc proposes the pairs of systems within the actor's reach that may
// be one and the same. It decides nothing.
type DuplicatesFunc func(ctx context.Context, a approval.Actor) ([]approval.Pair, error)

// GapsFunc writes what lacks in a plan as a PDF.
type GapsFunc func(ctx context.Context, w io.Writer, a approval.Actor, s plan.Sheet) error

// FeedStore keeps whose calendar feed a secret address is, by its hash.
type FeedStore interface {
	PutFeed(ctx context.Context, login, tokenHash string, at time.Time) error
	EndFeed(ctx context.Context, login string) error
	FeedOf(ctx context.Context, tokenHash string) (login string, found bool, err error)
	HasFeed(ctx context.Context, login string) (bool, error)
}

// ReportFunc writes a PDF as of the end of day: kind "national" with code "",
// "system", "dossier", "consult@1-2" (the letter of request 2 on dossier 1) or a prescribed paper "mau-01" to "mau-07" with the code of a
// system, "mau-08" with that of an agency; "systems" and "overview" with the
// query of what is listed or counted. Refusals are those of the office.
type ReportFunc func(ctx context.Context, w io.Writer, a approval.Actor, kind, code string, day law.Day) error

// site is the pages made ready.
type site struct {
	Config
	words  catalogue
	pages  *pages
	sheet  asset // style
	script asset

	keysScript, sessionScript asset
	passkey                   asset // the script of passkeys
	seats                     presence
	kept                      kept
	deeds                     []deed
	bench                     *job.Bench

	byAddress, byAccount buckets
}

// New makes the pages ready. It parses every template and
// fails when one is broken or a form is missing.
func New(c Config) (http.Handler, error) {
	s := &site{Config: c, words: newCatalogue(), deeds: deeds(), byAddress: buckets{pace: c.PerAddress}, byAccount: buckets{pace: c.PerAccount}}
	s.bench = s.newBench()
	var err error
	if s.pages, err = parsePages(s.words); err != nil {
		return nil, err
	}
	if err = s.loadAssets(); err != nil {
		return nil, err
	}
	if err := s.checkForms(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	s.routes(mux)
	return s.frame(mux), nil
}

// addresses takes the routes: a mux does, or a list of them.
type addresses interface {
	HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request))
}

// Routes lists the patterns of every address that New serves for c, so that each
// can be held against the policy of who may do what.
func Routes(c Config) []string {
	var all patterns
	(&site{Config: c, deeds: deeds()}).routes(&all)
	return all
}

// patterns is a list of routes.
type patterns []string

// HandleFunc notes the pattern.
func (p *patterns) HandleFunc(pattern string, _ func(http.ResponseWriter, *http.Request)) {
	*p = append(*p, pattern)
}

// routes enters every address of the pages.
func (s *site) routes(mux addresses) {
	mux.HandleFunc("GET /livez", live)
	mux.HandleFunc("GET /static/", s.static)
	mux.HandleFunc("GET /.well-known/security.txt", s.securityText)
	mux.HandleFunc("POST "+violations, s.violated)
	mux.HandleFunc("GET /about", s.outside(s.aboutShow))
	mux.HandleFunc("GET /help", s.outside(s.aboutShow))
	mux.HandleFunc("GET /sign-in", s.outside(s.signInShow))
	mux.HandleFunc("POST /sign-in", s.outside(s.signIn))
	mux.HandleFunc("POST /sign-out", s.outside(s.signOut))

	mux.HandleFunc("GET /{$}", s.signed(s.homeShow))
	mux.HandleFunc("POST /session", s.signed(s.sessionStay))
	mux.HandleFunc("GET /systems", s.timed((*site).registerShow))
	mux.HandleFunc("GET /systems/new", s.inside(s.systemNew))
	mux.HandleFunc("POST /systems/new", s.inside(s.systemRegister))
	mux.HandleFunc("GET /systems/{code}", s.timed((*site).systemShow))
	for _, d := range s.deeds { // facts, dossier, opinion, appraisal, decision, …
		mux.HandleFunc("GET /systems/{code}/"+d.path, s.inside(s.deedShow(d)))
		mux.HandleFunc("POST /systems/{code}/"+d.path, s.inside(s.doer(d)))
	}
	const field = "/systems/{code}/dossier/fields/{field}" // each field of the draft by itself
	mux.HandleFunc("GET "+field, s.inside(s.fieldShow))
	mux.HandleFunc("PUT "+field, s.inside(s.fieldSave))
	mux.HandleFunc("PATCH "+field, s.inside(s.fieldSave))
	mux.HandleFunc("GET "+field+"/history", s.inside(s.fieldHistory))
	mux.HandleFunc("POST /systems/{code}/dossier/fields/presence", s.inside(s.presenceTell))
	mux.HandleFunc("GET /systems/{code}/dossier/gaps", s.inside(s.lacksShow))
	mux.HandleFunc("GET /systems/{code}/dossier/gaps.json", s.inside(s.lacksJSON))
	mux.HandleFunc("GET /systems/{code}/dossier/copy", s.inside(s.copyShow))
	mux.HandleFunc("POST /systems/{code}/dossier/copy", s.inside(s.copyTake))
	if s.Documents != nil {
		mux.HandleFunc("GET /systems/{code}/documents", s.timed((*site).documentsShow))
		mux.HandleFunc("POST /systems/{code}/documents", s.inside(s.documentAttach))
		mux.HandleFunc("GET /systems/{code}/documents/{no}", s.timed((*site).documentGet))
		mux.HandleFunc("POST /systems/{code}/documents/{no}/remove", s.inside(s.documentRemove))
	}
	mux.HandleFunc("GET /systems/{code}/assistant", s.inside(s.assistantShow))
	mux.HandleFunc("POST /systems/{code}/assistant", s.inside(s.assistantDo))
	mux.HandleFunc("GET /systems/{code}/controls", s.timed((*site).controlsShow))
	mux.HandleFunc("GET /assistant", s.inside(s.assistantShow))
	mux.HandleFunc("POST /assistant", s.inside(s.assistantDo))
	mux.HandleFunc("GET /overview", s.inside(s.overviewShow))
	mux.HandleFunc("GET /duplicates", s.timed((*site).duplicatesShow))
	mux.HandleFunc("GET /notices", s.inside(s.noticesShow))
	mux.HandleFunc("POST /notices", s.inside(s.noticeAsk))
	mux.HandleFunc("GET /notices/{id}", s.inside(s.noticeShow))
	mux.HandleFunc("POST /notices/{id}/end", s.inside(s.noticeEnd))
	mux.HandleFunc("POST /notices/{id}/secret", s.inside(s.certain(s.noticeSecret)))
	mux.HandleFunc("POST /notices/{id}/again", s.inside(s.noticeAgain))
	mux.HandleFunc("GET /admin", s.signed(s.adminShow))
	mux.HandleFunc("GET /ledger", s.inside(s.ledgerShow))
	mux.HandleFunc("GET /gateways", s.signed(s.gatewaysShow))
	mux.HandleFunc("GET /gateways/new", s.inside(s.certain(s.gatewayActShow)))
	mux.HandleFunc("POST /gateways/new", s.inside(s.certain(s.gatewayActDo)))
	mux.HandleFunc("GET /gateways/{name}/{act}", s.inside(s.certain(s.gatewayActShow)))
	mux.HandleFunc("POST /gateways/{name}/{act}", s.inside(s.certain(s.gatewayActDo)))
	mux.HandleFunc("GET /gate", s.timed((*site).gateShow))
	s.linkRoutes(mux)
	mux.HandleFunc("GET /law", s.signed(s.lawShow))
	mux.HandleFunc("GET /law/calendar", s.signed(s.calendarShow))
	mux.HandleFunc("GET /law/instruments/{id}", s.signed(s.instrumentShow))
	mux.HandleFunc("GET /what-if", s.recalled((*site).whatIfShow))
	mux.HandleFunc("GET /what-if.csv", s.recalled(surely(whatIfFile("csv"))))
	mux.HandleFunc("GET /what-if.pdf", s.recalled(surely(whatIfFile("pdf"))))
	mux.HandleFunc("POST /what-if", s.inside(s.whatIfEdited))
	mux.HandleFunc("GET /reports/national.pdf", s.timed(surely((*site).reportNational)))
	mux.HandleFunc("GET /systems/{code}/report.pdf", s.timed((*site).reportSystem))
	mux.HandleFunc("GET /systems/{code}/papers/{paper}", s.timed((*site).paperSystem))
	mux.HandleFunc("GET /agencies/{code}/papers/"+agencyReport+".pdf", s.timed((*site).paperAgency))
	mux.HandleFunc("GET /", s.outside(s.absent))
	s.doorRoutes(mux)
	s.planRoutes(mux)
	s.paperRoutes(mux)
	s.lendRoutes(mux)
	s.deskRoutes(mux)
}

// doorRoutes are the addresses of accounts and of how one gets in.
func (s *site) doorRoutes(mux addresses) {
	mux.HandleFunc("GET /enrol", s.outside(s.enrolShow))
	mux.HandleFunc("POST /enrol", s.outside(s.enrol))
	mux.HandleFunc("POST /sign-in/passkey/options", s.outside(s.signInOptions))
	mux.HandleFunc("POST /sign-in/passkey", s.outside(s.signInPasskey))
	if s.Elsewhere != nil {
		mux.HandleFunc("POST /sign-in/with/{provider}", s.outside(s.elsewhereBegin))
		mux.HandleFunc("GET /sign-in/with/{provider}", s.outside(s.elsewhereEnd))
	}
	mux.HandleFunc("GET /confirm", s.known(s.sureShow))
	mux.HandleFunc("POST /confirm", s.known(s.sureDo))
	mux.HandleFunc("POST /confirm/options", s.known(s.sureOptions))
	mux.HandleFunc("POST /confirm/passkey", s.known(s.surePasskey))
	mux.HandleFunc("GET /account/password", s.known(s.passwordShow))
	mux.HandleFunc("POST /account/password", s.known(s.passwordChange))
	mux.HandleFunc("GET /sign-ins", s.signed(s.eventsShow))
	mux.HandleFunc("GET /backups", s.administering(s.backupsShow))
	mux.HandleFunc("GET /retention", s.administering(s.retentionShow))
	mux.HandleFunc("POST /retention", s.administering(s.certain(s.retentionDo)))
	mux.HandleFunc("GET /account/app", s.known(s.adding(s.appShow)))
	mux.HandleFunc("POST /account/app", s.known(s.adding(s.appAdd)))
	mux.HandleFunc("POST /account/recovery", s.known(s.adding(s.recoveryMake)))
	mux.HandleFunc("GET /account", s.known(s.accountShow))
	mux.HandleFunc("POST /account/sessions", s.known(s.certain(s.sessionsEnd)))
	mux.HandleFunc("POST /account/passkeys/options", s.known(s.adding(s.passkeyOptions)))
	mux.HandleFunc("POST /account/passkeys", s.known(s.adding(s.passkeyAdd)))
	mux.HandleFunc("POST /account/factors/{id}/remove", s.known(s.adding(s.factorRemove)))
	mux.HandleFunc("GET /accounts", s.administering(s.accountsShow))
	mux.HandleFunc("GET /accounts/new", s.administering(s.certain(s.accountActShow)))
	mux.HandleFunc("POST /accounts/new", s.administering(s.certain(s.accountActDo)))
	mux.HandleFunc("GET /accounts/{login}", s.administering(s.accountOf))
	mux.HandleFunc("GET /accounts/{login}/{act}", s.administering(s.certain(s.accountActShow)))
	mux.HandleFunc("POST /accounts/{login}/{act}", s.administering(s.certain(s.accountActDo)))
	mux.HandleFunc("POST /account-requests/rebind", s.administering(s.certain(s.rebindAll)))
	mux.HandleFunc("POST /account-requests/{id}/confirm", s.administering(s.certain(s.requestConfirm)))
	mux.HandleFunc("POST /account-requests/{id}/refuse", s.administering(s.certain(s.requestRefuse)))
}

// deskRoutes are the addresses of who judges dossiers.
func (s *site) deskRoutes(mux addresses) {
	mux.HandleFunc("POST /keys", s.inside(s.keysTurn))
	mux.HandleFunc("GET /queue", s.timed((*site).queueShow))
	mux.HandleFunc("GET /systems/{code}/review", s.timed((*site).deskShow))
	mux.HandleFunc("POST /systems/{code}/review/remarks", s.inside(s.deskSay))
	mux.HandleFunc("POST /systems/{code}/review/hold", s.inside(s.holdMove))
	mux.HandleFunc("GET /systems/{code}/review/consult", s.inside(s.consultShow))
	mux.HandleFunc("POST /systems/{code}/review/consult", s.inside(s.consultAsk))
	mux.HandleFunc("GET /systems/{code}/review/consult.pdf", s.timed((*site).consultLetter))
	mux.HandleFunc("GET /consultations/{code}/letter.pdf", s.inside(s.consultLetter))
	mux.HandleFunc("POST /systems/{code}/review/consult/withdraw", s.inside(s.consultWithdraw))
	mux.HandleFunc("GET /consultations/{code}", s.inside(s.consultedShow))
	mux.HandleFunc("POST /consultations/{code}", s.inside(s.consultedAnswer))
	if s.Documents != nil {
		mux.HandleFunc("GET /consultations/{code}/documents/{no}", s.inside(s.consultedDocument))
	}
	mux.HandleFunc("GET /queue/several", s.inside(s.severalShow))
	mux.HandleFunc("POST /queue/several", s.inside(s.severalDo))
	mux.HandleFunc("GET /systems/{code}/review/letter", s.timed((*site).letterShow))
}

// lendRoutes are the addresses of the delegations.
func (s *site) lendRoutes(mux addresses) {
	mux.HandleFunc("GET /delegations", s.inside(s.delegationsShow))
	mux.HandleFunc("POST /delegations", s.inside(s.delegationGive))
	mux.HandleFunc("GET /delegations/{id}", s.inside(s.delegationShow))
	mux.HandleFunc("POST /delegations/{id}/end", s.inside(s.delegationEnd))
}

// paperRoutes are the addresses where reports are made, and where anyone checks
// a paper.
func (s *site) paperRoutes(mux addresses) {
	if s.Public {
		s.publicRoutes(mux)
	}
	if s.LongReports != nil && s.Jobs != nil {
		mux.HandleFunc("GET /reports", s.inside(s.reportsShow))
		mux.HandleFunc("POST /reports", s.inside(s.reportAsk))
		mux.HandleFunc("GET /reports/{ref}", s.inside(s.jobShow))
		mux.HandleFunc("POST /reports/{ref}/stop", s.inside(s.jobStop))
		mux.HandleFunc("GET /reports/{ref}/file", s.inside(s.certain(s.jobFile)))
	}
	if s.Papers == nil {
		return
	}
	mux.HandleFunc("GET /r", s.outside(s.paperAsk))
	mux.HandleFunc("POST /r", s.outside(s.paperCheck))
	mux.HandleFunc("GET /r/{ref}", s.outside(s.paperShow))
	mux.HandleFunc("GET /r/{ref}/proof", s.outside(s.paperProof))
}

// tableRoutes are the addresses of tables taken away and brought back, and of what
// agencies report.
func (s *site) tableRoutes(mux addresses) {
	if s.Statements != nil {
		mux.HandleFunc("GET /statements", s.timed((*site).statementsShow))
		mux.HandleFunc("GET /statements/new", s.inside(s.statementNew))
		mux.HandleFunc("POST /statements/new", s.inside(s.statementTake))
		mux.HandleFunc("GET /statements/{id}", s.timed((*site).statementShow))
		mux.HandleFunc("POST /statements/{id}", s.inside(s.statementNote))
	}
	if s.Tables == nil {
		return
	}
	mux.HandleFunc("GET /tables/{table}", s.timed(surely((*site).tableGet)))
	mux.HandleFunc("GET /systems/{code}/tables/{table}", s.timed(surely((*site).tableGet)))
	mux.HandleFunc("GET /import", s.inside(s.importShow))
	mux.HandleFunc("POST /import", s.inside(s.importTake))
	mux.HandleFunc("GET /systems/{code}/import/{form}", s.inside(s.importShow))
	mux.HandleFunc("POST /systems/{code}/import/{form}", s.inside(s.importTake))
	mux.HandleFunc("GET /import/{id}", s.inside(s.importTry))
	mux.HandleFunc("POST /import/{id}", s.inside(s.importCarry))
	mux.HandleFunc("GET /import/{id}/copy", s.inside(s.importCopy))
}

// planRoutes are the addresses of tables, of the plan and of what falls due.
func (s *site) planRoutes(mux addresses) {
	s.tableRoutes(mux)
	mux.HandleFunc("GET /systems/{code}/checklist", s.timed((*site).checklistShow))
	mux.HandleFunc("GET /systems/{code}/checklist/{group}", s.timed((*site).groupShow))
	mux.HandleFunc("POST /systems/{code}/checklist/{group}", s.inside(s.groupDo))
	const answer = "/systems/{code}/checklist/{group}/fields/{key}" // each answer by itself
	mux.HandleFunc("GET "+answer, s.inside(s.answerShow))
	mux.HandleFunc("PUT "+answer, s.inside(s.answerSave))
	mux.HandleFunc("PATCH "+answer, s.inside(s.answerSave))
	mux.HandleFunc("POST /systems/{code}/checklist/{group}/fields/presence", s.inside(s.planPresence))
	mux.HandleFunc("GET /systems/{code}/checklist-cards", s.timed((*site).cardShow))
	mux.HandleFunc("POST /systems/{code}/checklist-cards", s.inside(s.groupDo))
	mux.HandleFunc("GET /systems/{code}/checklist-all", s.timed((*site).checklistAll))
	mux.HandleFunc("POST /systems/{code}/checklist-bulk", s.inside(s.answersBulk))
	mux.HandleFunc("GET /systems/{code}/gaps", s.timed((*site).gapsShow))
	mux.HandleFunc("GET /systems/{code}/gaps.csv", s.timed(surely((*site).gapsCSV)))
	mux.HandleFunc("GET /systems/{code}/gaps.pdf", s.timed((*site).gapsPDF))
	mux.HandleFunc("GET /systems/{code}/watch", s.timed((*site).watchShow))
	mux.HandleFunc("POST /systems/{code}/watch", s.inside(s.watchDo))
	mux.HandleFunc("GET /agencies/{code}/years/{year}", s.timed((*site).yearShow))
	mux.HandleFunc("POST /agencies/{code}/years/{year}", s.inside(s.yearDo))
	mux.HandleFunc("GET /calendar", s.timed((*site).agendaShow))
	mux.HandleFunc("POST /calendar/feed", s.inside(s.certain(s.feedMake)))
	mux.HandleFunc("POST /calendar/feed/end", s.inside(s.feedEnd))
	mux.HandleFunc("GET /calendar/feed.ics", s.outside(s.feedGet))
	mux.HandleFunc("GET /bulk", s.inside(s.bulkShow))
	mux.HandleFunc("POST /bulk", s.inside(s.bulkDo))
}

// linkRoutes are the addresses of connections, data services and what gateways
// report.
func (s *site) linkRoutes(mux addresses) {
	mux.HandleFunc("GET /connections", s.timed((*site).connectionsShow))
	mux.HandleFunc("GET /connections/list.csv", s.timed(surely((*site).connectionsCSV)))
	mux.HandleFunc("GET /connections/new", s.inside(s.connectionNew))
	mux.HandleFunc("POST /connections/new", s.inside(s.connectionRequest))
	mux.HandleFunc("GET /connections/{id}", s.timed((*site).connectionShow))
	mux.HandleFunc("GET /connections/{id}/{act}", s.inside(s.connectionActShow))
	mux.HandleFunc("POST /connections/{id}/{act}", s.inside(s.connectionActDo))
	mux.HandleFunc("GET /alarms", s.inside(s.alarmsShow))
	mux.HandleFunc("POST /alarms", s.inside(s.alarmNote))
	mux.HandleFunc("GET /services", s.timed((*site).servicesShow))
	mux.HandleFunc("GET /services/new", s.inside(s.serviceNew))
	mux.HandleFunc("POST /services/new", s.inside(s.serviceAdd))
}

// outside serves anyone.
func (s *site) outside(h func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := s.visit(w, r)
		if err == nil {
			err = v.admit(h)
		}
		if err != nil {
			v.answer(err)
		}
	}
}

// admit lets an account ask as often as it may, on the side where it belongs.
func (v *visit) admit(h func(*visit) error) error {
	if !v.signedIn {
		return h(v)
	}
	if wait, ok := v.byAccount.take(v.account.Login, v.now); !ok {
		return v.busy(wait)
	}
	if !v.Side.takes(v.administers()) && v.r.URL.Path != "/sign-out" {
		return v.message(http.StatusForbidden, "msg.403", v.t("msg.side"))
	}
	return h(v)
}

// inside serves who is signed in and may see records of systems.
func (s *site) inside(h func(*visit) error) http.HandlerFunc {
	return s.signed(func(v *visit) error {
		if !v.enters() {
			return v.message(http.StatusForbidden, "msg.403", v.t("msg.blind"))
		}
		return h(v)
	})
}

// signed serves whoever is signed in, by a way that is strong enough for what the
// account may do; others come no further than their own account.
func (s *site) signed(h func(*visit) error) http.HandlerFunc {
	return s.known(func(v *visit) error {
		if v.weak() {
			return v.send("/account")
		}
		return h(v)
	})
}

// known serves whoever is signed in and sends others to the sign-in page.
func (s *site) known(h func(*visit) error) http.HandlerFunc {
	return s.outside(func(v *visit) error {
		if !v.signedIn && v.r.Method != http.MethodGet && v.r.Method != http.MethodHead && v.r.Method != http.MethodPost {
			return v.says(http.StatusUnauthorized, v.t("save.ended"))
		}
		if !v.signedIn {
			return v.toSignIn()
		}
		return h(v)
	})
}

// absent answers for every address that is no page.
func (s *site) absent(v *visit) error {
	return v.message(http.StatusNotFound, "msg.404", v.t("msg.404.text"))
}

// live tells that the process answers.
func live(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n") // the client may be gone; nothing to do about it
}
