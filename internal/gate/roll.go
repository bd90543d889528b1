package gate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"capdo/internal/approval"
)

// Roll is the list of systems that may connect, for gateways that look in a map
// instead of asking. What it does not name may not.
type Roll struct {
	At     time.Time
	Until  time.Time // nothing in it counts from here on
	Ledger approval.Head
	Lines  []RollLine // in the order they were asked about
}

// RollLine is a system that may connect, until an instant.
type RollLine struct {
	Code  string
	Until time.Time
}

// Roll asks about every code, alone or as the consumer of a provider, at one
// state of the register. The list lives at most life, and no line longer than
// its decision. A register or a law that cannot be read is an error: the list
// that is out runs down.
func (g *Gate) Roll(ctx context.Context, codes []string, provider, platform string, life time.Duration) (r Roll, err error) {
	qs := make([]Question, 0, len(codes))
	for _, code := range codes {
		q := Question{Provider: code, Platform: platform}
		if provider != "" {
			q.Provider, q.Consumer = provider, code
		}
		if code != provider {
			qs = append(qs, q)
		}
	}
	for i, v := range g.AskAll(ctx, qs) {
		code := qs[i].Provider
		if provider != "" {
			code = qs[i].Consumer
		}
		switch {
		case v.Fault:
			return Roll{}, errors.New("make roll: " + listed(v))
		case i == 0:
			r.At, r.Ledger, r.Until = v.At, v.Ledger, v.At.Add(life)
		case v.At != r.At:
			return Roll{}, errors.New("make roll: answers of different times")
		}
		if v.Decision != Allow || !mappable(code) {
			continue
		}
		until := r.Until
		if v.ValidUntil != nil && v.ValidUntil.Before(until) {
			until = *v.ValidUntil
		}
		r.Lines = append(r.Lines, RollLine{code, until.Truncate(time.Second)})
	}
	return r, nil
}

// listed are the codes of a verdict.
func listed(v Verdict) string { return codes(v.Reasons) }

// mappable tells whether a code can stand in a map without quotes or escapes; one
// that cannot is left out and so denied.
func mappable(code string) bool {
	return strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == ""
}

// Next is when the roll must be made anew though nothing changed: half its life,
// or the first line's end when that is sooner.
func (r Roll) Next() time.Time {
	next := r.At.Add(r.Until.Sub(r.At) / 2)
	for _, l := range r.Lines {
		if l.Until.After(r.At) && l.Until.Before(next) {
			next = l.Until
		}
	}
	return next
}

// head are the comments at the top of a map.
func (r Roll) head(b *bytes.Buffer) {
	fmt.Fprintf(b, "# made %s, counts until %s, ledger %d %s\n", r.At.UTC().Format(time.RFC3339), r.Until.UTC().Format(time.RFC3339), r.Ledger.Size, r.Ledger.Root)
}

// HAProxy is the roll as a HAProxy map: the code, and the Unix second from which
// it no longer counts.
func (r Roll) HAProxy() []byte {
	var b bytes.Buffer
	r.head(&b)
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "%s %d\n", l.Code, l.Until.Unix())
	}
	return b.Bytes()
}

// NGINX is the roll as two maps of nginx in one file: $listed of the code in
// $system, and $fresh of the clock in $msec. nginx cannot compare numbers; it
// can match the first digits of the second, so that the file itself says until
// when it counts. That is the end of the line that ends first.
func (r Roll) NGINX() []byte {
	var b bytes.Buffer
	r.head(&b)
	until := r.Until
	for _, l := range r.Lines {
		if l.Until.Before(until) {
			until = l.Until
		}
	}
	b.WriteString("map $msec $fresh {\n  default \"\";\n")
	for _, p := range prefixes(r.At.Add(-time.Second).Unix(), until.Unix()) {
		fmt.Fprintf(&b, "  \"~^%s\" 1;\n", p)
	}
	b.WriteString("}\nmap $system $listed {\n  default \"\";\n")
	for _, l := range r.Lines {
		fmt.Fprintf(&b, "  %s 1;\n", strconv.Quote(l.Code))
	}
	b.WriteString("}\n")
	return b.Bytes()
}

// prefixes are patterns that match the decimal numbers from first to the one
// before end, all of the same length, at their start.
func prefixes(first, end int64) (out []string) {
	for first < end {
		step, rest := int64(1), ""
		for first%(step*10) == 0 && first+step*10 <= end {
			step *= 10
			rest += `\d`
		}
		out = append(out, strconv.FormatInt(first/step, 10)+rest+`\.`)
		first += step
	}
	return out
}
