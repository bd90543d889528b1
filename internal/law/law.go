// Package law holds the law on information-system security levels as dated,
// cited data, and answers the questions one may ask of it.
//
// The data are the YAML files under book/: instruments (the documents cited),
// rule sets (which regime holds on which day), level rules, authority, the
// gate, holidays, transitions, deadlines, periodic reviews, the contents of
// the dossier, and what else is said by level: tasks, measures, duties. Numbers, days, roles and sentences live there; Go only selects
// and compares. A new number is an edit of YAML, a new kind of thought is an
// edit of Go.
//
//	b, err := law.Load()                       // strict: refuses a book with any flaw
//	rs, ok := b.RuleSetOn("2026-11-22")        // R331
//	f, err := law.DecodeFacts(body)            // refuses unknown keys and impossible values
//	d := b.Determine(rs, f)                    // level, matched rules, facts still missing
//	q := b.Ask(rs, f, "handles_tthc")          // facts that can still change it; that one was answered "no"
//	c, err := b.Competence(law.Case{Level: 4, On: "2026-11-22"})
//	s, err := b.Due(law.ClockRun{Start: "2026-11-02", Limit: c.Appraisal}, "2026-11-22")
//	l := b.Deadlines("2026-11-22", "2027-01-31")
//
// The package knows no dossier, person, database or clock: a day is always an
// argument, and what is known of a system arrives as Facts. A Book never
// changes after loading, so it may be shared between goroutines.
package law

// Level is a security level (cấp độ), 1 to 5.
type Level int

// The lowest and highest level the law knows.
const (
	MinLevel Level = 1
	MaxLevel Level = 5
)

// Valid reports whether l is one of the five levels.
func (l Level) Valid() bool { return l >= MinLevel && l <= MaxLevel }

// Text is a sentence in Vietnamese and English.
type Text struct {
	VI string `json:"vi" yaml:"vi"`
	EN string `json:"en" yaml:"en"`
}

// RuleSet names one regime of rules.
type RuleSet string

// The rule sets known to the book.
const (
	R85  RuleSet = "R85"  // NĐ 85/2016 with TT 12/2022
	R116 RuleSet = "R116" // the gap: Luật 116/2025 in force, no level decree yet
	R331 RuleSet = "R331" // NĐ 331/2026 under Luật 116/2025
)

// RuleSetInfo describes one rule set. From and Until are inclusive; Until ""
// means still in force.
type RuleSetInfo struct {
	ID         RuleSet `json:"id"`
	From       Day     `json:"from"`
	Until      Day     `json:"until"`
	Basis      string  `json:"basis"` // printable citations
	Confidence string  `json:"confidence"`
	Source     string  `json:"source"`
	Says       Text    `json:"says"`
}

// Sector is the field a system's owner belongs to; it decides who leads the
// appraisal at levels 4 and 5.
type Sector string

// The sectors.
const (
	SectorCivil          Sector = "civil"
	SectorDefence        Sector = "defence"
	SectorPublicSecurity Sector = "public_security"
	SectorCipher         Sector = "cipher"
)

// Role is a capacity in which a body acts on a dossier.
type Role string

// The roles, with the legal term.
const (
	RoleOperator           Role = "operator"            // đơn vị vận hành
	RoleSpecialisedUnit    Role = "specialised_unit"    // đơn vị chuyên trách
	RoleIndependentCouncil Role = "independent_council" // đơn vị hoặc hội đồng thẩm định độc lập
	RoleOwner              Role = "owner"               // chủ quản hệ thống thông tin
	RoleMIC                Role = "mic"                 // Bộ Thông tin và Truyền thông
	RoleMPS                Role = "mps"                 // Bộ Công an
	RoleMOD                Role = "mod"                 // Bộ Quốc phòng
	RoleCipherCommittee    Role = "cipher_committee"    // Ban Cơ yếu Chính phủ
	RolePrimeMinister      Role = "prime_minister"      // Thủ tướng Chính phủ
)

// The words for how sure the book is of an entry.
const (
	ConfidenceHigh     = "high"
	ConfidenceMedium   = "medium"
	ConfidenceLow      = "low"
	ConfidenceInferred = "inferred"
)
