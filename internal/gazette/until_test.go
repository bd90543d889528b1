package gazette_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/connection"
	"capdo/internal/gate"
	"capdo/internal/gazette"
	"capdo/internal/law"
	"capdo/internal/ledger"
	"capdo/internal/seal"
	"capdo/internal/statuslist"
)

// world is a register in memory, drawn at random, that changes and grows older
// while a gazette signs what it says.
type world struct {
	*testing.T
	*rand.Rand
	book    *law.Book
	now     time.Time
	systems []approval.System // by place
	changed []int64           // size of the ledger at which each last changed
	links   []connection.Connection
	ended   map[string]law.Day
	tree    *ledger.Tree
	keys    map[string]*seal.Key
	trust   seal.Trust
	press   *gazette.Press
	ends    map[string]int // why what was allowed ended
	checked map[string]int // of each kind
}

// Roll implements gazette.Register.
func (w *world) Roll(_ context.Context, since int64, begin func(approval.Roll) ([]int, error), each func(approval.Enrolled) error) error {
	root, err := w.tree.Root()
	if err != nil {
		return err
	}
	also, err := begin(approval.Roll{Head: approval.Head{Size: w.tree.Size(), Root: ledger.Hex(root)}, Ended: w.ended, At: w.now.UnixMicro()})
	for place, s := range w.systems {
		if err == nil && (since == 0 || w.changed[place] > since || slices.Contains(also, place)) {
			err = each(approval.Enrolled{Place: place, System: s})
		}
	}
	return err
}

// Prove implements gazette.Register.
func (w *world) Prove(_ context.Context, f func(int64, ledger.Reader) error) error {
	return f(w.tree.Size(), w.tree)
}

// Keys implements gazette.Register.
func (w *world) Keys(context.Context) (seal.Trust, error) { return w.trust, nil }

// PutCheckpoint implements gazette.Register.
func (w *world) PutCheckpoint(context.Context, int64, string) error { return nil }

// Standings implements gate.Standings.
func (w *world) Standings(_ context.Context, at time.Time, codes ...string) ([]approval.Standing, approval.Head, error) {
	out := make([]approval.Standing, len(codes))
	for i, code := range codes {
		out[i] = approval.Standing{Code: code, At: at}
		for _, s := range w.systems {
			if s.Code == code {
				out[i] = s.Standing(at)
				out[i].OwnerEnded = w.ended[out[i].Owner]
			}
		}
		for _, c := range w.links {
			if c.Consumer == code && !at.Before(c.Steps[0].At) {
				out[i].Links = append(out[i].Links, c.Link(at))
			}
		}
	}
	root, err := w.tree.Root()
	return out, approval.Head{Size: w.tree.Size(), Root: ledger.Hex(root)}, err
}

// entry lets the ledger grow.
func (w *world) entry() {
	if _, err := w.tree.Add(fmt.Appendf(nil, "entry %d", w.tree.Size())); err != nil {
		w.Fatal(err)
	}
}

// before is an instant up to n days ago.
func (w *world) before(n int) time.Time {
	return w.now.Add(-time.Duration(1 + w.Int64N(int64(n)*24*int64(time.Hour)))).Truncate(time.Microsecond)
}

// day is one from a few days ago to n days on.
func (w *world) day(n int) law.Day { return law.DayOf(w.now).AddDays(w.IntN(n) - 5) }

// one of n.
func (w *world) one(n int) bool { return w.IntN(n) == 0 }

