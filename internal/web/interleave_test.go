package web_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/plan"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

// TestNoWordIsLostOverHTTP: two people save one answer 200 times from pages that
// grow stale, some answers get lost on the way and are sent again, a choice is
// made at each clash; every word is in an answer on record, or was given up.
func TestNoWordIsLostOverHTTP(t *testing.T) {
	h := open(t, nil)
	code := storetest.Lead(t, h.office, "H56", "Một cửa", storetest.Confirmed).Code
	people := []*browser{h.as("vanhanh"), h.as("vanhanh2")}
	to, key := firstGroup(people[0], code)
	at, dice := to+"/fields/"+key, rand.New(rand.NewPCG(6, 331))
	tags, how := []string{`"0"`, `"0"`}, []string{"", ""}
	written, gaveUp, clashes := []string{}, map[string]bool{}, 0
	for n := range 200 {
		i := dice.IntN(2)
		word := fmt.Sprintf("chữ%d.%d", i, n)
		written, how[i] = append(written, word), strings.TrimSpace(how[i]+" "+word)
		p := people[i].field(http.MethodPut, at, tags[i], url.Values{"how." + key: {how[i]}})
		switch {
		case dice.IntN(6) == 0: // the answer is lost; the page knows nothing and sends it again later
			continue
		case p.status == http.StatusPreconditionFailed:
			clashes++
			if tags[i] = p.header.Get("ETag"); dice.IntN(3) == 0 { // theirs
				for _, w := range strings.Fields(how[i]) {
					gaveUp[w] = true
				}
				theirs, err := url.ParseQuery(attr(p.one("[data-clash]"), "data-theirs"))
				if err != nil {
					t.Fatal(err)
				}
				how[i] = theirs.Get("how." + key)
			}
		case p.status == http.StatusOK:
			tags[i] = p.header.Get("ETag")
		default:
			t.Fatalf("save %d: %d", n, p.status)
		}
	}
	for i := range people { // the pages come to rest
		for p := people[i].field(http.MethodPut, at, tags[i], url.Values{"how." + key: {how[i]}}); p.status == http.StatusPreconditionFailed; {
			p = people[i].field(http.MethodPut, at, p.header.Get("ETag"), url.Values{"how." + key: {how[i]}})
		}
	}
	lists, err := listsOnce()
	if err != nil {
		t.Fatal(err)
	}
	room := &plan.Room{Store: h.office.Store.(*store.Store).Plans(), Book: h.office.Book, Lists: lists, Clock: h.clock.Now}
	sheet, err := room.Sheet(t.Context(), approval.Actor{Capacity: approval.Auditor}, code, nil)
	if err != nil {
		t.Fatal(err)
	}
	had := map[string]bool{}
	for _, a := range sheet.Plan.Answers {
		for _, w := range strings.Fields(a.How) {
			had[w] = true
		}
	}
	for _, w := range written {
		if !had[w] && !gaveUp[w] {
			t.Errorf("the word %s is lost", w)
		}
	}
	if clashes < 20 || len(sheet.Plan.Answers) < 50 {
		t.Errorf("%d clashes, %d answers: too tame", clashes, len(sheet.Plan.Answers))
	}
}
