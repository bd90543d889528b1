package store

import (
	"fmt"
	"sync"

	"capdo/internal/approval"
	"capdo/internal/connection"
)

// maxCached bounds how many systems the cache holds.
const maxCached = 100_000

// cache keeps systems and the ends of agencies as they were when the ledger had
// a certain size. Every change of either has its entry in the ledger, so what
// changed since is exactly what the entries since then name: the cache forgets
// those before it answers. It is right for changes of other processes too, for
// it believes nothing but the ledger read at the same snapshot.
type cache struct {
	mu      sync.Mutex
	size    int64 // of the ledger the contents belong to
	systems map[string]approval.System
	ended   map[string]approval.Agency

	consumers map[string][]connection.Connection // by the code of the consumer
}

// newCache is an empty one for a ledger of that size.
func newCache(size int64) *cache {
	return &cache{size: size, systems: map[string]approval.System{}, ended: map[string]approval.Agency{}}
}

// advance forgets what changed between the cache's ledger and that of the
// snapshot. It returns false for a snapshot older than the cache, which must
// not use it.
func (k *cache) advance(c *scope, size int64) (bool, error) {
	switch {
	case k.systems == nil || size-k.size > bulk:
		k.consumers = nil
		k.size, k.systems, k.ended = size, map[string]approval.System{}, map[string]approval.Agency{}
		return true, nil
	case size == k.size:
		return true, nil
	case size < k.size:
		return false, nil
	}
	var objects []string
	if err := c.shared((*entryRow)(nil)).ColumnExpr("DISTINCT e.object").Where("e.seq >= ? AND e.seq < ?", k.size, size).Scan(c.ctx, &objects); err != nil {
		return false, fmt.Errorf("read what changed: %w", err)
	}
	for _, o := range objects {
		delete(k.systems, o)
		delete(k.ended, o)
		k.forgetLinks(o)
	}
	k.size = size
	return true, nil
}

// system returns a system of the snapshot; it is shared and must not be
// changed.
func (k *cache) system(c *scope, code string) (approval.System, error) {
	object := approval.SystemObject(code)
	if s, ok := k.systems[object]; ok {
		return s, nil
	}
	s, err := c.System(code)
	if err == nil && len(k.systems) < maxCached {
		k.systems[object] = s
	}
	return s, err
}

// agency returns an agency of the snapshot.
func (k *cache) agency(c *scope, code string) (approval.Agency, error) {
	object := approval.Agency{Code: code}.Object()
	if a, ok := k.ended[object]; ok {
		return a, nil
	}
	var rows []agencyRow
	if err := c.shared(&rows).Where("g.code = ?", code).Scan(c.ctx); err != nil {
		return approval.Agency{}, fmt.Errorf("load agency %s: %w", code, err)
	}
	if len(rows) == 0 {
		return approval.Agency{Code: code}, nil
	}
	a, err := rows[0].agency()
	if err != nil {
		return approval.Agency{}, err
	}
	k.ended[object] = a
	return a, nil
}
