package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/law"
)

// wordFields are the fields of the word itself: they are no part of what it is
// given for.
func wordFields() []string { return []string{credentialName, "word_password", "word_code"} }

// SignPage asks for the visitor's own word on an act, or on the same act on
// several systems.
type SignPage struct {
	Page
	Heading string
	Lead    string
	Facts   []Fact
	Several *SeveralTable // nil for one
	Action  string
	Back    string
	Options string // for the passkey, "" when the account has none
	Button  string
	Hidden  []Hidden
	Without string // why a signature needs scripts, and what else there is
	Wrong   string
	Weak    *Form // password and code instead, where the policy takes them
}

// asking is a page that asks for the word, about to be drawn.
type asking struct {
	wants   []identity.Statement
	sheet   deedSheet     // the paper that was filled in, of the first
	several *SeveralTable // what the wants are about, nil for one
	back    string
	wrong   string // why the word given was none, "" before one was given
}

// word makes sure that a weighty act bears its actor's word. asked tells that the
// page that asks for it was shown; else the act may go on.
func (s *site) word(v *visit, in *filled, d deedSheet) (asked bool, err error) {
	if !s.signs(d.deed) {
		return false, nil
	}
	want, err := s.statement(v, in, d)
	if err != nil {
		return false, err
	}
	words, wrong, err := s.given(v, d.in, []identity.Statement{want})
	if err != nil {
		return false, err
	}
	if words == nil {
		return true, s.signPage(v, asking{wants: []identity.Statement{want}, sheet: d, back: v.r.URL.Path, wrong: wrong})
	}
	in.bears(&words[0])
	return false, nil
}

// signs tells whether an act asks for its actor's word.
func (s *site) signs(d deed) bool {
	return s.Desk.Policy.Signs() != identity.None && slices.Contains(identity.Weighty(), d.act)
}

// bears lets the actor of an act bear a word.
func (in *filled) bears(word *approval.Signed) {
	sure := *in.actor.Assurance
	sure.Signed, in.actor.Assurance = word, &sure
}

// given reads the visitor's words on statements from what came in: nil when there
// are none, or none that hold; wrong says the latter.
func (s *site) given(v *visit, in url.Values, wants []identity.Statement) (words []approval.Signed, wrong string, err error) {
	switch {
	case in.Get(credentialName) != "":
		wrong = "pk.wrong"
		words, err = s.Desk.Signed(v.r.Context(), &v.account, wants, []byte(in.Get(credentialName)))
	case in.Get("word_password") != "":
		wrong = "sg.weak.wrong"
		words, err = s.Desk.Words(v.r.Context(), &v.account, wants, identity.Claim{Password: in.Get("word_password"), Code: in.Get("word_code"), From: v.from()})
	default:
		return nil, "", nil
	}
	if errors.Is(err, identity.ErrPasskey) || errors.Is(err, identity.ErrCredentials) {
		s.Log.Warn("signature refused", "request", v.id, "login", v.account.Login, "objects", objects(wants), "why", err.Error())
		return nil, v.t(wrong), nil
	}
	return words, "", err
}

// objects are what statements are on.
func objects(wants []identity.Statement) string {
	all := make([]string, len(wants))
	for i, w := range wants {
		all[i] = w.Object
	}
	return strings.Join(all, " ")
}

// statement is what the actor is to sign.
func (s *site) statement(v *visit, in *filled, d deedSheet) (st identity.Statement, err error) {
	st = identity.Statement{Act: d.deed.act, Object: approval.SystemObject(in.code), By: in.actor.Who(), Law: s.Book.Digest(), Answers: map[string]string{}}
	for key, value := range in.answers {
		if value != "" {
			st.Answers[key] = value
		}
	}
	if st.Before, err = d.file.System.Digest(); err != nil {
		return st, err
	}
	err = s.Office.Store.View(v.r.Context(), in.actor, func(r approval.Reader) error {
		st.Ledger, err = r.Head()
		return err
	})
	return st, err
}

// signPage asks for the word: it shows what is signed, and carries along what was
// filled in.
func (s *site) signPage(v *visit, a asking) error {
	options, _, err := s.Desk.SigningOptions(v.r.Context(), &v.account, a.wants)
	if err != nil {
		return err
	}
	form, err := s.paperOf(a.sheet.deed, a.sheet.file)
	if err != nil {
		return err
	}
	p := SignPage{Heading: v.t("sg.title", form.Title.In(v.lang)), Lead: v.t("sg.lead"), Several: a.several, Action: v.r.URL.Path, Back: a.back,
		Options: options, Button: v.t("sg.sign"), Without: v.t("pk.noscript"), Wrong: a.wrong}
	weak := s.Desk.Policy.Signs() <= identity.TwoFactors
	if a.several == nil {
		p.Facts = []Fact{{Label: v.t("sg.system"), Value: a.sheet.file.System.Name + " (" + a.sheet.file.System.Code + ")"}}
	} else {
		p.Lead, p.Button, p.Without = v.t("sg.several", len(a.wants)), v.t("sg.sign.several", len(a.wants)), v.t("sg.noscript.several")
		if weak {
			p.Without = v.t("sg.noscript.weak")
		}
	}
	for _, f := range form.Fields() {
		if value := a.wants[0].Answers[f.ID]; value != "" {
			p.Facts = append(p.Facts, Fact{Label: f.Label.In(v.lang), Value: v.say(law.Text(f.Show(value))), Long: true})
		}
	}
	for name, values := range a.sheet.in {
		if slices.Contains(wordFields(), name) {
			continue
		}
		for _, value := range values {
			p.Hidden = append(p.Hidden, Hidden{name, value})
		}
	}
	if weak {
		paperForm, err := s.form("word")
		if err != nil {
			return err
		}
		drawn := v.draw(paper{form: paperForm, in: url.Values{}, action: v.r.URL.Path})
		drawn.Hidden, drawn.Cancel = p.Hidden, a.back
		p.Weak = &drawn
	}
	p.Page = v.page(p.Heading)
	p.Script, p.Failed = v.passkey.path, a.wrong != ""
	status := http.StatusOK
	if p.Failed {
		status = http.StatusUnprocessableEntity
	}
	return v.show(status, "sign", p)
}
