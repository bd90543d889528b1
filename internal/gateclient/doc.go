// Package gateclient is the gateway's side: it asks the gate, reads what the
// gazette signs, and denies when in doubt. Nothing here opens a connection
// unless a key that was given beforehand signed for it, in time, and the ledger
// is the one that was seen before.
//
// What a reader must keep is its Memory: of each list the latest iat and
// version, and the largest checkpoint. It is one JSON file; one that cannot be
// read is an error, not a new beginning. With it each reader is a witness:
//
//	ErrRollback  an older list, or a shorter ledger, than was seen
//	ErrFork      a ledger that is not a continuation of the one seen
//
// Every other error is a denial too; Why names it. The rules of a list's age
// stand in internal/statuslist, the forms in internal/gazette and
// internal/ledger.
package gateclient
