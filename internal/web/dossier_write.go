package web

import (
	"context"
	"strconv"

	"capdo/forms"
	"capdo/internal/approval"
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
// names, where the dossier does not say otherwise yet.
func draftedStatement(file *approval.File) forms.Answers {
	answers := forms.Answers{"operator": file.System.OperatorUnit, "served_parties": file.System.Served}
	if d := file.System.Last(); d != nil {
		for k, x := range d.Statement {
			answers[k] = x
		}
	}
	if answers["proposed_level"] == "" {
		for _, l := range file.Levels {
			if l.Rules == file.Current && l.Level != nil {
				answers["proposed_level"] = strconv.Itoa(int(*l.Level))
			}
		}
	}
	return answers
}
