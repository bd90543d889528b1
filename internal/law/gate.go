package law

import "slices"

// rawGate is gate.yaml.
type rawGate struct {
	Policy      rawPolicy       `yaml:"policy"`
	Inspections []rawInspection `yaml:"inspections"`
	Required    []rawRequired   `yaml:"required_levels"`
	Reasons     []rawReason     `yaml:"reasons"`
}

type rawPolicy struct {
	ConfirmationRequired rawSwitch[bool]   `yaml:"confirmation_required"`
	RoadmapAllows        rawSwitch[bool]   `yaml:"roadmap_allows"`
	InspectionOverdue    rawSwitch[mark]   `yaml:"inspection_overdue"`
	MinutesMonths        rawSwitch[int]    `yaml:"minutes_months"`
	RiskMonths           rawSwitch[int]    `yaml:"risk_months"`
	DueSoonDays          rawSwitch[int]    `yaml:"due_soon_days"`
	CheckFirst           rawSwitch[bool]   `yaml:"check_first"`
	ConsultWait          rawSwitch[mark]   `yaml:"consult_wait"`
	HeldBlocks           rawSwitch[bool]   `yaml:"held_blocks_submission"`
	RedetermineDays      rawSwitch[int]    `yaml:"redetermine_days"`
	GatewayPinDays       rawSwitch[int]    `yaml:"gateway_pin_days"`
	ConnectionRequired   rawSwitch[bool]   `yaml:"connection_required"`
	ProviderConsent      rawSwitch[bool]   `yaml:"provider_consent"`
	ConnectionMonths     rawSwitch[int]    `yaml:"connection_months"`
	SandboxDays          rawSwitch[int]    `yaml:"sandbox_days"`
	BreakGlassHours      rawSwitch[int]    `yaml:"break_glass_hours"`
	BreakGlassInterval   rawSwitch[int]    `yaml:"break_glass_interval_hours"`
	BreakGlassOverrides  rawSwitch[[]mark] `yaml:"break_glass_overrides"`
	GatewaySilentHours   rawSwitch[int]    `yaml:"gateway_silent_hours"`
	BackupFreshDays      rawSwitch[int]    `yaml:"backup_fresh_days"`
	DormantDays          rawSwitch[int]    `yaml:"dormant_days"`
	LogMonths            rawSwitch[int]    `yaml:"log_months"`
	DrillMonths          rawSwitch[int]    `yaml:"drill_months"`
	RestoreHours         rawSwitch[int]    `yaml:"restore_hours"`
	PublicLeast          rawSwitch[int]    `yaml:"public_least"`
}

// rawSwitch is one choice with its ground.
type rawSwitch[T any] struct {
	Value T    `yaml:"value"`
	Note  Text `yaml:"note"`
}

type rawInspection struct {
	rawEntry `yaml:",inline"`
	Rules    []mark  `yaml:"rules"`
	Levels   []Level `yaml:"levels"`
	Months   int     `yaml:"months"`
}

type rawRequired struct {
	rawEntry `yaml:",inline"`
	Target   mark  `yaml:"target"`
	Level    Level `yaml:"level"`
	From     mark  `yaml:"from"`
	Until    mark  `yaml:"until"`
}

type rawReason struct {
	rawEntry `yaml:",inline"`
	Code     mark `yaml:"code"`
	Effect   mark `yaml:"effect"`
	Strength mark `yaml:"strength"`
}

// gate checks and compiles gate.yaml.
func (l *loader) gate(raw rawGate) {
	l.policy(raw.Policy)
	for _, r := range raw.Inspections {
		l.inspection(r)
	}
	for _, r := range raw.Required {
		l.requiredLevel(r)
	}
	for _, r := range raw.Reasons {
		l.reason(r)
	}
	for _, id := range ReasonIDs() {
		if _, ok := l.book.Reason(id); !ok {
			l.Add(1, "reason %s is missing", id)
		}
	}
}

