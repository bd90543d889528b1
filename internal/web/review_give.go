package web

import (
	"context"
	"slices"
	"strings"

	"capdo/internal/approval"
)

// opinionGive gives the professional opinion.
func opinionGive(ctx context.Context, o *approval.Office, in filled) error {
	return reviewGive(ctx, o, in, approval.Opinion)
}

// appraisalGive gives the appraisal.
func appraisalGive(ctx context.Context, o *approval.Office, in filled) error {
	return reviewGive(ctx, o, in, approval.Appraisal)
}

// receiptGive records the check of the valid dossier.
func receiptGive(ctx context.Context, o *approval.Office, in filled) error {
	_, err := o.Receive(ctx, in.actor, in.code, in.version, approval.ReceiptInput{
		Complete: in.answers.Text("complete") == "yes", Lacks: in.answers.Text("lacks"), Digest: in.digest})
	return err
}

func reviewGive(ctx context.Context, o *approval.Office, in filled, kind approval.ReviewKind) error {
	_, err := o.Review(ctx, in.actor, in.code, in.version, approval.ReviewInput{
		Kind: kind, Outcome: approval.Outcome(in.answers.Text("outcome")),
		Comment: in.remarks("comment", "outcome"), Digest: in.digest})
	return err
}

// remarks is the text under main, followed by every other answer on the paper
// that has no place of its own on the record, so that no answer is lost. The
// record is kept in Vietnamese.
func (in filled) remarks(main string, placed ...string) string {
	lines := []string{}
	if text := in.answers.Text(main); text != "" {
		lines = append(lines, text)
	}
	for _, f := range in.form.Fields() {
		value := in.answers[f.ID]
		if f.ID == main || value == "" || slices.Contains(placed, f.ID) {
			continue
		}
		lines = append(lines, strings.TrimSuffix(f.Label.VI, "?")+": "+f.Show(value).VI)
	}
	return strings.Join(lines, "\n")
}
