// Package softkey is a passkey in software: it answers what a browser and an
// authenticator would. It is for tests, which may also let it lie.
package softkey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
)

// The flags of authenticator data (WebAuthn, 6.1).
const (
	Present  = 0x01
	Verified = 0x04
	attested = 0x40
)

// Key is one passkey.
type Key struct {
	Site, Origin string
	Count        uint32 // of signatures; it rises by one with each
	Flags        byte
	Lies         map[string]any // members of the client data to be said otherwise
	Twist        func(auth []byte) []byte

	id   []byte
	priv *ecdsa.PrivateKey
}

// New makes a passkey for a site, such as "localhost" at "http://localhost:8080".
func New(site, origin string) (*Key, error) {
	priv, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails; crypto/rand ends the program instead
	return &Key{Site: site, Origin: origin, Flags: Present | Verified, id: id, priv: priv}, nil
}

// ID is the credential id, base64url.
func (k *Key) ID() string { return base64.RawURLEncoding.EncodeToString(k.id) }

// Create answers PublicKeyCredentialCreationOptions.
func (k *Key) Create(options string) ([]byte, error) {
	client, err := k.client("webauthn.create", options)
	if err != nil {
		return nil, err
	}
	auth, err := k.data(k.Flags | attested)
	if err != nil {
		return nil, err
	}
	point, err := k.priv.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	auth = append(auth, make([]byte, 16)...) // AAGUID: of nobody
	auth = binary.BigEndian.AppendUint16(auth, uint16(len(k.id)))
	auth = append(auth, k.id...)
	auth = append(auth, 0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20) // COSE_Key: EC2, ES256, P-256
	auth = append(append(append(auth, point[1:33]...), 0x22, 0x58, 0x20), point[33:]...)
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), byte(len(auth)))
	return k.answer(map[string]any{"clientDataJSON": b64(client), "attestationObject": b64(append(object, auth...)), "transports": []string{"internal"}})
}

// Get answers PublicKeyCredentialRequestOptions.
func (k *Key) Get(options string) ([]byte, error) {
	client, err := k.client("webauthn.get", options)
	if err != nil {
		return nil, err
	}
	k.Count++
	auth, err := k.data(k.Flags)
	if err != nil {
		return nil, err
	}
	h := sha256.Sum256(client)
	signed := sha256.Sum256(append(append([]byte{}, auth...), h[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, k.priv, signed[:])
	if err != nil {
		return nil, err
	}
	if k.Twist != nil {
		auth = k.Twist(auth)
	}
	return k.answer(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(auth), "signature": b64(sig)})
}

// client is the client data that the browser makes.
func (k *Key) client(ceremony, options string) ([]byte, error) {
	var o struct {
		Challenge string `json:"challenge"`
	}
	if err := json.Unmarshal([]byte(options), &o); err != nil {
		return nil, fmt.Errorf("options: %w", err)
	}
	m := map[string]any{"type": ceremony, "challenge": o.Challenge, "origin": k.Origin, "crossOrigin": false}
	maps.Copy(m, k.Lies)
	return json.Marshal(m)
}

// data is authenticator data without an attested key.
func (k *Key) data(flags byte) ([]byte, error) {
	h := sha256.Sum256([]byte(k.Site))
	return binary.BigEndian.AppendUint32(append(h[:], flags), k.Count), nil
}

func (k *Key) answer(response map[string]any) ([]byte, error) {
	return json.Marshal(map[string]any{"id": k.ID(), "rawId": k.ID(), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
