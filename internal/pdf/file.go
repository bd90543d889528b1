package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// file is a file of gofpdf taken apart: the bodies of its objects by number,
// from "<<" to before "endobj".
type file struct {
	objects [][]byte // number 0 is free
	pages   int
}

var errForeign = errors.New("not a file that gofpdf set")

// read takes a file apart.
func read(raw []byte) (*file, error) {
	table, _, err := crossReference(raw)
	if err != nil {
		return nil, err
	}
	f := &file{objects: make([][]byte, len(table))}
	for n, at := range table[1:] {
		body, ok := bytes.CutPrefix(raw[min(at, len(raw)):], fmt.Appendf(nil, "%d 0 obj\n", n+1))
		if !ok {
			return nil, fmt.Errorf("%w: object %d is not where the table says", errForeign, n+1)
		}
		end := bytes.Index(body, []byte("endobj\n"))
		if stream := bytes.Index(body, []byte("stream\n")); stream >= 0 && stream < end {
			length, err := streamLength(body[:stream])
			if err != nil || stream+len("stream\n")+length > len(body) {
				return nil, fmt.Errorf("%w: stream %d", errForeign, n+1)
			}
			rest := stream + len("stream\n") + length
			if end = bytes.Index(body[rest:], []byte("endobj\n")); end >= 0 {
				end += rest
			}
		}
		if end < 0 {
			return nil, fmt.Errorf("%w: object %d has no end", errForeign, n+1)
		}
		f.objects[n+1] = body[:end]
		if bytes.HasPrefix(body, []byte("<</Type /Page\n")) {
			f.pages++
		}
	}
	for n := range f.pages {
		if at := pageObject(n + 1); at >= len(f.objects) || !bytes.HasPrefix(f.objects[at], []byte("<</Type /Page\n")) {
			return nil, fmt.Errorf("%w: page %d", errForeign, n+1)
		}
	}
	return f, nil
}

// pageObject is the number of the object of page n, from 1.
func pageObject(n int) int { return 2*n + 1 }

// crossReference reads the table at the end of a file: the place of each
// object, and where the table itself begins.
func crossReference(raw []byte) (table []int, at int, err error) {
	i := bytes.LastIndex(raw, []byte("startxref\n"))
	if i < 0 {
		return nil, 0, fmt.Errorf("%w: no startxref", errForeign)
	}
	line, rest, _ := bytes.Cut(raw[i+len("startxref\n"):], []byte("\n"))
	at, err = strconv.Atoi(string(line))
	if err != nil || at < 0 || at > i || string(rest) != "%%EOF\n" && string(rest) != "%%EOF" {
		return nil, 0, fmt.Errorf("%w: startxref", errForeign)
	}
	body, ok := bytes.CutPrefix(raw[at:i], []byte("xref\n0 "))
	line, body, found := bytes.Cut(body, []byte("\n"))
	count, err := strconv.Atoi(string(line))
	if !ok || !found || err != nil || count < 1 || len(body) < count*entrySize {
		return nil, 0, fmt.Errorf("%w: cross-reference table", errForeign)
	}
	table = make([]int, count)
	for n := range count {
		entry := body[n*entrySize : (n+1)*entrySize]
		if table[n], err = strconv.Atoi(string(entry[:10])); err != nil || n > 0 && entry[17] != 'n' {
			return nil, 0, fmt.Errorf("%w: entry %d", errForeign, n)
		}
	}
	return table, at, nil
}

// entrySize is the length of a line of the cross-reference table.
const entrySize = 20

// streamLength reads /Length of a stream's dictionary.
func streamLength(dict []byte) (int, error) {
	_, after, ok := bytes.Cut(dict, []byte("/Length "))
	if !ok {
		return 0, errForeign
	}
	end := bytes.IndexFunc(after, func(r rune) bool { return r < '0' || r > '9' })
	return strconv.Atoi(string(after[:max(end, 0)]))
}

// writer writes objects one after another and remembers where they stand.
type writer struct {
	bytes.Buffer
	table []int // place of each object; number 0 is free
}

// set writes object n.
func (w *writer) set(n int, body []byte) {
	for len(w.table) <= n {
		w.table = append(w.table, 0)
	}
	w.table[n] = w.Len()
	w.Write(strconv.AppendInt(w.AvailableBuffer(), int64(n), 10))
	w.WriteString(" 0 obj\n")
	w.Write(body)
	w.WriteString("endobj\n")
}

// setf writes object n from a dictionary or an array without a stream.
func (w *writer) setf(n int, format string, args ...any) {
	w.set(n, append(fmt.Appendf(nil, format, args...), '\n'))
}

// stream is the body of a stream object; dict is what stands in its dictionary
// beside the length.
func stream(dict string, data []byte) []byte {
	b := fmt.Appendf(nil, "<<%s/Length %d>>\nstream\n", dict, len(data))
	return append(append(b, data...), "\nendstream\n"...)
}

// lines are the lines of the cross-reference table.
func (w *writer) lines() []byte {
	b := make([]byte, 0, entrySize*len(w.table))
	for n, at := range w.table {
		if n == 0 {
			b = append(b, "0000000000 65535 f \n"...)
			continue
		}
		b = append(b, "0000000000 00000 n \n"...)
		for i := len(b) - entrySize + 9; at > 0; i, at = i-1, at/10 {
			b[i] = byte('0' + at%10)
		}
	}
	return b
}