// draw is a system that mostly may connect, for a while.
func (w *world) draw(code string) approval.System {
	from := w.before(400)
	a := approval.Approval{No: 1, Level: law.Level(2 + w.IntN(4)), Authority: law.RoleOwner, DecidedOn: law.DayOf(from), From: from}
	a.Rules, _ = w.book.RuleSetOn(a.DecidedOn)
	if a.Level == 2 {
		a.Authority = law.RoleSpecialisedUnit
	}
	if !w.one(8) {
		a.Confirmation = &approval.Confirmation{At: from}
	}
	if w.one(2) {
		a.Until = w.day(300)
	}
	if w.one(15) {
		a.Revocation = &approval.Revocation{At: w.before(30)}
	}
	p := approval.Plan{Approval: 1, Status: approval.PlanFull, At: from}
	if w.one(4) {
		p.Status, p.RoadmapUntil = approval.PlanPart, w.day(200)
	}
	if w.one(4) {
		p.Basis, p.Holds = approval.ByControls, w.day(200)
	}
	s := approval.System{Code: code, Owner: []string{"H41", "H56"}[w.IntN(2)], Sector: law.SectorCivil, Stage: approval.Operating, RegisteredAt: from,
		Approvals: []approval.Approval{a}, Plans: []approval.Plan{p}}
	if w.one(10) {
		s.Target = "csdlqg-dan-cu"
	}
	for _, kind := range []approval.InspectionKind{approval.InspectionCheck, approval.InspectionRisk, approval.InspectionMinutes} {
		if at := w.before(300); !w.one(4) {
			s.Inspections = append(s.Inspections, approval.Inspection{Kind: kind, On: law.DayOf(at), At: at})
		}
	}
	if w.one(4) {
		s.Suspensions = append(s.Suspensions, w.suspension())
	}
	return s
}

// suspension is one that began, begins or is lifted.
func (w *world) suspension() approval.Suspension {
	at := w.before(60)
	x := approval.Suspension{Direction: []approval.Direction{"", approval.AsProvider, approval.AsConsumer}[w.IntN(3)], Service: []string{"", "S", "T"}[w.IntN(3)], At: at, From: at}
	if !w.one(3) {
		x.From = w.now.Add(time.Duration(w.IntN(90*24*3600)) * time.Second)
	}
	if w.one(2) {
		x.Until = law.DayOf(x.From.AddDate(0, 0, w.IntN(30)))
	}
	if w.one(3) {
		x.Lift = &approval.Lift{At: w.now}
	}
	return x
}

// connect is a connection with steps taken before now, some of which bite later.
func (w *world) connect(consumer, provider string) connection.Connection {
	at := w.before(200)
	c := connection.Connection{ID: "KN-000001", Consumer: consumer, Provider: provider, Service: "S", Profile: connection.Production, Steps: []connection.Step{{Act: connection.ActRequest, From: at, At: at}}}
	for range 1 + w.IntN(4) {
		at = at.Add(time.Duration(w.Int64N(int64(w.now.Sub(at)) + 1)))
		s := connection.Step{Act: []string{connection.ActAllow, connection.ActAllow, connection.ActAllow, connection.ActSuspend, connection.ActReinstate, connection.ActAgree}[w.IntN(6)], From: at, At: at}
		switch s.Act {
		case connection.ActAllow:
			s.Until = w.now.Add(time.Duration(w.IntN(100*24*3600)-3600) * time.Second)
		case connection.ActSuspend:
			s.From = w.now.Add(time.Duration(w.IntN(50*24*3600)) * time.Second)
			if w.one(2) {
				s.Until = s.From.AddDate(0, 0, w.IntN(50)+1)
			}
		case connection.ActAgree:
			if recent := w.before(2); recent.After(at) {
				at = recent
			}
			s.From, s.At, s.Until = at, at, at.Add(72*time.Hour)
		}
		c.Steps = append(c.Steps, s)
	}
	if w.one(12) {
		c.Steps = append(c.Steps, connection.Step{Act: connection.ActEnd, From: w.now, At: w.now})
	}
	return c
}

// change redraws something on record, and enters it.
func (w *world) change() {
	w.entry()
	if k := w.IntN(len(w.systems) + len(w.links)); k < len(w.systems) {
		w.systems[k], w.changed[k] = w.draw(w.systems[k].Code), w.tree.Size()
	} else {
		k -= len(w.systems)
		w.links[k] = w.connect(w.links[k].Consumer, w.links[k].Provider)
	}
}

