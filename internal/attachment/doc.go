// Package attachment keeps the documents attached to what stands on the
// register: a dossier, a control of a plan, an inspection.
//
// # Words
//
//	tài liệu kèm theo              Document
//	kèm theo cái gì                Of (the owner object within a system)
//	đang giữ, chờ quét             held
//	sạch, cách ly                  clean, quarantined
//
// # The story
//
// A file comes in as a stream (Desk.Attach). It is written into a temporary
// file under a hard cap while its SHA-256 is computed; what it is, is read from
// its bytes (Identify) and must agree with its extension and with the type the
// sender declared; archives and pictures are bounded before anything opens
// them. On disk it is encrypted from the first byte, to its tenant's key. It then takes its place under its hash, inside its tenant's folder only,
// so that nobody can learn whether another body holds the same file. Only then
// is the row written, with its ledger entry, in one transaction: a crash in
// between leaves a file that no row names, and what no row names is never
// served.
//
// Where a scanner is set, a document is held until the scanner has seen it:
// clean, or quarantined. A scanner that does not answer leaves it held. Where
// none is set it stands as not scanned, says so, and Policy decides whether it
// is given out.
//
// What was attached is final; what happens to it later (a verdict, its removal
// from a draft) is a new event.
package attachment