// policy checks the switches.
func (l *loader) policy(r rawPolicy) {
	of := mark{Value: "policy", Line: 1}
	p := Policy{
		ConfirmationRequired: r.ConfirmationRequired.Value,
		RoadmapAllows:        r.RoadmapAllows.Value,
		InspectionOverdue:    l.Word(of, r.InspectionOverdue.Value, "inspection_overdue", EffectWarn, EffectDeny),
		MinutesMonths:        r.MinutesMonths.Value,
		RiskMonths:           r.RiskMonths.Value,
		DueSoonDays:          r.DueSoonDays.Value,
		CheckFirst:           r.CheckFirst.Value,
		ConsultWait:          l.Word(of, r.ConsultWait.Value, "consult_wait", ConsultWaitAnswer, ConsultWaitDue, ConsultWaitNone),
		HeldBlocks:           r.HeldBlocks.Value,
		RedetermineDays:      r.RedetermineDays.Value,
		GatewayPinDays:       r.GatewayPinDays.Value,
		ConnectionRequired:   r.ConnectionRequired.Value,
		ProviderConsent:      r.ProviderConsent.Value,
		ConnectionMonths:     r.ConnectionMonths.Value,
		SandboxDays:          r.SandboxDays.Value,
		BreakGlassHours:      r.BreakGlassHours.Value,
		BreakGlassInterval:   r.BreakGlassInterval.Value,
		BreakGlassOverrides:  l.overrides(r.BreakGlassOverrides.Value),
		GatewaySilentHours:   r.GatewaySilentHours.Value,
		BackupFreshDays:      r.BackupFreshDays.Value,
		DormantDays:          r.DormantDays.Value,
		LogMonths:            r.LogMonths.Value,
		DrillMonths:          r.DrillMonths.Value,
		RestoreHours:         r.RestoreHours.Value,
		PublicLeast:          r.PublicLeast.Value,
	}
	if p.MinutesMonths < 1 || p.RiskMonths < 1 || p.DueSoonDays < 1 || p.RedetermineDays < 1 || p.GatewayPinDays < 1 {
		l.Add(of.Line, "policy: minutes_months, risk_months, due_soon_days, redetermine_days and gateway_pin_days must be at least 1")
	}
	if p.ConnectionMonths < 1 || p.SandboxDays < 1 || p.GatewaySilentHours < 1 || p.BreakGlassInterval < 0 || p.BreakGlassHours < 1 || p.BreakGlassHours > MaxBreakGlassHours {
		l.Add(of.Line, "policy: connection_months, sandbox_days and gateway_silent_hours must be at least 1, break_glass_interval_hours at least 0, break_glass_hours 1 to %d", MaxBreakGlassHours)
	}
	if p.DormantDays < 1 || p.LogMonths < 12 {
		l.Add(of.Line, "policy: dormant_days must be at least 1, log_months at least 12")
	}
	if p.BackupFreshDays < 1 || p.DrillMonths < 1 || p.RestoreHours < 1 || p.PublicLeast < 1 {
		l.Add(of.Line, "policy: backup_fresh_days, drill_months, restore_hours and public_least must be at least 1")
	}
	p.Notes = []PolicyNote{
		{"confirmation_required", l.text(mark{Value: "policy.confirmation_required", Line: 1}, r.ConfirmationRequired.Note)},
		{"roadmap_allows", l.text(mark{Value: "policy.roadmap_allows", Line: 1}, r.RoadmapAllows.Note)},
		{"inspection_overdue", l.text(mark{Value: "policy.inspection_overdue", Line: 1}, r.InspectionOverdue.Note)},
		{"minutes_months", l.text(mark{Value: "policy.minutes_months", Line: 1}, r.MinutesMonths.Note)},
		{"risk_months", l.text(mark{Value: "policy.risk_months", Line: 1}, r.RiskMonths.Note)},
		{"due_soon_days", l.text(mark{Value: "policy.due_soon_days", Line: 1}, r.DueSoonDays.Note)},
		{"check_first", l.text(mark{Value: "policy.check_first", Line: 1}, r.CheckFirst.Note)},
		{"consult_wait", l.text(mark{Value: "policy.consult_wait", Line: 1}, r.ConsultWait.Note)},
		{"held_blocks_submission", l.text(mark{Value: "policy.held_blocks_submission", Line: 1}, r.HeldBlocks.Note)},
		{"redetermine_days", l.text(mark{Value: "policy.redetermine_days", Line: 1}, r.RedetermineDays.Note)},
		{"gateway_pin_days", l.text(mark{Value: "policy.gateway_pin_days", Line: 1}, r.GatewayPinDays.Note)},
		{"connection_required", l.text(mark{Value: "policy.connection_required", Line: 1}, r.ConnectionRequired.Note)},
		{"provider_consent", l.text(mark{Value: "policy.provider_consent", Line: 1}, r.ProviderConsent.Note)},
		{"connection_months", l.text(mark{Value: "policy.connection_months", Line: 1}, r.ConnectionMonths.Note)},
		{"sandbox_days", l.text(mark{Value: "policy.sandbox_days", Line: 1}, r.SandboxDays.Note)},
		{"break_glass_hours", l.text(mark{Value: "policy.break_glass_hours", Line: 1}, r.BreakGlassHours.Note)},
		{"break_glass_interval_hours", l.text(mark{Value: "policy.break_glass_interval_hours", Line: 1}, r.BreakGlassInterval.Note)},
		{"break_glass_overrides", l.text(mark{Value: "policy.break_glass_overrides", Line: 1}, r.BreakGlassOverrides.Note)},
		{"gateway_silent_hours", l.text(mark{Value: "policy.gateway_silent_hours", Line: 1}, r.GatewaySilentHours.Note)},
		{"backup_fresh_days", l.text(mark{Value: "policy.backup_fresh_days", Line: 1}, r.BackupFreshDays.Note)},
		{"dormant_days", l.text(mark{Value: "policy.dormant_days", Line: 1}, r.DormantDays.Note)},
		{"log_months", l.text(mark{Value: "policy.log_months", Line: 1}, r.LogMonths.Note)},
		{"drill_months", l.text(mark{Value: "policy.drill_months", Line: 1}, r.DrillMonths.Note)},
		{"restore_hours", l.text(mark{Value: "policy.restore_hours", Line: 1}, r.RestoreHours.Note)},
		{"public_least", l.text(mark{Value: "policy.public_least", Line: 1}, r.PublicLeast.Note)},
	}
	l.book.policy = p
}

