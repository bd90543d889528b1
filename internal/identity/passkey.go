package identity

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/protocol/webauthncose"

	"capdo/internal/approval"
)

// ceremony is how long a browser may take to answer.
const ceremony = 5 * time.Minute

// ErrPasskey is the error of a passkey that does not open: what exactly is wrong
// with it stands in the log, not on the page.
var ErrPasskey = errors.New("the passkey does not open")

// Site is where passkeys of this service may be used (WebAuthn: the relying
// party).
type Site struct {
	ID     string // the host, without port
	Origin string // scheme, host and port, as browsers send it
}

// SiteOf is the site at an address. A passkey belongs to a name: an IP address has
// none, but for this machine's own, which browsers call localhost.
func SiteOf(address string) (Site, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Path != "" && u.Path != "/" {
		return Site{}, fmt.Errorf("%q is no address of a site", address)
	}
	host, port := u.Hostname(), u.Port()
	if ip := net.ParseIP(host); ip != nil {
		if !ip.IsLoopback() {
			return Site{}, fmt.Errorf("%s has no name: passkeys need one", host)
		}
		host = "localhost"
	}
	origin := u.Scheme + "://" + host
	if port != "" {
		origin += ":" + port
	}
	return Site{ID: host, Origin: origin}, nil
}

// PublicKey is what is public of a passkey: enough to check what it signed.
type PublicKey struct {
	Key        string   `json:"key"` // COSE_Key, base64url
	Site       string   `json:"site"`
	Origin     string   `json:"origin"`
	AAGUID     string   `json:"aaguid"`
	Synced     bool     `json:"synced"` // it may be copied to other devices (BE)
	Transports []string `json:"transports,omitempty"`
}

// publicKey reads what is public of a passkey.
func publicKey(f *Factor) (k PublicKey, err error) {
	if err = json.Unmarshal([]byte(f.Public), &k); err != nil {
		err = fmt.Errorf("read passkey: %w", err)
	}
	return k, err
}

// credential names a passkey to a browser.
type credential struct {
	Type       string   `json:"type"`
	ID         string   `json:"id"`
	Transports []string `json:"transports,omitempty"`
}

// credentials are the passkeys among factors.
func credentials(fs []Factor) []credential {
	out := []credential{}
	for _, f := range used(fs, Passkey) {
		if k, err := publicKey(&f); err == nil {
			out = append(out, credential{"public-key", f.ID, k.Transports})
		}
	}
	return out
}

// algorithms are those a passkey may sign with: ES256, EdDSA, RS256.
func algorithms() []protocol.CredentialParameter {
	var all []protocol.CredentialParameter
	for _, alg := range []webauthncose.COSEAlgorithmIdentifier{webauthncose.AlgES256, webauthncose.AlgEdDSA, webauthncose.AlgRS256} {
		all = append(all, protocol.CredentialParameter{Type: protocol.PublicKeyCredentialType, Algorithm: alg})
	}
	return all
}

// RegistrationOptions are what a browser is asked to make a passkey with, JSON of
// PublicKeyCredentialCreationOptions.
func (d *Desk) RegistrationOptions(ctx context.Context, a *Account) (string, error) {
	fs, err := d.Store.FactorsOf(ctx, a.Login)
	if err != nil {
		return "", err
	}
	challenge, err := d.await(ctx, AwaitRegistration, a.Login)
	if err != nil {
		return "", err
	}
	user := sha256.Sum256([]byte("capdo user\n" + a.Login))
	type m = map[string]any
	return encode(m{"rp": m{"id": d.Site.ID, "name": "capdo"}, "user": m{"id": base64.RawURLEncoding.EncodeToString(user[:]), "name": a.Login, "displayName": a.Name},
		"challenge": challenge, "pubKeyCredParams": algorithms(), "timeout": ceremony.Milliseconds(), "attestation": "none", "excludeCredentials": credentials(fs),
		"authenticatorSelection": m{"residentKey": "required", "requireResidentKey": true, "userVerification": "required"}})
}

// SignInOptions are what a browser is asked to sign in with: any passkey it has
// of this site, so that nobody learns who has one.
func (d *Desk) SignInOptions(ctx context.Context) (string, error) {
	challenge, err := d.await(ctx, AwaitAssertion, "")
	if err != nil {
		return "", err
	}
	return d.assertionOptions(challenge, nil)
}

