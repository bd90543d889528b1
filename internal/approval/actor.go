package approval

import "capdo/internal/law"

// Capacity is the capacity in which a person acts: a role the law names, or
// one of the capacities that only this program knows.
type Capacity = law.Role

// Capacities beside the roles of the law.
const (
	Auditor Capacity = "auditor" // reads everything, changes nothing
	Gateway Capacity = "gateway" // asks the gate
	Keeper  Capacity = "keeper"  // the program itself: loads worlds, creates accounts

	Administrator Capacity = "administrator" // runs the service: accounts, keys, settings; sees no record of a system
)

// Actor is who acts: a person, through an account, in one capacity, for one
// body. The four eyes compare persons, not accounts.
type Actor struct {
	Person   string   // opaque id of the person behind the account
	Account  string   // sign-in name
	Capacity Capacity //
	Body     string   // code of the agency the actor acts for
	Sector   law.Sector

	// Under is the delegation by which Capacity is another's; nil for one's own.
	// See Delegation.Acting.
	Under *Delegation

	// Assurance is how sure it is that the person is the one; nil for programs.
	Assurance *Assurance
}

// National tells whether the actor's capacity reaches beyond its own body.
// Everyone else sees the systems of its body only (see store.Scope).
func (a Actor) National() bool {
	switch a.Capacity {
	case law.RoleMIC, law.RoleMPS, law.RoleMOD, law.RoleCipherCommittee,
		law.RolePrimeMinister, Auditor, Gateway, Keeper:
		return true
	}
	return false
}

// Blind tells whether no record of a system is the actor's to see, its own body's
// included: whoever runs the service does not read what is in it.
func (a Actor) Blind() bool { return a.Capacity == Administrator }

// Sees tells whether records of an owner's systems are the actor's to see.
func (a Actor) Sees(owner string) bool {
	return a.National() || !a.Blind() && a.Body == owner
}

// Who is the trace an actor leaves on a record.
type Who struct {
	Person   string   `json:"person"`
	Account  string   `json:"account"`
	Capacity Capacity `json:"capacity"`
	Body     string   `json:"body"`
}

// Who returns the trace of a.
func (a Actor) Who() Who {
	return Who{Person: a.Person, Account: a.Account, Capacity: a.Capacity, Body: a.Body}
}
