package main

import (
	"strings"
	"testing"
)

// TestSeedAndAccount: a register for real work: agencies, no simulated record,
// an account, and what an account may not be.
func TestSeedAndAccount(t *testing.T) {
	dir := t.TempDir()
	add := []string{"account", "--data", dir, "--login", "canbo.h56", "--capacity", "operator", "--body", "H56"}
	if r := capdo(t, "a-long-enough-password\n", add...); r.status != statusUsage {
		t.Errorf("before there is a register: %+v", r)
	}
	if r := capdo(t, "", "seed", "--data", dir); r.status != statusOK || !strings.Contains(r.out, "103 agencies, 24 systems") {
		t.Fatalf("seed: %+v", r)
	}
	if r := capdo(t, "", "seed", "--data", dir); r.status != statusUsage || !strings.Contains(r.err, "already") {
		t.Errorf("seed again: %+v", r)
	}
	if r := capdo(t, "a-long-enough-password\n", add...); r.status != statusOK {
		t.Fatalf("account: %+v", r)
	}
	tests := []struct {
		name, in, want string
		args           []string
	}{
		{"twice", "a-long-enough-password\n", "add account", add},
		{"short password", "short\n", "15 characters", add},
		{"no password", "", "standard input", add},
		{"capacity", "a-long-enough-password\n", "--capacity", []string{"account", "--data", dir, "--login", "x", "--capacity", "king", "--body", "H56"}},
		{"keeper", "a-long-enough-password\n", "--capacity", []string{"account", "--data", dir, "--login", "x", "--capacity", "keeper", "--body", "H56"}},
		{"agency", "a-long-enough-password\n", "no agency", []string{"account", "--data", dir, "--login", "x", "--capacity", "owner", "--body", "Z99"}},
		{"login", "a-long-enough-password\n", "--login", []string{"account", "--data", dir, "--login", "x y", "--capacity", "owner", "--body", "H56"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if r := capdo(t, tt.in, tt.args...); r.status != statusUsage || !strings.Contains(r.err, tt.want) {
				t.Errorf("%+v, want %q", r, tt.want)
			}
		})
	}
	if r := capdo(t, "", "verify", "--data", dir); r.status != statusOK {
		t.Errorf("verify: %+v", r)
	}
}
