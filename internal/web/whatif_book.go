package web

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"path"
	"slices"
	"strings"

	"capdo/internal/law"
	"capdo/internal/proof"
)

// The most that an edited book may be. A book has about ten files and a hundred
// thousand bytes.
const (
	maxBookFiles = 40
	maxBookBytes = 2 << 20 // unpacked
	maxBookField = 1 << 10 // of a field beside the files
)

// bookUpload is an edited book as it came in: nothing of it touches a disk.
type bookUpload struct {
	fields map[string]string // rules, on, as
	files  map[string][]byte // by name within the book
	size   int
	flaws  proof.Flaws
}

// readBook reads a multipart body in memory, part by part. Flaws are what is
// wrong with the files themselves; any other error is of the request.
func readBook(r *multipart.Reader) (*bookUpload, error) {
	u := &bookUpload{fields: map[string]string{}, files: map[string][]byte{}}
	for {
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return u, nil
		}
		if err != nil {
			return nil, err
		}
		if err := u.part(part); err != nil {
			return nil, err
		}
	}
}

// part takes one part of the body: a field that is known, or a file.
func (u *bookUpload) part(p *multipart.Part) error {
	switch name := p.FormName(); name {
	case "rules", "on", "as":
		text, err := io.ReadAll(io.LimitReader(p, maxBookField))
		u.fields[name] = strings.TrimSpace(string(text))
		return err
	case "book":
		if p.FileName() == "" {
			return nil // no file chosen
		}
		text, err := io.ReadAll(io.LimitReader(p, maxBookBytes+1))
		if err != nil {
			return err
		}
		if strings.EqualFold(path.Ext(p.FileName()), ".zip") {
			u.unpack(p.FileName(), text)
		} else {
			u.take(p.FileName(), text)
		}
	}
	return nil
}

// take keeps one file of the book.
func (u *bookUpload) take(name string, text []byte) {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	u.size += len(text)
	_, twice := u.files[name]
	switch {
	case path.Ext(name) != ".yaml":
		u.flaw(name, "the book holds .yaml files only")
	case twice:
		u.flaw(name, "the file is there twice")
	case len(u.files) >= maxBookFiles:
		u.flaw(name, "the book has too many files")
	case u.size > maxBookBytes:
		u.flaw(name, "the book is too large")
	default:
		u.files[name] = text
	}
}

// unpack takes the files of an archive, which may stand in one folder. What an
// entry says of its own size is not believed.
func (u *bookUpload) unpack(name string, text []byte) {
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		u.flaw(name, "not a zip archive: "+err.Error())
		return
	}
	if len(z.File) > maxBookFiles+1 {
		u.flaw(name, "the archive has too many files")
		return
	}
	for _, f := range z.File {
		switch {
		case f.Mode().IsDir():
			continue
		case !f.Mode().IsRegular() || strings.Count(f.Name, "/") > 1 || strings.Contains(f.Name, `\`) || strings.Contains(f.Name, ".."):
			u.flaw(f.Name, "the files of a book stand side by side")
			continue
		}
		in, err := f.Open()
		if err != nil {
			u.flaw(f.Name, err.Error())
			continue
		}
		text, err := io.ReadAll(io.LimitReader(in, int64(maxBookBytes-u.size)+1))
		if err = errors.Join(err, in.Close()); err != nil {
			u.flaw(f.Name, err.Error())
			continue
		}
		if u.take(f.Name, text); u.size > maxBookBytes {
			return
		}
	}
}

// flaw notes what is wrong with a file as a whole.
func (u *bookUpload) flaw(file, reason string) {
	u.flaws = append(u.flaws, proof.Flaw{File: file, Line: 1, Reason: reason})
}

// book reads the book of the files; those not sent stay as they are here. It is
// nil with the flaws, and with none where no file was sent.
func (u *bookUpload) book() (*law.Book, proof.Flaws, error) {
	if len(u.flaws) > 0 || len(u.files) == 0 {
		return nil, u.flaws, nil
	}
	b, err := law.LoadOver(u.files)
	var flaws proof.Flaws
	if errors.As(err, &flaws) {
		return nil, flaws, nil
	}
	return b, nil, err
}

// names lists the files sent.
func (u *bookUpload) names() []string { return slices.Sorted(maps.Keys(u.files)) }
