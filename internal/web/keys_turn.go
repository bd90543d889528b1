package web

import (
	"fmt"
	"net/http"
	"time"
)

// KeysPart is the list of the single keys that work on a page, with their switch.
// They are off until somebody turns them on (WCAG 2.1.4).
type KeysPart struct {
	On   bool
	Back string // where the switch leads back to
	Rows []KeyRow
}

// KeyRow is one key: Act is next, prev, go, click or help, on what Of selects.
type KeyRow struct{ Key, Act, Of, Says string }

const keysCookie = "keys"

// keys is the list for a page; the script that reads it comes with it.
func (v *visit) keys(p *Page, rows ...KeyRow) KeysPart {
	p.Scripts = append(p.Scripts, v.keysScript.path)
	k := KeysPart{Back: v.r.URL.RequestURI(), Rows: append(rows, KeyRow{"?", "help", "", v.t("keys.help")})}
	if c, err := v.r.Cookie(v.cookieName(keysCookie)); err == nil {
		k.On = c.Value == "on"
	}
	return k
}

// queueKeys are the keys of the queue.
func (v *visit) queueKeys(p *Page) KeysPart {
	const row = "[data-step=row]"
	return v.keys(p, KeyRow{"j", "next", row, v.t("keys.row.next")}, KeyRow{"k", "prev", row, v.t("keys.row.prev")}, KeyRow{"o", "click", row + ":focus", v.t("keys.open")},
		KeyRow{"x", "click", "tr:focus-within input[type=checkbox]", v.t("keys.choose")}, KeyRow{"/", "go", "#q", v.t("keys.search")})
}

// deskKeys are the keys of the desk.
func (v *visit) deskKeys(p *Page) KeysPart {
	const remark = "[data-step=remark]"
	return v.keys(p, KeyRow{"n", "next", remark, v.t("keys.remark.next")}, KeyRow{"p", "prev", remark, v.t("keys.remark.prev")}, KeyRow{"r", "go", "#say-text", v.t("keys.remark")},
		KeyRow{"c", "go", "#change-h", v.t("keys.changes")}, KeyRow{"d", "go", ".desk-form input:not([type=hidden])", v.t("keys.decide")},
		KeyRow{"j", "click", "[data-go=next]", v.t("keys.next")}, KeyRow{"k", "click", "[data-go=prev]", v.t("keys.prev")}, KeyRow{"u", "click", "[data-go=queue]", v.t("keys.queue")})
}

// keysTurn turns the single keys on or off, for this browser.
func (s *site) keysTurn(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	life := time.Duration(-1e9)
	if v.r.PostForm.Get("keys") == "on" {
		life = 365 * 24 * time.Hour
	}
	http.SetCookie(v.w, s.cookie(keysCookie, "on", life))
	return v.send(localPath(v.r.PostForm.Get("back")))
}
