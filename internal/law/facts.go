package law

import "slices"

// Facts is what is known of a system when its level is determined. Every key
// is optional. An absent flag counts as false; an absent number or word is
// "not stated" and satisfies no comparison.
type Facts struct {
	Type                  string  `json:"type,omitempty"`                    // a internal, b for people and businesses, c infrastructure, d industrial control, đ other
	Info                  string  `json:"info,omitempty"`                    // most sensitive kind: public, private, personal, state_secret
	ServesDefenceSecurity bool    `json:"serves_defence_security,omitempty"` // serves defence or national security
	NSHarm                string  `json:"ns_harm,omitempty"`                 // harm to national security: none, harm, serious, especially_serious
	DVCTTLevel            *int    `json:"dvctt_level,omitempty"`             // online public service, old levels 0 to 4
	HandlesTTHC           bool    `json:"handles_tthc,omitempty"`            // settles administrative procedures
	ConditionalBusiness   bool    `json:"conditional_business,omitempty"`    // in the list of conditional business lines
	Users                 *int    `json:"users,omitempty"`                   // users whose information is processed
	SubjectsBasic         *int    `json:"subjects_basic,omitempty"`          // subjects of basic personal data
	SubjectsSensitive     *int    `json:"subjects_sensitive,omitempty"`      // subjects of sensitive personal data
	InfraScope            string  `json:"infra_scope,omitempty"`             // one_body, sector_or_provinces, nationwide, international
	Need24x7              bool    `json:"need_24x7,omitempty"`               // 24/7, no unplanned stop accepted
	NationalEgov          bool    `json:"national_egov,omitempty"`           // national e-government system
	WorksGrade            string  `json:"works_grade,omitempty"`             // construction works: IV, III, II, I, special, ns_important
	NationalCriticalStore bool    `json:"national_critical_store,omitempty"` // central store of specially important national data
	NSListIndicators      bool    `json:"ns_list_indicators,omitempty"`      // signs of NĐ 331 Article 16(1)-(3)
	RiskAssessed          bool    `json:"risk_assessed,omitempty"`           // a risk assessment is on record
	RiskLevel             *Level  `json:"risk_level,omitempty"`              // level found by the risk assessment
	PMDecisionLevel       *Level  `json:"pm_decision_level,omitempty"`       // level set by the Prime Minister
	Components            []Level `json:"components,omitempty"`              // levels of the component systems
}

// maxComponents bounds the components of one system.
const maxComponents = 1000

// fact describes one key of Facts: its name, the values it may take and where
// it sits. words is set for words, min and max for numbers (max 0 = no bound).
type fact struct {
	name     string
	words    []string
	min, max int
	at       func(*Facts) any // *string, *bool, **int, **Level or *[]Level
}

// factTable lists every fact in the order of the struct, which is also the
// order of Determination.Incomplete.
func factTable() []fact {
	return []fact{
		{name: "type", words: []string{"a", "b", "c", "d", "đ"}, at: func(f *Facts) any { return &f.Type }},
		{name: "info", words: []string{"public", "private", "personal", "state_secret"}, at: func(f *Facts) any { return &f.Info }},
		{name: "serves_defence_security", at: func(f *Facts) any { return &f.ServesDefenceSecurity }},
		{name: "ns_harm", words: []string{"none", "harm", "serious", "especially_serious"}, at: func(f *Facts) any { return &f.NSHarm }},
		{name: "dvctt_level", max: 4, at: func(f *Facts) any { return &f.DVCTTLevel }},
		{name: "handles_tthc", at: func(f *Facts) any { return &f.HandlesTTHC }},
		{name: "conditional_business", at: func(f *Facts) any { return &f.ConditionalBusiness }},
		{name: "users", at: func(f *Facts) any { return &f.Users }},
		{name: "subjects_basic", at: func(f *Facts) any { return &f.SubjectsBasic }},
		{name: "subjects_sensitive", at: func(f *Facts) any { return &f.SubjectsSensitive }},
		{name: "infra_scope", words: []string{"one_body", "sector_or_provinces", "nationwide", "international"}, at: func(f *Facts) any { return &f.InfraScope }},
		{name: "need_24x7", at: func(f *Facts) any { return &f.Need24x7 }},
		{name: "national_egov", at: func(f *Facts) any { return &f.NationalEgov }},
		{name: "works_grade", words: []string{"IV", "III", "II", "I", "special", "ns_important"}, at: func(f *Facts) any { return &f.WorksGrade }},
		{name: "national_critical_store", at: func(f *Facts) any { return &f.NationalCriticalStore }},
		{name: "ns_list_indicators", at: func(f *Facts) any { return &f.NSListIndicators }},
		{name: "risk_assessed", at: func(f *Facts) any { return &f.RiskAssessed }},
		{name: "risk_level", min: 1, max: 5, at: func(f *Facts) any { return &f.RiskLevel }},
		{name: "pm_decision_level", min: 1, max: 5, at: func(f *Facts) any { return &f.PMDecisionLevel }},
		{name: "components", min: 1, max: 5, at: func(f *Facts) any { return &f.Components }},
	}
}

// FactNames lists every key of Facts in its documented order.
func FactNames() []string {
	names := []string{}
	for _, k := range factTable() {
		names = append(names, k.name)
	}
	return names
}

// FactWords lists the words a fact may take, or nil when it takes none.
func FactWords(name string) []string {
	for _, k := range factTable() {
		if k.name == name {
			return k.words
		}
	}
	return nil
}

// FactIsFlag reports whether a fact is one that speaks only when true: its
// absence says no, while an absent number or word says nothing.
func FactIsFlag(name string) bool {
	for _, k := range factTable() {
		if _, flag := k.at(&Facts{}).(*bool); k.name == name {
			return flag
		}
	}
	return false
}

// number returns a stated number.
func (k fact) number(f *Facts) (int, bool) {
	switch p := k.at(f).(type) {
	case **int:
		if *p != nil {
			return **p, true
		}
	case **Level:
		if *p != nil {
			return int(**p), true
		}
	}
	return 0, false
}

// stated reports whether f says anything under k; a flag speaks only when true.
func (k fact) stated(f *Facts) bool {
	switch p := k.at(f).(type) {
	case *string:
		return *p != ""
	case *bool:
		return *p
	case *[]Level:
		return *p != nil
	}
	_, ok := k.number(f)
	return ok
}

// possible reports whether what f says under k can be true at all.
func (k fact) possible(f *Facts) bool {
	switch p := k.at(f).(type) {
	case *string:
		return *p == "" || slices.Contains(k.words, *p)
	case *[]Level:
		bad := slices.ContainsFunc(*p, func(l Level) bool { return !l.Valid() })
		return *p == nil || len(*p) > 0 && len(*p) <= maxComponents && !bad
	}
	n, ok := k.number(f)
	return !ok || n >= k.min && (k.max == 0 || n <= k.max)
}

// Validate returns one error for each impossible value, in the order of Facts;
// none means len 0. It does not ask whether the facts are complete.
func (f Facts) Validate() FactErrors {
	var errs FactErrors
	for _, k := range factTable() {
		if !k.possible(&f) {
			errs = append(errs, valueError(k))
		}
	}
	return errs
}
