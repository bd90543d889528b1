package web

import (
	"context"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// suspensionTake suspends the system's connections.
func suspensionTake(ctx context.Context, o *approval.Office, in filled) error {
	x := approval.SuspensionInput{Direction: approval.Direction(in.answers.Text("direction")), Service: in.answers.Text("service"),
		Ground: in.answers.Text("ground"), Number: in.answers.Text("number"),
		FromOn: law.Day(in.answers.Text("from_on")), Until: law.Day(in.answers.Text("until_on"))}
	if x.Direction == "all" {
		x.Direction = approval.EitherWay
	}
	_, err := o.Suspend(ctx, in.actor, in.code, in.version, x)
	return err
}

// reinstatementTake lifts the suspensions of the system's connections.
func reinstatementTake(ctx context.Context, o *approval.Office, in filled) error {
	_, err := o.Reinstate(ctx, in.actor, in.code, in.version, in.answers.Text("ground"), in.answers.Text("number"))
	return err
}
