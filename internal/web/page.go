package web

import (
	"strings"
	"time"

	"capdo/internal/approval"
)

// Page is what every page has around its own matter.
type Page struct {
	Title     string
	Style     string       // address of the style sheet
	Script    string       // address of the script, "" on pages that need none
	Scripts   []string     // addresses of further scripts
	Nonce     string       // without which the browser takes none of these
	OtherLang string       // this page in the other language
	Nav       []Link       // empty while nobody is signed in
	Who       *Who         // who is signed in
	Session   *SessionPart // of who is signed in
	Simulated bool         // the page shows simulated records
	Flash     string       // what was just done
	Failed    bool         // the page comes back with errors
	Now       time.Time
	Band      *PastBand // the page shows the register as it was
}

// Link is a link with its text; Here marks the page one is on.
type Link struct {
	Href, Text string
	Here       bool
}

// Who is the person signed in, as the page header names them.
type Who struct{ Name, Capacity, Body string }

// Tag is a short status in a tone: blue, yellow, red, green, grey, bare.
type Tag struct{ Text, Tone string }

// Fact is a label with its value; Long keeps the lines of the value.
type Fact struct {
	Label, Value string
	Long         bool
}

// page starts a page of this visit. Its title is said in the visitor's words.
func (v *visit) page(title string) Page {
	p := Page{Title: title, Style: v.sheet.path, Nonce: nonce(v.r), Now: v.clockNow(), Band: v.band}
	query := v.r.URL.Query()
	query.Set("lang", v.t("lang.other.code"))
	query.Del("done")
	p.OtherLang = v.r.URL.Path + "?" + query.Encode()
	if v.signedIn {
		p.Nav = v.nav()
		p.Session, p.Scripts = v.sessionPart(), []string{v.sessionScript.path}
		p.Who = &Who{v.account.Name, v.t("role." + string(v.account.Actor.Capacity)), v.account.Actor.Body}
	}
	if done := v.r.URL.Query().Get("done"); v.has("done." + done) {
		p.Flash = v.t("done." + done)
	}
	return p
}

// nav is the main navigation with the present place marked.
func (v *visit) nav() []Link {
	places := []Link{{Href: "/", Text: "home"}, {Href: "/queue", Text: "queue"}, {Href: "/systems", Text: "systems"}, {Href: "/calendar", Text: "calendar"},
		{Href: "/overview", Text: "overview"}, {Href: "/gate", Text: "gate"}, {Href: "/law", Text: "law"}}
	switch {
	case v.administers():
		places = []Link{{Href: "/admin", Text: "admin"}, {Href: "/accounts", Text: "accounts"}, {Href: "/sign-ins", Text: "sign-ins"}, {Href: "/gateways", Text: "gateways"}, {Href: "/law", Text: "law"}}
	case v.Record != nil && v.actor().Capacity == approval.Auditor:
		places = append(places, Link{Href: "/ledger", Text: "ledger"}, Link{Href: "/sign-ins", Text: "sign-ins"})
	}
	for i, p := range places {
		places[i].Text = v.t("nav." + p.Text)
		places[i].Here = v.r.URL.Path == p.Href || p.Href != "/" && strings.HasPrefix(v.r.URL.Path, p.Href+"/")
	}
	return places
}
