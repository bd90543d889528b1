package approval_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store/storetest"
)

// stage leads a system of level 4 to a state.
type stage struct {
	name string
	lead func(*life)
	may  string // the acts that whoever is right for them can do now
}

// stages is the order of things: in every state, what may be done.
func stages() []stage {
	filed := []string{approval.ActFacts, approval.ActDraft, approval.ActSubmit}
	appraised := append(slices.Clone(filed), approval.ActOpinion, approval.ActReview)
	back := func(o approval.Outcome) func(*life) {
		return func(l *life) {
			l.must(append(slices.Clone(filed), approval.ActOpinion)...)
			l.ok(l.review(approval.Appraisal, o, l.right(approval.ActReview)))
		}
	}
	return []stage{
		{"registered", func(*life) {}, "facts draft inspect suspend retire"},
		{"stated", func(l *life) { l.must(approval.ActFacts) }, "facts draft submit inspect suspend retire"},
		{"draft", func(l *life) { l.must(approval.ActFacts, approval.ActDraft) }, "facts draft submit inspect suspend retire"},
		{"submitted", func(l *life) { l.must(filed...) }, "opinion inspect suspend retire"},
		{"opined", func(l *life) { l.must(filed...).must(approval.ActOpinion) }, "receive appraise inspect suspend retire"},
		{"received", func(l *life) { l.must(filed...).must(approval.ActOpinion, approval.ActReceive) }, "appraise inspect suspend retire"},
		{"returned", back(approval.SendBack), "facts draft submit inspect suspend retire"},
		{"unfit", back(approval.FindUnfit), "facts draft submit inspect suspend retire"},
		{"appraised", func(l *life) { l.must(appraised...) }, "decide inspect suspend retire"},
		{"refused", func(l *life) {
			l.must(appraised...)
			l.ok(l.decide(approval.DecisionInput{Outcome: approval.RefuseIt, Grounds: "Thiếu căn cứ"}, l.right(approval.ActDecide)))
		}, "facts draft submit inspect suspend retire"},
		{"approved", func(l *life) { l.approved() }, "facts draft submit confirm plan inspect suspend revoke retire"},
		{"confirmed", func(l *life) { l.approved().must(approval.ActConfirm) }, "facts draft submit plan inspect suspend revoke retire"},
		{"deployed", func(l *life) { l.approved().must(approval.ActConfirm, approval.ActPlan) }, "facts draft submit plan inspect suspend revoke retire"},
		{"approved, new dossier submitted", func(l *life) { l.approved().must(filed...) }, "opinion confirm plan inspect suspend revoke retire"},
		{"revoked", func(l *life) { l.approved().must(approval.ActConfirm, approval.ActRevoke) }, "facts draft submit inspect suspend retire"},
		{"lapsed", func(l *life) {
			l.must(appraised...)
			day := law.DayOf(l.clock.T)
			l.ok(l.decide(approval.DecisionInput{Outcome: approval.Approve, Number: "1", DecidedOn: day, Until: day}, l.right(approval.ActDecide)))
			l.tick(24 * time.Hour)
		}, "facts draft submit inspect suspend retire"},
		{"retired", func(l *life) { l.approved().must(approval.ActRetire) }, ""},
	}
}

// TestOrder tries every act in every state by whoever would be right for it.
func TestOrder(t *testing.T) {
	for _, st := range stages() {
		t.Run(st.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, dayNew)
			l := h.begin(4)
			st.lead(l)
			may := strings.Fields(st.may)
			for _, act := range approval.Acts() {
				a := l.right(act)
				a.Person = "p.fresh." + act
				if slices.Contains(may, act) {
					continue
				}
				want := approval.Conflict
				if act == approval.ActSubmit && st.name == "registered" {
					want = approval.Invalid
				}
				before := h.print()
				h.refused(l.do(act, a), before, want)
			}
			for _, act := range may {
				m := h.begin(4)
				st.lead(m)
				a := m.right(act)
				a.Person = "p.fresh." + act
				if err := m.do(act, a); err != nil {
					t.Errorf("%s: %v", act, err)
				}
			}
			h.sound()
		})
	}
}

