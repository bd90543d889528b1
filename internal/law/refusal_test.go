package law_test

import "testing"

// refusal is one damage to the book and the reason expected at its line.
type refusal struct{ name, file, old, new, want string }

func TestLoadFSRefusesCalendars(t *testing.T) {
	refuses(t, []refusal{
		{"no such weekday", "holidays.yaml", "days: [saturday, sunday]", "days: [saturday, caturday]", `"caturday" is no day of the week`},
		{"no place for the feast", "holidays.yaml", `in_lieu: {vi: "Nghỉ bù {}"`, `in_lieu: {vi: "Nghỉ bù"`, "names: in_lieu needs vi and en with {}"},
		{"feast without days", "holidays.yaml", "- id: feast.tet\n    feast: tet\n    from: 2013-05-01\n    days: 5", "- id: feast.tet\n    feast: tet\n    from: 2013-05-01\n    days: 0", "needs feast and days"},
		{"feasts overlap", "holidays.yaml", "- id: feast.national.2019\n    feast: national\n    from: 2021-01-01", "- id: feast.national.2019\n    feast: national\n    from: 2020-12-31", "overlaps feast.national.2012"},
		{"second calendar", "holidays.yaml", "- id: calendar.2017\n    year: 2017", "- id: calendar.2017\n    year: 2016", "a second calendar for 2016"},
		{"note in one language", "holidays.yaml", "- id: calendar.2021\n", "- id: calendar.2021\n    note: {vi: a}\n", "given in vi and en"},
		{"other year", "holidays.yaml", "on: [2017-04-06]", "on: [2018-04-06]", "2018-04-06 lies outside 2017"},
		{"no such day", "holidays.yaml", "on: [2017-04-06]", "on: [2017-04-31]", `parse day "2017-04-31"`},
		{"day used twice", "holidays.yaml", "on: [2017-04-06]", "on: [2017-01-26]", "is Tết, the Lunar New Year already"},
		{"unknown feast", "holidays.yaml", "{feast: hung_kings, on: [2017-04-06]}", "{feast: hung_queens, on: [2017-04-06]}", `no feast "hung_queens"`},
		{"day made up for twice", "holidays.yaml", "on: [2017-04-06]", "on: [2017-04-06], in_lieu: [2017-04-07]", "loses 0 days to the weekly rest and has 1 in lieu"},
		{"day not made up for", "holidays.yaml", "on: [2017-09-02], in_lieu: [2017-09-04]", "on: [2017-09-02]", "loses 1 days to the weekly rest and has 0 in lieu"},
		{"made up on a day of rest", "holidays.yaml", "in_lieu: [2017-09-04]", "in_lieu: [2017-09-03]", "is a day of rest already"},
		{"swap from a day of rest", "holidays.yaml", "off: 2025-05-02", "off: 2025-05-03", "2025-05-03 does not fit swap_off"},
		{"swap to a working day", "holidays.yaml", "work: 2025-04-26", "work: 2025-04-25", "2025-04-25 does not fit swap_work"},
		{"swap of unknown trust", "holidays.yaml", "confidence: low, source: HOLS}", "confidence: hearsay, source: HOLS}", `confidence "hearsay" is not one of`},
	})
	book := copyBook(t)
	damage(t, book, "holidays.yaml", "on: [2021-09-02, 2021-09-03]", "on: [2021-09-02]")
	expect(t, book, "calendar.2021: national has 1 days, want 2")
	book = copyBook(t)
	damage(t, book, "holidays.yaml", "  proposed_on: {", "  swapped_on: {")
	expect(t, book, `kind of day "swapped_on" is not one of`)
	book = copyBook(t)
	damage(t, book, "holidays.yaml", "  proposed_on: {vi: \"Đề xuất làm bù dịp {}\", en: \"Proposed working day by swap, {}\"}\n", "")
	expect(t, book, "names: every kind of day needs a name")
}

func TestLoadFSRefusesDeadlines(t *testing.T) {
	refuses(t, []refusal{
		{"unknown kind", "deadlines.yaml", "kind: standing", "kind: sitting", `kind "sitting" is not one of`},
		{"unknown nature", "deadlines.yaml", "nature: cutoff", "nature: carve", `nature "carve" is not one of`},
		{"no such day", "deadlines.yaml", "day: 2024-09-30", "day: 2024-09-31", `parse day "2024-09-31"`},
		{"no such day of the year", "deadlines.yaml", "day: 12-14", "day: 02-29", `parse day "2023-02-29"`},
		{"day of a duty", "deadlines.yaml", "- id: deadline.budget\n", "- id: deadline.budget\n    day: 2024-01-01\n", "day does not fit kind standing"},
		{"no day", "deadlines.yaml", "- id: deadline.products\n    kind: once\n    nature: duty\n    rules: [R331]\n    day: 2027-07-01\n", "- id: deadline.products\n    kind: once\n    nature: duty\n    rules: [R331]\n", "day does not fit kind once"},
		{"span of once", "deadlines.yaml", "- id: deadline.products\n", "- id: deadline.products\n    from: 2026-07-01\n", "a span of days does not fit kind once"},
		{"offset of standing", "deadlines.yaml", "- id: deadline.budget\n", "- id: deadline.budget\n    offset: {hours: 1}\n", "offset does not fit kind standing"},
		{"no offset", "deadlines.yaml", "- id: deadline.minutes\n    kind: event\n    nature: duty\n    from: 2026-09-14\n    offset: {months: 6}\n", "- id: deadline.minutes\n    kind: event\n    nature: duty\n    from: 2026-09-14\n", "offset does not fit kind event"},
		{"two offsets", "deadlines.yaml", "- id: deadline.minutes\n    kind: event\n    nature: duty\n    from: 2026-09-14\n    offset: {months: 6}\n", "- id: deadline.minutes\n    kind: event\n    nature: duty\n    from: 2026-09-14\n    offset: {months: 6, hours: 1}\n", "exactly one of at_once, hours, months"},
		{"two addressees", "deadlines.yaml", "to: [{role: mic, until: 2025-02-28}", "to: [{role: mic, until: 2025-03-01}", "two addressees on one day"},
		{"unknown role", "deadlines.yaml", "by: [owner]", "by: [nobody]", `role "nobody" is not one of`},
		{"unknown rule set", "deadlines.yaml", "rules: [R116, R331]", "rules: [R116, R332]", `unknown rule set "R332"`},
		{"who in one language", "deadlines.yaml", "- id: deadline.start-nd85\n    kind: once\n    nature: start\n    rules: [R85]\n    day: 2016-07-01\n    who: {vi: \"Mọi cơ quan, tổ chức\", en: \"All bodies\"}", "- id: deadline.start-nd85\n    kind: once\n    nature: start\n    rules: [R85]\n    day: 2016-07-01\n    who: {vi: \"Mọi cơ quan, tổ chức\"}", "given in vi and en"},
	})
}

