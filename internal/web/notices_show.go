package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/notice"
)

// noticesShown is how many deliveries the page of a subscription shows.
const noticesShown = 100

// NoticesPage is what an account asked to be told, and the form that asks more.
type NoticesPage struct {
	Page
	Mine []NoticeRow
	Mail bool // this server can send mail
	Form Form
}

// NoticePage is one subscription with what was sent for it.
type NoticePage struct {
	Page
	Mine   NoticeRow
	Live   bool
	Secret string // of a live webhook
	Log    []NoticeSent
}

// NoticeRow is one subscription in words.
type NoticeRow struct {
	ID, Address, Channel, Kinds, Mode string
	State                             Tag
}

// NoticeSent is one delivery in words.
type NoticeSent struct {
	Key, When, What, System, Href, Note string
	State                               Tag
	Attempts                            int
}

// noticesShow shows the account's subscriptions.
func (s *site) noticesShow(v *visit) error { return s.noticesPage(v, http.StatusOK, url.Values{}, nil) }

// noticesPage draws the page, with a form as it was sent when it was refused.
func (s *site) noticesPage(v *visit, status int, in url.Values, fs []approval.Finding) error {
	if s.Notices == nil {
		return s.absent(v)
	}
	mine, err := s.Notices.Store.Subscriptions(v.r.Context(), v.account.Login)
	if err != nil {
		return err
	}
	form, err := s.form("subscription")
	if err != nil {
		return err
	}
	p := NoticesPage{Mail: s.Notices.Mail, Form: v.draw(paper{form: form, context: forms.Context{Today: string(v.today())}, in: in, findings: fs, action: "/notices"})}
	for _, x := range mine {
		p.Mine = append(p.Mine, v.noticeRow(x))
	}
	p.Page = v.page(v.t("notice.title"))
	p.Failed = len(fs) > 0
	return v.show(status, "notices", p)
}

// noticeAsk records a new subscription.
func (s *site) noticeAsk(v *visit) error {
	if s.Notices == nil {
		return s.absent(v)
	}
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	form, err := s.form("subscription")
	if err != nil {
		return err
	}
	answers, problems := form.Parse(forms.Context{Today: string(v.today())}, v.r.PostForm)
	if len(problems) > 0 {
		return s.noticesPage(v, http.StatusUnprocessableEntity, v.r.PostForm, findings(problems))
	}
	in := notice.Input{Channel: answers.Text("channel"), Address: strings.TrimSpace(answers.Text("address")), Kinds: strings.Fields(answers.Text("kinds")), Mode: answers.Text("mode")}
	made, err := s.Notices.Subscribe(v.r.Context(), v.actor(), in)
	if r, ok := refusal(err); ok && r.Kind == approval.Invalid {
		return s.noticesPage(v, http.StatusUnprocessableEntity, v.r.PostForm, r.Findings)
	}
	if err != nil {
		return err
	}
	return v.send("/notices/" + made.ID + "?done=notice")
}

// noticeShow shows one subscription of the account.
func (s *site) noticeShow(v *visit) error {
	x, ok, err := v.ownNotice()
	if err != nil || !ok {
		return orAbsent(s, v, err)
	}
	ds, err := s.Notices.Store.Deliveries(v.r.Context(), v.account.Login, x.ID, noticesShown)
	if err != nil {
		return err
	}
	p := NoticePage{Mine: v.noticeRow(x), Live: x.Live()}
	if x.Live() && x.Channel == notice.Webhook {
		p.Secret = s.Notices.Secret(x)
	}
	for _, d := range ds {
		row := NoticeSent{Key: d.Event.Key, When: v.when(d.Event.At), What: v.say(notice.Says(d.Event.Kind)), System: d.Event.System, Href: d.Event.Path(), Note: d.Error, Attempts: d.Attempts}
		row.State = Tag{v.t("notice.is." + d.State), map[string]string{notice.Sent: "green", notice.Waiting: "blue", notice.Failed: "red"}[d.State]}
		if d.State == notice.Waiting && d.Attempts > 0 {
			row.Note = v.t("notice.next", v.when(d.NextAt))
		}
		p.Log = append(p.Log, row)
	}
	p.Page = v.page(v.t("notice.title") + " – " + x.Address)
	return v.show(http.StatusOK, "notice", p)
}

// noticeEnd, noticeSecret and noticeAgain act on a subscription of the account.
func (s *site) noticeEnd(v *visit) error {
	return s.noticeDo(v, "notice.end", func() error { return s.Notices.Unsubscribe(v.r.Context(), v.actor(), v.r.PathValue("id")) })
}

func (s *site) noticeSecret(v *visit) error {
	return s.noticeDo(v, "notice.secret", func() error {
		_, err := s.Notices.NewSecret(v.r.Context(), v.actor(), v.r.PathValue("id"))
		return err
	})
}

func (s *site) noticeAgain(v *visit) error {
	return s.noticeDo(v, "notice.again", func() error {
		return s.Notices.Store.Again(v.r.Context(), v.account.Login, v.r.PathValue("id"), v.r.PostForm.Get("event"), v.now.UTC())
	})
}

func (s *site) noticeDo(v *visit, done string, act func() error) error {
	if s.Notices == nil {
		return s.absent(v)
	}
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	if err := act(); err != nil {
		return err
	}
	return v.send("/notices/" + v.r.PathValue("id") + "?done=" + done)
}

// ownNotice finds the subscription that the address names among the account's.
func (v *visit) ownNotice() (notice.Subscription, bool, error) {
	if v.Notices == nil {
		return notice.Subscription{}, false, nil
	}
	mine, err := v.Notices.Store.Subscriptions(v.r.Context(), v.account.Login)
	for _, x := range mine {
		if x.ID == v.r.PathValue("id") {
			return x, true, err
		}
	}
	return notice.Subscription{}, false, err
}

// orAbsent answers 404 unless there is an error.
func orAbsent(s *site, v *visit, err error) error {
	if err != nil {
		return err
	}
	return s.absent(v)
}

// noticeRow is a subscription in the visitor's words.
func (v *visit) noticeRow(x notice.Subscription) NoticeRow {
	var kinds []string
	for _, k := range x.Kinds {
		kinds = append(kinds, v.say(notice.Says(k)))
	}
	row := NoticeRow{ID: x.ID, Address: x.Address, Channel: v.t("notice." + x.Channel), Mode: v.t("notice." + x.Mode), Kinds: strings.Join(kinds, "; "), State: Tag{v.t("notice.live"), "green"}}
	if !x.Live() {
		row.State = Tag{v.t("notice.ended." + x.EndedFor), "grey"}
	}
	return row
}
