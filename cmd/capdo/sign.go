package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"capdo/internal/pdf"
	"capdo/internal/signer"
)

// signCommand has a file signed by an outside signer: a PDF of this program gets
// a PAdES signature in itself, any other file a detached CAdES signature beside
// it.
func signCommand(ctx context.Context, w world) error {
	f := flags(w, "sign", "FILE --with PROGRAM --roots FILE | --trial DIR  [-o FILE]")
	with := f.String("with", "", "program that asks whatever holds the key, with its arguments, parted by spaces (its protocol: package signer)")
	roots := f.String("roots", "", "certificates (PEM) that the signature must lead to")
	trial := f.String("trial", "", "sign with a key of one's own making in this folder instead; no law gives weight to it")
	wait := f.Duration("wait", 2*time.Minute, "how long to wait for the program: a person may have to enter a PIN")
	out := f.String("o", "", "file to write (default: FILE-signed.pdf, or FILE.p7s)")
	rest, err := w.parse(f, 1)
	if err != nil {
		return err
	}
	if len(rest) != 1 || (*with == "") == (*trial == "") {
		return errors.New("name one file, and either --with or --trial")
	}
	port, trusted, err := signerOf(*with, *roots, *trial, *wait, w.clock())
	if err != nil {
		return err
	}
	file, err := os.ReadFile(rest[0])
	if err != nil {
		return err
	}
	name, signed := rest[0]+".p7s", []byte(nil)
	r := signer.Request{Form: signer.CAdES, Digest: sha256.Sum256(file), Purpose: filepath.Base(rest[0]), At: w.clock()}
	if bytes.HasPrefix(file, []byte("%PDF-")) {
		name = strings.TrimSuffix(rest[0], ".pdf") + "-signed.pdf"
		signed, err = signPaper(ctx, port, trusted, file, r)
	} else {
		signed, err = checked(ctx, port, trusted, r)
	}
	if err != nil {
		return err
	}
	if *out != "" {
		name = *out
	}
	if err := writeWhole(name, func(to io.Writer) error { _, err := to.Write(signed); return err }); err != nil {
		return err
	}
	fmt.Fprintln(w.out, name)
	return nil
}

// signerOf is the signer that the command line names, and what to trust.
func signerOf(with, roots, trial string, wait time.Duration, now time.Time) (signer.Port, *x509.CertPool, error) {
	if trial != "" {
		s, err := signer.OpenSelfMade(trial, now)
		if err != nil {
			return nil, nil, err
		}
		return s, s.Roots(), nil
	}
	trusted, err := signer.ReadRoots(roots)
	return &signer.Command{Args: strings.Fields(with), Wait: wait}, trusted, err
}

// signPaper signs a PDF of this program in itself.
func signPaper(ctx context.Context, port signer.Port, roots *x509.CertPool, file []byte, r signer.Request) ([]byte, error) {
	s, err := pdf.Prepare(file, r.At)
	if err != nil {
		return nil, err
	}
	r.Form, r.Digest = signer.PAdES, s.Digest()
	cms, err := checked(ctx, port, roots, r)
	if err != nil {
		return nil, err
	}
	return s.Close(cms)
}

// checked asks for a signature and believes it only when it holds.
func checked(ctx context.Context, port signer.Port, roots *x509.CertPool, r signer.Request) ([]byte, error) {
	cms, err := port.Sign(ctx, r)
	if err != nil {
		return nil, err
	}
	_, err = signer.Check(cms, r, roots)
	return cms, err
}
