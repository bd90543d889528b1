package approval_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/store"
)

// moves are the acts that leave a hand in a dossier of level 4, with that hand.
var moves = []struct{ act, hand string }{
	{approval.ActFacts, "apply"}, {approval.ActDraft, "apply"}, {approval.ActSubmit, "apply"}, {approval.ActOpinion, "opinion"}, {approval.ActReceive, "appraise"},
	{"return", "appraise"}, {approval.ActReview, "appraise"}, {approval.ActDecide, "decide"}, {approval.ActConfirm, "confirm"},
}

// trial is a register on which every act is carried out, triggers and all, and
// taken back.
type trial struct{ *store.Store }

var errAllowed = errors.New("it would have been done")

func (s trial) Update(ctx context.Context, a approval.Actor, at time.Time, f func(approval.Tx) error) error {
	return s.Store.Update(ctx, a, at, func(tx approval.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return errAllowed
	})
}

// told is one act by one of the persons, who are told apart by number.
type told struct{ move, person int }

// TestNoOrderOfActsBreaksFourEyes goes through every state that a dossier of
// level 4 can be brought to by any order of acts of any persons, each of whom
// holds an account of every capacity; in every one it tries every act by every
// person who had a hand in it and by a new one, through the office and straight
// on the file. CAPDO_FOUR_EYES=2 tells two persons of the same hand apart: minutes. What a person may do is told by a model of three lines: one hand
// in a dossier, and no other.
func TestNoOrderOfActsBreaksFourEyes(t *testing.T) {
	h := open(t, dayNew)
	seen, tried, allowed := map[string]bool{}, 0, 0
	queue := [][]told{nil}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		l, hands, facts := h.replay(path)
		if key := state(l.stored(), hands, facts); seen[key] {
			continue
		} else {
			seen[key] = true
		}
		for m, move := range moves {
			if move.hand == "apply" && len(l.seen.Approvals) > 0 {
				continue // another dossier, with hands of its own
			}
			var may, did []int
			for p := range len(hands) + 1 {
				if p == len(hands) || hands[p] == "" || hands[p] == move.hand {
					may = append(may, p)
				}
				tried++
				switch err := l.attempt(m, p); {
				case errors.Is(err, errAllowed):
					did = append(did, p)
				case kindOf(err) == approval.Forbidden && !slices.Contains(rulesOf(err), "four-eyes"):
					t.Errorf("%v, then %s by %d: %v", path, move.act, p, err)
				}
			}
			// Either the act is not in order, for anybody, or it is for those whose hand it is.
			if len(did) > 0 && !slices.Equal(did, may) {
				t.Errorf("%v, then %s: done by %v, and is for %v of %v", path, move.act, did, may, hands)
			}
			allowed += len(did)
			for _, p := range did {
				queue = append(queue, append(slices.Clone(path), told{m, p}))
			}
		}
		l.forge(hands, path)
	}
	h.sound()
	t.Logf("%d states, %d attempts, %d allowed", len(seen), tried, allowed)
	if len(seen) < 15 || allowed < 40 {
		t.Errorf("%d states, %d allowed: the walk does not go where it should", len(seen), allowed)
	}
}

// replay brings a new system to a state; hands are which hand each person has, and
// facts who stated the facts that stand: a hand once they are submitted.
func (h *house) replay(path []told) (l *life, hands []string, facts int) {
	h.Helper()
	l, facts = h.begin(4), -1
	l.ok(l.do(approval.ActFacts, l.hand(law.RoleOperator, "facts")))
	for _, x := range path {
		if x.person == len(hands) {
			hands = append(hands, "")
		}
		switch act := moves[x.move].act; {
		case act == approval.ActFacts:
			facts = x.person
		case act == approval.ActSubmit && facts >= 0:
			hands[facts] = "apply"
			fallthrough
		default:
			hands[x.person] = moves[x.move].hand
		}
		l.ok(l.keep(l.play(l.office, x.move, x.person)))
	}
	return l, hands, facts
}

