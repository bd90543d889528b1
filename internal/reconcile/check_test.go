package reconcile_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"capdo/internal/reconcile"
)

// The figures of the shipped annex, counted by hand and by another program.
func TestCheckShippedAnnex(t *testing.T) {
	file := strings.TrimRight(annex(t), "\r\n") + "\nexpect_total,7206\nexpect_approved,5515\nexpect_deployed,4068\n"
	res := reconcile.Check(read(t, file))

	byKind := map[string][]string{}
	for _, f := range res.Findings {
		byKind[f.Kind] = append(byKind[f.Kind], f.Agency)
	}
	want := map[string][]string{
		reconcile.DeployedOfApproved: {"Bộ Tài chính", "Bộ Văn hóa, Thể thao và Du lịch", "Bộ Giáo dục và Đào tạo",
			"Bắc Kạn", "Bạc Liêu", "Cà Mau", "Gia Lai", "Hà Nam", "Kon Tum"},
		reconcile.DeployedNeither: {"Ngân hàng Nhà nước Việt Nam"},
		reconcile.NotReportedZero: {"Ban Quản lý Lăng Chủ tịch Hồ Chí Minh", "Bến Tre", "Hải Phòng", "Phú Yên"},
		reconcile.SumDiffers:      {"", "", ""},
	}
	if diff := cmp.Diff(want, byKind); diff != "" {
		t.Errorf("findings by kind (-want +got):\n%s", diff)
	}
	sums := reconcile.Sums{
		All:      reconcile.Sum{Agencies: 91, Reported: 87, Total: 7008, Approved: 5323, Deployed: 3957},
		Ministry: reconcile.Sum{Agencies: 28, Reported: 27, Total: 1113, Approved: 702, Deployed: 483},
		Province: reconcile.Sum{Agencies: 63, Reported: 60, Total: 5895, Approved: 4621, Deployed: 3474},
	}
	if diff := cmp.Diff(sums, res.Sums); diff != "" {
		t.Errorf("sums (-want +got):\n%s", diff)
	}
	half := reconcile.Half{Agencies: 91, NotReported: 4, ApprovedPrinted: 22, Approved: 22,
		DeployedPrinted: 33, DeployedOfTotal: 34, DeployedOfApproved: 19}
	if diff := cmp.Diff(half, res.Half); diff != "" {
		t.Errorf("below half (-want +got):\n%s", diff)
	}
	if res.Undecidable != 36 {
		t.Errorf("%d undecidable rows, want 36", res.Undecidable)
	}
	var differences []int
	for _, f := range res.Findings {
		if f.Kind == reconcile.SumDiffers {
			differences = append(differences, f.Difference)
		}
	}
	if diff := cmp.Diff([]int{198, 192, 111}, differences); diff != "" {
		t.Errorf("differences of sums: %s", diff)
	}
}

