package identity

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"

	"capdo/internal/approval"
)

// Statement is what a person puts their name to: one act, on one record as it
// stands, with what they answered, at one length of the ledger. Its text is
// canonical JSON; a passkey signs its challenge.
type Statement struct {
	V       int               `json:"v"` // 1
	Act     string            `json:"act"`
	Object  string            `json:"object"`
	Before  string            `json:"before"` // digest of the record
	Answers map[string]string `json:"answers"`
	By      approval.Who      `json:"by"`
	Law     string            `json:"law"`
	Ledger  approval.Head     `json:"ledger"`
}

// Text is the statement as it is signed and kept.
func (s Statement) Text() (string, error) {
	s.V = 1
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return "", fmt.Errorf("write statement: %w", err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// Challenge is what a passkey signs for a text: SHA-256 of "capdo/decision/v1",
// a line feed, and the text; base64url.
func Challenge(text string) string {
	h := sha256.Sum256([]byte("capdo/decision/v1\n" + text))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// Weighty are the acts that ask for the person's own word: they give a system its
// way through the gate, or take it.
func Weighty() []string {
	return []string{approval.ActDecide, approval.ActConfirm, approval.ActSuspend, approval.ActReinstate, approval.ActRevoke}
}

// SigningOptions ask a browser to sign statements, all of them at once, with one
// of the account's passkeys; false when it has none.
func (d *Desk) SigningOptions(ctx context.Context, a *Account, sts []Statement) (options string, has bool, err error) {
	fs, err := d.Store.FactorsOf(ctx, a.Login)
	if err != nil || d.Site == nil || len(used(fs, Passkey)) == 0 {
		return "", false, err
	}
	said, err := sayAll(sts)
	if err != nil {
		return "", false, err
	}
	challenge := said[0].challenge()
	p := Pending{Hash: hashToken(challenge), Kind: AwaitStatement, Login: a.Login, Data: joined(said), Until: d.Clock().UTC().Add(ceremony)}
	if _, _, err := d.Store.TakePending(ctx, p.Hash, d.Clock().UTC()); err != nil { // the same page asked for twice
		return "", false, err
	}
	if err := d.Store.PutPending(ctx, p); err != nil {
		return "", false, err
	}
	options, err = d.assertionOptions(challenge, credentials(fs))
	return options, true, err
}

// Signed takes a browser's answer to SigningOptions: a word for each statement, in
// their order. What was signed must be what is now to be done: the wants, all of
// them and no other, of the records as they stood and at the length of the ledger
// when it was signed. Whether a record still stands so, Assure asks within the
// act.
func (d *Desk) Signed(ctx context.Context, a *Account, wants []Statement, answer []byte) ([]approval.Signed, error) {
	f, p, c, err := d.assertion(ctx, AwaitStatement, answer)
	if err != nil {
		return nil, err
	}
	asked := strings.Split(p.Data, "\n")
	if len(asked) != len(wants) || f.Login != a.Login {
		return nil, fmt.Errorf("%w: it signed other statements", ErrPasskey)
	}
	now := slices.Clone(wants)
	for i := range now {
		var signed Statement
		if err := json.Unmarshal([]byte(asked[i]), &signed); err != nil {
			return nil, fmt.Errorf("read statement: %w", err)
		}
		now[i].Before, now[i].Ledger = signed.Before, signed.Ledger
	}
	words, err := sayAll(now)
	if err != nil {
		return nil, err
	}
	if joined(words) != p.Data {
		return nil, fmt.Errorf("%w: it signed another statement", ErrPasskey)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	raw := c.Raw.AssertionResponse
	return givenBy(words, approval.Signed{Method: string(ByPasskey), Factor: f.ID, ClientData: b64(raw.ClientDataJSON), Authenticator: b64(raw.AuthenticatorData), Signature: b64(raw.Signature)}), nil
}

// Assure refuses a weighty act whose actor did not give their word for it. It is
// asked within the act's transaction, so that what was signed is the record as it
// stands. Whoever comes through the door bears an Assurance; the program itself
// has none, and does nothing weighty.
func (d *Desk) Assure(a approval.Actor, act, object, before string) error {
	switch {
	case !slices.Contains(Weighty(), act):
		return nil
	case a.Assurance == nil:
		return fmt.Errorf("assure: nobody signed in who does %s of %s", act, object)
	case d.Policy.Signs() == None:
		return nil
	}
	var said Statement
	if a.Assurance.Signed == nil || json.Unmarshal([]byte(a.Assurance.Signed.Statement), &said) != nil ||
		Method(a.Assurance.Signed.Method).Strength() < d.Policy.Signs() {
		return &approval.Refusal{Kind: approval.Forbidden, Findings: finding("", "to-be-signed", "Việc này cần chữ ký bằng khóa truy cập của người thực hiện: mở lại trang và ký.", "This needs the signature of whoever does it, by passkey: open the page again and sign.")}
	}
	if said.Act != act || said.Object != object || said.By != a.Who() {
		return fmt.Errorf("assure: %s of %s was signed, not %s of %s", said.Act, said.Object, act, object)
	}
	if said.Before != before {
		return approval.ErrStale()
	}
	return nil
}

// CheckSigned checks what an entry keeps of its person's word, with nothing but
// the ledger at hand: that the statement is of this very act, that its challenge
// was signed, and by the passkey that the entry's account had by then. add is the
// entry that added the passkey, nil when there is none; removed tells whether it
// was removed before. A word that is no signature is as good as the entry.
func CheckSigned(e, add *approval.Entry, removed bool) error {
	s := e.Assurance.Signed
	var said Statement
	if err := json.Unmarshal([]byte(s.Statement), &said); err != nil {
		return fmt.Errorf("the statement cannot be read: %w", err)
	}
	if text, err := said.Text(); err != nil || text != s.Statement {
		return fmt.Errorf("the statement is not canonical")
	}
	if said.Act != e.Act || said.Object != e.Object || said.Before != e.Before || said.By != e.By || said.Law != e.Law || said.Ledger.Size > e.Seq {
		return fmt.Errorf("the statement is of another act")
	}
	for key, value := range said.Answers {
		if kept, ok := e.Detail[key]; ok && kept != value {
			return fmt.Errorf("the statement says %s %q, the entry %q", key, value, kept)
		}
	}
	if err := included(s); err != nil {
		return err
	}
	if Method(s.Method) != ByPasskey {
		return nil
	}
	if add == nil || add.Detail["login"] != e.By.Account || add.Detail["kind"] != string(Passkey) || removed {
		return fmt.Errorf("the account had no passkey %.16s… then", s.Factor)
	}
	var k PublicKey
	if err := json.Unmarshal([]byte(add.Detail["public"]), &k); err != nil {
		return fmt.Errorf("the passkey cannot be read: %w", err)
	}
	answer, err := encode(map[string]any{"id": s.Factor, "rawId": s.Factor, "type": "public-key",
		"response": map[string]string{"clientDataJSON": s.ClientData, "authenticatorData": s.Authenticator, "signature": s.Signature}})
	if err != nil {
		return err
	}
	c, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return fmt.Errorf("the assertion cannot be read: %w", err)
	}
	return k.check(c, challengeOf(s))
}

// Passkeys follows the passkeys and the policy through a ledger, entry by entry. It
// checks what was signed with them, and that nothing weighty was done by who did
// not sign in, or did not sign where the policy of the time asked for it. Before
// the ledger says a policy, none asked.
type Passkeys struct {
	Root func(size int64) (string, error) // of the ledger as far as it was read

	added   map[string]approval.Entry
	removed map[string]bool
	signs   Strength // what a weighty act needs by now
}

// Read takes the next entry; an error is a word in it that does not hold.
func (p *Passkeys) Read(e *approval.Entry) error {
	if p.added == nil {
		p.added, p.removed = map[string]approval.Entry{}, map[string]bool{}
	}
	switch e.Act {
	case "add-factor":
		p.added[e.Object] = *e
	case "remove-factor":
		p.removed[e.Object] = true
	}
	if e.Object == PolicyObject {
		policy, err := RecordedPolicy(e)
		p.signs = policy.Signs()
		return err
	}
	if slices.Contains(Weighty(), e.Act) && strings.HasPrefix(e.Object, approval.SystemObject("")) {
		if err := p.enough(e.Assurance); err != nil {
			return err
		}
	}
	if e.Assurance == nil || e.Assurance.Signed == nil {
		return nil
	}
	if err := p.saw(e.Assurance.Signed.Statement, e.Seq); err != nil {
		return err
	}
	object := "factor:" + e.Assurance.Signed.Factor
	add, ok := p.added[object]
	if !ok {
		return CheckSigned(e, nil, false)
	}
	return CheckSigned(e, &add, p.removed[object])
}

// enough checks that a weighty act has the word that the policy of its time asked
// for.
func (p *Passkeys) enough(a *approval.Assurance) error {
	switch {
	case a == nil:
		return fmt.Errorf("nobody signed in who did this")
	case p.signs == None:
		return nil
	case a.Signed == nil:
		return fmt.Errorf("nobody signed this, and the policy of the time asked for it")
	case Method(a.Signed.Method).Strength() < p.signs:
		return fmt.Errorf("the word for this was given by %q, and the policy of the time asked for more", a.Signed.Method)
	}
	return nil
}

// saw checks that the ledger that a statement names, before entry seq, was this one.
func (p *Passkeys) saw(statement string, seq int64) error {
	var said Statement
	if err := json.Unmarshal([]byte(statement), &said); err != nil {
		return fmt.Errorf("the statement cannot be read: %w", err)
	}
	if said.Ledger.Size > seq {
		return fmt.Errorf("the statement is of another act")
	}
	root, err := p.Root(said.Ledger.Size)
	if err == nil && root != said.Ledger.Root {
		err = fmt.Errorf("the statement was signed on another ledger")
	}
	return err
}