// TestActsOnFileAreThoseThatSucceed: what the file offers an actor is what the
// office then does, for every capacity in every state, and nothing else. What
// the input lacks does not count.
func TestActsOnFileAreThoseThatSucceed(t *testing.T) {
	for _, st := range stages() {
		t.Run(st.name, func(t *testing.T) {
			t.Parallel()
			h := open(t, dayNew)
			l := h.begin(4)
			st.lead(l)
			for _, c := range capacities() {
				a := l.hand(c, "probe")
				f, err := h.office.File(context.Background(), a, l.code)
				h.ok(err)
				for _, act := range approval.Acts() {
					err := l.do(act, a)
					did := err == nil || kindOf(err) == approval.Invalid
					if did != slices.Contains(f.Acts, act) {
						t.Errorf("%s: file offers %v, and %s gives %v", c, f.Acts, act, err)
					}
					if err == nil { // on with a system that is still in the state
						l = h.begin(4)
						st.lead(l)
					}
				}
			}
		})
	}
}

// TestQueueHoldsWhatWaits: the queue names exactly the systems on which the
// actor can give an opinion, appraise, decide, confirm, or resubmit, longest
// waiting first.
func TestQueueHoldsWhatWaits(t *testing.T) {
	h := open(t, dayNew)
	var lives []*life
	for _, level := range []law.Level{3, 4, 5} {
		for _, st := range stages() {
			if level != 4 && strings.Contains("returned unfit lapsed", st.name) {
				continue
			}
			l := h.begin(level)
			st.lead(l)
			h.tick(-time.Minute) // later ones wait longer
			lives = append(lives, l)
		}
	}
	waiting := []string{approval.ActOpinion, approval.ActReceive, approval.ActReview, approval.ActDecide, approval.ActConfirm}
	for _, c := range capacities() {
		a := lives[0].hand(c, "probe")
		q, err := h.office.Queue(context.Background(), a)
		h.ok(err)
		got := map[string]string{}
		for i, it := range q {
			got[it.Code] = it.Act
			if i > 0 && never(it) == never(q[i-1]) && it.Clock.Due == q[i-1].Clock.Due && it.Since.Before(q[i-1].Since) {
				t.Errorf("%s: %s waits since %v, after one since %v", c, it.Code, it.Since, q[i-1].Since)
			}
			if i > 0 && (never(q[i-1]) && !never(it) || it.Clock.Due != "" && it.Clock.Due < q[i-1].Clock.Due) {
				t.Errorf("%s: %s is due on %s, and stands after one due on %q", c, it.Code, it.Clock.Due, q[i-1].Clock.Due)
			}
			if it.Since.IsZero() || it.Level == 0 || it.OwnerName != "Thanh Hóa" {
				t.Errorf("%s: item %+v", c, it)
			}
		}
		for _, l := range lives {
			f, err := h.office.File(context.Background(), a, l.code)
			h.ok(err)
			want := ""
			for _, act := range f.Acts {
				if slices.Contains(waiting, act) && want == "" {
					want = act
				}
			}
			if !reflect.DeepEqual(f.System, l.seen) {
				t.Errorf("%s: the act returned\n%+v\nstored is\n%+v", l.code, l.seen, f.System)
			}
			if d := f.System.Open(); d != nil && d.State == approval.Returned && c == law.RoleOperator {
				want = approval.ActSubmit
			}
			if got[l.code] != want {
				t.Errorf("%s: %s is queued for %q, its file offers %v", c, l.code, got[l.code], f.Acts)
			}
		}
	}
}

// never tells whether an item has no last day.
func never(it approval.QueueItem) bool { return it.Clock.Due == "" }

// TestFileOfAnother: an absent system and another's are the same answer.
func TestFileOfAnother(t *testing.T) {
	h := open(t, dayNew)
	l := h.begin(4).approved()
	for _, c := range []approval.Capacity{law.RoleOperator, law.RoleSpecialisedUnit, law.RoleIndependentCouncil, law.RoleOwner} {
		a := storetest.Actor(c, "H41")
		before := h.print()
		_, theirs := h.office.File(context.Background(), a, l.code)
		_, absent := h.office.File(context.Background(), a, "H56-9999")
		_, odd := h.office.File(context.Background(), a, l.code+"\x00")
		for _, err := range []error{theirs, absent, odd} {
			h.refused(err, before, approval.NotFound, "not-found")
		}
		for _, act := range approval.Acts() {
			h.refused(l.do(act, a), before, approval.NotFound, "not-found")
		}
	}
}
