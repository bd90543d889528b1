package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"capdo/internal/approval"
	"capdo/internal/identity"
	"capdo/internal/ledger"
)

// Violation is one place where the register contradicts its ledger.
type Violation struct {
	Seq    int64  `json:"seq"` // entry concerned, -1 when none
	Object string `json:"object"`
	What   string `json:"what"`
}

// Report is what Verify found.
type Report struct {
	Entries    int64         `json:"entries"`
	Objects    int           `json:"objects"`
	Head       approval.Head `json:"head"`
	Violations []Violation   `json:"violations"`
	Erased     int64         `json:"erased,omitempty"` // texts about persons that two persons erased
}

// check carries one verification.
type check struct {
	*scope
	report Report
	last   map[string]approval.Entry // latest entry by object

	rotations []approval.Entry // of keys
	passkeys  identity.Passkeys
	born      []string          // systems in the order of their first entries
	unread    bool              // a system cannot be read
	saves     int               // saved values of fields that a record stands for
	shown     shown             // by lists
	persons   map[string]string // the login of what stands for a text about a person
}

func (v *check) blame(seq int64, object, format string, args ...any) {
	v.report.Violations = append(v.report.Violations, Violation{seq, object, fmt.Sprintf(format, args...)})
}

// unreadable notes a record of which something cannot be read.
func (v *check) unreadable(object string, err error) {
	v.blame(v.last[object].Seq, object, "it cannot be read: %v", err)
}

// Verify checks the ledger against itself (numbers, hashes, head, each
// object's chain of digests) and against the tables (each record as it stands
// equals what its last entry says; no record without an entry), and the list
// columns against the records. An error means that the check could not be
// made; what it found is in the report.
func (s *Store) Verify(ctx context.Context) (Report, error) {
	v := &check{last: map[string]approval.Entry{}, persons: map[string]string{}, shown: shown{tallies: map[tallied]int{}, blocks: map[blocked]int{}}}
	err := s.read(ctx, asker(), func(c *scope) error {
		v.scope = c
		for _, step := range []func() error{v.tree, v.systems, v.agencies, v.reported, v.statementsKept, v.accounts, v.attachments, v.gateways, v.seals, v.checkpoints, v.places, v.plans, v.yearsKept, v.remarks, v.subscriptions, v.services, v.links, v.logs, v.notes, v.holds, v.consultations, v.lent, v.archives, v.figuresKept, v.listingsKept, v.papers, v.door, v.retained, v.bodyKeysKept} {
			if err := step(); err != nil {
				return err
			}
		}
		for _, object := range slices.Sorted(maps.Keys(v.last)) {
			v.blame(v.last[object].Seq, object, "the record is gone")
		}
		return nil
	})
	return v.report, err
}

// tree adds every entry again and compares stored hashes and head.
func (v *check) tree() error {
	var tree ledger.Tree
	var next int64 // index of the next stored hash
	v.passkeys.Root = func(size int64) (string, error) {
		h, err := ledger.Root(size, &tree)
		return ledger.Hex(h), err
	}
	for from := int64(math.MinInt64); ; {
		var rows []entryRow
		if err := v.shared(&rows).Where("e.seq >= ?", from).OrderExpr("e.seq").Limit(bulk).Scan(v.ctx); err != nil {
			return fmt.Errorf("read entries: %w", err)
		}
		for _, r := range rows {
			if r.Seq != tree.Size() {
				v.blame(r.Seq, r.Object, "entry %d stands where %d should", r.Seq, tree.Size())
			}
			made, err := tree.Add(r.Bytes)
			if err != nil {
				return err
			}
			if err := v.stored(r, next, made); err != nil {
				return err
			}
			next += int64(len(made))
			v.entry(r)
			from = r.Seq + 1
		}
		if len(rows) < bulk {
			return v.headOf(&tree, next)
		}
	}
}

// stored compares the hashes made of an entry with those stored.
func (v *check) stored(r entryRow, first int64, made []ledger.Hash) error {
	var rows []hashRow
	if err := v.shared(&rows).Where("h.i >= ? AND h.i < ?", first, first+int64(len(made))).OrderExpr("h.i").Scan(v.ctx); err != nil {
		return fmt.Errorf("read hashes: %w", err)
	}
	if len(rows) != len(made) {
		v.blame(r.Seq, r.Object, "%d of %d stored hashes", len(rows), len(made))
		return nil
	}
	for k, h := range rows {
		if !bytes.Equal(h.Hash, made[k][:]) {
			v.blame(r.Seq, r.Object, "stored hash %d is not that of the entry", h.I)
		}
	}
	return nil
}

