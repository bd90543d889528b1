package web

import (
	"strconv"
	"strings"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// draftedStatement is what the dossier form starts with: the dossier in hand,
// else the last one; what the register knows already and the level the law
// names, where the dossier does not say otherwise yet. The first dossier starts
// with what the facts say, too. The day of a risk assessment is on no record
// of facts and stays open.
func draftedStatement(book *law.Book, file *approval.File) forms.Answers {
	answers := forms.Answers{"operator": file.System.OperatorUnit, "served_parties": file.System.Served}
	level := named(file)
	all := file.System.Dossiers
	if first := len(all) == 0 || len(all) == 1 && all[0].State.Editable(); first && level != nil {
		answers["info_types"] = file.System.Facts.Info
		answers["basis_detail"] = basisOf(book, *level)
	}
	carry(file, answers)
	if answers["proposed_level"] == "" && level != nil {
		answers["proposed_level"] = strconv.Itoa(int(*level.Level))
	}
	return answers
}

// carry puts in what the dossier in hand says; a field of it that nobody saved
// yet starts with what the dossier before it said.
func carry(file *approval.File, answers forms.Answers) {
	all := file.System.Dossiers
	for i := max(0, len(all)-2); i < len(all); i++ {
		d := &all[i]
		if i == len(all)-2 && !all[len(all)-1].State.Editable() {
			continue
		}
		for id := range d.Fields {
			delete(answers, id) // saved by somebody, be it as empty
		}
		for id, x := range d.Statement {
			answers[id] = x
		}
	}
}

// named is the determination by the rules of the form, nil when it names no level.
func named(file *approval.File) *law.Determination {
	for i, d := range file.Levels {
		if string(d.Rules) == file.FormContext.Rules && d.Level != nil {
			return &file.Levels[i]
		}
	}
	return nil
}

// basisOf writes why a level is proposed: the criteria that give it, each with
// its clause. The dossier is a Vietnamese paper whatever the page speaks.
func basisOf(book *law.Book, d law.Determination) string {
	var lines []string
	for _, m := range d.Matched {
		if r, ok := book.Rule(m.ID); ok && gives(d, m) {
			lines = append(lines, m.Cites+": "+r.Says.VI)
		}
	}
	return strings.Join(lines, "\n")
}
