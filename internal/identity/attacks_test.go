package identity_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"capdo/internal/approval"
	"capdo/internal/gateclient"
	"capdo/internal/identity"
	"capdo/internal/ledger"
	"capdo/internal/seal"
	"capdo/internal/store"
	"capdo/internal/store/storetest"
)

const attackOrigin = "capdo.test"

// prey is a ledger that is attacked, what was carried of it, and a witness who
// saw it.
type prey struct {
	*testing.T
	*hall
	bundle  ledger.Bundle
	keys    seal.Trust
	signer  *seal.Key // what an attacker may have stolen
	witness gateclient.Memory
}

// newPrey is a register with a decision signed by passkey and two seals.
func newPrey(t *testing.T) *prey {
	t.Helper()
	x, _ := signed(t)
	h := x.hall
	p := &prey{T: t, hall: h}
	_, p.signer = storetest.Seal(t, h.store, h.clock, filepath.Join(t.TempDir(), "keys"))
	var err error
	p.keys, err = h.store.Keys(context.Background())
	h.must(err)
	p.bundle, err = h.store.Bundle(context.Background())
	h.must(err)
	p.bundle = p.rewritten(p.bundle.Entries)
	if flaws := p.check(p.bundle); len(flaws) > 0 {
		t.Fatalf("before any attack: %v", flaws)
	}
	if err := p.shown(&p.witness, p.bundle); err != nil {
		t.Fatal(err)
	}
	return p
}

// rewritten is a ledger of entries as whoever has the signing key can make it:
// every hash anew, signed.
func (p *prey) rewritten(entries [][]byte) (b ledger.Bundle) {
	p.hall.Helper()
	var tree ledger.Tree
	for _, e := range entries {
		hs, err := tree.Add(e)
		p.must(err)
		b.Entries, b.Hashes = append(b.Entries, e), append(b.Hashes, hs...)
	}
	root, err := tree.Root()
	p.must(err)
	note, err := p.signer.Note(attackOrigin)
	p.must(err)
	b.Checkpoint, err = ledger.Checkpoint{Origin: attackOrigin, Size: tree.Size(), Root: root}.Sign(note)
	p.must(err)
	return b
}

// check is what somebody finds who holds the keys and the file alone.
func (p *prey) check(b ledger.Bundle) []ledger.Flaw { return p.checkFile(b.Bytes()) }

func (p *prey) checkFile(file []byte) []ledger.Flaw {
	b, head, flaws := ledger.CheckBundle(file)
	vs, err := p.keys.Notes(attackOrigin)
	p.must(err)
	if c, _, err := ledger.OpenCheckpoint(b.Checkpoint, attackOrigin, vs); err != nil {
		flaws = append(flaws, ledger.Flaw{Seq: -1, What: err.Error()})
	} else if c.Size != head.Size || c.Root != head.Root {
		flaws = append(flaws, ledger.Flaw{Seq: -1, What: "another head"})
	}
	var tree ledger.Tree
	k := identity.Passkeys{Root: func(size int64) (string, error) {
		h, err := ledger.Root(size, &tree)
		return ledger.Hex(h), err
	}}
	for i, raw := range b.Entries {
		_, err := tree.Add(raw)
		p.must(err)
		var e approval.Entry
		if err = json.Unmarshal(raw, &e); err == nil {
			err = k.Read(&e)
		}
		if err != nil {
			flaws = append(flaws, ledger.Flaw{Seq: int64(i), What: err.Error()})
		}
	}
	return flaws
}

// shown shows a ledger to a witness, with the best proof that it can give.
func (p *prey) shown(m *gateclient.Memory, b ledger.Bundle) error {
	var tree ledger.Tree
	for _, e := range b.Entries {
		_, err := tree.Add(e)
		p.must(err)
	}
	proof, err := ledger.ProveConsistency(m.Size(), tree.Size(), &tree)
	if err != nil {
		proof = nil // a shorter one proves nothing
	}
	_, err = m.Witness(b.Checkpoint, attackOrigin, proof, p.keys)
	return err
}

// seeds is how many times an attack is made: by CAPDO_ATTACKS, else few.
func (p *prey) seeds(few int) uint64 {
	if n, err := strconv.ParseUint(os.Getenv("CAPDO_ATTACKS"), 10, 32); err == nil {
		return n
	}
	return uint64(few)
}