// assertionOptions are PublicKeyCredentialRequestOptions, JSON.
func (d *Desk) assertionOptions(challenge string, allowed []credential) (string, error) {
	o := map[string]any{"challenge": challenge, "rpId": d.Site.ID, "timeout": ceremony.Milliseconds(), "userVerification": "required"}
	if allowed != nil {
		o["allowCredentials"] = allowed
	}
	return encode(o)
}

func encode(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode options: %w", err)
	}
	return string(b), nil
}

// await makes a challenge and remembers it.
func (d *Desk) await(ctx context.Context, kind, login string) (challenge string, err error) {
	if d.Site == nil {
		return "", errors.New("this site takes no passkeys: it has no name")
	}
	if challenge, err = newToken(); err != nil {
		return "", err
	}
	err = d.Store.PutPending(ctx, Pending{Hash: hashToken(challenge), Kind: kind, Login: login, Until: d.Clock().UTC().Add(ceremony)})
	return challenge, err
}

// awaited takes what waits for the challenge that a browser answered.
func (d *Desk) awaited(ctx context.Context, kind, challenge string) (Pending, error) {
	if d.Site == nil {
		return Pending{}, fmt.Errorf("%w: this site has no name", ErrPasskey)
	}
	p, ok, err := d.Store.TakePending(ctx, hashToken(challenge), d.Clock().UTC())
	if err != nil {
		return Pending{}, err
	}
	if !ok || p.Kind != kind {
		return Pending{}, fmt.Errorf("%w: nobody waits for its challenge", ErrPasskey)
	}
	return p, nil
}

// registered reads and checks a browser's answer to RegistrationOptions.
func (d *Desk) registered(ctx context.Context, login, label string, answer []byte) (Factor, error) {
	c, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Factor{}, fmt.Errorf("%w: %w", ErrPasskey, err)
	}
	p, err := d.awaited(ctx, AwaitRegistration, c.Response.CollectedClientData.Challenge)
	if err != nil {
		return Factor{}, err
	}
	if p.Login != login {
		return Factor{}, fmt.Errorf("%w: the challenge is another's", ErrPasskey)
	}
	_, err = c.Verify(c.Response.CollectedClientData.Challenge, d.Site.ID, []string{d.Site.Origin}, nil, nil, protocol.TopOriginExplicitVerificationMode, false, true, true, nil, algorithms(), protocol.AttestationPolicy{}, protocol.SignaturePolicy{})
	if err != nil {
		return Factor{}, fmt.Errorf("%w: %w", ErrPasskey, err)
	}
	data := c.Response.AttestationObject.AuthData
	k := PublicKey{Key: base64.RawURLEncoding.EncodeToString(data.AttData.CredentialPublicKey), Site: d.Site.ID, Origin: d.Site.Origin,
		AAGUID: fmt.Sprintf("%x", data.AttData.AAGUID), Synced: data.Flags.HasBackupEligible()}
	for _, t := range c.Response.Transports {
		k.Transports = append(k.Transports, string(t))
	}
	public, err := encode(k)
	if err != nil {
		return Factor{}, err
	}
	return Factor{ID: base64.RawURLEncoding.EncodeToString(data.AttData.CredentialID), Login: login, Kind: Passkey, Label: label, Public: public, Counter: int64(data.Counter)}, nil
}

// AddPasskey adds the passkey that a browser made to the account of who asked.
func (d *Desk) AddPasskey(ctx context.Context, g *Registrar, a *Account, label string, answer []byte) error {
	if label = strings.TrimSpace(clip(label)); label == "" {
		return refuse("label", "label-missing", "Đặt tên cho khóa truy cập, ví dụ tên thiết bị", "Give the passkey a name, such as the device's")
	}
	f, err := d.registered(ctx, a.Login, label, answer)
	if err != nil {
		return err
	}
	return g.add(ctx, a.Actor, f)
}

// add stores a factor of the actor's own.
func (g *Registrar) add(ctx context.Context, a approval.Actor, f Factor) error {
	now := g.now()
	f.AddedAt = now
	return g.Store.UpdateAccounts(ctx, a, now, func(tx Tx) error { return g.addFactor(tx, f, a, now) })
}

