package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/review"
)

// cards are the threads as the actor may see and move them.
func (k desk) cards() []ThreadCard {
	mayJudge := k.speaks()
	hand := k.d.HandOf(k.actor().Person)
	applicant := !k.past() && k.actor().Capacity == law.RoleOperator && k.actor().Body == k.file.System.Owner && (hand == "" || hand == "edit")
	seen := map[string]bool{}
	var all []ThreadCard
	for _, t := range k.threads {
		c := ThreadCard{ID: "thread-" + strconv.Itoa(t.No), About: k.about(t.Target), Where: k.where(t.Target), By: k.role(t.By.Capacity), On: k.dated(t.At), Text: t.Text,
			Round: k.t("desk.round", t.Round), Internal: t.Internal, Thread: t.No, Action: k.at + "/remarks", State: k.threadState(t)}
		if key := "about-" + targetKey(t.Target); !seen[key] {
			c.ID, seen[key] = key, true
		}
		for _, r := range t.Replies {
			c.Replies = append(c.Replies, ReplyLine{What: k.t("remark." + string(r.Kind)), By: k.role(r.By.Capacity), On: k.dated(r.At), Text: r.Text})
		}
		c.MayAnswer = !t.Resolved && (applicant || mayJudge)
		c.MayResolve, c.MayOpen = mayJudge && !t.Resolved, mayJudge && t.Resolved
		all = append(all, c)
	}
	return all
}

// targetKey is the part of a target that names the field or control.
func targetKey(target string) string {
	for i := range target {
		if target[i] == ':' {
			return target[i+1:]
		}
	}
	return "dossier"
}

// remarkAt is the beginning of the address of a remark on the dossier, to be
// followed by what it is about; "" for who makes none.
func (v *visit) remarkAt(f *approval.File) string {
	d := f.System.Last()
	if v.past() || v.Review == nil || d == nil || d.LastRound() == 0 || !judges(f) {
		return ""
	}
	return "/systems/" + f.System.Code + "/review?about="
}

// threadState is the tag of a thread.
func (v voice) threadState(t review.Thread) Tag {
	switch {
	case t.Resolved:
		return Tag{v.t("remark.resolved"), "green"}
	case t.Answered():
		return Tag{v.t("remark.answered"), "blue"}
	}
	return Tag{v.t("remark.open"), "yellow"}
}

// deskSay puts a remark on record.
func (s *site) deskSay(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	if s.Review == nil {
		return approval.ErrNotFound()
	}
	in := v.r.PostForm
	thread, _ := strconv.Atoi(in.Get("thread")) // not a number: no thread
	text, wrong := forms.CleanText("text", forms.Text{VI: s.words["remark.text"].vi, EN: s.words["remark.text"].en}, in.Get("text"))
	var err error
	if wrong != nil {
		err = &approval.Refusal{Kind: approval.Invalid, Findings: findings([]forms.Problem{*wrong})}
	} else {
		err = s.remark(v, thread, text)
	}
	if r, ok := refusal(err); ok && r.Kind == approval.Invalid {
		return s.sayAgain(v, thread, r)
	}
	if err != nil {
		return err
	}
	return v.send("/systems/" + v.code() + "/review?done=remark#threads")
}

// remark hands a remark to the desk.
func (s *site) remark(v *visit, thread int, text string) error {
	file, err := v.deskFile()
	if err != nil {
		return err
	}
	in := v.r.PostForm
	return s.Review.Say(v.r.Context(), file.For, v.code(), review.Input{Thread: thread, Kind: review.Kind(in.Get("kind")),
		Target: in.Get("target"), Internal: in.Get("internal") == "yes", Text: text})
}

// sayAgain shows the desk again with what is wrong with a remark.
func (s *site) sayAgain(v *visit, thread int, r *approval.Refusal) error {
	said, errs := SayForm{}, []ErrorLink(nil)
	if thread == 0 {
		said.Text, said.Secret = v.r.PostForm.Get("text"), v.r.PostForm.Get("internal") == "yes"
	}
	for _, f := range r.Findings {
		link := ErrorLink{Text: v.say(f.Says)}
		if f.Field == "text" && thread == 0 {
			link.Href, said.Error = "#say-text", v.say(f.Says)
		}
		errs = append(errs, link)
	}
	return s.deskPage(v, http.StatusUnprocessableEntity, said, errs)
}

// returned is a dossier on its way back: by whom, when, with which words.
type returned struct {
	by    approval.Who
	at    time.Time
	words string
	round int
}

// LetterPage is the letter that goes with a returned dossier: what the body says
// and every remark that was open then.
type LetterPage struct {
	Page
	System            *Identity
	Back              string
	By, On, Round, No string
	Words             string
	Digest            string
	Remarks           []LetterRemark
}

// LetterRemark is one open remark in a letter.
type LetterRemark struct{ About, Text string }

// letterShow shows the letter of the last return. It holds no internal remark,
// whoever reads it.
func (s *site) letterShow(v *visit) error {
	file, err := v.fileFor(v.code())
	if err != nil {
		return err
	}
	d := file.System.Last()
	if d == nil || s.Review == nil {
		return approval.ErrNotFound()
	}
	back := lastReturn(d)
	if back == nil {
		return approval.ErrNotFound()
	}
	rs, err := s.Review.Remarks(v.r.Context(), file.For, file.System.Code, d.No)
	if err != nil {
		return err
	}
	applicant := approval.Actor{Capacity: law.RoleOperator, Body: file.System.Owner}
	k := desk{v, &file, d, nil, "/systems/" + file.System.Code + "/review"}
	p := LetterPage{Page: v.page(v.t("letter.title") + ": " + file.System.Name), System: v.identity(&file), Back: k.at,
		By: v.role(back.by.Capacity), On: v.dated(back.at), Round: v.t("desk.round", back.round), No: v.num(d.No), Words: back.words}
	if back.round > 0 && back.round <= len(d.Rounds) {
		p.Digest = d.Rounds[back.round-1].Digest
	}
	p.Simulated = file.System.Origin == approval.Simulated
	for _, t := range review.Open(review.Threads(review.Until(rs, back.at), applicant)) {
		p.Remarks = append(p.Remarks, LetterRemark{About: k.about(t.Target), Text: t.Text})
	}
	return v.show(http.StatusOK, "letter", p)
}