// seen makes an attack on the entries that leaves the signed checkpoint as it
// was, and expects whoever holds the file to see it.
func (p *prey) seen(name string, change func(r *rand.Rand, es [][]byte) [][]byte) {
	p.Run(name, func(t *testing.T) {
		for seed := range p.seeds(20) {
			r := rand.New(rand.NewPCG(seed, 12))
			b := p.rewritten(change(r, slices.Clone(p.bundle.Entries)))
			b.Checkpoint = p.bundle.Checkpoint
			if len(p.check(b)) == 0 {
				t.Fatalf("seed %d: not found", seed)
			}
		}
	})
}

// edited is an entry with one word changed, still readable.
func edited(r *rand.Rand, e []byte) []byte {
	var x approval.Entry
	if json.Unmarshal(e, &x) != nil {
		return append(slices.Clone(e), ' ')
	}
	x.Detail = map[string]string{"rewritten": strconv.FormatUint(r.Uint64(), 36)}
	b, err := json.Marshal(x)
	if err != nil {
		return append(slices.Clone(e), ' ')
	}
	return b
}

// TestTwelveAttacks: the classes of attack on the record, each by its name. What
// the file alone cannot show, because whoever made it has the key, a witness
// shows.
func TestTwelveAttacks(t *testing.T) {
	p := newPrey(t)
	n := len(p.bundle.Entries)
	t.Run("a bit flipped", func(t *testing.T) {
		file := p.bundle.Bytes()
		for seed := range p.seeds(50) {
			r := rand.New(rand.NewPCG(seed, 12))
			bad := slices.Clone(file)
			bad[r.IntN(len(bad))] ^= 1 << r.IntN(8)
			if len(p.checkFile(bad)) == 0 {
				t.Fatalf("seed %d: not found", seed)
			}
		}
	})
	p.seen("an entry deleted", func(r *rand.Rand, es [][]byte) [][]byte { at := r.IntN(n); return slices.Delete(es, at, at+1) })
	p.seen("an entry inserted", func(r *rand.Rand, es [][]byte) [][]byte {
		at := r.IntN(n + 1)
		return slices.Insert(es, at, edited(r, es[r.IntN(n)]))
	})
	p.seen("entries reordered", func(r *rand.Rand, es [][]byte) [][]byte {
		a, b := r.IntN(n-1), 0
		b = a + 1 + r.IntN(n-1-a)
		es[a], es[b] = es[b], es[a]
		return es
	})
	p.seen("an entry doubled", func(r *rand.Rand, es [][]byte) [][]byte { at := r.IntN(n); return slices.Insert(es, at, es[at]) })
	p.seen("the tail cut off", func(r *rand.Rand, es [][]byte) [][]byte { return es[:r.IntN(n)] })
	p.seen("an entry and its hashes edited", func(r *rand.Rand, es [][]byte) [][]byte {
		at := r.IntN(n)
		es[at] = edited(r, es[at])
		return es
	})
	t.Run("two registers swapped", p.swapped)
	t.Run("all rewritten and signed with a stolen key", func(t *testing.T) { p.restolen(t) })
	t.Run("an older backup brought back", func(t *testing.T) { p.rolledBack(t) })
	t.Run("a row of the tables edited", func(t *testing.T) { p.rowEdited(t) })
	t.Run("an assertion forged", func(t *testing.T) { p.forged(t) })
}

// swapped puts another register in the place of this one: its own checkpoint is
// of no key of ours, and ours is not of its entries.
func (p *prey) swapped(t *testing.T) {
	other := newPrey(t)
	if len(p.check(other.bundle)) == 0 {
		t.Error("another register with its own checkpoint: not found")
	}
	mixed := other.bundle
	mixed.Checkpoint = p.bundle.Checkpoint
	if len(p.check(mixed)) == 0 {
		t.Error("another register with our checkpoint: not found")
	}
}

// restolen: the file shows nothing, the witness names a fork.
func (p *prey) restolen(t *testing.T) {
	for seed := range p.seeds(20) {
		r := rand.New(rand.NewPCG(seed, 12))
		es := slices.Clone(p.bundle.Entries)
		at := r.IntN(4) // before anything was signed by a person
		es[at] = edited(r, es[at])
		for range r.IntN(3) {
			es = append(es, edited(r, es[at]))
		}
		b := p.rewritten(es)
		if _, _, flaws := ledger.CheckBundle(b.Bytes()); len(flaws) > 0 {
			t.Fatalf("seed %d: whoever has the key makes a whole file: %v", seed, flaws)
		}
		m := p.witness
		if err := p.shown(&m, b); !errors.Is(err, gateclient.ErrFork) {
			t.Fatalf("seed %d: the witness says %v", seed, err)
		}
	}
}