// RemoveFactor removes a factor of the actor's own; another's is absent.
func (g *Registrar) RemoveFactor(ctx context.Context, a approval.Actor, id string) error {
	now := g.now()
	return g.Store.UpdateAccounts(ctx, a, now, func(tx Tx) error {
		fs, err := tx.FactorsOf(a.Account)
		if err != nil {
			return err
		}
		for _, f := range fs {
			if f.ID == id && f.InUse() && f.Kind != OIDC { // whom a provider's identity opens, two administrators say
				return g.removeFactor(tx, f, a, now)
			}
		}
		return approval.ErrNotFound()
	})
}

// assertion reads a browser's answer and checks it against the passkey that it
// names: challenge, origin, site, presence, verification of the user, signature,
// counter. It takes what waited for the challenge.
func (d *Desk) assertion(ctx context.Context, kind string, answer []byte) (Factor, Pending, *protocol.ParsedCredentialAssertionData, error) {
	var f Factor // of a refusal too: whose passkey it was
	var ok bool
	fail := func(err error) (Factor, Pending, *protocol.ParsedCredentialAssertionData, error) {
		return f, Pending{}, nil, err
	}
	c, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return fail(fmt.Errorf("%w: %w", ErrPasskey, err))
	}
	p, err := d.awaited(ctx, kind, c.Response.CollectedClientData.Challenge)
	if err != nil {
		return fail(err)
	}
	f, ok, err = d.Store.Factor(ctx, c.ID)
	if err != nil {
		return fail(err)
	}
	if !ok || f.Kind != Passkey || !f.InUse() || p.Login != "" && p.Login != f.Login {
		return fail(fmt.Errorf("%w: no such passkey", ErrPasskey))
	}
	k, err := publicKey(&f)
	if err != nil {
		return fail(err)
	}
	if k.Origin != d.Site.Origin {
		return fail(fmt.Errorf("%w: it was made for %s", ErrPasskey, k.Origin))
	}
	if err := k.check(c, c.Response.CollectedClientData.Challenge); err != nil {
		return fail(err)
	}
	ok, err = d.Store.UseFactor(ctx, f.ID, int64(c.Response.AuthenticatorData.Counter), d.Clock().UTC())
	if err != nil {
		return fail(err)
	}
	if !ok {
		return fail(fmt.Errorf("%w: its counter went back: somebody may have copied it", ErrPasskey))
	}
	return f, p, c, nil
}

// check checks an assertion over a challenge against the key.
func (k *PublicKey) check(c *protocol.ParsedCredentialAssertionData, challenge string) error {
	key, err := base64.RawURLEncoding.DecodeString(k.Key)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPasskey, err)
	}
	if err := c.Verify(challenge, k.Site, "", []string{k.Origin}, nil, nil, protocol.TopOriginExplicitVerificationMode, false, true, true, key, protocol.SignaturePolicy{}); err != nil {
		return fmt.Errorf("%w: %w", ErrPasskey, err)
	}
	return nil
}

// SignInPasskey opens a session with a passkey.
func (d *Desk) SignInPasskey(ctx context.Context, answer []byte, from Place) (token string, err error) {
	f, _, _, err := d.assertion(ctx, AwaitAssertion, answer)
	if err != nil {
		return "", d.refusedKey(ctx, f.Login, from, err)
	}
	a, ok, err := d.Store.Account(ctx, f.Login)
	if err != nil {
		return "", err
	}
	if !ok || a.Disabled() {
		return "", d.refusedKey(ctx, a.Login, from, fmt.Errorf("%w: the account is disabled", ErrPasskey))
	}
	return d.open(ctx, a.Login, ByPasskey, from)
}

// refusedKey notes a passkey that did not open; of one that nobody is known to
// have only the log tells, so that strangers fill no table.
func (d *Desk) refusedKey(ctx context.Context, login string, from Place, err error) error {
	if login == "" || !errors.Is(err, ErrPasskey) {
		return err
	}
	return errors.Join(err, d.note(ctx, Event{Kind: EventRefused, Login: login, Method: ByPasskey, From: from, Why: "passkey"}))
}
