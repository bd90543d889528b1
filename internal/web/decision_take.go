package web

import (
	"context"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// decisionTake records the decision of the authority.
func decisionTake(ctx context.Context, o *approval.Office, in filled) error {
	_, err := o.Decide(ctx, in.actor, in.code, in.version, approval.DecisionInput{
		Outcome: approval.Outcome(in.answers.Text("outcome")), Digest: in.digest,
		Number: in.answers.Text("number"), DecidedOn: law.Day(in.answers.Text("decided_on")),
		Until: law.Day(in.answers.Text("valid_until")), Grounds: in.answers.Text("grounds")})
	return err
}

// confirmationGive confirms the approval on record.
func confirmationGive(ctx context.Context, o *approval.Office, in filled) error {
	_, err := o.Confirm(ctx, in.actor, in.code, in.version, in.remarks("note", "outcome"))
	return err
}

// revocationTake revokes the approval in force.
func revocationTake(ctx context.Context, o *approval.Office, in filled) error {
	_, err := o.Revoke(ctx, in.actor, in.code, in.version, approval.RevocationInput{
		Ground: in.remarks("ground", "number"), Number: in.answers.Text("number")})
	return err
}
