package web

import (
	"context"

	"capdo/internal/approval"
	"capdo/internal/law"
)

// planDeclare declares how far the plan is deployed.
func planDeclare(ctx context.Context, o *approval.Office, in filled) error {
	_, err := o.DeclarePlan(ctx, in.actor, in.code, in.version, approval.PlanInput{
		Status: approval.PlanStatus(in.answers.Text("status")), On: law.Day(in.answers.Text("on")),
		RoadmapUntil: law.Day(in.answers.Text("roadmap_until")), Note: in.answers.Text("note")})
	return err
}

// inspectionRecord records a check that took place.
func inspectionRecord(ctx context.Context, o *approval.Office, in filled) error {
	found, _ := in.answers.Int("open_critical") // not asked for minutes: 0
	_, err := o.Inspect(ctx, in.actor, in.code, in.version, approval.InspectionInput{
		Kind: approval.InspectionKind(in.answers.Text("kind")), On: law.Day(in.answers.Text("on")),
		Number: in.answers.Text("number"), Performer: in.answers.Text("performer"), OpenCritical: found})
	return err
}

// systemRetire takes the system out of operation.
func systemRetire(ctx context.Context, o *approval.Office, in filled) error {
	_, err := o.Retire(ctx, in.actor, in.code, in.version, in.remarks("ground"))
	return err
}
