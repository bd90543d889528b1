package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"capdo/internal/approval"
	"capdo/internal/law"
	"capdo/internal/report"
	"capdo/internal/seal"
	"capdo/internal/store"
	"capdo/internal/voucher"
	"capdo/internal/web"
)

// paperTrial is the kind of a paper that says what would be.
const paperTrial = "trial"

// publicBase is where the public reaches this service, as a flag.
type publicBase string

// baseFlag declares the flag.
func baseFlag(f *flag.FlagSet) *publicBase {
	var b publicBase
	f.Var(&b, "public-base", "https address under which the public reaches this service: papers carry it in their QR code, before /r/ (CAPDO_PUBLIC_BASE; default: the code is checked offline)")
	return &b
}

// String implements flag.Value.
func (b *publicBase) String() string { return string(*b) }

// Set implements flag.Value.
func (b *publicBase) Set(s string) error {
	u, err := url.Parse(s)
	if s != "" && (err != nil || u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "") {
		return fmt.Errorf("%q is no https address", s)
	}
	*b = publicBase(strings.TrimSuffix(s, "/"))
	return nil
}

// papers is what the address in a code begins with, "" without a base.
func (b publicBase) papers() string {
	if b == "" {
		return ""
	}
	return string(b) + "/r/"
}

// issue sets a paper, seals it, notes that it was handed out, and hands it out.
func (p *program) issue(ctx context.Context, w io.Writer, q reportQuery, g gathered) error {
	key, err := p.signer(ctx, filepath.Join(p.dir, keyFolder), seal.ES256)
	if err != nil {
		return err
	}
	c, err := p.claim(ctx, q, g)
	if err != nil {
		return err
	}
	var token string
	g.head.CheckAt, g.head.Row = p.public.papers(), q.row
	g.head.Vouch = func(digest [32]byte) (_ string, err error) {
		c.File = digest
		known, found, err := p.store.PaperOfClaim(ctx, c.Digest())
		if token = known.Token; err != nil || found {
			return token, err
		}
		token, err = c.Sign(key)
		return token, err
	}
	var b bytes.Buffer
	if err := g.set(&b); err != nil {
		return err
	}
	made := voucher.Issued{Ref: voucher.Ref(token), Token: token, Claim: c.Digest(), Made: p.clock().UTC().Truncate(time.Microsecond)}
	file := sha256.Sum256(b.Bytes())
	if made.Handed, err = (voucher.Handed{File: file, Ref: made.Ref, At: made.Made}).Sign(key); err != nil {
		return err
	}
	if err := p.store.PutPaper(ctx, made, file); err != nil {
		return err
	}
	_, err = b.WriteTo(w)
	return err
}

// claim is what can be said of a paper before it is set.
func (p *program) claim(ctx context.Context, q reportQuery, g gathered) (voucher.Claim, error) {
	c := voucher.Claim{Kind: strings.TrimSuffix(q.Kind+"@"+q.Edition, "@"), Code: q.Code, Day: string(q.Day), Size: g.head.Ledger.Size}
	root, err1 := hex.DecodeString(g.head.Ledger.Root)
	book, err2 := hex.DecodeString(g.head.LawDigest)
	data, err3 := g.data()
	at, err4 := p.entryTime(ctx, c.Size)
	if len(root) != len(c.Root) || len(book) != len(c.Law) {
		err1 = errors.Join(err1, errors.New("the head or the law has another digest than SHA-256"))
	}
	copy(c.Root[:], root)
	copy(c.Law[:], book)
	c.Data, c.At = data, at
	return c, errors.Join(err1, err2, err3, err4)
}

// data is the digest of what a paper says, whichever head and law it was made
// from.
func (g gathered) data() ([16]byte, error) {
	kept := *g.head
	defer func() { *g.head = kept }()
	g.head.Ledger, g.head.Known, g.head.LawDigest, g.head.LawThen, g.head.CheckAt = report.Ledger{}, "", "", "", ""
	b, err := json.Marshal(g.in)
	return voucher.DataOf(b), err
}

// entryTime is the second of the last entry of a ledger of a size.
func (p *program) entryTime(ctx context.Context, size int64) (at time.Time, err error) {
	if size == 0 {
		return time.Unix(0, 0), nil
	}
	err = p.store.Ledger(ctx, func(t store.Tree) error {
		b, err := t.Entries(size-1, size)
		if err != nil {
			return err
		}
		var e approval.Entry
		err = json.Unmarshal(b[0], &e)
		at = e.At.Truncate(time.Second)
		return err
	})
	return at, err
}

// recall looks at the register as it is now: what is so today of what a paper
// says.
func (p *program) recall(ctx context.Context, c voucher.Claim) (voucher.State, error) {
	if c.Kind == paperTrial {
		return voucher.Trial, nil
	}
	if c.Kind == "system" || c.Kind == paperDossier || c.Kind == paperGaps {
		f, err := p.office.File(ctx, auditor(), c.Code)
		if err != nil {
			return "", err
		}
		if st := standingState(f.Standing); st != "" {
			return st, nil
		}
	}
	kind, edition, _ := strings.Cut(c.Kind, "@")
	g, err := p.gatherThen(ctx, auditor(), reportQuery{Kind: kind, Code: c.Code, Day: law.Day(c.Day), Known: p.clock().Add(time.Microsecond), Edition: edition})
	if err != nil {
		return "", err
	}
	data, err := g.data()
	if err != nil {
		return "", err
	}
	if data != c.Data {
		return voucher.Superseded, nil
	}
	return voucher.Valid, nil
}

// standingState is what ends or halts an approval now, "" when nothing does.
func standingState(st approval.Standing) voucher.State {
	for _, x := range st.Suspensions {
		if !st.At.Before(x.From) && !x.Over(st.At) {
			return voucher.Suspended
		}
	}
	switch st.State() {
	case "retired":
		return voucher.Retired
	case "revoked":
		return voucher.Revoked
	case "lapsed":
		return voucher.Lapsed
	}
	return ""
}

// counter is where anyone checks a paper. What is so today is looked at one paper
// at a time, and at most once a minute for each: the page is open to all.
func (p *program) counter() *voucher.Desk {
	type seen struct {
		state voucher.State
		at    time.Time
	}
	const kept, most = time.Minute, 1000
	var mu sync.Mutex
	lately := map[voucher.Claim]seen{}
	recall := func(ctx context.Context, c voucher.Claim) (voucher.State, error) {
		mu.Lock()
		defer mu.Unlock()
		now := p.clock()
		if s, ok := lately[c]; ok && now.Sub(s.at) < kept {
			return s.state, nil
		}
		state, err := p.recall(ctx, c)
		if err == nil {
			if len(lately) >= most {
				clear(lately)
			}
			lately[c] = seen{state, now}
		}
		return state, err
	}
	prove := func(ctx context.Context, c voucher.Claim) ([]byte, error) {
		proof, err := p.prove(ctx, c.Size)
		if err != nil {
			return nil, err
		}
		return json.Marshal(proof)
	}
	return &voucher.Desk{Store: p.store, Keys: p.keys, Recall: recall, Prove: prove}
}

// keys are the public keys of the register.
func (p *program) keys(ctx context.Context) (seal.Trust, error) { return p.store.Keys(ctx) }

// webLongReport is the pages' way to the reports that take a while.
func (p *program) webLongReport(ctx context.Context, out *bytes.Buffer, a approval.Actor, q web.ReportAsked, row func() error) error {
	return p.report(ctx, out, a, reportQuery{Kind: q.Kind, Code: q.Code, Day: q.Day, Known: q.Known, row: row})
}
