package opendata

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"capdo/internal/approval"
)

func overview() approval.Overview {
	return approval.Overview{Day: "2026-11-25", Total: 7008, Approved: 5323, Deployed: 3957,
		Groups:   []approval.GroupCount{{Group: "ministry", Total: 1113, Approved: 702, Deployed: 3}, {Group: "province", Total: 5895, Approved: 4621, Deployed: 3954}},
		Levels:   []approval.LevelCount{{Level: 1, Total: 6982, Approved: 5318, Deployed: 3957}, {Level: 4, Total: 22, Approved: 2}, {Level: 5, Total: 4, Approved: 3}, {Level: 0}},
		Agencies: []approval.AgencyCount{{Agency: approval.Agency{Code: "H56", Name: "Thanh Hóa"}}}}
}

// TestSmallFiguresAreJoined: a row with a small figure takes in the next one; zeros
// and sums stand.
func TestSmallFiguresAreJoined(t *testing.T) {
	var b bytes.Buffer
	if err := Of(overview(), 5).CSV(&b); err != nil {
		t.Fatal(err)
	}
	want := `day,by,keys,total,approved,deployed
2026-11-25,all,all,7008,5323,3957
2026-11-25,group,ministry+province,7008,5323,3957
2026-11-25,level,0,0,0,0
2026-11-25,level,5+4,26,5,0
2026-11-25,level,1,6982,5318,3957
`
	if b.String() != want {
		t.Errorf("got\n%s", b.String())
	}
}

// TestJSONIsWhatTheSchemaSays: the members are those of the schema, and nobody
// is named.
func TestJSONIsWhatTheSchemaSays(t *testing.T) {
	var b bytes.Buffer
	if err := Of(overview(), 5).JSON(&b); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); strings.Contains(s, "H56") || strings.Contains(s, "Thanh") {
		t.Errorf("somebody is named: %s", s)
	}
	var schema struct {
		Required   []string `json:"required"`
		Properties struct {
			Rows struct {
				Items struct {
					Required []string `json:"required"`
				} `json:"items"`
			} `json:"rows"`
		} `json:"properties"`
	}
	var set map[string]any
	if err := json.Unmarshal(Schema, &schema); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), &set); err != nil {
		t.Fatal(err)
	}
	first := set["rows"].([]any)[0].(map[string]any)
	for m, names := range map[*map[string]any][]string{&set: schema.Required, &first: schema.Properties.Rows.Items.Required} {
		if len(*m) != len(names) || len(names) == 0 {
			t.Errorf("%d members, the schema has %v", len(*m), names)
		}
		for _, n := range names {
			if _, ok := (*m)[n]; !ok {
				t.Errorf("no member %s", n)
			}
		}
	}
}