// pass lets time go by: a little, a lot, or to the edge of something's end.
func (w *world) pass() {
	step := []time.Duration{time.Second, 50 * time.Second, 11 * time.Minute, 3 * 24 * time.Hour, 40 * 24 * time.Hour}[w.IntN(5)]
	next := w.now.Add(time.Duration(1 + w.Int64N(int64(step)))).Truncate(time.Microsecond)
	q := gate.Question{Provider: w.systems[w.IntN(len(w.systems))].Code}
	if l := w.links[w.IntN(len(w.links))]; !w.one(3) {
		q = gate.Question{Provider: l.Provider, Consumer: l.Consumer, Service: l.Service}
	}
	if v := w.decide(q, w.now); v.ValidUntil != nil && !w.one(4) {
		edge := v.ValidUntil.Add(-[]time.Duration{0, time.Microsecond, 500 * time.Millisecond, time.Second, 90 * time.Second, 5 * time.Minute}[w.IntN(6)])
		if edge.After(w.now) {
			next = edge
		}
	}
	w.now = next
}

// decide is the gate's answer by the slow way, at any instant, as if nothing more
// were recorded.
func (w *world) decide(q gate.Question, at time.Time) gate.Verdict {
	codes := []string{q.Provider}
	if q.Consumer != "" {
		codes = append(codes, q.Consumer)
	}
	sts, _, err := w.Standings(context.Background(), at, codes...)
	if err != nil {
		w.Fatal(err)
	}
	c := gate.Case{Provider: sts[0], Platform: q.Platform, Service: q.Service, At: at, Live: true}
	if q.Consumer != "" {
		c.Consumer = &sts[1]
	}
	return gate.Decide(w.book, c)
}

// holds wants an allow at every instant sampled from now until what was signed
// ends, its last second among them; and that it ends with its grounds.
func (w *world) holds(kind string, q gate.Question, end time.Time) {
	w.Helper()
	v := w.decide(q, w.now)
	if v.Decision != gate.Allow {
		w.Fatalf("%s of %+v says yes at %v: %v", kind, q, w.now, told(v))
	}
	w.checked[kind]++
	if v.ValidUntil != nil {
		if end.After(*v.ValidUntil) {
			w.Fatalf("%s of %+v ends %v, its grounds %v", kind, q, end, v.ValidUntil)
		}
		for _, r := range w.decide(q, *v.ValidUntil).Reasons {
			if r.Effect == law.EffectDeny {
				w.ends[r.ID]++
			}
		}
	}
	for _, at := range []time.Time{end.Add(-time.Nanosecond), end.Add(-time.Second), w.now.Add(time.Duration(w.Int64N(int64(end.Sub(w.now)))))} {
		if at.Before(w.now) {
			continue
		}
		if v := w.decide(q, at); v.Decision != gate.Allow {
			w.Fatalf("%s of %+v, signed at %v until %v: the gate denies at %v: %v", kind, q, w.now, end, at, told(v))
		}
	}
}

func told(v gate.Verdict) (codes []string) {
	for _, r := range v.Reasons {
		codes = append(codes, r.Party+" "+r.ID+" "+r.Effect)
	}
	return codes
}

// read asks the gazette; false when it refuses, which it may.
func (w *world) read(path string) (string, bool) {
	a := record(w.press, path)
	if a.Code != http.StatusOK && a.Code != http.StatusForbidden {
		w.Fatalf("%s: %d %s", path, a.Code, a.body.String())
	}
	return a.body.String(), a.Code == http.StatusOK
}