// play does a move as a person, in the account that it needs.
func (l *life) play(o *approval.Office, move, person int) (approval.System, error) {
	was := l.office
	l.house.office = o
	defer func() { l.house.office = was }()
	act := moves[move].act
	name := fmt.Sprint("p.", l.code, ".", person)
	if act != "return" {
		a := l.right(act)
		a.Person = name
		return l.on(l.seen, act, a)
	}
	a := l.right(approval.ActReview)
	a.Person = name
	digest := ""
	if d := l.seen.Last(); d != nil {
		digest = d.Digest
	}
	return o.Review(context.Background(), a, l.code, l.seen.Version, approval.ReviewInput{Kind: approval.Appraisal, Outcome: approval.SendBack, Comment: "Bổ sung", Digest: digest})
}

// attempt tries a move and takes it back.
func (l *life) attempt(move, person int) error {
	o := *l.office
	o.Store = trial{l.store}
	_, err := l.play(&o, move, person)
	return err
}

// alike is how many persons of one hand the walk tells apart; every day one.
func alike() int {
	if n, err := strconv.Atoi(os.Getenv("CAPDO_FOUR_EYES")); err == nil && n > 0 {
		return n
	}
	return 1
}

// state is what the rest depends on: the dossier and who has which hand; persons
// of the same hand are alike, beyond the first few.
func state(s approval.System, hands []string, facts int) string {
	stated := "by nobody here"
	if facts >= 0 {
		stated = "by one of hand " + hands[facts]
	}
	var sorted []string
	for _, hand := range slices.Sorted(slices.Values(hands)) {
		if n := len(sorted); n < alike() || sorted[n-alike()] != hand {
			sorted = append(sorted, hand)
		}
	}
	d := s.Last()
	if d == nil {
		return fmt.Sprint("none ", sorted, stated)
	}
	return fmt.Sprint(d.No, d.State, d.Received() != nil, len(s.Approvals), s.Standing(time.Unix(1<<33, 0)).Confirmed, sorted, stated)
}

// forge inserts every hand of every person straight into the file: it is refused
// to whom the office would refuse it, whatever the order of things.
func (l *life) forge(hands []string, path []told) {
	l.Helper()
	s := l.stored()
	d := s.Last()
	if d == nil {
		return
	}
	who := "'%s', 'account', 'owner', 'H56', '2026-11-22 06:00:00+00:00'"
	id := fmt.Sprint(s.ID)
	inserts := map[string][]string{
		"apply":    {"INSERT INTO dossier_editor (system_id, dossier_no, no, person) VALUES (" + id + ", 1, 90, '%s')"},
		"opinion":  {"INSERT INTO review VALUES (" + id + ", 1, 90, 'opinion', 'agree', '', 'x', " + who + ")"},
		"appraise": {"INSERT INTO review VALUES (" + id + ", 1, 90, 'appraisal', 'fit', '', 'x', " + who + ")", "INSERT INTO receipt VALUES (" + id + ", 1, 90, 90, TRUE, '', 'x', " + who + ")"},
		"decide":   {"INSERT INTO decision VALUES (" + id + ", 1, 90, 'level', 'approve', '1', '2026-11-22', '', '', 'x', " + who + ")"},
	}
	if len(s.Approvals) > 0 && !s.Standing(l.clock.T).Confirmed {
		inserts["confirm"] = []string{"INSERT INTO confirmation VALUES (" + id + ", 1, '', " + who + ")"}
	}
	for hand, statements := range inserts {
		for _, statement := range statements {
			for p := range len(hands) + 1 {
				_, err := l.try(fmt.Sprintf(statement, fmt.Sprint("p.", s.Code, ".", p)))
				mine := p == len(hands) || hands[p] == "" || hands[p] == hand && hand != "decide" // one decides once
				if refused := err != nil && strings.Contains(err.Error(), "four eyes: "); refused == mine && !(hand == "apply" && err != nil) {
					l.Errorf("%v: %s of person %d, who has %v: %v", path, statement, p, hands, err)
				}
			}
		}
	}
}