// rolledBack: an older state of the same register is whole, and the witness
// names the rollback.
func (p *prey) rolledBack(t *testing.T) {
	for seed := range p.seeds(20) {
		r := rand.New(rand.NewPCG(seed, 12))
		b := p.rewritten(p.bundle.Entries[:r.IntN(len(p.bundle.Entries))])
		if flaws := p.check(b); len(flaws) > 0 {
			t.Fatalf("seed %d: an older state is whole: %v", seed, flaws)
		}
		m := p.witness
		if err := p.shown(&m, b); !errors.Is(err, gateclient.ErrRollback) {
			t.Fatalf("seed %d: the witness says %v", seed, err)
		}
	}
}

// rowEdited changes a column of the tables behind the office's back.
func (p *prey) rowEdited(t *testing.T) {
	if storetest.OnPostgres() {
		t.Skip("the file is SQLite's; the store's own tests attack both")
	}
	db, err := sql.Open("sqlite", filepath.Join(p.dir, store.FileName)+"?_pragma=busy_timeout(5000)&_pragma=ignore_check_constraints(1)")
	p.must(err)
	defer db.Close()
	for _, trigger := range []string{"decision_final_u", "approval_final_u", "review_final_u", "decision_final_o", "review_final_o", "editor_final_u", "dossier_editor_final_u"} {
		_, err := db.Exec("DROP TRIGGER IF EXISTS " + trigger)
		p.must(err)
	}
	columns := []string{"system.name", "system.owner", "system.state", "dossier.level", "dossier.digest", "decision.number", "decision.person", "decision.outcome", "review.comment", "review.person", "approval.level", "approval.until_day"}
	for seed := range p.seeds(len(columns)) {
		table, col, _ := bytes.Cut([]byte(columns[seed%uint64(len(columns))]), []byte("."))
		var was any
		p.must(db.QueryRow("SELECT " + string(col) + " FROM " + string(table) + " LIMIT 1").Scan(&was))
		put := func(v any) {
			_, err := db.Exec("UPDATE "+string(table)+" SET "+string(col)+" = ?", v)
			p.must(err)
		}
		var now any = "x" + strconv.FormatUint(seed, 10)
		if _, number := was.(int64); number {
			now = int64(5)
		}
		put(now)
		r, err := p.store.Verify(context.Background())
		if err == nil && len(r.Violations) == 0 {
			t.Errorf("%s.%s: not found", table, col)
		}
		put(was)
	}
	if r, err := p.store.Verify(context.Background()); err != nil || len(r.Violations) > 0 {
		t.Errorf("put back, and yet %v, %v", r.Violations, err)
	}
}

// forged changes a bit of what a person signed, in a ledger rewritten and signed
// with a stolen key: the passkey's own signature shows it without a witness.
func (p *prey) forged(t *testing.T) {
	at := slices.IndexFunc(p.bundle.Entries, func(b []byte) bool { return bytes.Contains(b, []byte(`"authenticator_data"`)) })
	if at < 0 {
		t.Fatal("nothing is signed")
	}
	for seed := range p.seeds(40) {
		r := rand.New(rand.NewPCG(seed, 12))
		var e approval.Entry
		p.must(json.Unmarshal(p.bundle.Entries[at], &e))
		s := e.Assurance.Signed
		part := []*string{&s.Statement, &s.ClientData, &s.Authenticator, &s.Signature, &s.Factor, &e.By.Person, &e.Before, &e.Law}[r.IntN(8)]
		b := []byte(*part)
		b[r.IntN(len(b)-1)] ^= 1 // the last sign of base64 may hold bits that say nothing
		*part = string(b)
		raw, err := json.Marshal(e)
		p.must(err)
		es := slices.Clone(p.bundle.Entries)
		es[at] = raw
		if len(p.check(p.rewritten(es))) == 0 {
			t.Fatalf("seed %d: not found: %s", seed, raw)
		}
	}
}
