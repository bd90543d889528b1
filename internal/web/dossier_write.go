package web

import (
	"context"
	"strconv"
	"strings"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// dossierWrite saves the statement as a draft, or saves and submits it.
func dossierWrite(ctx context.Context, o *approval.Office, in filled) error {
	var err error
	if in.draft {
		_, err = o.Draft(ctx, in.actor, in.code, in.version, in.answers)
	} else {
		_, err = o.Submit(ctx, in.actor, in.code, in.version, in.answers)
	}
	return err
}

// draftedStatement is what the dossier form starts with: the dossier in hand,
// else the last one; what the register knows already and the level the law
// names, where the dossier does not say otherwise yet. The first dossier starts
// with what the facts say, too. The day of a risk assessment is on no record
// of facts and stays open.
func draftedStatement(book *law.Book, file *approval.File) forms.Answers {
	answers := forms.Answers{"operator": file.System.OperatorUnit, "served_parties": file.System.Served}
	level := named(file)
	d := file.System.Last()
	if d != nil {
		for k, x := range d.Statement {
			answers[k] = x
		}
	} else if level != nil {
		answers["info_types"] = file.System.Facts.Info
		answers["basis_detail"] = basisOf(book, *level)
	}
	if answers["proposed_level"] == "" && level != nil {
		answers["proposed_level"] = strconv.Itoa(int(*level.Level))
	}
	return answers
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
