// Package review is the reviewer's desk: what is said about a dossier while it
// is judged, field by field and control by control, and what changed in it since
// somebody last looked.
//
// A Remark is final. The one that asks opens a thread; answers, and the word
// that it is resolved or open again, follow under it. Those who judge a dossier
// ask and resolve; its applicant answers. A remark marked internal is seen by
// the body that wrote it and by the auditor, and by nobody else: for others it
// is as absent as one that was never written.
//
// The target of a thread is "" for the whole dossier, "field:ID" for a field of
// its form or of the facts, "control:KEY" for a control of its plan.
package review
