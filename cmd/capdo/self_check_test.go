package main

import (
	"encoding/json"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/plan"
)

// TestSelfCheckEvidence: whatever the program says of itself names a control that
// its level has, once, and tests that there are.
func TestSelfCheckEvidence(t *testing.T) {
	all, err := claims()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("grep", "-rhoE", "^func Test[A-Za-z0-9_]+", "--include=*_test.go", "../..").Output()
	if err != nil {
		t.Fatal(err)
	}
	there := regexp.MustCompile("Test[A-Za-z0-9_]+").FindAllString(string(out), -1)
	rows, _, err := judgeSelf(world{clock: time.Now}, 3, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range all {
		if seen[c.Key] || !slices.ContainsFunc(rows, func(r selfRow) bool { return r.Key == c.Key }) {
			t.Errorf("%s: not a control of level 3, or twice", c.Key)
		}
		seen[c.Key] = true
		if c.How.VI == "" || c.How.EN == "" || (c.Lacks.VI == "") != (c.Lacks.EN == "") || len(c.Tests) == 0 && c.Lacks.VI == "" {
			t.Errorf("%s: says nothing, or claims without evidence", c.Key)
		}
		for _, name := range c.Tests {
			if !slices.Contains(there, name) {
				t.Errorf("%s: there is no test %s", c.Key, name)
			}
		}
		for _, r := range c.Records {
			if !slices.Contains([]string{"protected", "scanner", "master-apart"}, r) {
				t.Errorf("%s: no record is called %s", c.Key, r)
			}
		}
	}
}

// TestSelfCheck: what the register does not show is not met; what is up to who
// runs the program is never claimed; and a protected register is seen.
func TestSelfCheck(t *testing.T) {
	x := newArchived(t)
	result := func(args ...string) (met map[string]string) {
		t.Helper()
		o := said(t, nil, append([]string{"self-check", "--json"}, args...)...)
		var rows []selfRow
		if err := json.Unmarshal([]byte(o.out), &rows); err != nil {
			t.Fatalf("%v: %+v", err, o)
		}
		met = map[string]string{}
		for _, r := range rows {
			met[r.Key] = r.Result
			if r.Whose == "site" && r.Result != string(plan.Unanswered) {
				t.Errorf("%s is claimed", r.Key)
			}
		}
		return met
	}
	if got := result(); got["SL.rules"] != string(plan.Partly) || got["TT.integrity"] != string(plan.Met) || got["RR.process"] != string(plan.Unanswered) {
		t.Errorf("without a register: %v", got)
	}
	if got := result("--data", x.data); got["SL.rules"] != string(plan.Partly) {
		t.Errorf("an archive that was never practised protects: %v", got)
	}
	id := strings.TrimSuffix(x.archive[strings.LastIndexByte(x.archive, '/')+1:], archiveSuffix)
	x.say(statusOK, "backup", "copied", id, "--place", "Két sắt", "--medium", "tape", "--offline", "--data", x.data)
	x.say(statusOK, "drill", "--from", x.archive, "--identity", x.identity, "--data", x.data)
	if got := result("--data", x.data); got["SL.rules"] != string(plan.Met) {
		t.Errorf("protected: %v", got)
	}
	if o := said(t, nil, "self-check", "--level", "6"); o.status != statusUsage {
		t.Errorf("%+v", o)
	}
}