// lists checks both lists in both forms.
func (w *world) lists() {
	for i, platform := range []string{"NDXP", "NDOP"} {
		body, ok := w.read(fmt.Sprintf("/statuslists/%d", i+1))
		t, err := statuslist.Open([]byte(body), w.trust)
		if !ok || err != nil {
			w.Fatal(ok, err)
		}
		if t.IAT+t.TTL > t.EXP || t.IAT > w.now.Unix() || t.EXP <= w.now.Unix() {
			w.Fatalf("at %v: signed at %d, asked again after %d, ends %d", w.now, t.IAT, t.TTL, t.EXP)
		}
		for place, s := range w.systems {
			if got, err := t.List.At(place); err != nil {
				w.Fatal(err)
			} else if got == statuslist.Valid {
				w.holds("list", gate.Question{Provider: s.Code, Platform: platform}, time.Unix(t.EXP, 0))
			}
		}
	}
}

// snapshots checks every entry by itself: it may outlive its snapshot, not its
// grounds.
func (w *world) snapshots() {
	for _, platform := range []string{"NDXP", "NDOP"} {
		body, ok := w.read("/gate/v1/snapshot?platform=" + platform)
		lines := strings.Split(body, "\n")
		var head gazette.Head
		if err := json.Unmarshal([]byte(lines[0]), &head); !ok || err != nil {
			w.Fatal(ok, err)
		}
		for _, line := range lines[1 : 1+head.Count] {
			var x gazette.Item
			if err := json.Unmarshal([]byte(line), &x); err != nil {
				w.Fatal(err)
			}
			q := gate.Question{Provider: x.Code, Platform: platform}
			switch {
			case x.Decision != gate.Allow:
			case x.ValidUntil == nil:
				w.holds("snapshot", q, w.now.AddDate(20, 0, 0))
			default:
				w.holds("snapshot", q, *x.ValidUntil)
				if v := w.decide(q, *x.ValidUntil); v.Decision != gate.Deny {
					w.Fatalf("%s is said to end %v, and is still allowed: %v", x.Code, x.ValidUntil, told(v))
				}
				if x.ValidUntil.Unix() < head.EXP {
					w.Fatalf("the snapshot ends at %d, %s in it at %v", head.EXP, x.Code, x.ValidUntil)
				}
			}
		}
	}
}

// certificates checks those of each system and of each pair.
func (w *world) certificates() {
	for _, s := range w.systems {
		for _, p := range append([]approval.System{{}}, w.systems...) {
			for _, service := range []string{"", "S", "T"} {
				platform := []string{"NDXP", "NDOP"}[w.IntN(2)]
				q, address := gate.Question{Provider: s.Code, Platform: platform}, "/gate/v1/tokens/"+s.Code+"?platform="+platform
				if p.Code != "" {
					q.Provider, q.Consumer, address = p.Code, s.Code, address+"&provider="+p.Code
				}
				if service != "" {
					if p.Code == "" {
						continue
					}
					q.Service, address = service, address+"&service="+service
				}
				body, ok := w.read(address)
				if !ok || p.Code == s.Code {
					continue
				}
				var t gazette.Token
				text, err := base64.RawURLEncoding.DecodeString(strings.Split(body, ".")[1])
				if err == nil {
					err = json.Unmarshal(text, &t)
				}
				if err != nil || t.EXP <= w.now.Unix() {
					w.Fatal(t, err)
				}
				w.holds("certificate", q, time.Unix(t.EXP, 0))
				for _, side := range []string{s.Code, p.Code} { // either alone, whatever the connection says
					if side != "" {
						w.holds("side", gate.Question{Provider: side, Platform: platform}, time.Unix(t.EXP, 0))
					}
				}
			}
		}
	}
}

