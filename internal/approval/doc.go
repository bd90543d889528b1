// Package approval is the office: the nouns of the level dossier, the acts on
// them, and the one way in which an act changes the record.
//
// # Glossary: one legal term, one identifier
//
//	hệ thống thông tin                System
//	cấp độ (1–5)                      law.Level
//	chủ quản hệ thống thông tin       Owner (an Agency code)
//	đơn vị vận hành                   Operator (OperatorUnit)
//	đơn vị chuyên trách               SpecialisedUnit
//	hồ sơ đề xuất cấp độ              Dossier
//	ý kiến chuyên môn                 Opinion (a Review of kind opinion)
//	thẩm định                         Appraisal (a Review of kind appraisal)
//	lấy ý kiến cơ quan khác           Consultation
//	quyết định phê duyệt, từ chối     Decision
//	phê duyệt còn hiệu lực            Approval
//	xác nhận của cơ quan quản lý      Confirmation
//	thu hồi                           Revocation
//	phương án bảo đảm an toàn         Plan (none, part, full)
//	quy chế                           Regulation
//	kiểm tra, đánh giá                Inspection
//	điều đang đúng với một hệ thống   Standing
//	danh sách tất cả hệ thống         Register
//	sắp xếp, tổ chức lại cơ quan      Reorganisation
//	hợp nhất, đổi tên, chuyển, tách   Succession (merge, rename, transfer, split)
//	chuyển chủ quản                   Transfer
//
// # The story on one page
//
// An officer of the operating unit registers a System under its Owner
// (Register) and states the facts (StateFacts); the law names the level. The
// officer drafts the Dossier (Draft) and submits it (Submit): the facts, the
// level the law named and the statement are frozen under a digest. At levels
// 4–5 the specialised unit gives its opinion (Review); then whoever the law
// names for that level and day appraises it fit, unfit, or returns it (Review),
// and whoever the law names approves or refuses it (Decide). An Approval is a
// new record; nothing is overwritten. The regulator confirms it (Confirm). The
// officer declares how far the plan of the approved dossier is deployed
// (DeclarePlan). The regulator or the approving authority may revoke
// (Revoke); the officer may retire the system (Retire).
//
// Nobody sets the gate's switch: it reads the Standing, which follows from
// these records and the time.
//
// # Agencies in time
//
// Agencies come and go. A Reorganisation ends bodies, founds others, and hands
// the systems on by dated Transfers: a system keeps its code and its approval,
// which now stands as inherited, to be reviewed. Who owns a system is a question
// about a day (OwnerAt); reports of a day show the agencies of that day. A body
// that takes an old name is another body with another code.
//
// # How an act is carried out
//
// Every act has the same shape, in Office.act: one transaction, one clock
// reading, load the System inside the actor's scope, compare the version the
// actor saw, apply a pure transition, save, append the entry to the ledger. A
// transition that is refused returns a *Refusal and nothing is written.
package approval
