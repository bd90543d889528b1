package sheet

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Objects is a JSON file as a table: {"meta": {…}, "columns": [key, …], "rows": [{key:
// value, …}, …]}, values being texts, numbers, true or false. The head of the table
// is the columns, then what other keys come, in the order in which they first do.
// The file is read twice, a row at a time.
type Objects struct {
	r    io.ReaderAt
	size int64
	keys []string
	meta map[string]string
	rows bool // there is an array of rows
}

// OpenJSON takes a JSON file of size bytes.
func OpenJSON(r io.ReaderAt, size int64) (*Objects, error) {
	if size > MaxFile {
		return nil, refuse("too-large", "", "Tệp lớn hơn 10 MB; chia bảng thành nhiều tệp nhỏ hơn.", "The file is larger than 10 MB; split the table.")
	}
	o := &Objects{r: r, size: size, meta: map[string]string{}}
	at := map[string]bool{}
	err := o.walk(func(no int, key string, _ Found) error {
		if key != "" && !at[key] {
			at[key], o.keys = true, append(o.keys, key)
		}
		if len(o.keys) > maxColumns || no > MaxRows+1 {
			return refuse("huge-dimension", "", "Bảng quá lớn: tối đa 100.000 dòng, 256 cột. Chia tệp.", "The table is too large: 100,000 rows and 256 columns at most.")
		}
		return nil
	})
	if err == nil && !o.rows {
		err = notRows()
	}
	return o, err
}

func notRows() error {
	return refuse("not-a-table", "", `Tệp JSON không có mảng "rows" gồm các dòng; tải bảng JSON về, sửa rồi nộp lại.`, `The JSON has no array "rows" of rows; take the table as JSON, change it and bring it back.`)
}

// Names implements Source.
func (o *Objects) Names() []string { return []string{CSVName} }

// Meta implements Source.
func (o *Objects) Meta() map[string]string { return o.meta }

// Rows implements Source. Any name means the one table; its head is row 1.
func (o *Objects) Rows(_ string, f func(Line) error) error {
	head := Line{No: 1}
	for i, k := range o.keys {
		head.Cells = append(head.Cells, Found{Column: i + 1, Value: k})
	}
	if err := f(head); err != nil {
		return err
	}
	line := Line{No: 1}
	flush := func() error {
		if len(line.Cells) == 0 {
			return nil
		}
		slices.SortFunc(line.Cells, func(a, b Found) int { return a.Column - b.Column })
		return f(line)
	}
	err := o.walk(func(no int, key string, x Found) error {
		if no == 1 {
			return nil
		}
		if no != line.No {
			if err := flush(); err != nil {
				return err
			}
			line = Line{No: no, Cells: line.Cells[:0]}
		}
		if x.Column = slices.Index(o.keys, key) + 1; x.Column > 0 && x.Value != "" {
			line.Cells = append(line.Cells, x)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// walk hands every member of each row to f, no being the row from 2, and those of the
// columns as of row 1; it keeps those of meta. A row begins with a member without a
// key.
func (o *Objects) walk(f func(no int, key string, x Found) error) error {
	d := json.NewDecoder(bufio.NewReader(io.NewSectionReader(o.r, 0, o.size)))
	d.UseNumber()
	w := objects{d: d}
	w.want(json.Delim('{'))
	seen := map[string]bool{}
	for w.more() {
		name := w.key()
		if seen[name] {
			return twice(name)
		}
		switch seen[name] = true; name {
		case "meta":
			w.object(func(key string, x Found) error { o.meta[key] = x.Value; return nil })
		case "columns":
			w.want(json.Delim('['))
			for w.more() {
				if err := f(1, w.key(), Found{}); err != nil {
					return err
				}
			}
			w.want(json.Delim(']'))
		case "rows":
			o.rows = true
			w.want(json.Delim('['))
			for no := 2; w.more(); no++ {
				if err := f(no, "", Found{}); err != nil {
					return err
				}
				w.object(func(key string, x Found) error { return f(no, key, x) })
			}
			w.want(json.Delim(']'))
		default:
			return notRows()
		}
	}
	w.want(json.Delim('}'))
	if _, err := d.Token(); w.err == nil && !errors.Is(err, io.EOF) {
		w.err = notRows()
	}
	return w.err
}

func twice(key string) error {
	return refuse("duplicate-key", "", fmt.Sprintf("Khóa %q có hai lần trong tệp JSON; giữ một.", key), fmt.Sprintf("The key %q stands twice in the JSON; keep one.", key))
}

// objects reads tokens until the first error.
type objects struct {
	d   *json.Decoder
	err error
}

func (w *objects) more() bool { return w.err == nil && w.d.More() }

func (w *objects) token() json.Token {
	if w.err != nil {
		return nil
	}
	t, err := w.d.Token()
	if err != nil {
		w.err = refuse("broken", "", "Tệp JSON viết sai hoặc bị cắt; sửa rồi tải lên.", "The JSON is malformed or cut off.")
	}
	return t
}

func (w *objects) want(t json.Token) {
	if got := w.token(); w.err == nil && got != t {
		w.err = notRows()
	}
}

func (w *objects) key() string {
	s, ok := w.token().(string)
	if !ok && w.err == nil {
		w.err = notRows()
	}
	return s
}

// object hands each member to f; a value that is no text, number, true or false
// is refused.
func (w *objects) object(f func(key string, x Found) error) {
	w.want(json.Delim('{'))
	seen := map[string]bool{}
	for w.more() {
		key := w.key()
		var x Found
		switch v := w.token().(type) {
		case string:
			x.Value, x.Loose = composed(v)
		case json.Number:
			x.Value, x.Number = v.String(), true
		case bool:
			x.Value = map[bool]string{true: "yes", false: "no"}[v]
		case nil:
		default:
			w.err = notRows()
		}
		switch {
		case w.err != nil:
		case seen[key]:
			w.err = twice(key)
		case len(x.Value) > 4*maxCell:
			w.err = refuse("huge-cell", "", "Một giá trị dài quá mức; rút ngắn.", "A value is too long; shorten it.")
		default:
			seen[key], w.err = true, f(key, x)
		}
	}
	w.want(json.Delim('}'))
}
