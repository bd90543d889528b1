package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"

	"capdo/internal/approval"
)

// onceName is the hidden field that carries a form's token.
const onceName = "once"

// onceContext is a context that bears the token of the form being answered.
type onceContext = context.Context

// once reads the token of a form. done tells that what it asks for was done
// already, by the same content; nothing is to be done then but to go on. An
// error that is a *approval.Repeated keeps what it was about.
func (v *visit) once() (ctx onceContext, done bool, err error) {
	ctx = v.withOnce(v.r.PostForm)
	var again *approval.Repeated
	if err := v.Office.Store.Done(ctx, v.actor()); errors.As(err, &again) {
		v.repeated = again.Object
		return ctx, true, nil
	} else if err != nil {
		return ctx, false, err
	}
	return ctx, false, nil
}

// withOnce makes a context bear the token of a form.
func (v *visit) withOnce(in url.Values) context.Context {
	rest := copyValues(in)
	rest.Del(onceName)
	for _, name := range wordFields() { // another signature of the same
		rest.Del(name)
	}
	h := sha256.Sum256([]byte(v.r.URL.Path + "\n" + rest.Encode()))
	return approval.WithOnce(v.r.Context(), approval.Once{Token: in.Get(onceName), Body: hex.EncodeToString(h[:])})
}

// onceToken is a new token for a form.
func onceToken() Hidden { return Hidden{onceName, newID() + newID()} }