func TestLoadFSRefusesReviewsAndTransitions(t *testing.T) {
	head := "- id: review.tcvn.pentest\n    activity: penetration-test\n    rules: [R331]\n"
	refuses(t, []refusal{
		{"no activity", "reviews.yaml", "- id: review.tcvn.pentest\n    activity: penetration-test\n", "- id: review.tcvn.pentest\n", "no activity"},
		{"two kinds of period", "reviews.yaml", head + "    months: {4: 12, 5: 6}\n", head + "    months: {3: 12, 4: 12, 5: 6}\n", "a level with two kinds of period"},
		{"no months", "reviews.yaml", head + "    months: {4: 12, 5: 6}\n", head + "    months: {4: 0, 5: 6}\n", "level 4 every 0 months"},
		{"level 6", "reviews.yaml", head + "    months: {4: 12, 5: 6}\n", head + "    months: {4: 12, 6: 6}\n", "level 6 does not exist"},
		{"clause of a level not asked", "reviews.yaml", head + "    months: {4: 12, 5: 6}\n", head + "    months: {4: 12}\n", "speaks of level 5"},
		{"suggestion for a fixed period", "reviews.yaml", head + "    months: {4: 12, 5: 6}\n    own: [3]\n    suggested: {3: 12}\n", head + "    months: {3: 12, 4: 12, 5: 6}\n    suggested: {3: 12}\n", "speaks of level 3"},
		{"unknown performer", "reviews.yaml", "performer: {1: self, 2: self}", "performer: {1: self, 2: robot}", `performer "robot" is not one of`},
		{"told twice", "reviews.yaml", "- id: review.tcvn.software\n    activity: software-inventory", "- id: review.tcvn.software\n    activity: hardware-inventory", "overlaps review.tcvn.hardware"},
		{"clause of level 6", "reviews.yaml", `refs: {4: "6.11.2.5", 5: "7.11.2.5"}`, `refs: {4: "6.11.2.5", 6: "8.11.2.5"}`, "a clause of level 6, which does not exist"},
		{"unknown stage", "transition.yaml", "stage: licence", "stage: dream", `stage "dream" is not one of`},
		{"unknown effect", "transition.yaml", "effect: due_at_once", "effect: soon", `effect "soon" is not one of`},
		{"unknown flag", "transition.yaml", "flag: approval_inherited", "flag: white", `flag "white" is not one of`},
		{"procedure of nothing", "transition.yaml", "- id: transition.licences\n", "- id: transition.licences\n    procedure: R85\n", "procedure does not fit effect keep"},
		{"due of nothing", "transition.yaml", "- id: transition.licences\n", "- id: transition.licences\n    due: 2027-01-01\n", "due does not fit effect keep"},
		{"ends before it starts", "transition.yaml", "until: 2027-01-01", "until: 2026-01-01", "ends before it starts"},
	})
}

func TestLoadFSRefusesDossiers(t *testing.T) {
	refuses(t, []refusal{
		{"no field", "dossier.yaml", "- id: field.scope.r85\n    fields: [scope, scale, served_parties]\n", "- id: field.scope.r85\n", "names no field"},
		{"field twice", "dossier.yaml", "fields: [scope, scale, served_parties]", "fields: [scope, scale, operator]", "operator is compulsory already by field.parties.r85"},
		{"unknown moment", "dossier.yaml", "at: approval", "at: midnight", `at "midnight" is not one of`},
		{"no event", "dossier.yaml", "- id: trigger.redetermine.r85\n    event: change\n", "- id: trigger.redetermine.r85\n", "no event"},
		{"unknown effect", "dossier.yaml", "effect: reassess", "effect: relax", `effect "relax" is not one of`},
		{"level 0", "dossier.yaml", "- id: field.high-level.r85\n    fields: [related_systems, attack_threats, impact_scope, availability_need]\n    rules: [R85, R116]\n    levels: [4, 5]", "- id: field.high-level.r85\n    fields: [related_systems, attack_threats, impact_scope, availability_need]\n    rules: [R85, R116]\n    levels: [0, 5]", "level 0 does not exist"},
	})
}
