package gate_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/gate"
	"capdo/internal/law"
)

// suspended is a suspension that begins at an instant of today's noon.
func suspended(d approval.Direction, service string, until law.Day) approval.Suspension {
	return approval.Suspension{Direction: d, Service: service, Ground: "x", Number: "1", From: noon(today), At: noon(today), Until: until}
}

// TestSuspension: a suspension denies at its first instant and lifts by time
// alone, unless the question shows that it is about another direction or service.
func TestSuspension(t *testing.T) {
	b := open(t)
	cases := []struct {
		name          string
		onProvider    bool
		s             approval.Suspension
		alone         bool
		service       string
		denies        bool
		party, reason string
	}{
		{"all, provider", true, suspended("", "", ""), false, "", true, "provider", "G13"},
		{"all, consumer", false, suspended("", "", ""), false, "", true, "consumer", "G13"},
		{"as consumer, standing as provider", true, suspended(approval.AsConsumer, "", ""), false, "", false, "", ""},
		{"as consumer, asked alone", true, suspended(approval.AsConsumer, "", ""), true, "", true, "provider", "G13"},
		{"as provider, standing as consumer", false, suspended(approval.AsProvider, "", ""), false, "", false, "", ""},
		{"one service, none named", true, suspended("", "S1", ""), false, "", true, "provider", "G13"},
		{"one service, that one named", true, suspended("", "S1", ""), false, "S1", true, "provider", "G13"},
		{"one service, another named", true, suspended("", "S1", ""), false, "S2", false, "", ""},
	}
	for _, c := range cases {
		p, k := good("P"), good("K")
		k.Links = []approval.Link{{ID: "1", Provider: "P", Service: "S1", Allowed: true}, {ID: "2", Provider: "P", Service: "S2", Allowed: true}}
		if c.onProvider {
			p.Suspensions = []approval.Suspension{c.s}
		} else {
			k.Suspensions = []approval.Suspension{c.s}
		}
		ask := func(at time.Time) gate.Verdict {
			x := gate.Case{Provider: p, Consumer: &k, Service: c.service, At: at}
			if c.alone {
				x.Consumer = nil
			}
			return gate.Decide(b, x)
		}
		before, at := ask(noon(today).Add(-time.Nanosecond)), ask(noon(today))
		if before.Decision != gate.Allow || c.denies != (before.ValidUntil != nil && before.ValidUntil.Equal(noon(today))) {
			t.Errorf("%s: before: %s until %v %v", c.name, before.Decision, before.ValidUntil, told(before))
		}
		if c.denies != slices.Contains(told(at), c.party+" "+c.reason+" suspended deny") || c.denies != (at.Decision == gate.Deny) {
			t.Errorf("%s: %s %v", c.name, at.Decision, told(at))
		}
	}
}

// TestSuspensionEndsByTime: at the end of its term, or at its lift, the way is
// open again without an event.
func TestSuspensionEndsByTime(t *testing.T) {
	b, p := open(t), good("P")
	p.Suspensions = []approval.Suspension{suspended("", "", "2026-11-25")}
	end := law.Day("2026-11-26").Time()
	for at, want := range map[time.Time]string{end.Add(-time.Nanosecond): gate.Deny, end: gate.Allow} {
		if v := gate.Decide(b, gate.Case{Provider: p, At: at}); v.Decision != want {
			t.Errorf("at %v: %s, want %s", at, v.Decision, want)
		}
	}
	lift := noon("2026-11-23")
	p.Suspensions[0].Lift = &approval.Lift{At: lift}
	for at, want := range map[time.Time]string{lift.Add(-time.Nanosecond): gate.Deny, lift: gate.Allow} {
		if v := gate.Decide(b, gate.Case{Provider: p, At: at}); v.Decision != want {
			t.Errorf("lifted, at %v: %s, want %s", at, v.Decision, want)
		}
	}
	// a clock that lags behind the act does not let it through
	p.Suspensions[0].Lift = nil
	if v := gate.Decide(b, gate.Case{Provider: p, At: noon(today).Add(-time.Second), Live: true}); v.Decision != gate.Deny {
		t.Error("a lagging clock lets a suspension on record through")
	}
}