// entry decodes an entry and follows its object's chain of digests.
func (v *check) entry(r entryRow) {
	var e approval.Entry
	if err := json.Unmarshal(r.Bytes, &e); err != nil {
		v.blame(r.Seq, r.Object, "the entry cannot be read: %v", err)
		return
	}
	if e.Seq != r.Seq || e.Object != r.Object {
		v.blame(r.Seq, r.Object, "the entry calls itself %d of %s", e.Seq, e.Object)
	}
	if before, ok := v.last[e.Object]; ok && e.Before != before.After || !ok && e.Before != "" {
		v.blame(r.Seq, r.Object, "the entry does not follow the one before it")
	}
	if err := v.passkeys.Read(&e); err != nil {
		v.blame(r.Seq, r.Object, "%v", err)
	}
	if e.Act == actRotateKey {
		v.rotations = append(v.rotations, e)
	}
	if e.Before == "" && strings.HasPrefix(e.Object, systemPrefix) {
		v.born = append(v.born, e.Object)
	}
	for _, as := range e.Detail {
		v.named(cmp.Or(e.Detail["login"], strings.TrimPrefix(e.Object, identity.AccountObject(""))), as)
	}
	v.last[e.Object] = e
}

// headOf compares the stored head with the tree.
func (v *check) headOf(tree *ledger.Tree, hashes int64) error {
	head, err := v.Head()
	if err != nil {
		return err
	}
	root, err := tree.Root()
	if err != nil {
		return err
	}
	v.report.Entries, v.report.Head = tree.Size(), head
	if head.Size != tree.Size() || head.Root != ledger.Hex(root) {
		v.blame(-1, "ledger", "the head says %d entries, root %.16s…; the entries give %d, %.16s…", head.Size, head.Root, tree.Size(), ledger.Hex(root))
	}
	n, err := v.shared((*hashRow)(nil)).Count(v.ctx)
	if err != nil {
		return fmt.Errorf("count hashes: %w", err)
	}
	if n != hashes {
		v.blame(-1, "ledger", "%d stored hashes, the entries give %d", n, hashes)
	}
	return nil
}

// record compares a record with its last entry.
func (v *check) record(object, digest string) {
	v.report.Objects++
	e, ok := v.last[object]
	switch {
	case !ok:
		v.blame(-1, object, "the record has no entry")
	case e.After != digest:
		v.blame(e.Seq, object, "the record is not what its last entry says")
	}
	delete(v.last, object)
}

// systems compares every system, and its list columns.
func (v *check) systems() error {
	for from := int64(math.MinInt64); ; {
		var rows []systemRow
		if err := v.scope.systems(&rows).Where("s.id >= ?", from).OrderExpr("s.id").Limit(bulk).Scan(v.ctx); err != nil {
			return fmt.Errorf("read systems: %w", err)
		}
		all, err := v.assemble(rows)
		for i := range rows {
			if err != nil { // one of them cannot be read: which?
				v.alone(rows[i])
			} else if err := v.system(&all[i], rows[i]); err != nil {
				return err
			}
		}
		if err := v.listings(all, rows); err != nil {
			return err
		}
		if len(rows) < bulk {
			return v.allSaves()
		}
		from = rows[len(rows)-1].ID + 1
	}
}

// alone compares a system loaded by itself.
func (v *check) alone(r systemRow) {
	one, err := v.assemble([]systemRow{r})
	if err == nil {
		err = v.system(&one[0], r)
	}
	if err != nil {
		object := approval.SystemObject(r.Code)
		v.unread = true
		v.report.Objects++
		v.blame(v.last[object].Seq, object, "the record cannot be read: %v", err)
		delete(v.last, object)
	}
}

func (v *check) system(s *approval.System, r systemRow) error {
	digest, err := s.Digest()
	if err != nil {
		return err
	}
	object := approval.SystemObject(s.Code)
	written := v.last[object].At
	v.record(object, digest)
	if err := v.fields(s); err != nil {
		return err
	}
	if want := project(s, written); r.projection != want {
		v.blame(-1, object, "the list columns are not what the record gives: %+v, want %+v", r.projection, want)
	}
	if err := v.rounds(s); err != nil {
		return err
	}
	if want := retiredAt(s); !r.RetiredAt.Equal(want) {
		v.blame(-1, object, "the column retired_at is %v, the record gives %v", r.RetiredAt, want)
	}
	return nil
}

func (v *check) agencies() error {
	as, err := v.Agencies()
	if err != nil {
		return err
	}
	for _, a := range as {
		digest, err := approval.Digest(a)
		if err != nil {
			return err
		}
		v.record(a.Object(), digest)
	}
	return nil
}

func (v *check) reported() error {
	var documents []string
	if err := v.shared((*reportedRow)(nil)).ColumnExpr("DISTINCT p.document").OrderExpr("p.document").Scan(v.ctx, &documents); err != nil {
		return fmt.Errorf("read documents: %w", err)
	}
	for _, doc := range documents {
		ps, err := v.Reported(doc)
		if err != nil {
			return err
		}
		for _, p := range ps {
			digest, err := approval.Digest(p)
			if err != nil {
				return err
			}
			v.record(p.Object(), digest)
		}
	}
	return nil
}
