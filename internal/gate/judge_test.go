package gate

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"capdo/internal/law"
)

// TestLostReason: a reason the book does not hold denies, as itself.
func TestLostReason(t *testing.T) {
	b, err := law.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, say := range []func(*judge){
		func(j *judge) { j.say(provider, "weather") },
		func(j *judge) { j.through(provider, "weather", "2026-01-01") },
	} {
		j := &judge{book: b, day: "2026-11-22", at: law.Day("2026-11-22").Time()}
		say(j)
		if !j.barred || len(j.reasons) != 1 || j.reasons[0].Effect != law.EffectDeny || j.reasons[0].Code != "F02" || !strings.Contains(j.reasons[0].VI, "weather") {
			t.Errorf("%+v", j)
		}
	}
	j := &judge{book: b, day: "2026-11-22", at: law.Day("2026-11-22").Time()}
	j.through(provider, "weather", "2026-11-22")
	if j.barred || j.until() == nil {
		t.Errorf("a rule met so far, whose reason is lost, bounds nothing: %+v", j)
	}
}

// TestBookLacksNoReason: a book without one of the gate's reasons is refused
// when it is loaded, so that the gate never meets one.
func TestBookLacksNoReason(t *testing.T) {
	dir := os.DirFS("../law/book")
	for _, id := range law.ReasonIDs() {
		files := fstest.MapFS{}
		for _, name := range []string{"authority", "gate", "instruments", "levels-r116", "levels-r331", "levels-r85", "rulesets"} {
			text, err := os.ReadFile("../law/book/" + name + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			if name == "gate" {
				text = []byte(strings.Replace(string(text), "- id: "+id+"\n", "- id: other\n", 1))
			}
			files[name+".yaml"] = &fstest.MapFile{Data: text}
		}
		if _, err := law.LoadFS(files); err == nil || !strings.Contains(err.Error(), id) {
			t.Errorf("a book without %s is loaded: %v", id, err)
		}
	}
	if _, err := law.LoadFS(dir); err != nil {
		t.Error(err)
	}
}