// variants are the book as it stands, and with the switches of the policy the
// other way.
func variants(t *testing.T) map[string]*law.Book {
	t.Helper()
	out := map[string]*law.Book{}
	for name, edits := range map[string][][2]string{
		"shipped": nil,
		"strict": {{"inspection_overdue:\n    value: warn", "inspection_overdue:\n    value: deny"}, {"code: G09\n    effect: warn", "code: G09\n    effect: deny"},
			{"code: G11\n    effect: warn", "code: G11\n    effect: deny"}, {"connection_required:\n    value: false", "connection_required:\n    value: true"}},
		"lax": {{"confirmation_required:\n    value: true", "confirmation_required:\n    value: false"}, {"roadmap_allows:\n    value: true", "roadmap_allows:\n    value: false"},
			{"break_glass_overrides:\n    value: [", "break_glass_overrides:\n    value: [operating-plan-not-full, "}},
	} {
		text, err := os.ReadFile("../law/book/gate.yaml")
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range edits {
			if bytes.Count(text, []byte(x[0])) != 1 {
				t.Fatalf("the book does not say %q once", x[0])
			}
			text = bytes.ReplaceAll(text, []byte(x[0]), []byte(x[1]))
		}
		if out[name], err = law.LoadOver(map[string][]byte{"gate.yaml": text}); err != nil {
			t.Fatal(name, err)
		}
	}
	return out
}

// TestNothingSignedOutlivesItsGrounds: whatever happens to a register and however
// time passes, no list, snapshot or certificate says yes where the gate by the
// slow way would say no, up to the last instant at which it may be believed.
func TestNothingSignedOutlivesItsGrounds(t *testing.T) {
	keys, trust := map[string]*seal.Key{}, seal.Trust{}
	for _, alg := range []string{seal.ES256, seal.Ed25519} {
		k, err := seal.Make(alg, time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		keys[alg], trust = k, append(trust, k.Public)
	}
	for name, book := range variants(t) {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(331, 5))
			ends, checked := map[string]int{}, map[string]int{}
			for range 40 {
				w := &world{T: t, Rand: r, book: book, tree: &ledger.Tree{}, keys: keys, trust: trust, ends: ends, checked: checked}
				w.live()
			}
			t.Logf("checked %v, ended by %v", checked, ends)
			for _, id := range []string{law.ReasonApprovalLapsed, law.ReasonOperatingPlanNotFull, law.ReasonSuspended, law.ReasonMinutesExpired, law.ReasonOwnerEnded, law.ReasonConnectionNotAllowed} {
				if ends[id] < 5 {
					t.Errorf("only %d ended by %s", ends[id], id)
				}
			}
			for _, kind := range []string{"list", "snapshot", "certificate", "side"} {
				if checked[kind] < 100 {
					t.Errorf("only %d of kind %s", checked[kind], kind)
				}
			}
		})
	}
}

// live is the life of one world.
func (w *world) live() {
	w.now = today.Time().Add(time.Duration(w.Int64N(300 * 24 * int64(time.Hour)))).Truncate(time.Microsecond)
	w.ended = map[string]law.Day{}
	if w.one(4) {
		w.ended["H41"] = w.day(100)
	}
	for _, code := range []string{"A", "B", "C"} {
		w.entry()
		w.systems, w.changed = append(w.systems, w.draw(code)), append(w.changed, w.tree.Size())
	}
	for _, pair := range [][2]string{{"A", "B"}, {"B", "A"}, {"C", "A"}} {
		w.links = append(w.links, w.connect(pair[0], pair[1]))
	}
	clock := func() time.Time { return w.now }
	w.press = &gazette.Press{Register: w, Book: w.book, Clock: clock, Origin: "capdo.test", Base: "https://capdo.test",
		Ask: (&gate.Gate{Standings: w, Book: w.book, Clock: clock}).Ask,
		Key: func(_ context.Context, alg string) (*seal.Key, error) { return w.keys[alg], nil }}
	for range 5 {
		w.lists()
		w.snapshots()
		w.certificates()
		if w.one(2) {
			w.change()
		}
		if !w.one(5) {
			w.pass()
		}
	}
	if slices.Contains(w.changed, 0) {
		w.Fatal("a system was never entered")
	}
}
