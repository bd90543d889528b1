package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"capdo/internal/connection"
	"capdo/internal/gate"
)

// useLog carries what gateways report from the gate to the desk that watches.
type useLog struct{ *connection.Watch }

// Record implements gate.Uses.
func (r useLog) Record(ctx context.Context, gateway string, us []gate.Use) (int, error) {
	all := make([]connection.Use, len(us))
	for i, u := range us {
		all[i] = connection.Use{ID: u.ID, At: u.At, Consumer: u.Consumer, Provider: u.Provider, Service: u.Service, Passed: u.Passed, Matched: u.Matched}
	}
	return r.Watch.Record(ctx, gateway, all)
}

// logLine is one line as it is sent.
type logLine struct {
	ID       string `json:"id"`
	At       string `json:"at"`
	Provider string `json:"provider"`
	Consumer string `json:"consumer"`
	Service  string `json:"service,omitempty"`
	Decision string `json:"decision"`
}

// linesAtOnce is how many lines go into one request.
const linesAtOnce = 1000

// gateLog reads a gateway's access log and returns it to the gate.
func gateLog(ctx context.Context, w world) error {
	f := flags(w, "gate log", "--gateway NAME --format nginx|haproxy|json FILE [--url URL]")
	var r reader
	r.declare(f, w)
	gateway := f.String("gateway", "", "name of the gateway whose log it is")
	format := f.String("format", "nginx", "nginx, haproxy: the last six fields of a line are time, id, consumer, provider, service, status, - for none; json: lines as the gate takes them")
	rest, err := w.parse(f, 1)
	if err != nil {
		return err
	}
	if *gateway == "" || len(rest) != 1 || !slices.Contains([]string{"nginx", "haproxy", "json"}, *format) {
		return errors.New("give --gateway NAME, --format nginx, haproxy or json, and one FILE")
	}
	file, err := os.Open(rest[0])
	if err != nil {
		return err
	}
	defer file.Close()
	lines, skipped, err := readLog(file, *format)
	if err != nil {
		return err
	}
	c, err := r.client()
	if err != nil {
		return err
	}
	var sum struct{ Received, Added, Alarms int }
	for part := range slices.Chunk(lines, linesAtOnce) {
		var got struct{ Received, Added, Alarms int }
		if err := sendLog(ctx, c.HTTP, c.Base+"/gate/v1/log?"+url.Values{"gateway": {*gateway}}.Encode(), part, &got); err != nil {
			return err
		}
		sum.Received, sum.Added, sum.Alarms = sum.Received+got.Received, sum.Added+got.Added, sum.Alarms+got.Alarms
	}
	fmt.Fprintf(w.out, "%d lines sent, %d new, %d passed without a matching allow, %d lines name no systems\n", sum.Received, sum.Added, sum.Alarms, skipped)
	if sum.Alarms > 0 {
		return errFound
	}
	return nil
}

// sendLog sends lines and reads the answer.
func sendLog(ctx context.Context, c *http.Client, address string, part []logLine, got any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, l := range part {
		if err := enc.Encode(l); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, &b)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-ndjson")
	res, err := c.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the gate answers %s: %s", res.Status, bytes.TrimSpace(body))
	}
	return json.Unmarshal(body, got)
}

// readLog reads the lines of an access log; skipped counts those that name no
// two systems, such as requests outside the gate.
func readLog(in io.Reader, format string) (lines []logLine, skipped int, err error) {
	sc := bufio.NewScanner(in)
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		text := strings.TrimSpace(sc.Text())
		if text == "" {
			continue
		}
		var l logLine
		if format == "json" {
			err = json.Unmarshal([]byte(text), &l)
		} else {
			l, err = accessLine(text)
		}
		if err != nil {
			return nil, 0, fmt.Errorf("line %d: %w", n, err)
		}
		if l.Consumer == "" || l.Provider == "" {
			skipped++
			continue
		}
		lines = append(lines, l)
	}
	return lines, skipped, sc.Err()
}

// accessLine reads the last six fields of a line. A request that the gateway
// answered with 401 or 403 was stopped; every other one passed.
func accessLine(text string) (logLine, error) {
	fields := strings.Fields(text)
	if len(fields) < 6 {
		return logLine{}, errors.New("fewer than six fields")
	}
	fields = fields[len(fields)-6:]
	for i, x := range fields {
		if x = strings.Trim(x, `"`); x == "-" {
			x = ""
		}
		fields[i] = x
	}
	l := logLine{At: fields[0], ID: fields[1], Consumer: fields[2], Provider: fields[3], Service: fields[4], Decision: gate.Allow}
	if s, err := strconv.ParseFloat(fields[0], 64); err == nil {
		l.At = time.UnixMicro(int64(s * 1e6)).UTC().Format(time.RFC3339Nano)
	}
	status, err := strconv.Atoi(fields[5])
	if err != nil || status < 100 || status > 599 {
		return logLine{}, fmt.Errorf("%q is no status", fields[5])
	}
	if status == http.StatusForbidden || status == http.StatusUnauthorized {
		l.Decision = gate.Deny
	}
	return l, nil
}
