package web

import (
	"context"

	"capdo/forms"
	"capdo/internal/approval"
	"capdo/internal/law"
)

// factsState records the facts that decide the level.
func factsState(ctx context.Context, o *approval.Office, in filled) error {
	facts, err := approval.FactsOf(in.form, in.answers)
	if err != nil {
		return err
	}
	_, err = o.StateFacts(ctx, in.actor, in.code, in.version, facts)
	return err
}

// statedFacts are the facts on record as answers to the facts form.
func statedFacts(_ *law.Book, file *approval.File) forms.Answers {
	if file.System.Facts == nil {
		return nil
	}
	return approval.FactAnswers(file.System.Facts.Facts)
}
