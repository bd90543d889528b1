package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"capdo/internal/workbook"
)

// TestTablesByCommand: the register is taken away, tried when it comes back, and
// an account that needs a second factor carries nothing out here.
func TestTablesByCommand(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	const password = "a-long-enough-password\n"
	for _, args := range [][]string{{"seed", "--data", dir}, {"account", "--data", dir, "--login", "canbo.h56", "--capacity", "operator", "--body", "H56"}} {
		if r := capdo(t, password, args...); r.status != statusOK {
			t.Fatalf("%v: %+v", args, r)
		}
	}
	table := filepath.Join(out, "so.csv")
	if r := capdo(t, "", "export", "register", "--as", "csv", "--data", dir, "-o", table); r.status != statusOK || !strings.Contains(r.out, table) {
		t.Fatalf("export: %+v", r)
	}
	b, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || len(rows) != 25 || rows[0][0] != "\uFEFFMã hệ thống" {
		t.Fatalf("%v, %d rows", err, len(rows))
	}
	try := []string{"import", "register", table, "--login", "canbo.h56", "--data", dir, "--json"}
	fresh := rows[0][0] + ",Tên hệ thống thông tin,Đơn vị vận hành,Đơn vị chuyên trách tự vận hành,Giai đoạn của hệ thống,\"Chức năng, nhiệm vụ của hệ thống\",Đối tượng phục vụ,Xác nhận là một hệ thống thông tin\n,Cổng mới,Trung tâm,Không,Xây dựng mới,Tiếp nhận,Người dân,"
	for _, tt := range []struct {
		answer string
		want   int
	}{{"Có\n", statusOK}, {"\n", statusFound}} { // the last is returned below
		answer, want := tt.answer, tt.want
		if err := os.WriteFile(table, []byte(fresh+answer), 0o600); err != nil {
			t.Fatal(err)
		}
		r := capdo(t, password, try...)
		var report workbook.Report
		if err := json.Unmarshal([]byte(r.out), &report); err != nil || r.status != want || report.Done || report.Clean() != (want == statusOK) {
			t.Errorf("%q: %v %+v", answer, err, r)
		}
	}
	back := filepath.Join(out, "back.xlsx")
	if r := capdo(t, password, append(try, "--returned", back)...); r.status != statusFound {
		t.Errorf("returned: %+v", r)
	}
	if b, err := os.ReadFile(back); err != nil || !bytes.HasPrefix(b, []byte("PK")) {
		t.Errorf("no copy: %v", err)
	}
	for want, args := range map[string][]string{
		"second factor":     append(try, "--yes"),
		"there is no table": {"export", "nothing", "--data", dir},
		"name the system":   {"export", "checklist", "--data", dir},
		"not_found":         {"export", "checklist", "H56-9999", "--data", dir, "-o", "-"},
		"say: --oscal":      {"export", "--oscal", "ssp", "--data", dir},
	} {
		if r := capdo(t, password, args...); r.status != statusUsage || !strings.Contains(r.err, want) {
			t.Errorf("%v: %+v", args, r)
		}
	}
	var catalogue struct{ Catalog struct{ UUID string } }
	r := capdo(t, "", "export", "--oscal", "catalog", "--rules", "R85", "--level", "3", "--data", dir, "-o", "-")
	if err := json.Unmarshal([]byte(r.out), &catalogue); err != nil || r.status != statusOK || catalogue.Catalog.UUID == "" {
		t.Errorf("catalogue: %v %+v", err, r.err)
	}
	ssp := []string{"export", "--oscal", "ssp", rows[1][0], "--data", dir, "-o", "-"}
	now, then := capdo(t, "", ssp...), capdo(t, "", append(ssp, "--on", "2020-01-01")...)
	if strings.Contains(now.err, "not_found") || !strings.Contains(then.err, "not_found") {
		t.Errorf("a plan of a day before its system: %+v, today %+v", then, now.err)
	}
	reported := filepath.Join(out, "reported.csv")
	try = []string{"statement", reported, "--on", "2024-06-30", "--title", "Báo cáo quý II", "--login", "canbo.h56", "--data", dir}
	for table, want := range map[string]string{
		"Tổng số hệ thống,5\nĐã phê duyệt,3\nĐã triển khai đầy đủ,1\nTỷ lệ triển khai,33%\n": "over approved 33%",
		"Tên hệ thống,Cấp độ\nMột,9\n": "cell.B2: Ô B2: cấp độ phải từ 1 đến 5",
	} {
		if err := os.WriteFile(reported, []byte(table), 0o600); err != nil {
			t.Fatal(err)
		}
		r := capdo(t, password, append(try, "--returned", back)...)
		if !strings.Contains(r.out, want) || (r.status == statusFound) != strings.Contains(want, "Ô B2") {
			t.Errorf("statement: %+v, want %q", r, want)
		}
	}
	if b, err := os.ReadFile(back); err != nil || !bytes.HasPrefix(b, []byte("PK")) {
		t.Errorf("no copy of the statement: %v", err)
	}
	if r := capdo(t, "", "verify", "--data", dir); r.status != statusOK {
		t.Errorf("verify: %+v", r)
	}
}
