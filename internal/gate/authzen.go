package gate

import (
	"net/http"
	"slices"

	"capdo/internal/law"
)

// The words of OpenID AuthZEN Authorization API 1.0 as this gate speaks it.
const (
	systemType    = "information_system" // of a subject, who consumes, and a resource, who provides
	connectAction = "connect"

	executeAll       = "execute_all"
	denyOnFirstDeny  = "deny_on_first_deny"
	permitOnFirstHit = "permit_on_first_permit"
)

// entity is a subject, a resource or an action as a request names it.
type entity struct {
	given    bool
	kind, id string
	typed    bool // the type is there
	whole    bool // nothing required is missing
}

// tuple is one evaluation as it was asked; what it leaves out is not given.
type tuple struct {
	subject, resource, action entity
	context                   bool
	said                      map[string]string // of the context: what contextWords names
}

// request is the body of an evaluation or of several.
type request struct {
	tuple       // the one asked about, or what the others leave out
	evaluations []tuple
	semantic    string
}

// parseRequest reads a request; many tells whether it may hold evaluations. The
// standard ignores unknown members; what would let two readers understand two
// different requests is refused.
func parseRequest(doc *document, in []byte, many bool) (q request, bad law.Text) {
	q.semantic = executeAll
	bad = doc.parse(in, func(d *document) bool {
		return d.object(func(name []byte) bool {
			switch {
			case many && string(name) == "evaluations":
				return d.array(func() bool {
					q.evaluations = append(q.evaluations, tuple{})
					return d.count(len(q.evaluations)) && d.evaluation(&q.evaluations[len(q.evaluations)-1])
				})
			case many && string(name) == "options":
				return d.options(&q)
			}
			return d.part(&q.tuple, name, many)
		})
	})
	return q, bad
}

// evaluation reads one of several.
func (d *document) evaluation(t *tuple) bool {
	return d.object(func(name []byte) bool { return d.part(t, name, false) })
}

// part reads one member of a tuple.
func (d *document) part(t *tuple, name []byte, many bool) bool {
	switch string(name) {
	case "subject":
		return d.entity(&t.subject, "type", "id")
	case "resource":
		return d.entity(&t.resource, "type", "id")
	case "action":
		return d.entity(&t.action, "", "name")
	case "context":
		return d.context(t)
	}
	known := []string{"subject", "resource", "action", "context"}
	if many {
		known = append(known, "evaluations", "options")
	}
	return d.ignore(name, known...)
}

// entity reads an object with an id, and with a kind unless that has no name.
func (d *document) entity(e *entity, kind, id string) bool {
	e.given = true
	hasKind, hasID := kind == "", false
	ok := d.object(func(name []byte) bool {
		switch {
		case kind != "" && string(name) == kind:
			val, ok := d.text()
			e.kind, hasKind = spelt(val), true
			return ok
		case string(name) == id:
			val, ok := d.text()
			e.id, hasID = spelt(val), true
			return ok
		case string(name) == "properties":
			return d.forget()
		}
		return d.ignore(name, kind, id, "properties")
	})
	e.typed, e.whole = hasKind, hasKind && hasID
	return ok
}

// spelt makes a string, without a copy where it is a word of the standard.
func spelt(val []byte) string {
	switch string(val) {
	case systemType:
		return systemType
	case connectAction:
		return connectAction
	}
	return string(val)
}

// contextWords are what a context may say to this gate, by the names and in the
// order of a question's parameters.
func contextWords() []string { return []string{"platform", "service", "profile", "at", "known"} }

// context reads what a context may say to this gate.
func (d *document) context(t *tuple) bool {
	t.context = true
	return d.object(func(name []byte) bool {
		if words := contextWords(); !slices.Contains(words, string(name)) {
			return d.ignore(name, words...)
		}
		val, ok := d.text()
		if t.said == nil {
			t.said = map[string]string{}
		}
		t.said[string(name)] = string(val)
		return ok
	})
}

// options reads how several evaluations are to be carried out.
func (d *document) options(q *request) bool {
	return d.object(func(name []byte) bool {
		if string(name) != "evaluations_semantic" {
			return d.ignore(name, "evaluations_semantic")
		}
		val, ok := d.text()
		switch q.semantic = string(val); q.semantic {
		case executeAll, denyOnFirstDeny, permitOnFirstHit:
			return ok
		}
		return d.fail("Không biết «evaluations_semantic» này.", "This “evaluations_semantic” is not known.")
	})
}

// forget reads an object of any content: the gate rests on the register, not on
// what the asker says of a system.
func (d *document) forget() bool {
	if d.next() != '{' {
		return d.unfit()
	}
	return d.skip()
}

// over completes a tuple by the defaults of its request, member by member.
func (t tuple) over(defaults *tuple) tuple {
	if !t.subject.given {
		t.subject = defaults.subject
	}
	if !t.resource.given {
		t.resource = defaults.resource
	}
	if !t.action.given {
		t.action = defaults.action
	}
	if !t.context {
		t.said = defaults.said
	}
	return t
}

// missing names the first thing required that a tuple lacks.
func (t tuple) missing() law.Text {
	switch {
	case !t.subject.whole:
		return law.Text{VI: "Thiếu «subject» hoặc type, id của nó.", EN: "The “subject”, its type or its id is missing."}
	case !t.action.whole:
		return law.Text{VI: "Thiếu «action» hoặc name của nó.", EN: "The “action” or its name is missing."}
	case !t.resource.whole:
		return law.Text{VI: "Thiếu «resource» hoặc type, id của nó.", EN: "The “resource”, its type or its id is missing."}
	}
	return law.Text{}
}

// question is what a tuple asks of the gate.
func (t tuple) question() Question {
	q := Question{Provider: t.resource.id, Consumer: t.subject.id}
	switch says := t.missing(); {
	case says.VI != "":
		q.bad = unasked(says)
	case t.subject.kind != systemType || t.resource.kind != systemType:
		q.bad = ground{"F03", "unknown-type", law.Text{VI: "Chỉ xét subject và resource thuộc loại information_system.", EN: "Only a subject and a resource of type information_system are judged."}}
	case t.action.id != connectAction:
		q.bad = ground{"F03", "unknown-action", law.Text{VI: "Chỉ xét hành động connect.", EN: "Only the action connect is judged."}}
	case q.Consumer == "":
		q.bad = unasked(law.Text{VI: "id của «subject» để trống.", EN: "The id of the “subject” is empty."})
	default:
		for _, key := range contextWords() {
			if val, said := t.said[key]; said && q.bad.code == "" {
				q.bad = unasked(q.set(key, []string{val}))
			}
		}
	}
	return q
}

// describe answers with the metadata of the decision point.
func (f *front) describe(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		complain(w, http.StatusMethodNotAllowed, law.Text{VI: "Chỉ dùng phương thức GET.", EN: "Use the method GET only."})
		return
	}
	points := map[string]string{
		"policy_decision_point":       f.Base,
		"access_evaluation_endpoint":  f.Base + evaluationPath,
		"access_evaluations_endpoint": f.Base + evaluationsPath,
	}
	if f.Systems != nil {
		points["search_subject_endpoint"] = f.Base + searchSubjectPath
		points["search_resource_endpoint"] = f.Base + searchResourcePath
		points["search_action_endpoint"] = f.Base + searchActionPath
	}
	write(w, http.StatusOK, points)
}