func TestCheckFindingsComeInFileOrder(t *testing.T) {
	res := reconcile.Check(read(t, head+"expect_total,1\n"+"ministry,1,A,4,2,50,1,50,yes\n"+"expect_approved,9\n"+
		"ministry,2,a,4,2,51,1,25,yes\n"))
	var got []string
	for _, f := range res.Findings {
		got = append(got, f.Kind)
	}
	want := []string{reconcile.SumDiffers, reconcile.DeployedOfApproved, reconcile.SumDiffers,
		reconcile.ApprovedNeither, reconcile.DuplicateAgency}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// One row per rule; everything but the rule under test is in order.
func TestCheckRow(t *testing.T) {
	n := func(n int) *int { return &n }
	for _, c := range []struct {
		name string
		row  reconcile.Row
		want []reconcile.Finding
	}{
		{"in order", reconcile.Row{Total: 144, Approved: 91, ApprovedPct: 63, Deployed: 90, DeployedPct: 63, Reported: true}, nil},
		{"all zero, reported", reconcile.Row{Reported: true}, nil},
		{"blank", reconcile.Row{Blank: true}, nil},
		{"zero", reconcile.Row{}, []reconcile.Finding{{Kind: reconcile.NotReportedZero, Field: "total"}}},
		{"of approved", reconcile.Row{Total: 15, Approved: 13, ApprovedPct: 87, Deployed: 7, DeployedPct: 54, Reported: true},
			[]reconcile.Finding{{Kind: reconcile.DeployedOfApproved, Field: "deployed_pct", Printed: 54, OfTotal: n(47), OfApproved: n(54)}}},
		{"neither", reconcile.Row{Total: 31, Approved: 27, ApprovedPct: 87, Deployed: 25, DeployedPct: 80, Reported: true},
			[]reconcile.Finding{{Kind: reconcile.DeployedNeither, Field: "deployed_pct", Printed: 80, OfTotal: n(81), OfApproved: n(93)}}},
		{"percent of nothing", reconcile.Row{DeployedPct: 100, ApprovedPct: 100, Reported: true},
			[]reconcile.Finding{{Kind: reconcile.ApprovedNeither, Field: "approved_pct", Printed: 100},
				{Kind: reconcile.DeployedNeither, Field: "deployed_pct", Printed: 100}}},
		{"approved wrong", reconcile.Row{Total: 3, Approved: 2, ApprovedPct: 66, Deployed: 2, DeployedPct: 67, Reported: true},
			[]reconcile.Finding{{Kind: reconcile.ApprovedNeither, Field: "approved_pct", Printed: 66, OfTotal: n(67)}}},
		{"too many", reconcile.Row{Total: 2, Approved: 3, ApprovedPct: 150, Deployed: 4, DeployedPct: 200, Reported: true},
			[]reconcile.Finding{{Kind: reconcile.ApprovedOverTotal, Field: "approved", Printed: 3, Computed: n(2), Difference: 1},
				{Kind: reconcile.DeployedOverAppr, Field: "deployed", Printed: 4, Computed: n(3), Difference: 1},
				{Kind: reconcile.DeployedOverTotal, Field: "deployed", Printed: 4, Computed: n(2), Difference: 2}}},
	} {
		got := reconcile.Check(reconcile.Table{Rows: []reconcile.Row{c.row}}).Findings
		for i := range got {
			if got[i].Says.VI == "" || got[i].Says.EN == "" {
				t.Errorf("%s: finding without words", c.name)
			}
			got[i].Says = reconcile.Text{}
		}
		if diff := cmp.Diff(append([]reconcile.Finding{}, c.want...), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestCheckSumsPerGroup(t *testing.T) {
	rows := "ministry,1,A,10,5,50,2,20,yes\nprovince,1,B,20,6,30,3,15,yes\n"
	res := reconcile.Check(read(t, head+rows+"expect_total,30\nexpect_approved,12\nexpect_deployed,5\n"+
		"expect_ministry_total,10\nexpect_ministry_approved,4\nexpect_ministry_deployed,2\n"+
		"expect_province_total,21\nexpect_province_approved,6\nexpect_province_deployed,1003\n"))
	var got []string
	for _, f := range res.Findings {
		got = append(got, f.Group+" "+f.Field+": "+f.Says.VI)
	}
	want := []string{
		" approved: con số nêu là 12, cộng các dòng được 11, chênh lệch +1",
		"ministry approved: con số nêu là 4, cộng các dòng được 5, chênh lệch -1",
		"province total: con số nêu là 21, cộng các dòng được 20, chênh lệch +1",
		"province deployed: con số nêu là 1.003, cộng các dòng được 3, chênh lệch +1.000",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestResultAsJSON(t *testing.T) {
	res := reconcile.Check(read(t, head+"ministry,1,A,4,2,50,1,25,yes\n"))
	b, err := json.Marshal(res)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"findings":[]`, `"kind":"deployed_pct_of_approved_only","count":0`,
		`"sums":{"all":{"agencies":1,"reported":1,"total":4`, `"deployed_of_total":1`, `"undecidable":0`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s lacks %s", b, want)
		}
	}
}