// TestConnection: a service needs an allowed connection; break-glass lifts what
// policy names and nothing else; the sandbox opens the sandbox alone.
func TestConnection(t *testing.T) {
	b := open(t)
	hour := noon(today).Add(time.Hour)
	cases := []struct {
		name, service string
		link          approval.Link
		sandbox       bool
		edit          func(p, k *approval.Standing)
		want          string // decision and the codes
		until         time.Time
	}{
		{name: "no service", want: "allow G99"},
		{name: "none on record", service: "S", link: approval.Link{Service: "other", Allowed: true}, want: "deny G14"},
		{name: "of another provider", service: "S", link: approval.Link{Provider: "Q", Service: "S", Allowed: true}, want: "deny G14"},
		{name: "allowed", service: "S", link: approval.Link{Service: "S", Allowed: true}, want: "allow G99"},
		{name: "allowed for a time", service: "S", link: approval.Link{Service: "S", Allowed: true, Until: hour}, want: "allow G99", until: hour},
		{name: "past its term", service: "S", link: approval.Link{Service: "S", Allowed: true, Until: noon(today)}, want: "deny G14"},
		{name: "requested only", service: "S", link: approval.Link{Service: "S"}, want: "deny G14"},
		{name: "suspended", service: "S", link: approval.Link{Service: "S", Allowed: true, Barred: true}, want: "deny G13"},
		{name: "suspended, no service named", link: approval.Link{Service: "S", Allowed: true, Barred: true}, want: "deny G13"},
		{name: "dated suspension, no service named", link: approval.Link{Service: "S", Allowed: true, Shuts: hour}, want: "allow G99", until: hour},
		{name: "sandbox is no production", service: "S", link: approval.Link{Service: "S", Allowed: true, Sandbox: true}, want: "deny G14"},
		{name: "production is no sandbox", service: "S", sandbox: true, link: approval.Link{Service: "S", Allowed: true}, want: "deny G14 G16"},
		{name: "sandbox without approvals", service: "S", sandbox: true, link: approval.Link{Service: "S", Allowed: true, Sandbox: true, Until: hour},
			edit: func(p, k *approval.Standing) { p.Approval, k.Approval = nil, nil }, want: "allow G16 G99", until: hour},
		{name: "sandbox of a suspended system", service: "S", sandbox: true, link: approval.Link{Service: "S", Allowed: true, Sandbox: true},
			edit: func(p, _ *approval.Standing) { p.Suspensions = []approval.Suspension{suspended("", "", "")} }, want: "deny G13 G16"},
		{name: "break-glass", service: "S", link: approval.Link{Service: "S", Broken: hour},
			edit: func(_, k *approval.Standing) { k.Confirmed = false }, want: "allow G12 G14 G15 G99", until: hour},
		{name: "break-glass is over", service: "S", link: approval.Link{Service: "S", Broken: noon(today)}, want: "deny G14"},
		{name: "break-glass of another service", service: "T", link: approval.Link{Service: "S", Broken: hour}, want: "deny G14"},
		{name: "break-glass, no service named", link: approval.Link{Service: "S", Broken: hour},
			edit: func(_, k *approval.Standing) { k.Confirmed = false }, want: "allow G12 G15 G99", until: hour},
		{name: "break-glass of one of two, no service named", link: approval.Link{Service: "S", Broken: hour},
			edit: func(_, k *approval.Standing) {
				k.Confirmed = false
				k.Links = append(k.Links, approval.Link{Provider: "P", Service: "T", Allowed: true})
			}, want: "deny G12"},
		{name: "break-glass lifts no suspension", service: "S", link: approval.Link{Service: "S", Broken: hour},
			edit: func(p, _ *approval.Standing) { p.Suspensions = []approval.Suspension{suspended("", "", "")} }, want: "deny G13 G14 G15"},
		{name: "break-glass lifts no missing approval", service: "S", link: approval.Link{Service: "S", Broken: hour},
			edit: func(_, k *approval.Standing) { k.Approval = nil }, want: "deny G02 G14 G15"},
	}
	for _, c := range cases {
		p, k := good("P"), good("K")
		if c.link.Provider == "" {
			c.link.Provider = "P"
		}
		k.Links = []approval.Link{c.link}
		if c.edit != nil {
			c.edit(&p, &k)
		}
		v := gate.Decide(b, gate.Case{Provider: p, Consumer: &k, Service: c.service, Sandbox: c.sandbox, At: noon(today)})
		got := v.Decision
		for _, r := range v.Reasons {
			if !strings.Contains(got, r.Code) {
				got += " " + r.Code
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if until := v.ValidUntil; c.until.IsZero() != (until == nil) || until != nil && !until.Equal(c.until) {
			t.Errorf("%s: until %v, want %v", c.name, until, c.until)
		}
		if (v.Profile == gate.Sandbox) != c.sandbox {
			t.Errorf("%s: profile %q", c.name, v.Profile)
		}
	}
}

// TestConnectionRequired: a book may ask for a connection always.
func TestConnectionRequired(t *testing.T) {
	b, err := edit(t, "connection_required:\n    value: false", "connection_required:\n    value: true")
	if err != nil {
		t.Fatal(err)
	}
	p, k := good("P"), good("K")
	if v := gate.Decide(b, gate.Case{Provider: p, Consumer: &k, At: noon(today)}); v.Decision != gate.Deny {
		t.Errorf("a pair without a connection: %v", told(v))
	}
	k.Links = []approval.Link{{Provider: "P", Service: "S", Allowed: true}}
	if v := gate.Decide(b, gate.Case{Provider: p, Consumer: &k, At: noon(today)}); v.Decision != gate.Allow {
		t.Errorf("a pair with one: %v", told(v))
	}
}
