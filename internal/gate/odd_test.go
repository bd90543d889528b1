package gate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"capdo/internal/gate"
)

// TestOddRequests: whatever is sent to whichever door, with a lane or without,
// nothing is allowed but what a plain reading of the bytes, which knows nothing
// of how servers are lenient, finds to be one question that may be allowed.
func TestOddRequests(t *testing.T) {
	each := 80
	if testing.Short() {
		each = 10
	}
	lines, heads, bodies := phrases()
	for _, path := range []string{evaluations, decisions, "/gate/v1/%64ecisions?provider=A", "/gate/v1/%63onnect", "/%67ate/v1/connect", "/access/v1/evaluation%2f", "/envoy.service.auth.v3.Authorization/Check", "/access/v1/search/subject", sandbox, "/gate/v1/snapshot", "/gate/v1/log"} {
		for _, m := range []string{"GET", "POST", "HEAD"} {
			lines = append(lines, m+" "+path+" HTTP/1.1")
		}
	}
	bodies = append(bodies, `{"questions":[{"provider":"A"}]}`, `{"questions":[{"provider":"A","provider":"B"}]}`, `{"questions":[{"provider":"C"}],"questions":[{"provider":"A"}]}`)
	for _, lane := range []bool{false, true} {
		h := theatre(t, bravo(t), lane)
		var allows, all atomic.Int64
		var troupe sync.WaitGroup
		for n := range 32 {
			troupe.Go(func() {
				r := rand.New(rand.NewPCG(uint64(n), 77))
				for range each {
					says := composeOne(r, lines, heads, bodies)
					got := perform(h, says)
					if all.Add(1); len(got) == 0 || !allowing(got[0]) {
						continue
					}
					if allows.Add(1); !plainly(says) {
						t.Errorf("lane %v: %q is allowed: %.300s", lane, says, got[0])
					}
				}
			})
		}
		troupe.Wait()
		t.Logf("lane %v: %d asked, %d allowed rightly", lane, all.Load(), allows.Load())
		if allows.Load()*20 < all.Load() {
			t.Errorf("lane %v: %d of %d allowed: too few to tell", lane, allows.Load(), all.Load())
		}
	}
}

// allowing tells whether an answer may be taken for an allow by anyone.
func allowing(answer string) bool {
	return strings.Contains(answer, `X-Decision:[allow]`) || strings.Contains(answer, `"decision":"allow"`) || strings.Contains(answer, `"decision":true`)
}

// plainly reads one request as it should have been written, and tells whether
// what it asks may be allowed: A and B may connect, in production, on NDXP.
func plainly(says string) bool {
	head, body, _ := strings.Cut(strings.ReplaceAll(says, "\r\n", "\n"), "\n\n")
	lines := strings.Split(head, "\n")
	m := regexp.MustCompile(`^(GET|POST|HEAD|PUT|PATCH|DELETE|OPTIONS|TRACE|[A-Za-z]+) (?:[A-Za-z]+://x)?(/[^? #]*)(?:\?([^ #]*))?(?:#x)? HTTP/1\.[01]$`).FindStringSubmatch(lines[0])
	if m == nil {
		return false
	}
	named, last := http.Header{}, ""
	for _, line := range lines[1:] {
		if line != "" && (line[0] == ' ' || line[0] == '\t') && last != "" { // folded (RFC 9112, 5.2)
			vals := named[last]
			vals[len(vals)-1] += " " + strings.Trim(line, " \t")
			continue
		}
		name, val, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(name) != name {
			return false
		}
		last = http.CanonicalHeaderKey(name)
		named.Add(name, strings.Trim(val, " \t"))
	}
	may := func(codes ...string) bool {
		return !slices.ContainsFunc(codes, func(c string) bool { return c != "A" && c != "B" })
	}
	switch path := m[2]; {
	case path == decisions && m[1] == "GET":
		q, err := url.ParseQuery(m[3])
		for name, vals := range q {
			if !slices.Contains([]string{"provider", "consumer", "platform", "profile", "at"}, name) || len(vals) != 1 || name == "profile" && vals[0] != gate.Production {
				return false
			}
		}
		return err == nil && may(q.Get("provider")) && (q.Get("consumer") == "" || may(q.Get("consumer")))
	case path == connect || strings.HasPrefix(path, connect+"/"):
		s, p := named["X-System-Id"], named["X-Provider-Id"]
		return len(s) == 1 && may(s[0]) && (p == nil || len(p) == 1 && may(p[0])) && named["X-Service-Id"] == nil
	case path == decisions || path == evaluation || path == evaluations:
		if m[1] != "POST" || strings.Count(body, `"subject"`) > 1 || strings.Count(body, `"provider"`) > 1 {
			return false
		}
		var b struct {
			Subject, Resource struct{ ID string }
			Context           struct{ Profile, Service, Platform string }
			Questions         []struct{ Provider string }
		}
		if n := named["Content-Length"]; len(n) == 1 { // what follows is another request
			var size int
			if _, err := fmt.Sscan(n[0], &size); err != nil || size > len(body) {
				return false
			}
			body = body[:size]
		}
		if json.NewDecoder(bytes.NewReader([]byte(body))).Decode(&b) != nil || b.Context.Profile == gate.Sandbox || b.Context.Service != "" {
			return false
		}
		return len(b.Questions) > 0 && may(b.Questions[0].Provider) || may(b.Subject.ID, b.Resource.ID)
	}
	return false
}

// composeOne makes one request of phrases.
func composeOne(r *rand.Rand, lines, heads, bodies []string) string {
	for {
		says := compose(r, lines, heads, bodies)
		if strings.Count(says, " HTTP/") == 1 {
			return says
		}
	}
}
