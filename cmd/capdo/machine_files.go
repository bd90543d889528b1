package main

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"sync"
	"time"
)

// pairFiles is a certificate with its key in two files, read again when one of
// them changes: at the next handshake the new one counts. While the two cannot be
// read, or do not belong together, as in the midst of a change, the last that did
// goes on.
type pairFiles struct {
	cert, key string

	mu     sync.Mutex
	as     [2]fileMark
	loaded *tls.Certificate
}

// fileMark tells one state of a file from another.
type fileMark struct {
	size    int64
	changed time.Time
}

// get returns the certificate.
func (p *pairFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var as [2]fileMark
	var err error
	for i, name := range []string{p.cert, p.key} {
		info, bad := os.Stat(name)
		if err = errors.Join(err, bad); bad == nil {
			as[i] = fileMark{info.Size(), info.ModTime()}
		}
	}
	if err == nil && p.loaded != nil && as == p.as {
		return p.loaded, nil
	}
	if err == nil {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(p.cert, p.key); err == nil {
			p.loaded, p.as = &pair, as
		}
	}
	if p.loaded == nil {
		return nil, err
	}
	return p.loaded, nil
}

// owners keeps who owns which system while nothing is committed to the register,
// and no later than the record says.
type owners struct {
	mu    sync.Mutex
	stamp uint64
	of    map[string]owned
}

type owned struct {
	body string
	next time.Time // when it may be another; zero: never
}

// ownerOf tells which agency owns a system now.
func (p *program) ownerOf(ctx context.Context, code string) (string, error) {
	stamp, now := p.store.Stamp(), p.gate.Now()
	p.owners.mu.Lock()
	if p.owners.of == nil || p.owners.stamp != stamp {
		p.owners.stamp, p.owners.of = stamp, map[string]owned{}
	}
	of := p.owners.of
	x, ok := of[code]
	p.owners.mu.Unlock()
	if ok && (x.next.IsZero() || now.Before(x.next)) {
		return x.body, nil
	}
	sts, _, err := p.store.Standings(ctx, now, code)
	if err != nil || len(sts) != 1 || !sts[0].Registered {
		return "", err
	}
	p.owners.mu.Lock()
	defer p.owners.mu.Unlock()
	of[code] = owned{sts[0].Owner, sts[0].Changes} // of the stamp read before it
	return sts[0].Owner, nil
}
