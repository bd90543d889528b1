package main

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"unicode"
	"unicode/utf8"
)

// newLog is the program's log: a line of JSON for every event.
func newLog(w world) *slog.Logger {
	return slog.New(slog.NewJSONHandler(inert{w.err}, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// inert writes lines of JSON so that whoever reads them in a terminal reads what
// was logged: a character that moves the cursor, turns the direction of writing or
// cannot be seen is written as \uXXXX. Line feeds inside a value are JSON's to
// escape.
type inert struct{ w io.Writer }

// Write implements io.Writer.
func (i inert) Write(line []byte) (int, error) {
	if bytes.IndexFunc(line, unseen) < 0 {
		return i.w.Write(line)
	}
	var b bytes.Buffer
	for rest := line; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if unseen(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.Write(rest[:n])
		}
		rest = rest[n:]
	}
	if _, err := i.w.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(line), nil
}

// unseen tells what a terminal obeys or hides. Above U+FFFF there is none that
// turns or moves anything.
func unseen(r rune) bool {
	return r <= 0xffff && r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029')
}
