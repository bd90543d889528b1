package web

import (
	"net/http"
	"time"

	"capdo/internal/law"
)

// SessionPart is until when the session lasts if nothing more is asked for.
type SessionPart struct {
	Until string `json:"until"` // the time of day
	Left  int    `json:"left"`  // seconds until it ends
	Warn  int    `json:"warn"`  // how many before that people are warned
	Fixed bool   `json:"fixed"` // it ends then whatever is done
	Of    string `json:"of"`    // the sign-in name whose it is
}

// sessionWarn is how long before its end people are told; half of what is short.
const sessionWarn = 5 * time.Minute

// sessionPart is the session of this visit on its page.
func (v *visit) sessionPart() *SessionPart {
	ends, fixed := v.Desk.Ends(&v.account, &v.session)
	left := ends.Sub(v.clockNow())
	return &SessionPart{Until: ends.In(law.Zone()).Format("15:04"), Left: int(left / time.Second), Warn: int(min(sessionWarn, v.Desk.Idle(&v.account)/2) / time.Second), Fixed: fixed, Of: v.account.Login}
}

// sessionStay says how much longer the session lasts; that it was asked is what
// lengthens it.
func (s *site) sessionStay(v *visit) error {
	return v.json(http.StatusOK, v.sessionPart())
}
