package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"capdo/internal/approval"
)

// AssistantPage asks one thing on the way to the level.
type AssistantPage struct {
	Page
	System   *Identity // nil when no system is meant
	Progress string
	Form     Form
}

// assistant is a walk on its page: for a system, or for nobody's.
type assistant struct {
	*visit
	*walk
	file    *approval.File // nil when no system is meant
	version int64          // of the system when the walk began
}

// assistantShow starts the walk. It needs no system: whoever is signed in may
// try, and there is nothing to save at the end.
func (s *site) assistantShow(v *visit) error {
	return v.walks(url.Values{}, func(a *assistant) error { return a.goOn(nil) })
}

// assistantDo takes an answer, or a step back, and goes on.
func (s *site) assistantDo(v *visit) error {
	if err := v.r.ParseForm(); err != nil {
		return fmt.Errorf("read form: %w", err)
	}
	return v.walks(copyValues(v.r.PostForm), (*assistant).step)
}

// walks picks up the walk and hands it on, if the actor may take it.
func (v *visit) walks(in url.Values, then func(*assistant) error) error {
	w, err := v.walkOf(in)
	if err != nil {
		return err
	}
	a := &assistant{visit: v, walk: w}
	if v.code() != "" {
		file, err := v.Office.File(v.r.Context(), v.actor(), v.code())
		if err != nil {
			return err
		}
		if !slices.Contains(file.Acts, approval.ActFacts) {
			return v.message(http.StatusForbidden, "msg.403", v.t("msg.notnow"))
		}
		a.file, a.version = &file, file.System.Version
		if in.Has("version") {
			a.version, _ = strconv.ParseInt(in.Get("version"), 10, 64) // not a number: version 0, which is stale
		}
	}
	return then(a)
}

// step does what the button pressed asks for.
func (a *assistant) step() error {
	switch a.typed.Get("do") {
	case "back":
		a.back()
	case "more":
		a.rules = append(a.rules[:1:1], shadows(a.rules[0])...)
	case "save":
		if a.file != nil {
			return a.save()
		}
	default:
		return a.advance(a.named("asking")...)
	}
	return a.advance()
}

// advance takes the answers to ids and shows what comes next.
func (a *assistant) advance(ids ...string) error {
	faults, err := a.take(ids...)
	if err != nil {
		return err
	}
	return a.goOn(faults)
}

// goOn shows the next question, or the end.
func (a *assistant) goOn(faults []approval.Finding) error {
	ids, after := a.next()
	if len(ids) == 0 {
		return a.end(http.StatusOK, nil)
	}
	return a.question(ids, after, faults)
}

// question draws a page that asks ids.
func (a *assistant) question(ids []string, after int, faults []approval.Finding) error {
	form := Form{Action: a.address(), Hidden: append(a.hiddens(), Hidden{"asking", strings.Join(ids, ",")})}
	drawn := map[string]Field{}
	for i := range a.walk.form.Sections {
		s := &a.walk.form.Sections[i]
		section := FormSection{ID: "part-" + s.ID, Title: s.Title.In(a.lang)}
		for j := range s.Fields {
			if f := &s.Fields[j]; slices.Contains(ids, f.ID) {
				drawn[f.ID] = a.asked.field(f, false, paper{in: a.typed, findings: faults})
				section.Fields = append(section.Fields, drawn[f.ID])
			}
		}
		if len(section.Fields) > 0 {
			form.Sections = append(form.Sections, section)
		}
	}
	form.Errors = a.errorLinks(faults, drawn)
	form.Buttons = a.buttons(Button{Text: a.t("as.next"), Class: "button", Name: "do", Value: "next"})
	p := AssistantPage{Form: form, Progress: a.progress(after)}
	p.Page = a.page(drawn[ids[0]].Label + " – " + a.t("as.title"))
	status := http.StatusOK
	if p.Failed = len(faults) > 0; p.Failed {
		status = http.StatusUnprocessableEntity
	}
	if a.file != nil {
		p.System, p.Simulated = a.identity(a.file), a.file.System.Origin == approval.Simulated
	}
	return a.show(status, "assistant", p)
}

// progress says in words how far the walk is; after is how many pages may
// still come behind this one.
func (a *assistant) progress(after int) string {
	no := pagesOf(a.done) + 1
	if after == 0 {
		return a.t("as.last", no)
	}
	return a.t("as.progress", no, after)
}

// buttons are the buttons of a page of the walk: first the way on, and back
// wherever there is something to go back to.
func (a *assistant) buttons(on ...Button) []Button {
	if len(a.done) > 0 {
		on = append(on, Button{Text: a.t("as.back"), Class: "button second", Name: "do", Value: "back"})
	}
	return on
}

// hiddens are the walk so far, and the version of the system's record.
func (a *assistant) hiddens() []Hidden {
	all := a.carried()
	if a.file != nil {
		all = append(all, Hidden{"version", strconv.FormatInt(a.version, 10)})
	}
	return all
}

// address is where the walk goes on.
func (a *assistant) address() string {
	if a.file == nil {
		return "/assistant"
	}
	return "/systems/" + a.file.System.Code + "/assistant"
}
