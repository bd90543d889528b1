package law_test

import "testing"

func TestLoadFSRefusesLists(t *testing.T) {
	refuses(t, []refusal{
		{"no pace", "lists.yaml", "  value: 60\n", "  value: 0\n", `ttl_seconds: "0" is no whole number of at least 1`},
		{"ends before asked again", "lists.yaml", "  value: 600\n", "  value: 59\n", `life_seconds: "59" is no whole number of at least 60`},
		{"no number", "lists.yaml", "3: 300, 4: 180, 5: 90", "3: 300, 4: 180, 5: soon", `"soon" is no whole number`},
		{"laxer at a higher level", "lists.yaml", "3: 300, 4: 180", "3: 100, 4: 180", "level 4: 180 is more than 100"},
		{"beyond the life", "lists.yaml", "{1: 600,", "{1: 601,", "level 1: 601 is more than 600"},
	})
}
