package sheet

import (
	"bufio"
	"errors"
	"io"
)

// Shelf is where what is too much for memory lies while a workbook is read: a file,
// as a rule.
type Shelf interface {
	io.Writer
	io.ReaderAt
}

// memory is a shelf for a workbook that is small.
type memory []byte

func (m *memory) Write(p []byte) (int, error) {
	*m = append(*m, p...)
	return len(p), nil
}

func (m *memory) ReadAt(p []byte, off int64) (int, error) {
	if off > int64(len(*m)) {
		return 0, io.EOF
	}
	n := copy(p, (*m)[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// texts are the shared texts of a workbook by number, on a shelf; in memory are only
// their ends, and those asked for of late.
type texts struct {
	shelf Shelf
	out   *bufio.Writer
	ends  []uint32 // of the texts on the shelf; the highest bit: letters and marks stood apart
	size  uint32
	near  [1 << 10]struct { // by the last bits of the number
		no   int // of the text, from 1; 0: none
		text string
	}
}

// apart marks a text whose letters and marks stood apart.
const apart = 1 << 31

func (t *texts) len() int { return len(t.ends) }

// add puts a text at the end.
func (t *texts) add(text string, loose bool) error {
	if t.out == nil {
		t.out = bufio.NewWriterSize(t.shelf, 64<<10)
	}
	if _, err := t.out.WriteString(text); err != nil {
		return err
	}
	t.size += uint32(len(text)) // below maxPart in all
	end := t.size
	if loose {
		end |= apart
	}
	t.ends = append(t.ends, end)
	return nil
}

// ready ends the adding.
func (t *texts) ready() error {
	if t.out == nil {
		return nil
	}
	return t.out.Flush()
}

// at is the text of a number, and whether its letters and marks stood apart.
func (t *texts) at(i int) (text string, loose bool, err error) {
	start, end := uint32(0), t.ends[i]&^apart
	if i > 0 {
		start = t.ends[i-1] &^ apart
	}
	n := &t.near[i%len(t.near)]
	if n.no != i+1 {
		b := make([]byte, end-start)
		if _, err := t.shelf.ReadAt(b, int64(start)); err != nil && !(errors.Is(err, io.EOF) && len(b) == 0) {
			return "", false, err
		}
		n.no, n.text = i+1, string(b)
	}
	return n.text, t.ends[i]&apart != 0, nil
}
