package signer

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// maxAnswer bounds what an outside process may answer, in bytes.
const maxAnswer = 1 << 20

// ask and answer are the two objects of the protocol.
type ask struct {
	V         int       `json:"v"`
	Form      Form      `json:"form"`
	Algorithm string    `json:"algorithm"`
	Digest    string    `json:"digest"`
	Purpose   string    `json:"purpose"`
	At        time.Time `json:"at"`
}

type answer struct {
	CMS   string `json:"cms,omitempty"`
	Error string `json:"error,omitempty"`
}

// Command is the port to an outside process, started for each signature.
type Command struct {
	Args []string      // the program and its arguments
	Wait time.Duration // until it is given up: the person may have to enter a PIN
}

// Sign implements Port.
func (c *Command) Sign(ctx context.Context, r Request) ([]byte, error) {
	if len(c.Args) == 0 {
		return nil, errors.New("sign outside: no program is named")
	}
	in, err := json.Marshal(ask{1, r.Form, "SHA-256", r.Digest.String(), r.Purpose, r.At.UTC()})
	if err != nil {
		return nil, fmt.Errorf("sign outside: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	p := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	var out bytes.Buffer
	p.Stdin, p.Stdout, p.WaitDelay = bytes.NewReader(in), &capped{&out, maxAnswer}, time.Second
	if err := p.Run(); err != nil {
		return nil, fmt.Errorf("sign outside: %s: %w", c.Args[0], errors.Join(err, ctx.Err()))
	}
	var a answer
	if err := json.Unmarshal(out.Bytes(), &a); err != nil {
		return nil, fmt.Errorf("sign outside: answer of %s: %w", c.Args[0], err)
	}
	if a.Error != "" {
		return nil, fmt.Errorf("sign outside: %s says %q", c.Args[0], a.Error)
	}
	der, err := base64.StdEncoding.Strict().DecodeString(a.CMS)
	if err != nil || len(der) == 0 {
		return nil, fmt.Errorf("sign outside: %s gave no signature", c.Args[0])
	}
	return der, nil
}

// Serve answers one request of Command on in with a port: what an outside
// process does. A port that cannot sign is told in the answer.
func Serve(ctx context.Context, p Port, in io.Reader, out io.Writer) error {
	var q ask
	if err := json.NewDecoder(io.LimitReader(in, maxAnswer)).Decode(&q); err != nil {
		return fmt.Errorf("read request to sign: %w", err)
	}
	r := Request{Form: q.Form, Purpose: q.Purpose, At: q.At}
	d, err := hex.DecodeString(q.Digest)
	if err != nil || len(d) != len(r.Digest) || q.V != 1 || q.Algorithm != "SHA-256" || q.Form != CAdES && q.Form != PAdES {
		return json.NewEncoder(out).Encode(answer{Error: "the request is not one this signer knows"})
	}
	copy(r.Digest[:], d)
	der, err := p.Sign(ctx, r)
	if err != nil {
		return json.NewEncoder(out).Encode(answer{Error: err.Error()})
	}
	return json.NewEncoder(out).Encode(answer{CMS: base64.StdEncoding.EncodeToString(der)})
}

// capped refuses what goes beyond its bound.
type capped struct {
	w    io.Writer
	left int
}

func (c *capped) Write(b []byte) (int, error) {
	if c.left -= len(b); c.left < 0 {
		return 0, errors.New("the answer is too long")
	}
	return c.w.Write(b)
}