// overrides checks the reasons that break-glass may override: reasons of the
// gate, and never one that stands for there being nothing to connect.
func (l *loader) overrides(ids []mark) []string {
	var out []string
	for _, id := range ids {
		if !slices.Contains(ReasonIDs(), id.Value) || slices.Contains(neverOverridden(), id.Value) || slices.Contains(out, id.Value) {
			l.Add(id.Line, "policy.break_glass_overrides: %s is no reason that may be overridden, or stands there twice", id.Value)
		}
		out = append(out, id.Value)
	}
	return out
}

// inspection checks one period.
func (l *loader) inspection(r rawInspection) {
	cites := printCites(l.entry(EntryInspection, r.rawEntry), everyCite)
	l.levels(r.ID, r.Levels)
	if r.Months < 1 {
		l.Add(r.ID.Line, "%s: months must be at least 1", r.ID.Value)
	}
	i := inspection{l.ruleSetList(r.ID, r.Rules), r.Levels, r.Months, cites}
	for _, other := range l.book.inspections {
		same := slices.ContainsFunc(i.rules, func(s RuleSet) bool { return slices.Contains(other.rules, s) })
		if same && overlap(i.levels, other.levels) {
			l.Add(r.ID.Line, "%s: overlaps another inspection period", r.ID.Value)
		}
	}
	l.book.inspections = append(l.book.inspections, i)
}

// requiredLevel checks the level one target asks for.
func (l *loader) requiredLevel(r rawRequired) {
	cites := printCites(l.entry(EntryRequired, r.rawEntry), everyCite)
	l.levels(r.ID, []Level{r.Level})
	q := required{l.span(r.ID, r.From, r.Until), r.Target.Value, r.Level, cites}
	for _, other := range l.book.required {
		if other.target == q.target && other.meets(q.span) {
			l.Add(r.ID.Line, "%s: overlaps another level for %s", r.ID.Value, q.target)
		}
	}
	l.book.required = append(l.book.required, q)
}

// reason checks one reason.
func (l *loader) reason(r rawReason) {
	basis := l.entry(EntryReason, r.rawEntry)
	effect := l.Word(r.ID, r.Effect, "effect", EffectDeny, EffectWarn, EffectLimit, EffectAllow)
	l.Word(r.ID, r.Strength, "strength", StrengthLaw, StrengthDirective, StrengthGuidance, StrengthProduct)
	if r.Code.Line == 0 {
		l.Add(r.ID.Line, "%s: no code", r.ID.Value)
	}
	if r.ID.Value == ReasonInspectionOverdue && effect != l.book.policy.InspectionOverdue {
		l.Add(r.Effect.Line, "%s: effect must follow policy.inspection_overdue", r.ID.Value)
	}
	l.book.reasons = append(l.book.reasons, Reason{
		ID: r.ID.Value, Code: r.Code.Value, Effect: effect,
		Cites: printCites(basis, everyCite), Strength: r.Strength.Value,
		Confidence: r.Confidence.Value, Source: r.Source.Value, Says: r.Says, basis: basis,
	})
}

// ruleSetList checks a list of rule sets.
func (l *loader) ruleSetList(of mark, list []mark) []RuleSet {
	if len(list) == 0 {
		l.Add(of.Line, "%s: names no rule set", of.Value)
	}
	var out []RuleSet
	for _, m := range list {
		out = append(out, l.ruleSet(of, m))
	}
	return out
}
